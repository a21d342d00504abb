package import EventCatalog
import World

/// Who a connector says it is, and with whom it is in one resource location, as far as its events tell.
package struct LiveLocations: Sendable {
  /// Fully qualified names by the short ones that events carry.
  package private(set) var names: [String: String] = [:]
  /// By fully qualified name: a name that all of one location share.
  package private(set) var locations: [String: String] = [:]

  package init(_ trails: [EventTrail]) {
    for trail in trails {
      if let name = Self.fqdn(of: trail) { names[trail.connector] = name }
      for record in trail.records where record.event.definition.code == HighAvailabilityEvents.peersChanged.code {
        join(record.event.text("connectors").split(separator: ", ").map(String.init))
      }
    }
    for name in names.values where locations[name] == nil { locations[name] = name }
  }

  /// Nil: nothing says it.
  private static func fqdn(of trail: EventTrail) -> String? {
    for record in trail.records.reversed() {
      let event = record.event
      switch event.definition.code {
      case DaemonEvents.started.code: return event.text("fqdn")
      case HighAvailabilityEvents.elected.code where event.values["is_self"] == .flag(true): return event.text("elected")
      default: continue
      }
    }
    return trail.connector.contains(".") ? trail.connector : nil
  }

  private mutating func join(_ members: [String]) {
    let known = Set(members.map { locations[$0] ?? $0 })
    guard let name = known.min() else { return }
    for (member, location) in locations where known.contains(location) { locations[member] = name }
    for member in members { locations[member] = name }
  }
}

extension Event {
  /// A field as text; empty when it is not there.
  package func text(_ field: String) -> String {
    guard let value = values[field] else { return "" }
    if case .milliseconds(let number) = value { return String(number) }
    return value.description
  }
}
