import CloudAPI
package import ControlAPI
import EventCatalog
import World

/// What people read of the connector's own reports.
package enum StatusText {
  package static func text(_ report: StatusReport) -> String {
    var table = TextTable()
    table.add(["connector", report.connector + (report.id.map { " (\($0))" } ?? ", not registered")])
    table.add(["health", report.health.state.rawValue])
    table.add(["state", report.state])
    table.add(["link", link(report)])
    table.add(["last contact", report.lastContactAge.map { "\(age($0)) ago" } ?? "none since the start"])
    table.add(["cloud", report.cloud])
    table.add(["resource location", "\(report.resourceLocation) of \(report.customer)"])
    table.add(["election", election(report.election)])
    table.add(["configuration", report.configurationRevision.map { "revision \($0)" } ?? "none imported yet"])
    table.add(["services", "\(report.servicesUp) of \(report.servicesTotal) up"])
    if report.inMaintenance { table.add(["maintenance", "on"]) }
    table.add(["version", report.version])
    table.add(["up for", "\(age(report.uptimeSeconds)), since \(report.startedAt.iso8601(fraction: 0))"])
    table.add(["process", "\(report.processID), boot \(report.boot)"])
    table.add(["state directory", report.stateDirectory])
    return table.text + bullets("problems", report.problems)
  }

  package static func text(_ verdict: HealthVerdict) -> String {
    verdict.state.rawValue + "\n" + verdict.reasons.map { "  \(OneLine.escape($0))\n" }.joined()
  }

  package static func text(_ rows: [ServiceReport]) -> String {
    var table = TextTable(["SERVICE", "STATE", "RESTARTS", "SINCE", "RUNS AS", "LAST FAILURE"])
    for row in rows {
      table.add([
        row.name.rawValue, row.simulated ? row.state : "\(row.state) (not simulated)", "\(row.restarts)", row.since?.iso8601(fraction: 0) ?? "-",
        row.runsAs,
        row.lastFailure ?? "-",
      ])
    }
    return table.text
  }

  /// Seconds as people say them: `0.4 s`, `12 s`, `3m 20s`, `2h 5m`, `4d 1h`.
  package static func age(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
    if seconds < 9.95 { return "\((seconds * 10).rounded() / 10) s" }
    let whole = Int64(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3_600 { return "\(whole / 60)m \(whole % 60)s" }
    if whole < 86_400 { return "\(whole / 3_600)h \(whole / 60 % 60)m" }
    return "\(whole / 86_400)d \(whole / 3_600 % 24)h"
  }

  private static func link(_ report: StatusReport) -> String {
    let since = " since \(report.link.since.iso8601(fraction: 0))"
    let why = report.link.failure.map { " (\($0))" } ?? ""
    switch report.link.state {
    case .registering: return "registering" + since + why
    case .connecting: return "connecting, try \(report.link.attempts)" + since + why
    case .connected: return "connected" + since
    case .backingOff: return "waiting to try again" + since + why
    case .deleted: return "deleted in the cloud" + since + "; register it again"
    case .stopped: return "stopped" + since + why
    }
  }

  private static func election(_ election: ElectionReport?) -> String {
    guard let election else { return "not known yet" }
    let who = election.isSelf ? "elected" : election.elected.map { "\($0) is elected" } ?? "nobody is elected"
    return "\(who): \(election.reason)"
  }

  private static func bullets(_ title: String, _ lines: [String]) -> String {
    lines.isEmpty ? "" : "\(title)\n" + lines.map { "  - \(OneLine.escape($0))\n" }.joined()
  }
}
