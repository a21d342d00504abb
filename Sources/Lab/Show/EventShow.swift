import EventCatalog
import World

/// Which events of one connector a lab shows, and how. The connector keeps and tells all of them; the lab shows each trouble once.
struct EventShow: Sendable {
  /// Its cloud is away, and that was shown.
  private var isAway = false
  private var hidDegraded = false

  /// What each try says while the cloud is away.
  private static let unreachable = Set([LinkEvents.dns, LinkEvents.connect, LinkEvents.timeout, LinkEvents.closed].map(\.code))

  /// Notices and worse: what an operator would want to hear of. Losing the cloud is one line, the first, which says that it is lost and why; that
  /// tries fail then, and that the connector is degraded by it, follows from it.
  mutating func shows(_ code: Int, _ severity: EventSeverity) -> Bool {
    guard severity <= .notice else { return false }
    switch code {
    case LinkEvents.connected.code:
      isAway = false
      return true
    case LinkEvents.disconnected.code,
      _ where Self.unreachable.contains(code):
      defer { isAway = true }
      return !isAway
    case DaemonEvents.degraded.code:
      hidDegraded = isAway
      return !isAway
    case DaemonEvents.readyAgain.code:
      defer { hidDegraded = false }
      return !hidDegraded
    default: return true
    }
  }

  /// The line of an event that came over a control socket; nil when it is not shown.
  mutating func text(_ connector: String, _ line: EventLine) -> String? {
    guard let severity = EventSeverity.allCases.first(where: { $0.name == line.severity }), shows(line.code, severity) else { return nil }
    let who = line.service.map { "\(connector)/\($0.rawValue)" } ?? connector
    return "\(line.time) \(who) \(line.severity) \(line.code) \(line.message)"
  }
}
