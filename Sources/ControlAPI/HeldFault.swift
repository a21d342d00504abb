package import CloudAPI

/// A fault that a connector of a laboratory holds, as its process knows it.
package struct HeldFault: Hashable, Codable, Sendable {
  /// The lab's number of it.
  package var id: Int
  package var fault: FaultOrder
  /// Of its lease, in milliseconds, by the process's own steady clock.
  package var left: Int

  package init(id: Int, fault: FaultOrder, left: Int) {
    self.id = id
    self.fault = fault
    self.left = left
  }
}
