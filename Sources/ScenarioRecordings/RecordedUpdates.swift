import EventCatalog
import EventLogs
import Fleet
import Rollouts
import World

/// Releases, what operators ordered, and which connector was updated when: from the cloud's decisions.
struct RecordedUpdates {
  private(set) var releases: [(plan: ReleasePlan, at: WallTime)] = []
  private(set) var actions: [(act: OperatorAction.Act, at: WallTime)] = []
  private(set) var notes: [String] = []
  /// Of connectors by number, with the version they are about.
  private(set) var committed: [(number: Int, version: ReleaseVersion)] = []
  private(set) var wentBack: Set<Int> = []
  /// From the lease to its end.
  private var flights: [(number: Int, from: WallTime, until: WallTime)] = []

  init(_ session: RecordedSession) {
    let decisions = session.cloud.flatMap(\.records).compactMap(LiveDecisions.decision)
    var open: [Int: WallTime] = [:]
    var failed: [ReleaseVersion: Set<Int>] = [:]
    for decision in decisions {
      let member = decision.connector.flatMap { session.member($0) }
      note(decision, member, session)
      guard let member else { continue }
      switch decision.kind {
      case .leaseGranted: open[member.number] = decision.time
      case .leaseReleased, .leaseReturned:
        flights.append((member.number, open.removeValue(forKey: member.number) ?? session.begins, decision.time))
      case .committed: if let version = decision.version { committed.append((member.number, version)) }
      case .rolledBack, .failed, .quarantined:
        if let version = decision.version { failed[version, default: []].insert(member.number) }
        wentBack.insert(member.number)
      default: break
      }
    }
    for (number, from) in open { flights.append((number, from, .distant)) }
    blame(failed)
  }

  func isUpdating(_ member: RecordedSession.Member, from: WallTime, until: WallTime) -> Bool {
    flights.contains { $0.number == member.number && $0.from <= until && from <= $0.until }
  }

  private mutating func note(_ decision: RolloutDecision, _ member: RecordedSession.Member?, _ session: RecordedSession) {
    func act(_ act: OperatorAction.Act) { actions.append((act, decision.time)) }
    switch decision.kind {
    case .published:
      guard let version = decision.version, !releases.contains(where: { $0.plan.offer.version == version }) else { return }
      let all = RingDefinition("all", upTo: Buckets.count, bake: .zero)
      releases.append((ReleasePlan(ReleaseOffer(version, rings: [all], canaries: 0), at: .zero), decision.time))
      notes.append(
        "release \(version): events do not carry its rings and canaries, nor the schedules of locations; it is replayed with one ring of all, at once"
      )
    case .paused: act(.order(.pause))
    case .resumed: act(.order(.resume))
    case .aborted: act(.order(.abort))
    case .revoked: if let version = decision.version { act(.revoke(version)) }
    case .ordered: if let member { act(.order(.now("c\(member.number + 1)"))) }
    case .cleared: if let member { act(.order(.clear("c\(member.number + 1)"))) }
    case .widened, .extended, .delayed, .schedulePostponed:
      // Said once, however often it happened.
      let text = "operators changed rings or schedules (\(decision.kind.rawValue)): events do not carry what to; it is left out"
      if !notes.contains(text) { notes.append(text) }
    default: break
    }
  }

  /// A release that somebody went back from crashes, for as many as it did.
  private mutating func blame(_ failed: [ReleaseVersion: Set<Int>]) {
    for index in releases.indices {
      let version = releases[index].plan.offer.version
      guard let bad = failed[version]?.count, bad > 0 else { continue }
      let good = Set(committed.filter { $0.version == version }.map(\.number)).subtracting(failed[version] ?? []).count
      releases[index].plan.behaviour = .crashes
      releases[index].plan.affected = 1_000_000 * bad / (bad + good)
      notes.append("release \(version) did not last on \(bad) of \(bad + good): replayed as one that crashes there, not with its own fault")
    }
  }
}
