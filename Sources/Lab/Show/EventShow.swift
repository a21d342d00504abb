import EventCatalog
import World

/// Which events a lab shows, and how.
enum EventShow {
  /// Notices and worse: what an operator would want to hear of.
  static func isShown(_ line: EventLine) -> Bool {
    ["critical", "error", "warning", "notice"].contains(line.severity)
  }

  static func text(_ connector: String, _ line: EventLine) -> String {
    let who = line.service.map { "\(connector)/\($0.rawValue)" } ?? connector
    return "\(line.time) \(who) \(line.severity) \(line.code) \(line.message)"
  }
}
