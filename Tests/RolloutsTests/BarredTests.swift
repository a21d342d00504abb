import RolloutCheckers
import Rollouts
import Testing
import World

/// Connectors that take no part, releases that are published so far and no further, and what a restart of the shell changes.
@Suite struct BarredTests {
  @Test func f18_aBarredConnectorIsPassedByWhateverItWasDoing() {
    var fleet = Fleet()
    fleet.add("l", 3)
    fleet.tell(.barred("l-1", reason: "pinned"))
    fleet.tell(.publish(.plain("2.0", failureLimit: 1)))
    #expect(fleet.phase("l-1") == .idle && fleet.logic.connectors["l-1"]?.ring == nil)
    fleet.run(for: days(1))
    #expect(fleet.running("l-1") == version("1.0") && fleet.running("l-2") == version("2.0") && fleet.running("l-3") == version("2.0"))
    #expect(fleet.logic.rollout?.standing == .done)
    fleet.tell(.order(.now("l-1")))
    #expect(fleet.decided(.orderRefused).last?.reason == "it takes no updates: pinned")
    fleet.tell(.barred("l-1", reason: nil))
    #expect(fleet.decided(.unbarred).map(\.connector) == ["l-1"])
    fleet.run(for: days(1))
    #expect(fleet.running("l-1") == version("2.0"), "as a late arriver")
    #expect(fleet.violations == [])
  }

  @Test(arguments: [ConnectorPhase.draining, .installing, .trial]) func oneThatIsBarredInFlightFailsNothing(_ phase: ConnectorPhase) {
    var fleet = Fleet()
    fleet.add("l", 2)
    fleet.behaviours = ["l-1": .fails, "l-2": .fails]
    fleet.tell(.publish(.plain("2.0", failureLimit: 1)))
    while fleet.phase("l-1") != phase, fleet.phase("l-2") != phase { fleet.run(for: minutes(1)) }
    let id = fleet.phase("l-1") == phase ? "l-1" : "l-2"
    fleet.tell(.barred(id, reason: "pinned"))
    let other = id == "l-1" ? "l-2" : "l-1"
    fleet.behaviours[other] = .good
    fleet.run(for: days(1))
    #expect(fleet.logic.rollout?.standing == .done)
    #expect(fleet.running(other) == version("2.0") && fleet.running(id) == version("1.0"))
    #expect(fleet.violations == [])
  }

