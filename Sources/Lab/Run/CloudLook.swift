package import CloudAPI
package import Foundation
package import World

/// What came of asking the cloud how its connectors are.
package enum CloudLook: Hashable, Sendable {
  case said(LabState)
  /// No answer in time, which says nothing about any connector: the cloud, or this machine, is busy.
  case slow
  /// Nobody listens where the cloud should be.
  case outOfReach(String)
}

/// The lab's own look at its cloud.
package protocol CloudViewing: Sendable {
  func state() async -> CloudLook
  /// Lets the cloud ask a connector's service over the reversed link, as its own consoles would. Nil when no answer came, or the task was cancelled.
  func ask(_ connector: String, _ service: ServiceName, _ operation: String, _ body: Data) async -> (status: Int, body: Data)?
  /// Tells the cloud what became of a fault.
  func settle(_ fault: Int, _ verdict: FaultVerdict) async
  func close() async
}
