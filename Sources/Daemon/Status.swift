import CloudAPI
import ControlAPI
import ServiceKit
import ServiceOrder
import Supervision
import World

/// Puts together what is told about the connector: rows of services, health, the report for the cloud. Pure; the facts come from `ConnectorFacts`.
struct ConnectorFacts: Sendable {
  var services: SupervisorSnapshot
  var link: LinkStatus
  var lastContactAge: Duration?
  var election: ElectionView?
  var revision: Int?
  var inMaintenance: Bool
  var stopping: Bool
  /// What else the connector knows to be wrong, one sentence each.
  var problems: [String]

  /// One row for each of the seventeen, in start order.
  var rows: [ServiceReport] {
    ServiceOrder.all.map { entry in
      guard let child = services[entry.name.rawValue], entry.isSimulated else {
        return ServiceReport(name: entry.name, state: "disabled", up: false, simulated: false, restarts: 0)
      }
      return ServiceReport(
        name: entry.name, state: child.state.rawValue, up: child.state == .ready, simulated: true, restarts: child.restarts, since: child.since,
        lastFailure: child.lastFailure)
    }
  }

  func verdict(silenceLimit: Duration) -> HealthVerdict {
    HealthVerdict(
      HealthFacts(
        link: link, lastContactAge: lastContactAge, silenceLimit: silenceLimit, services: rows, inMaintenance: inMaintenance, stopping: stopping,
        problems: problems))
  }

  /// The sentence of systemd's STATUS and of `connectorctl status`.
  func sentence(_ verdict: HealthVerdict) -> String {
    let rows = rows.filter(\.simulated)
    let up = rows.count(where: \.up)
    switch verdict.state {
    case .ready: return "Connected; \(up) of \(rows.count) services up."
    case .degraded, .down: return "\(up) of \(rows.count) services up. \(verdict.reasons.first ?? "")"
    }
  }
}
