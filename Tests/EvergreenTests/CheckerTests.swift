import EvergreenCheckers
import Releases
import Testing
import World

/// Each checker finds what it is there for, and a good trace has nothing to find.
@Suite struct CheckerTests {
  static let old = SlotName("4.1.0.0-aaaaaaaaaaaa")!
  static let new = SlotName("4.2.0.0-bbbbbbbbbbbb")!
  static let digest = ContentDigest(String(repeating: "a", count: 64))!
  static let other = ContentDigest(String(repeating: "b", count: 64))!

  static func fact(_ kind: UpdateFact.Kind, _ at: Int64, _ slot: SlotName? = nil, _ fill: (inout UpdateFact) -> Void = { _ in }) -> UpdateFact {
    UpdateFact(kind, at: WallTime(seconds: at), slot: slot, fill)
  }
  static func probes(_ range: StrideThrough<Int64>, ok: Bool = true, endToEnd: Bool = true) -> [UpdateFact] {
    range.map { fact(.probed, $0, new) { ($0.ok, $0.endToEnd) = (ok, endToEnd) } }
  }
  static func started(_ at: Int64, _ slot: SlotName, _ role: UpdateFact.Role, ok: Bool = true) -> UpdateFact {
    fact(.started, at, slot) {
      ($0.role, $0.ok) = (role, ok)
      if role == .trial { ($0.from, $0.generation, $0.deadline) = (old, 5, WallTime(seconds: 3_100)) }
    }
  }
  static let machine = fact(.machine, 0) { $0.platform = ReleasePlatform(os: "linux", arch: "x86_64") }
  static let room = fact(.preflight, 50, new) { ($0.ok, $0.count) = (true, 0) }
  static let installed = fact(.installed, 60, new) { $0.platform = ReleasePlatform(os: "linux", arch: "x86_64") }
  static let snapshot = fact(.snapshotTaken, 90, old) { $0.state = digest }
  static let opened = fact(.trialOpened, 100, new) {
    ($0.from, $0.generation, $0.deadline, $0.count) = (old, 5, WallTime(seconds: 3_100), 1)
  }
  static let start = [machine, started(1, old, .active), room, installed, snapshot, opened, started(101, new, .trial)]
  static func committed(_ at: Int64) -> UpdateFact { fact(.committed, at, new) { ($0.from, $0.generation) = (old, 5) } }
  static func back(_ at: Int64) -> UpdateFact { fact(.rollbackBegan, at, old) { ($0.from, $0.generation) = (new, 5) } }
  static func restored(_ at: Int64, _ state: ContentDigest = digest) -> UpdateFact { fact(.stateRestored, at, old) { $0.state = state } }
  static func done(_ at: Int64) -> UpdateFact { fact(.rolledBack, at, old) { ($0.from, $0.generation, $0.ok) = (new, 5, true) } }
  static let failed = (1...3).map { count in fact(.rollbackFailed, 200 + Int64(count), old) { $0.count = count } }
  /// Each release with its own default configuration: the old one's is reset before the first start, the new one's when its trial is opened.
  static func reset(_ at: Int64, _ slot: SlotName, _ digest: ContentDigest) -> UpdateFact {
    fact(.configurationReset, at, slot) { ($0.ok, $0.configuration) = (true, digest) }
  }
  static func startedWith(_ at: Int64, _ slot: SlotName, _ role: UpdateFact.Role, _ digest: ContentDigest) -> UpdateFact {
    var made = started(at, slot, role)
    made.configuration = digest
    return made
  }
  static let configured = [
    reset(0, old, digest), startedWith(1, old, .active, digest), reset(99, new, other), startedWith(101, new, .trial, other), reset(200, old, digest),
    startedWith(201, old, .active, digest), startedWith(300, old, .active, digest),
  ]
  static let goodCommit = start + probes(stride(from: 130, through: 790, by: 30)) + [committed(790), started(800, new, .active)]
  static let goodWayBack = start + [back(200), restored(201), done(202), started(203, old, .lastGood)]

