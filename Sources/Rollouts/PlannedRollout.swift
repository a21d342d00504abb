package import World

/// What a dry run came to: who, when, which version, which ring, which rule. Its JSON is what `--json` prints.
package struct PlannedRollout: Hashable, Codable, Sendable {
  package struct Update: Hashable, Codable, Sendable {
    package var location: String
    package var connector: String
    package var from: ReleaseVersion
    package var to: ReleaseVersion
    package var ring: String?
    /// It goes before its ring.
    package var canary: Bool
    package var rule: DecidingRule?
    /// When its ring opened, or it was chosen to go first: what its schedule counts from.
    package var offered: WallTime?
    package var starts: WallTime
    /// On the wall of the location.
    package var startsLocal: String
    /// Nil: not over within the time that was looked at.
    package var ends: WallTime?
    package var outcome: RolloutDecision.Kind?
  }
  /// A connector that does not get the release in time.
  package struct Left: Hashable, Codable, Sendable {
    package var connector: String
    package var phase: ConnectorPhase
  }
  package struct Step: Hashable, Codable, Sendable {
    package var time: WallTime
    package var kind: RolloutDecision.Kind
    package var reason: String
  }
  package var available: WallTime
  package var until: WallTime
  package var schedule: String
  package var zone: String
  /// In the order of their starts.
  package var updates: [Update]
  package var left: [Left]
  /// What happens to the rollout as a whole.
  package var rollout: [Step]
}
