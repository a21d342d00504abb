import EventCatalog
import EventLogs
import EvergreenCheckers
import Releases
import Testing
import World

/// Each invariant: held, broken, and not checked where the input does not tell.
@Suite struct VerificationTests {
  private static let started = Event.daemonStarted(version: "1.2.3.4", fqdn: "c1.lab", directory: "/d")
  private static let stopped = Event.daemonStopped(elapsed: 5, exitCode: 0)

  @Test func `A hole in the numbers is found, with where it is and whether it was told`() throws {
    let good = Told.boot("c1", "b1", [Self.started, .daemonReady(elapsed: 1, services: 7), .daemonReadyAgain(elapsed: 1), Self.stopped])
    #expect(Told.verdict("N", good)?.standing == .held && Told.verdict("N", good)?.facts == 4)
    let holed = try #require(Told.verdict("N", [good[0], good[3]]))
    #expect(holed.standing == .broken)
    #expect(holed.violations.map(\.what) == ["events 2 to 3 are missing in boot b1"])
    #expect(holed.violations.first?.time == good[3].time && holed.violations.first?.connector == "c1")
    let told = [good[0]] + Told.boot("c1", "b1", first: 3, [.eventsLost(output: "file", count: 1)])
    #expect(Told.verdict("N", told)?.violations.first?.what == "event 2 is missing in boot b1; connectord itself says that an output was too slow")
  }

  @Test func `The same event twice counts once, and a log that begins in the middle is no loss`() throws {
    let all = Told.boot("c1", "b1", first: 7, [.daemonReadyAgain(elapsed: 1), Self.stopped])
    let verification = Verification(VerificationInput(Told.log(all + all)))
    #expect(verification.events == 2 && !verification.isBroken)
    #expect(verification.notes.contains { $0.hasPrefix("c1: one run begins in the middle") })
  }

  // MARK: Of one connector

