package import World

/// A release as the rollout sees it. What is in it, and whether to trust it, is not decided here.
package struct ReleaseOffer: Hashable, Codable, Sendable {
  package var version: ReleaseVersion
  /// Versions that no connector may jump over.
  package var floors: [ReleaseVersion]
  package var rings: [RingDefinition]
  /// So many connectors, in different resource locations, go before the first ring (at most five; 0: none).
  package var canaries: Int
  /// Whether a signed order lets it start outside of windows. Rings, leases, health and caps hold all the same.
  package var emergency: Bool
  /// The last ring that may open for now, by its index; nil: all of them. An operator extends it.
  package var lastRing: Int?

  package init(
    _ version: ReleaseVersion, floors: [ReleaseVersion] = [], rings: [RingDefinition] = RingDefinition.standard, canaries: Int = 3,
    emergency: Bool = false, lastRing: Int? = nil
  ) {
    self.version = version
    self.floors = floors
    self.rings = rings
    self.canaries = canaries
    self.emergency = emergency
    self.lastRing = lastRing
  }

  /// What is wrong with it, in one sentence; nil when it can be rolled out.
  package var problem: String? {
    if rings.isEmpty { return "release \(version) has no ring; name at least one" }
    if rings.last?.upTo != Buckets.count {
      return "the last ring of release \(version) ends at \(rings.last?.upTo ?? 0); it must end at \(Buckets.count)"
    }
    if zip(rings, rings.dropFirst()).contains(where: { $0.upTo > $1.upTo }) {
      return "the rings of release \(version) shrink; each must reach as far as the one before"
    }
    if Set(rings.map(\.name)).count != rings.count { return "two rings of release \(version) have the same name" }
    if let lastRing, !rings.indices.contains(lastRing) { return "release \(version) may open rings up to number \(lastRing), which it does not have" }
    if !(0...5).contains(canaries) { return "release \(version) asks for \(canaries) canaries; 0 to 5 are possible" }
    return nil
  }

  /// The versions to pass on the way, in order, ending with the release itself; empty when there is nothing to do.
  package func path(from version: ReleaseVersion) -> [ReleaseVersion] {
    guard version < self.version else { return [] }
    return Set(floors).filter { version < $0 && $0 < self.version }.sorted() + [self.version]
  }

  package func ring(of connector: String, _ assignment: RingAssignment) -> Int? {
    switch assignment {
    case .none: return nil
    case .named(let name): return rings.firstIndex { $0.name == name }
    case .byBucket:
      let bucket = Buckets.bucket(connector, version)
      return rings.firstIndex { bucket < $0.upTo }
    }
  }
}
