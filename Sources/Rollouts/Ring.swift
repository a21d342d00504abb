import World

/// One step of a rollout: who is in it, how long it bakes, and how much may go wrong in it.
package struct RingDefinition: Hashable, Codable, Sendable {
  package var name: String
  /// Buckets below this belong to this ring or an earlier one: hundredths of a percent, never falling from ring to ring; the last ring has 10,000.
  package var upTo: Int
  /// From the end of the ring's last update to the next ring's first.
  package var bake: Duration
  /// So many failures halt the rollout (θ).
  package var failureLimit: Int

  package init(_ name: String, upTo: Int, bake: Duration, failureLimit: Int = 1) {
    self.name = name
    self.upTo = upTo
    self.bake = bake
    self.failureLimit = max(1, failureLimit)
  }

  /// 1 %, 10 %, 50 %, everyone; a day between them.
  package static let standard = [
    RingDefinition("first", upTo: 100, bake: .seconds(86_400), failureLimit: 1),
    RingDefinition("early", upTo: 1_000, bake: .seconds(86_400), failureLimit: 2),
    RingDefinition("broad", upTo: 5_000, bake: .seconds(86_400), failureLimit: 5),
    RingDefinition("all", upTo: 10_000, bake: .seconds(3_600), failureLimit: 10),
  ]
}

/// How a resource location's connectors come to their rings.
package enum RingAssignment: Hashable, Codable, Sendable {
  /// They never update on their own (F18).
  case none
  /// Each by its bucket, which is another for every release.
  case byBucket
  /// All in this one. A name that a release does not have counts as `none` for it.
  case named(String)
}

/// What is counted of one ring.
package struct RingCount: Hashable, Codable, Sendable {
  package var members = 0
  /// Those that the ring waits for.
  package var open = 0
  package var updated = 0
  /// Members that are delayed by two weeks and not updated yet: no evidence is asked of them.
  package var delayed = 0
  package var failures = 0
  /// Updates begun.
  package var started = 0

  package init() {}
}
