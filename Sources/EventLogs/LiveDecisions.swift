package import EventCatalog
package import RolloutCheckers
package import Rollouts
import World

/// The coordinator's decisions, from the cloud's events. Connectors have their fully qualified names in them.
package enum LiveDecisions {
  /// - Returns: with what the cloud was told, as far as its events tell it.
  package static func entries(_ stretch: EventTrail.Stretch) -> [TraceEntry] {
    var entries: [TraceEntry] = []
    // Who holds a location's lease is not known until the next one is given or taken back.
    var known: Set<String> = []
    for record in stretch.records {
      if record.event.definition.code == CloudEvents.connectorDeleted.code {
        entries.append(.fact(.connectorRemoved(record.event.text("fqdn")), at: record.time))
      }
      guard let decision = decision(record) else { continue }
      if let location = decision.location, decision.connector != nil, stretch.isTorn || stretch.records.first?.sequence != 1 {
        if decision.kind == .leaseGranted || decision.kind == .leaseReleased { known.insert(location) }
        if !known.contains(location) { continue }
      }
      entries.append(.decision(decision))
    }
    return entries
  }

  /// Nil: this is no decision, or one of a version that knows more.
  package static func decision(_ record: EventRecord) -> RolloutDecision? {
    let event = record.event
    guard event.definition.provider == .rollout, let kind = RolloutDecision.Kind(rawValue: event.text("kind")) else { return nil }
    let (subject, location) = (event.text("subject"), event.text("location"))
    let isOfOne = subject != location && subject != "the rollout"
    return RolloutDecision(
      number: Int(clamping: record.sequence), time: record.time, kind: kind, connector: isOfOne ? subject : nil,
      location: location.isEmpty ? nil : location, ring: nil, version: ReleaseVersion(event.text("version")), token: UInt64(event.text("token")),
      rule: DecidingRule(rawValue: event.text("rule")), until: WallTime(iso8601: event.text("until")), reason: event.text("reason"))
  }
}