  @Test func goodTracesAreGood() {
    for trace in [Self.goodCommit, Self.goodWayBack] {
      for end in trace.indices { #expect(EvergreenCheckers.check(Array(trace[...end])) == []) }
    }
    for end in Self.configured.indices { #expect(EvergreenCheckers.check(.f16, Array(Self.configured[...end])) == []) }
    // A rollback that could not put it back has told a person.
    let escalated = [Self.reset(99, Self.new, Self.other), Self.fact(.escalated, 100), Self.startedWith(101, Self.old, .active, Self.other)]
    #expect(EvergreenCheckers.check(.f16, escalated) == [])
  }

  /// What ends the trial of a machine that was off at its deadline is said late and is no trial that goes on.
  @Test func aMachineThatWasOffAtTheDeadline_L4() {
    let off = Self.start + [Self.fact(.powerCut, 200), Self.fact(.escalated, 9_000, Self.old)]
    let rest = [Self.back(9_000), Self.restored(9_001), Self.done(9_002), Self.started(9_003, Self.old, .active)]
    #expect(EvergreenCheckers.check(off + rest) == [])
    for kind in [UpdateFact.Kind.probed, .commanded, .downloaded, .ended] {
      #expect(EvergreenCheckers.check(.l4, off + [Self.fact(kind, 9_000)] + rest).map(\.index) == [off.count], "\(kind)")
    }
  }

  /// Somebody sets the clock in the middle of a trial: lengths are those of the clock that nobody sets.
  @Test(arguments: [Int64(-700), 5_000]) func aClockThatIsSetMisleadsNoChecker_L3_L4_L5(_ step: Int64) {
    func stamped(_ trace: [UpdateFact], steppedAt: Int64) -> [UpdateFact] {
      trace.map { fact in
        var fact = fact
        (fact.boot, fact.uptime) = ("b", fact.at.seconds * 1_000)
        if fact.at.seconds >= steppedAt { fact.at = fact.at + .seconds(step) }
        return fact
      }
    }
    func plain(_ trace: [UpdateFact], steppedAt: Int64) -> [UpdateFact] {
      stamped(trace, steppedAt: steppedAt).map { fact in
        var fact = fact
        fact.boot = nil
        return fact
      }
    }
    for (trace, at) in [(Self.goodCommit, Int64(400)), (Self.goodWayBack, 202)] {
      #expect(EvergreenCheckers.check(stamped(trace, steppedAt: at)) == [])
      if step > 0 || at == 400 { #expect(EvergreenCheckers.check(plain(trace, steppedAt: at)) != []) }
    }
    // Nor does its time go on in another start of the machine.
    var restarted = stamped(Self.start + [Self.started(150, Self.new, .trial)], steppedAt: 9_999)
    #expect(EvergreenCheckers.check(.l4, restarted) == [])
    restarted[restarted.count - 1].boot = "c"
    #expect(EvergreenCheckers.check(.l4, restarted).map(\.index) == [restarted.count - 1])
    // A trial that goes on is seen although its clock was set back.
    let long = Self.start + Self.probes(stride(from: 130, through: 3_400, by: 30), endToEnd: false)
    #expect(EvergreenCheckers.check(.l4, stamped(long, steppedAt: 2_000)).count == 1)
  }

  /// What failed before is not known any more: the operator was told, and clears all of it with whatever is cleared.
  @Test func aClearOfALostRecordLetsAllBeTriedAgain_L6() {
    let lost = Self.goodWayBack + [Self.fact(.escalated, 300) { $0.reason = UpdateFact.forgotten }]
    let cleared = lost + [Self.fact(.cleared, 301) { $0.reason = "1.0.0.0" }, Self.opened]
    #expect(EvergreenCheckers.check(.l6, cleared) == [])
  }

  struct Bad: Sendable, CustomStringConvertible {
    var invariant: EvergreenInvariant
    var description: String
    var trace: [UpdateFact]
  }
  @Test(arguments: [
    Bad(invariant: .l1, description: "a damaged start", trace: [machine, started(1, old, .active, ok: false)]),
    Bad(invariant: .l1, description: "nothing started after a power cut", trace: [fact(.powerCut, 1), fact(.probed, 2)]),
    Bad(
      invariant: .l1, description: "another one than the link says",
      trace: [fact(.linked, 1, new) { $0.role = .active }, started(2, old, .active)]),
    Bad(invariant: .l2, description: "removed during a trial", trace: start + [fact(.removed, 150, old)]),
    Bad(invariant: .l3, description: "too early", trace: start + probes(stride(from: 130, through: 690, by: 30)) + [committed(690)]),
    Bad(
      invariant: .l3, description: "never the cloud",
      trace: start + probes(stride(from: 130, through: 790, by: 30), endToEnd: false) + [committed(790)]),
    Bad(
      invariant: .l3, description: "a gap",
      trace: start + probes(stride(from: 130, through: 400, by: 30)) + probes(stride(from: 500, through: 790, by: 30)) + [committed(790)]),
    Bad(
      invariant: .l3, description: "a break",
      trace: start + probes(stride(from: 130, through: 460, by: 30)) + probes(stride(from: 490, through: 490, by: 30), ok: false)
        + probes(stride(from: 520, through: 790, by: 30)) + [committed(790)]),
    Bad(invariant: .l3, description: "committed without a word of it", trace: start + [started(800, new, .active)]),
    Bad(invariant: .l4, description: "goes on", trace: start + probes(stride(from: 3_130, through: 3_190, by: 30))),
    Bad(invariant: .l4, description: "starts late", trace: start + [fact(.powerCut, 200), started(3_100, new, .trial)]),
    Bad(invariant: .l4, description: "committed late", trace: start + probes(stride(from: 2_500, through: 3_100, by: 30)) + [committed(3_100)]),
    Bad(invariant: .l5, description: "the network", trace: start + [back(200), fact(.networkUsed, 201), restored(202), done(203)]),
    Bad(invariant: .l5, description: "too long", trace: start + [back(200), restored(501), done(501)]),
    Bad(invariant: .l5, description: "a loop", trace: start + [back(200)] + failed + [fact(.rollbackFailed, 204, old)]),
    Bad(invariant: .l5, description: "goes on after a person was called", trace: start + [back(200), failed[0], fact(.escalated, 202), failed[1]]),
    Bad(invariant: .l5, description: "starts what it leaves", trace: start + [back(200), started(201, new, .trial)]),
    Bad(invariant: .l6, description: "tried again", trace: goodWayBack + [opened]),
    Bad(
      invariant: .l6, description: "another one was cleared",
      trace: goodWayBack + [fact(.escalated, 300) { $0.reason = "a rollback failed" }, fact(.cleared, 301) { $0.reason = "1.0.0.0" }, opened]),
    Bad(
      invariant: .l6, description: "forgotten, and nobody cleared anything",
      trace: goodWayBack + [fact(.escalated, 300) { $0.reason = UpdateFact.forgotten }, opened]),
    Bad(invariant: .l6, description: "too often", trace: (0..<6).flatMap { _ in [opened, started(200, old, .active)] }),
    Bad(invariant: .l7, description: "back and committed", trace: start + [back(200), committed(201)]),
    Bad(invariant: .l7, description: "committed twice", trace: goodCommit + [committed(900)]),
    Bad(
      invariant: .l8, description: "a replay that does something",
      trace: [
        fact(.commanded, 1) { ($0.command, $0.ok) = ("c", true) }, fact(.commanded, 2) { ($0.command, $0.ok) = ("c", false) },
        fact(.changed, 3) { $0.command = "c" },
      ]),
    Bad(
      invariant: .l8, description: "taken up twice",
      trace: [
        fact(.commanded, 1) { ($0.command, $0.ok) = ("c", true) }, fact(.commanded, 2) { ($0.command, $0.ok) = ("c", true) },
      ]),
    Bad(invariant: .l9, description: "without asking for room", trace: [installed]),
    Bad(invariant: .l9, description: "without room", trace: [fact(.preflight, 1, new) { ($0.ok, $0.count) = (false, 0) }, installed]),
    Bad(invariant: .l9, description: "residue", trace: [fact(.preflight, 1, new) { ($0.ok, $0.count) = (false, 2) }]),
    Bad(invariant: .l10, description: "no state", trace: start + [back(200), done(201), started(202, old, .lastGood)]),
    Bad(invariant: .l10, description: "another state", trace: start + [back(200), restored(201, other), done(201), started(202, old, .lastGood)]),
    Bad(invariant: .t7, description: "older", trace: [fact(.trialOpened, 1, old) { $0.from = new }]),
    Bad(invariant: .t7, description: "back to what never ran", trace: [back(1)]),
    Bad(
      invariant: .t8, description: "another platform",
      trace: [machine, room, fact(.installed, 60, new) { $0.platform = ReleasePlatform(os: "linux", arch: "aarch64") }]),
    Bad(
      invariant: .f16, description: "changed between two starts, without a release",
      trace: [reset(0, old, digest), startedWith(1, old, .active, digest), startedWith(2, old, .active, other)]),
    Bad(
      invariant: .f16, description: "changed without a release, in a trace that begins in the middle",
      trace: [startedWith(1, old, .active, digest), startedWith(2, old, .active, other)]),
    Bad(invariant: .f16, description: "changed for no release", trace: [fact(.configurationReset, 1) { $0.configuration = digest }]),
    Bad(
      invariant: .f16, description: "the next release's before its trial",
      trace: [reset(0, old, digest), reset(50, new, other), startedWith(60, old, .active, other)]),
    Bad(
      invariant: .f16, description: "not put back by the rollback",
      trace: [reset(0, old, digest), reset(99, new, other), startedWith(101, new, .trial, other), startedWith(201, old, .lastGood, other)]),
    Bad(
      invariant: .f16, description: "one release, two default configurations",
      trace: [reset(0, old, digest), startedWith(1, old, .active, digest), reset(2, old, other), startedWith(3, old, .active, other)]),
  ])
  func findsIt(_ bad: Bad) { #expect(!EvergreenCheckers.check(bad.invariant, bad.trace).isEmpty) }
}
