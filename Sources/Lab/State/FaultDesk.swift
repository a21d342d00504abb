package import CloudAPI
import Foundation
import LiveWorld
import World

/// What other processes ask a running lab about faults.
package struct FaultDesk: Sendable {
  private let door: LabDoor

  /// Throws `LabError` `.unavailable` when no lab runs there, or its cloud has not started yet.
  package init(_ paths: LabPaths) throws { door = try LabDoor(paths) }

  package func close() async { await door.close() }

  /// These throw `LabError`: `.unavailable` when the cloud does not answer, `.failed` with the cloud's own words when it refuses.
  package func list() async throws -> FaultList { try await door.call("GET", LabPaths.faults, nil) }

  package func add(_ order: FaultOrder) async throws -> FaultReport { try await door.call("POST", LabPaths.faults, try JSONEncoder().encode(order)) }

  /// - Parameter id: nil: all.
  package func clear(_ id: Int?) async throws -> [FaultReport] {
    try await door.call("DELETE", id.map { "\(LabPaths.faults)/\($0)" } ?? LabPaths.faults, nil)
  }

  /// Waits until the lab has applied a fault, and returns it as it is then: active, or ended with the reason. Nil when that takes longer than `limit`.
  package func applied(_ fault: FaultReport, within limit: Duration) async throws -> FaultReport? {
    let clock = LiveClock()
    let deadline = clock.now().moment + limit
    while true {
      let list = try await list()
      let now = (list.faults + list.ended).first { $0.id == fault.id && $0.began == fault.began }
      guard let now else { return nil }
      if now.standing != .waiting { return now }
      guard clock.now().moment < deadline else { return nil }
      try await clock.sleep(for: .milliseconds(100))
    }
  }
}
