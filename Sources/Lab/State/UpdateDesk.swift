import CloudAPI
import Foundation
import LiveWorld
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
  private let view: CloudView
  /// Short names by fqdn.
  package let names: [String: String]

  /// Throws `LabError` when no lab runs there, or its cloud has not started yet.
  package init(_ paths: LabPaths) throws {
    guard RunningLabFile.isHeld(paths), let lab = RunningLabFile.read(paths) else {
      throw LabError(.unavailable, "no lab runs on \(paths.root); start one with connector-lab up, or name its folder with --state DIR")
    }
    guard let bytes = try? DiskFiles().read("\(paths.cloud)/cloud.json"),
      let endpoints = try? JSONDecoder().decode(CloudEndpoints.self, from: Data(bytes))
    else { throw LabError(.unavailable, "the cloud of the lab on \(paths.root) has not started; try again, or see \(paths.cloud)/cloud.log") }
    self.paths = paths
    view = try CloudView(endpoints)
    names = Dictionary(lab.connectors.map { ($0.fqdn, $0.name) }) { first, _ in first }
  }

  package var isLabRunning: Bool { RunningLabFile.isHeld(paths) }

  package func close() async { await view.close() }

  /// Throws `LabError`: `.unavailable` when the cloud does not answer, `.failed` with the cloud's own words when it refuses.
  package func status() async throws -> UpdatesState { try await call("GET", "/lab/v1/updates", nil) }

  package func order(_ order: Order) async throws -> UpdateAnswer {
    try await call("POST", "/lab/v1/updates/\(order.verb)", try JSONEncoder().encode(order))
  }

  private func call<Answer: Decodable>(_ method: String, _ path: String, _ body: Data?) async throws -> Answer {
    guard let answer = await view.call(method, path, body) else {
      throw LabError(.unavailable, "the cloud of the lab on \(paths.root) does not answer; see connector-lab status, and \(paths.cloud)/cloud.log")
    }
    guard answer.status == 200 else {
      let detail = (try? JSONDecoder().decode(APIErrorBody.self, from: answer.body))?.detail
      throw LabError(.failed, detail ?? "the cloud answered with status \(answer.status)")
    }
    do { return try JSONDecoder().decode(Answer.self, from: answer.body) } catch {
      throw LabError(.failed, "the cloud's answer cannot be read; does it run another version of this program? (\(error))")
    }
  }

  /// `c1` for a connector of this lab, else the first label of its fqdn.
  package func name(_ id: String, _ state: UpdatesState) -> String { UpdateTable.name(id, state, names) }
}
