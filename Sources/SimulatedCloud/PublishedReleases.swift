import Rollouts
package import World

/// What the repository of releases shows to connectors now, and what was taken out of it.
package struct PublishedReleases: Hashable, Codable, Sendable {
  /// Who gets a release.
  package enum Reach: Hashable, Codable, Sendable {
    case all
    /// The standard rings, one after the other, up to this one.
    case rings(upTo: String)
    /// 1 to 99 percent of all connectors.
    case share(percent: Int)
  }
  package struct Release: Hashable, Codable, Sendable {
    package var version: ReleaseVersion
    package var floors: [ReleaseVersion]
    package var reach: Reach
    package var emergency: Bool
    /// SHA-256 of its manifest, 64 hexadecimal digits: what a connector that runs it says that it runs. Nil when it is not known.
    package var digest: String?

    package init(_ version: ReleaseVersion, floors: [ReleaseVersion] = [], reach: Reach = .all, emergency: Bool = false, digest: String? = nil) {
      self.version = version
      self.floors = floors
      self.reach = reach
      self.emergency = emergency
      self.digest = digest
    }
  }
  package var published: [Release]
  package var revoked: [ReleaseVersion]

  package init(published: [Release] = [], revoked: [ReleaseVersion] = []) {
    self.published = published
    self.revoked = revoked
  }

  package var newest: Release? { published.max { $0.version < $1.version } }
}

extension PublishedReleases.Release {
  /// The ring of a share, and the one of everybody.
  static let shareRing = "share"
  static let everyRing = "all"
  /// Who publishes to everybody at once has nobody to learn from but those who go first: a second failure stops it.
  private static var everybody: RingDefinition { RingDefinition(everyRing, upTo: Buckets.count, bake: .seconds(1), failureLimit: 2) }

  /// How it is rolled out; nil when it names a ring that there is not.
  var offer: ReleaseOffer? {
    switch reach {
    case .all: return ReleaseOffer(version, floors: floors, rings: [Self.everybody], canaries: 0, emergency: emergency)
    case .share(let percent):
      let share = RingDefinition(Self.shareRing, upTo: percent * Buckets.count / 100, bake: .seconds(1), failureLimit: 1)
      return ReleaseOffer(version, floors: floors, rings: [share, Self.everybody], canaries: 0, emergency: emergency, lastRing: 0)
    case .rings(let name):
      let rings = RingDefinition.standard
      guard let last = rings.firstIndex(where: { $0.name == name }) else { return nil }
      return ReleaseOffer(version, floors: floors, emergency: emergency, lastRing: last == rings.count - 1 ? nil : last)
    }
  }

  /// What lets a release that is out reach as far as this says; nil when it does already.
  func widening(of offer: ReleaseOffer) -> RolloutOrder? {
    switch reach {
    case .all: return offer.lastRing == nil ? nil : .extend(upTo: nil)
    case .rings(let name):
      guard let last = offer.lastRing, offer.rings[last].name != name else { return nil }
      return .extend(upTo: name)
    case .share(let percent):
      let upTo = percent * Buckets.count / 100
      guard let share = offer.rings.first(where: { $0.name == Self.shareRing }), offer.lastRing != nil else {
        return .widen(Self.shareRing, upTo: upTo)
      }
      return share.upTo == upTo ? nil : .widen(Self.shareRing, upTo: upTo)
    }
  }
}
