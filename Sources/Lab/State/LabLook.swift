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
    else { return RowMaker.rows(lab.connectors, location: "", state: nil, before: []) }
    let state = await view.state()
    await view.close()
    return RowMaker.rows(lab.connectors, location: endpoints.resourceLocation, state: state, before: [])
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
