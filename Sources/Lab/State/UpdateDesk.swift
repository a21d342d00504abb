import CloudAPI
import Foundation
package import SimulatedCloud
import World

/// What other processes ask a running lab's cloud about updates, over its lab pages.
package struct UpdateDesk: Sendable {
  /// An order's name in the path, and its body.
  package struct Order: Encodable, Hashable, Sendable {
    package var verb: String
    package var connectors: [String]?
    package var connector: String?
    package var location: String?
    package var ring: String?
    /// Hundredths of a percent.
    package var upTo: Int?

    package init(
      _ verb: String, connectors: [String]? = nil, connector: String? = nil, location: String? = nil, ring: String? = nil, upTo: Int? = nil
    ) {
      self.verb = verb
      self.connectors = connectors
      self.connector = connector
      self.location = location
      self.ring = ring
      self.upTo = upTo
    }

    private enum CodingKeys: String, CodingKey { case connectors, connector, location, ring, upTo }
  }

  package let paths: LabPaths
  private let door: LabDoor
  /// Short names by fqdn.
  package let names: [String: String]

  /// Throws `LabError` when no lab runs there, or its cloud has not started yet.
  package init(_ paths: LabPaths) throws {
    door = try LabDoor(paths)
    self.paths = paths
    names = Dictionary(door.lab.connectors.map { ($0.fqdn, $0.name) }) { first, _ in first }
  }

  package var isLabRunning: Bool { RunningLabFile.isHeld(paths) }

  /// Opens a desk for `body`, and has closed it when this returns, whatever came of it.
  package static func with<Result>(_ paths: LabPaths, _ body: (UpdateDesk) async throws -> Result) async throws -> Result {
    let desk = try UpdateDesk(paths)
    do {
      let result = try await body(desk)
      await desk.close()
      return result
    } catch {
      await desk.close()
      throw error
    }
  }

  package func close() async { await door.close() }

  /// Throws `LabError`: `.unavailable` when the cloud does not answer, `.failed` with the cloud's own words when it refuses.
  package func status() async throws -> UpdatesState { try await door.call("GET", "/lab/v1/updates", nil) }

  package func order(_ order: Order) async throws -> UpdateAnswer {
    try await door.call("POST", "/lab/v1/updates/\(order.verb)", try JSONEncoder().encode(order))
  }

  /// `c1` for a connector of this lab, else the first label of its fqdn.
  package func name(_ id: String, _ state: UpdatesState) -> String { UpdateTable.name(id, state, names) }
}
