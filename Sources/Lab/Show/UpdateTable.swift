import Rollouts
package import SimulatedCloud
import World

/// `update status` as text: a head line about the release, and a line for each connector.
package enum UpdateTable {
  /// - Parameter names: short names by fqdn.
  package static func lines(_ state: UpdatesState, names: [String: String]) -> [String] {
    [head(state), ""] + table(state, names)
  }

  package static func head(_ state: UpdatesState) -> String {
    let status = state.status
    guard let release = status.release, let standing = status.standing else {
      return "no release is out; connector-lab release publish makes one visible"
    }
    var parts = ["release \(release) is \(standing.rawValue)"]
    if let ring = status.ring { parts.append("ring \(ring)") }
    if status.baking, let until = status.deadline { parts.append("baking until \(until.iso8601(fraction: 0))") }
    parts.append("\(status.inFlight) in flight")
    let members = status.counts.values.reduce(0) { $0 + $1.members }
    parts.append("\(status.counts.values.reduce(0) { $0 + $1.updated }) of \(members) updated")
    return parts.joined(separator: ", ") + (status.reason.isEmpty ? "" : ": \(status.reason)")
  }

  private static func table(_ state: UpdatesState, _ names: [String: String]) -> [String] {
    guard !state.status.rows.isEmpty else { return ["no connector has registered yet"] }
    let rows = state.status.rows.map { row in
      [
        state.locations[row.location] ?? row.location, name(row.connector, state, names), row.version.text, row.target?.text ?? "", phase(row, state),
        row.ring ?? "", row.rule?.rawValue ?? "", row.next.map { $0.iso8601(fraction: 0) } ?? "", reason(row, state),
      ]
    }
    return Columns.aligned([["LOCATION", "CONNECTOR", "VERSION", "TARGET", "PHASE", "RING", "RULE", "NEXT", "REASON"]] + rows)
  }

  package static func name(_ id: String, _ state: UpdatesState, _ names: [String: String]) -> String {
    guard let fqdn = state.fqdns[id] else { return id }
    return names[fqdn] ?? fqdn.split(separator: ".").first.map(String.init) ?? fqdn
  }

  /// In the words of people.
  static func phase(_ row: RolloutStatus.Row, _ state: UpdatesState) -> String {
    if row.barred != nil, !row.phase.inFlight { return "barred" }
    return switch row.phase {
    case .rollingBack: "rolling back"
    case .failed: state.lines.wentBack(row.connector) ? "rolled back" : "failed"
    default: row.phase.rawValue
    }
  }

  private static func reason(_ row: RolloutStatus.Row, _ state: UpdatesState) -> String {
    if let barred = row.barred { return barred }
    // The end of a lease says nothing; what it was for does.
    let mute: Set<RolloutDecision.Kind> = [.leaseReleased, .leaseGranted, .leaseReturned, .staleReport]
    return state.lines.last { $0.connector == row.connector && !mute.contains($0.kind) }?.reason ?? ""
  }
}
