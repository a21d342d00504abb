import Releases
package import Rollouts
import World

/// What a release does when it runs.
package enum ReleaseBehaviour: String, CaseIterable, Codable, Sendable {
  case healthy
  /// Its process ends soon after its start.
  case crashes
  /// It never becomes ready.
  case hangs
  /// It runs and never reaches the cloud.
  case noCloud
  /// Well for five minutes, then not.
  case failsLater
  case flaps
  /// Well, but slow to start.
  case slow
}

/// A release of the scenario: what it is, when it comes out, and how it behaves where.
package struct ReleasePlan: Hashable, Codable, Sendable {
  package var offer: ReleaseOffer
  /// Since the start of the run.
  package var at: Duration
  package var behaviour = ReleaseBehaviour.healthy
  /// So many of a million connectors are affected by the behaviour; the others find it healthy.
  package var affected = 1_000_000

  package init(_ offer: ReleaseOffer, at: Duration, _ behaviour: ReleaseBehaviour = .healthy, affected: Int = 1_000_000) {
    self.offer = offer
    self.at = at
    self.behaviour = behaviour
    self.affected = affected
  }
}

/// All releases of a run by number: 0 is what every connector runs at first.
struct Catalog: Sendable {
  let slots: [SlotName]
  let versions: [ReleaseVersion]
  private let plans: [ReleasePlan?]
  private let digests: [ContentDigest]

  init(first: ReleaseVersion, _ plans: [ReleasePlan]) {
    versions = [first] + plans.map(\.offer.version)
    self.plans = [nil] + plans
    digests = versions.map { Self.digest(UInt64($0.hashText)) }
    slots = zip(versions, digests).map { SlotName($0, $1) }
  }

  func number(of version: ReleaseVersion) -> Int? { versions.firstIndex(of: version) }
  func number(of slot: SlotName) -> Int? { slots.firstIndex(of: slot) }
  func bundle(_ number: Int) -> ContentDigest { digests[number] }

  func behaviour(of number: Int, on machine: UInt64) -> ReleaseBehaviour {
    guard let plan = plans[number] else { return .healthy }
    return Buckets.bucket(String(machine), plan.offer.version) * 100 < plan.affected ? plan.behaviour : .healthy
  }

  /// A digest that stands for something with this number.
  static func digest(_ number: UInt64) -> ContentDigest {
    let text = String(number, radix: 16)
    let padded = String(repeating: "0", count: 16 - text.utf8.count) + text
    // 64 hexadecimal digits are a digest.
    return ContentDigest(padded + padded + padded + padded).unsafelyUnwrapped
  }
}

extension ReleaseVersion {
  /// FNV-1a of the text.
  fileprivate var hashText: UInt64 { text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
}
