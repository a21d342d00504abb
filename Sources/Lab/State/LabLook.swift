import Foundation
import LiveWorld
import World

/// A look at a lab that runs, from another process.
package struct LabLook: Sendable {
  private let lab: RunningLab

  package init(_ lab: RunningLab) { self.lab = lab }

  /// The connectors as the cloud sees them now.
  package func rows() async -> [ConnectorRow] {
    guard let bytes = try? DiskFiles().read("\(lab.endpoints.stateDirectory)/cloud/cloud.json"),
      let endpoints = try? JSONDecoder().decode(CloudEndpoints.self, from: Data(bytes)), let view = try? CloudView(endpoints)
    else { return blank(ConnectorRow.starting, "The cloud has not started yet.") }
    let look = await patientLook(view)
    await view.close()
    switch look {
    case .said(let state):
      return RowMaker.rows(lab.connectors, location: endpoints.resourceLocation, state: state, before: registered(), at: LiveClock().now().wall)
    case .slow: return blank(ConnectorRow.unknown, "The cloud is too busy to answer in time.")
    case .outOfReach(let why): return blank(ConnectorRow.unknown, "The cloud is out of reach: \(why).")
    }
  }

  /// Who has an identity was known to the cloud once: if it is no more, it was deleted there.
  private func registered() -> [ConnectorRow] {
    struct Record: Decodable {
      struct Identity: Decodable { var id: String }
      var identity: Identity
    }
    return lab.connectors.compactMap { connector in
      guard let bytes = try? DiskFiles().read("\(connector.stateDirectory)/link/identity.json"),
        let record = try? JSONDecoder().decode(Record.self, from: Data(bytes))
      else { return nil }
      var row = RowMaker.blank(connector, state: ConnectorRow.starting, reason: "")
      row.id = record.identity.id
      return row
    }
  }

  /// Three tries: a busy cloud is no cloud that is away.
  private func patientLook(_ view: CloudView) async -> CloudLook {
    for _ in 1...2 {
      let look = await view.state()
      if look != .slow { return look }
    }
    return await view.state()
  }

  private func blank(_ state: String, _ reason: String) -> [ConnectorRow] {
    lab.connectors.map { RowMaker.blank($0, state: state, reason: reason) }
  }
}

/// The answer of `status --json`: stable.
package struct LabReport: Encodable {
  var running: Bool
  var pid: Int32
  var startedAt: WallTime
  var endpoints: LabEndpoints
  var connectors: [ConnectorRow]

  package init(running: Bool, lab: RunningLab, rows: [ConnectorRow]) {
    self.running = running
    pid = lab.pid
    startedAt = lab.startedAt
    endpoints = lab.endpoints
    connectors = rows
  }

  package var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
