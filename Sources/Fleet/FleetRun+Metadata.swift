import Evergreen
import Simulation
import TrustCheckers
import World

/// The repository's signed metadata, as far as time goes: the timestamp is signed anew every day, what it lists is what came out by then. A fault holds it still,
/// with all that it lists; its signatures stay good until the timestamp expires.
///
/// Where no such fault comes every look would find what it expects, and none is simulated.
extension FleetRun {
  /// As long as the lab's repository signs it for.
  private static let timestampLife = Duration.seconds(30 * 86_400)
  private static let signedEvery: Int64 = 86_400

  /// What connectors are shown: when that was the newest.
  private var shown: Moment { cloud.frozenSince ?? engine.now }

  /// From 1.
  private var timestamp: Int32 { Int32(clamping: 1 + (shown - Moment(nanoseconds: 0)).components.seconds / Self.signedEvery) }

  private var hasExpired: Bool {
    let signed = Moment(nanoseconds: 0) + .seconds(Int64(timestamp - 1) * Self.signedEvery)
    return engine.now - signed >= Self.timestampLife
  }

  func isListed(_ release: Int) -> Bool { release == 0 || scenario.releases[release - 1].at <= shown - Moment(nanoseconds: 0) }

  /// Nil when metadata is up to date now.
  mutating func refreshMetadata(_ index: Int) -> ReleaseFetchProblem? {
    guard reachesTheCloud(index) else { return ReleaseFetchProblem("no connection", isPassing: true) }
    if hasExpired { return ReleaseFetchProblem("the timestamp has expired: the repository may be held still", isPassing: false) }
    guard timestamp > machines[index].timestamp else { return nil }
    (machines[index].timestamp, machines[index].timestampAt) = (timestamp, engine.now)
    return nil
  }

  mutating func lookAtMetadata(_ index: Int) -> MetadataLook {
    let problem = refreshMetadata(index)
    let stale = engine.now - machines[index].timestampAt
    if stale >= ground.settings.freezeAfter || freezes[index] != nil { tellTrust(index, .looked(stale: stale, isFresh: stale == .zero)) }
    // Planted: whatever is shown is taken for new.
    return MetadataLook(stale: mutant == .staleTakenForFresh && problem == nil ? .zero : stale, problem: problem)
  }

  /// Kept from the first look that finds nothing newer for too long until one finds something.
  mutating func tellTrust(_ index: Int, _ what: TrustFact.What) {
    freezes[index, default: []].append(TrustFact(what, at: WallTime(microseconds: engine.now.nanoseconds / 1_000)))
    let bounds = TrustBounds(freezeAfter: ground.settings.freezeAfter, pollEvery: ground.settings.lookEvery)
    for violation in TrustCheckers.check(.freeze, freezes[index] ?? [], bounds) {
      freezes[index] = nil
      return found("T4", machines[index].name, violation.what)
    }
    if case .looked(_, isFresh: true) = what { freezes[index] = nil }
  }
}