  @Test func f7_aCanaryThatIsBarredHaltsNothing() {
    var fleet = Fleet()
    fleet.add("a", 1)
    fleet.add("b", 1)
    fleet.add("c", 1)
    fleet.tell(.health("c-1", .gone))
    fleet.behaviours = ["a-1": .vanishesAt(.drained), "b-1": .vanishesAt(.drained)]
    let rings = [RingDefinition("all", upTo: 10_000, bake: hours(1), failureLimit: 1)]
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: rings, canaries: 1)))
    let first = fleet.decided(.canaryChosen).first?.connector ?? ""
    fleet.tell(.barred(first, reason: "pinned"))
    let second = fleet.decided(.canaryChosen).last?.connector ?? ""
    #expect(second != first)
    fleet.tell(.barred(second, reason: "pinned"))
    #expect(fleet.logic.rollout?.standing == .running, "only one is left, and none is asked to go first")
    fleet.tell(.health("c-1", .healthy))
    fleet.run(for: days(1))
    #expect(fleet.running("c-1") == version("2.0") && fleet.logic.rollout?.standing == .done)
    #expect(fleet.violations == [])
  }

  @Test func aBarredMachineIsNotRestarted() {
    var fleet = Fleet()
    fleet.add("l", 2)
    fleet.tell(.barred("l-1", reason: "pinned"))
    fleet.tell(.pendingRestart("l-1", true))
    fleet.run(for: hours(1))
    #expect(fleet.decided(.restarting).isEmpty)
    fleet.tell(.barred("l-1", reason: nil))
    fleet.run(for: hours(1))
    #expect(fleet.decided(.restarted).count == 1)
    #expect(fleet.violations == [])
  }

  @Test func f5_noRingOpensBeyondTheLastOneUntilItIsExtended() {
    var fleet = Fleet()
    fleet.add("l", 40)
    let rings = [
      RingDefinition("first", upTo: 3_000, bake: hours(1), failureLimit: 1), RingDefinition("all", upTo: 10_000, bake: hours(1), failureLimit: 1),
    ]
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: rings, canaries: 0, lastRing: 0)))
    fleet.run(for: days(3))
    let first = fleet.logic.connectors.values.filter { $0.ring == 0 }
    #expect(!first.isEmpty && first.allSatisfy { $0.phase == .updated })
    #expect(fleet.decided(.started).count == first.count && fleet.decided(.held).count == 1)
    fleet.tell(.order(.pause))
    fleet.tell(.order(.resume))
    fleet.run(for: days(1))
    #expect(fleet.decided(.started).count == first.count)
    fleet.tell(.order(.extend(upTo: nil)))
    fleet.run(for: days(3))
    #expect(fleet.logic.connectors.values.allSatisfy { $0.phase == .updated })
    fleet.tell(.order(.extend(upTo: nil)))
    #expect(fleet.decided(.orderRefused).count == 1)
    #expect(fleet.violations == [])
  }

  @Test func afterARestartOfTheShellWhoeverActsIsWaitedFor() {
    var fleet = Fleet()
    fleet.add("l", 1)
    fleet.behaviours["l-1"] = .vanishesAt(.drained)
    fleet.tell(.publish(.plain("2.0")))
    #expect(fleet.phase("l-1") == .draining)
    // The shell was down past the deadline.
    fleet.now = fleet.now + hours(1)
    let token = fleet.logic.connectors["l-1"]?.flight?.token ?? 0
    var logic = fleet.logic
    var quarantined = logic.handle(.shellStarted, at: fleet.now)
    #expect(logic.connectors["l-1"]?.phase == .draining, "it is not held against it yet")
    _ = logic.handle(.report("l-1", token: token, .drained), at: fleet.now + .seconds(30))
    #expect(logic.connectors["l-1"]?.phase == .installing)
    logic = fleet.logic
    quarantined = logic.handle(.shellStarted, at: fleet.now)
    quarantined += logic.handle(.tick, at: fleet.now + .seconds(61))
    #expect(logic.connectors["l-1"]?.phase == .quarantined)
    #expect(quarantined.contains { if case .decided(let decision) = $0 { decision.kind == .awaited } else { false } })
  }

  /// The connector counts its lease by a clock that nobody sets, and so must the coordinator: nobody else is taken away while it still acts.
  @Test func aClockThatIsSetAheadEndsNoLease_F1_F2() {
    var fleet = Fleet()
    fleet.add("l", 2)
    for id in ["l-1", "l-2"] { fleet.behaviours[id] = .vanishesAt(.drained) }
    fleet.tell(.publish(.plain("2.0")))
    guard let (first, other) = [("l-1", "l-2"), ("l-2", "l-1")].first(where: { fleet.phase($0.0) == .draining }) else {
      Issue.record("nobody began")
      return
    }
    let (lease, deadline) = (fleet.logic.locations["l"]?.book.current, fleet.logic.connectors[first]?.deadline)
    fleet.now = fleet.now + hours(3)
    fleet.tell(.clockAhead(by: hours(3)))
    #expect(fleet.phase(first) == .draining && fleet.phase(other)?.inFlight == false)
    #expect(fleet.logic.locations["l"]?.book.current?.expires == lease?.expires.map { $0 + hours(3) })
    #expect(fleet.logic.connectors[first]?.deadline == deadline.map { $0 + hours(3) })
    #expect(fleet.decided(.awaited, first).count == 1)
    // And it ends, in its time.
    fleet.run(for: hours(2))
    #expect(fleet.phase(first) == .quarantined)
    #expect(fleet.violations == [])
    // Told of it too late, the coordinator has given it up.
    var late = Fleet()
    late.add("l", 1)
    late.behaviours["l-1"] = .vanishesAt(.drained)
    late.tell(.publish(.plain("2.0")))
    late.now = late.now + hours(3)
    late.tell(.tick)
    #expect(late.phase("l-1") == .quarantined)
  }

  @Test func f1_whereHealthIsConfirmedTheNextOneWaitsForIt() {
    var settings = RolloutSettings.quick
    settings.confirmsHealth = true
    var fleet = Fleet(settings)
    fleet.add("l", 2)
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: hours(6))
    #expect(fleet.decided(.committed).count == 1, "nobody said that it is well again")
    for id in ["l-1", "l-2"] { fleet.tell(.health(id, .healthy)) }
    fleet.run(for: hours(1))
    #expect(fleet.decided(.committed).count == 2)
    #expect(fleet.violations == [])
  }

  @Test func tokensBeginAboveTheOneThatWasNamed() {
    var fleet = Fleet()
    fleet.rollout = .init(RolloutLogic(settings: .quick, tokensAfter: 1_000))
    fleet.add("l", 1)
    fleet.tell(.publish(.plain("2.0")))
    #expect(fleet.decided(.leaseGranted).first?.token == 1_001)
  }
}