  @Test func `A configuration that changes without an import is found, but not across a run that was killed`() {
    let first = Told.boot("c1", "b1", [Self.started, .configurationImported(revision: 3, machines: 1, digest: "d"), Self.stopped])
    let next = Told.boot("c1", "b2", at: 60, [Self.started, .configurationOpened(revision: 5, machines: 1)])
    #expect(Told.verdict("C1", first + next)?.standing == .broken)
    #expect(
      Told.verdict("C1", first + Told.boot("c1", "b2", at: 60, [Self.started, .configurationOpened(revision: 3, machines: 1)]))?.standing == .held)
    // The import of 5 may not have been told any more.
    let killed = Array(first.dropLast())
    #expect(Told.verdict("C1", killed + next)?.standing == .held)
  }

  @Test func `An operation that nothing allowed is found, but not where the log may lack what allowed it`() {
    func done(_ request: String) -> Event {
      .agentSystemOperationFinished(operation: "registry-set", detail: "", asker: "watchdog", request: request, result: "done", elapsed: 1)
    }
    let allowed = Event.agentSystemOperationAllowed(operation: "registry-set", detail: "", asker: "watchdog", request: "r1")
    #expect(Told.verdict("P1", Told.boot("c1", "b1", [Self.started, allowed, done("r1")]))?.standing == .held)
    let bad = Told.boot("c1", "b1", [Self.started, allowed, done("r1"), done("r2")])
    #expect(Told.verdict("P1", bad)?.violations.map(\.what) == ["registry-set was done for request r2, which was never allowed, or was done already"])
    let middle = Told.boot("c1", "b1", first: 10, [done("r2"), allowed, done("r1")])
    #expect(Told.verdict("P1", middle)?.standing == .held)
    #expect(Verification(VerificationInput(Told.log(middle))).notes.contains { $0.contains("P1 was not asked") })
  }

  @Test func `What cannot be told is not checked, and never held`() {
    let verdicts = Verification(VerificationInput(Told.log(Told.boot("c1", "b1", [Self.started])))).invariants
    #expect(verdicts.filter { $0.standing == .held }.map(\.id) == ["N"])
    for verdict in verdicts where verdict.standing == .notChecked { #expect(verdict.why?.isEmpty == false, "\(verdict.id)") }
    let secret = Told.boot("c1", "b1", [.credentialsAnswered(caller: "x", operation: "put", secret: "x/db", outcome: "done")])
    #expect(Told.verdict("S1", secret)?.standing == .notChecked)
    #expect(Told.verdict("E1", Told.boot("c1", "b1", [Self.started]))?.why?.contains("two connectors") == true)
  }

  // MARK: Elections

  /// Two connectors that know each other, the second elected or not.
  private static func pair(secondElects: String, until: Int64) -> [EventRecord] {
    func one(_ name: String, _ other: String, elects: String) -> [EventRecord] {
      Told.boot(
        name, "b-\(name)",
        [
          .daemonStarted(version: "1.2.3.4", fqdn: "\(name).lab", directory: "/d"), .configurationImported(revision: 1, machines: 1, digest: "d"),
          .peersChanged(["c1.lab", "c2.lab"]), .peerJoined("\(other).lab"),
          .connectorElected(elects, before: nil, isSelf: elects == "\(name).lab", reason: "r", candidates: []),
        ]) + [Told.record(6, .daemonReadyAgain(elapsed: 1), of: name, boot: "b-\(name)", at: until)]
    }
    return one("c1", "c2", elects: "c1.lab") + one("c2", "c1", elects: secondElects)
  }

  @Test func `Two that are elected at once for long are found`() {
    #expect(Told.verdict("E1", Self.pair(secondElects: "c1.lab", until: 100))?.standing == .held)
    #expect(Told.verdict("E1", Self.pair(secondElects: "c2.lab", until: 10))?.standing == .held, "an overlap has a bound")
    let both = Told.verdict("E1", Self.pair(secondElects: "c2.lab", until: 100))
    #expect(both?.standing == .broken && both?.violations.first?.connector == "c2.lab")
  }

  @Test func `A connector that was killed does not count as one of two`() {
    var records = Self.pair(secondElects: "c1.lab", until: 10)
    records += Told.boot("c2", "b-c2", at: 20, first: 7, [.peerLost("c1.lab", silence: 3_000, reason: "refused")])
    records += Told.boot(
      "c2", "b-c2", at: 21, first: 8,
      [.connectorElected("c2.lab", before: "c1.lab", isSelf: true, reason: "r", candidates: []), .peerJoined("c1.lab")])
    records += Told.boot(
      "c1", "b2-c1", at: 22, [.daemonStarted(version: "1.2.3.4", fqdn: "c1.lab", directory: "/d"), .daemonPreviousRunUnclean(previousBoot: "b-c1")])
    records += [Told.record(10, .daemonReadyAgain(elapsed: 1), of: "c2", boot: "b-c2", at: 300)]
    #expect(Told.verdict("E1", records)?.standing == .held)
  }

  // MARK: The cloud's decisions

  private static func decision(_ kind: String, _ subject: String, token: Int) -> Event {
    .rollout(
      kind == "leaseGranted" ? RolloutEvents.lease : RolloutEvents.step,
      ["kind": kind, "subject": subject, "location": "Lab", "version": "1.2.3.5", "token": "\(token)", "reason": "r"])
  }

  @Test func `A second lease in a location is found`() {
    let one = [Self.decision("leaseGranted", "c1.lab", token: 1), Self.decision("started", "c1.lab", token: 1)]
    #expect(Told.verdict("F2", Told.boot("cloud", "k", one))?.standing == .held)
    let two = Told.verdict("F2", Told.boot("cloud", "k", one + [Self.decision("leaseGranted", "c2.lab", token: 2)]))
    #expect(two?.violations.map(\.what) == ["c2.lab gets the lease of Lab, which c1.lab holds"])
    #expect(Told.verdict("F10", Told.boot("cloud", "k", one))?.standing == .notChecked, "nobody stopped anything")
    // Begun in the middle, nobody knows who holds it.
    let middle = Told.boot("cloud", "k", first: 9, [Self.decision("started", "c1.lab", token: 1)])
    #expect(Told.verdict("F2", middle)?.standing != .broken)
  }

  // MARK: Updates on the machine

  @Test func `The facts of a release folder are checked, each invariant where it was put to the test`() throws {
    let slot = SlotName(ReleaseVersion(1, 2, 3, 4), try #require(ContentDigest(String(repeating: "ab", count: 32))))
    var started = UpdateFact(.started, at: Told.start, slot: slot)
    (started.role, started.ok) = (.active, false)
    var input = VerificationInput(Told.log([]))
    input.updates = [VerificationInput.Updates(connector: "c1.lab", facts: [started], bounds: EvergreenBounds())]
    let verdicts = Verification(input).invariants
    #expect(verdicts.first { $0.id == "L1" }?.standing == .broken)
    #expect(verdicts.first { $0.id == "L1" }?.violations.first?.connector == "c1.lab")
    #expect(verdicts.first { $0.id == "L3" }?.standing == .notChecked)
  }
}
