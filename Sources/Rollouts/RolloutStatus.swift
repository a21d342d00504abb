package import World

/// What `update status` shows.
package struct RolloutStatus: Hashable, Codable, Sendable {
  package struct Row: Hashable, Codable, Sendable {
    package var connector: String
    package var location: String
    package var version: ReleaseVersion
    /// Where it goes next; nil: nowhere.
    package var target: ReleaseVersion?
    package var phase: ConnectorPhase
    package var ring: String?
    package var rule: DecidingRule?
    /// When something happens to it at the latest.
    package var next: WallTime?
    package var token: UInt64?
    /// Why it takes no part; nil: it does.
    package var barred: String?
  }
  package var release: ReleaseVersion?
  package var standing: Rollout.Standing?
  package var reason: String
  /// Nil before the first ring and after the last.
  package var ring: String?
  package var baking: Bool
  package var deadline: WallTime?
  /// By the rings' names.
  package var counts: [String: RingCount]
  package var inFlight: Int
  /// By location, then connector.
  package var rows: [Row]
}

extension RolloutLogic {
  package var status: RolloutStatus {
    func name(_ ring: Int?) -> String? {
      guard let ring, let rings = rollout?.offer.rings, rings.indices.contains(ring) else { return nil }
      return rings[ring].name
    }
    let rows = connectors.values.sorted { ($0.location, $0.id) < ($1.location, $1.id) }.map {
      RolloutStatus.Row(
        connector: $0.id, location: $0.location, version: $0.version, target: $0.flight?.hop ?? rollout?.offer.path(from: $0.version).first,
        phase: $0.phase, ring: name($0.ring), rule: $0.flight?.rule ?? $0.rule ?? $0.due?.rule, next: $0.deadline ?? $0.absentAt,
        token: $0.flight?.token, barred: $0.barred)
    }
    let counts = zip(rollout?.offer.rings ?? [], rollout?.counts ?? []).map { ($0.name, $1) }
    return RolloutStatus(
      release: rollout?.offer.version, standing: rollout?.standing, reason: rollout?.reason ?? "", ring: name(rollout?.ring),
      baking: rollout?.baking ?? false, deadline: rollout?.deadline, counts: Dictionary(counts) { first, _ in first }, inFlight: inFlight, rows: rows)
  }
}
