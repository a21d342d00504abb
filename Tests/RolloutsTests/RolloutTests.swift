import Foundation
import RolloutCheckers
import Rollouts
import Testing
import World

/// What happens to a release as a whole.
@Suite struct RolloutTests {
  let two = [
    RingDefinition("early", upTo: 3_000, bake: hours(6), failureLimit: 2), RingDefinition("all", upTo: 10_000, bake: hours(1), failureLimit: 3),
  ]

  func fleet(_ settings: RolloutSettings = .quick, locations: Int = 12, each: Int = 3) -> Fleet {
    var fleet = Fleet(settings)
    for number in 1...locations { fleet.add("l\(number)", each) }
    return fleet
  }

  @Test func f7_canariesGoFirstEachInItsOwnLocation() {
    var fleet = fleet()
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 3)))
    let canaries = fleet.decided(.canaryChosen)
    #expect(canaries.count == 3 && Set(canaries.map(\.location)).count == 3)
    fleet.run(for: hours(6))
    #expect(Set(fleet.decided(.started).map(\.connector)) == Set(canaries.map(\.connector)))
    #expect(fleet.decided(.ringOpened).isEmpty)
    fleet.run(for: hours(24))
    #expect(fleet.decided(.committed).count == 36 && fleet.logic.rollout?.standing == .done)
    #expect(fleet.violations.isEmpty && fleet.rollout.checks.settled(at: fleet.now).isEmpty)
  }

  @Test func f7_neverTheWholeGroup() {
    var fleet = Fleet()
    fleet.add("a", 1)
    fleet.add("b", 1)
    fleet.tell(.publish(ReleaseOffer(version("2.0"), canaries: 5)))
    #expect(fleet.decided(.canaryChosen).count == 1)
    fleet.run(for: days(5))
    #expect(fleet.decided(.committed).count == 2 && fleet.violations.isEmpty)
  }

  @Test func f7_aCanaryThatGoesAwayBeforeItStartedIsReplaced() {
    var fleet = Fleet()
    for name in ["a", "b", "c"] { fleet.add(name, 1, UpdateSchedule(.preferredTime(time("22:00")))) }
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 1)))
    let first = fleet.decided(.canaryChosen)[0].connector ?? ""
    fleet.tell(.health(first, .gone))
    fleet.run(for: days(6))
    #expect(fleet.decided(.canaryChosen).count == 2)
    #expect(fleet.decided(.committed).count == 2 && fleet.phase(first) == .late)
    #expect(fleet.violations.isEmpty)
  }

  @Test func f6_aCanaryThatFailsHaltsTheRollout() {
    var fleet = fleet()
    for id in fleet.logic.connectors.keys { fleet.behaviours[id] = .fails }
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 1)))
    fleet.run(for: days(3))
    #expect(fleet.logic.rollout?.standing == .halted && fleet.decided(.started).count == 1)
    // An operator looks, and another canary is chosen.
    fleet.behaviours = [:]
    fleet.tell(.order(.resume))
    fleet.run(for: days(3))
    #expect(fleet.decided(.canaryChosen).count == 2 && fleet.logic.rollout?.standing == .done)
    #expect(fleet.violations.isEmpty)
  }

  /// One that goes missing half-way over the floors is a canary no more: back again, it waits for its ring and does not go on next to its successor.
  @Test func f7_aLateCanaryWaitsForItsRing() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.add("b", 1)
    fleet.tell(.health("b-1", .gone))
    fleet.tell(.publish(ReleaseOffer(version("2.0"), floors: [version("1.5")], rings: two, canaries: 1)))
    let first = fleet.decided(.canaryChosen)[0].connector ?? ""
    let other = first == "a-1" ? "a-2" : "a-1"
    while fleet.phase(first) != .trial { fleet.run(for: minutes(1)) }
    // Its next step must wait for the other, and meanwhile it goes missing.
    fleet.tell(.health(other, .gone))
    fleet.run(for: hours(1))
    #expect(fleet.running(first) == version("1.5") && fleet.phase(first) == .due)
    fleet.tell(.health(first, .gone))
    fleet.run(for: hours(25))
    #expect(fleet.logic.rollout?.standing == .halted && fleet.phase(first) == .idle)
    fleet.tell(.health("b-1", .healthy))
    fleet.tell(.order(.resume))
    #expect(fleet.decided(.canaryChosen).last?.connector == "b-1")
    for id in [first, other] { fleet.tell(.health(id, .healthy)) }
    fleet.run(for: minutes(30))
    #expect(fleet.logic.rollout?.ring == -1 && fleet.phase(first) == .idle && fleet.phase("b-1")?.inFlight == true)
    fleet.run(for: days(7))
    for id in [first, other, "b-1"] { #expect(fleet.running(id) == version("2.0")) }
    #expect(fleet.logic.rollout?.standing == .done && fleet.violations == [])
  }

  /// A canary that failed and was replaced, and is cleared only then, takes its turn with its ring.
  @Test func aFailedCanaryThatIsClearedLateHasItsRing() {
    var fleet = Fleet()
    fleet.add("a", 1)
    fleet.add("b", 1)
    fleet.behaviours = ["a-1": .fails, "b-1": .fails]
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 1)))
    let first = fleet.decided(.canaryChosen)[0].connector ?? ""
    fleet.run(for: hours(1))
    fleet.behaviours = [:]
    fleet.tell(.order(.resume))
    #expect(fleet.decided(.canaryChosen).count == 2)
    fleet.tell(.order(.clear(first)))
    fleet.run(for: days(7))
    #expect(fleet.running(first) == version("2.0") && fleet.logic.rollout?.standing == .done && fleet.violations == [])
  }

  @Test func f5_f6_haltsAtTheLimitOfFailures() {
    var fleet = fleet()
    for id in fleet.logic.connectors.keys { fleet.behaviours[id] = .fails }
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 0)))
    fleet.run(for: days(3))
    let halted = fleet.decided(.halted)[0]
    #expect(fleet.decided(.failed).filter { $0.number < halted.number }.count == 2)
    #expect(fleet.decided(.started).allSatisfy { $0.number < halted.number && $0.ring == 0 })
    #expect(fleet.logic.inFlight == 0 && fleet.decided(.ringBaking).isEmpty)
    #expect(fleet.violations.isEmpty)
  }

  @Test func f8_whoVanishesHasFailed() {
    var fleet = fleet()
    for id in fleet.logic.connectors.keys { fleet.behaviours[id] = .vanishesAt(.trialBegan) }
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 0)))
    fleet.run(for: days(3))
    #expect(fleet.logic.rollout?.standing == .halted && fleet.violations.isEmpty)
  }

  @Test func f5_aRingBakesBeforeTheNextOpens() {
    var fleet = fleet()
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 0)))
    fleet.run(for: days(3))
    let baking = fleet.decided(.ringBaking)[0].time
    #expect(fleet.decided(.ringOpened).map(\.time) == [at("2026-06-01T00:00"), baking + hours(6)])
    #expect(fleet.decided(.started).filter { $0.ring == 1 }.allSatisfy { $0.time >= baking + hours(6) })
    #expect(fleet.violations.isEmpty)
  }

  @Test func f5_aRingWithTooLittleEvidenceHalts() {
    var settings = RolloutSettings.quick
    settings.minimumUpdated = 50
    var fleet = fleet(settings, locations: 10, each: 1)
    fleet.run(for: days(1))
    for id in fleet.logic.connectors.keys.sorted() { fleet.tell(.health(id, .gone)) }
    fleet.run(for: days(2))
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 0)))
    #expect(fleet.logic.rollout?.standing == .halted)
    for id in fleet.logic.connectors.keys.sorted() { fleet.tell(.health(id, .healthy)) }
    fleet.tell(.order(.resume))
    fleet.run(for: days(3))
    #expect(fleet.decided(.committed).count == 10 && fleet.violations.isEmpty)
  }

  @Test func f10_nothingStartsAfterAPauseOrAnAbort() {
    for (order, kind) in [(RolloutOrder.pause, RolloutDecision.Kind.paused), (.abort, .aborted)] {
      var fleet = fleet()
      fleet.tell(.publish(.plain("2.0")))
      fleet.run(for: minutes(1))
      // Twelve are draining: they are let go; those further on finish.
      fleet.tell(.order(order))
      #expect(fleet.decided(kind).count == 1 && fleet.decided(.cancelled).count == 12 && fleet.logic.inFlight == 0)
      fleet.run(for: days(2))
      #expect(fleet.decided(.started).count == 12 && fleet.decided(.committed).isEmpty)
      fleet.tell(.order(.resume))
      fleet.run(for: days(1))
      #expect(fleet.decided(.committed).count == (order == .pause ? 36 : 0))
      #expect(fleet.violations.isEmpty)
    }
  }

  /// Three weeks are a ring's time for its starts; while nothing may start, they stand still.
  @Test(arguments: [days(20), days(40)]) func f5_aPauseIsNotTheRingsTime(_ length: Duration) {
    var fleet = fleet(RolloutSettings(), locations: 3, each: 1)
    fleet.add("slow", 3, UpdateSchedule(.preferredDay(.sunday, time("03:00"))))
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: days(2))
    fleet.tell(.order(.pause))
    fleet.run(for: length)
    let resumed = fleet.now
    fleet.tell(.order(.resume))
    #expect(fleet.logic.rollout?.deadline == resumed + days(19))
    #expect(fleet.logic.rollout?.standing == .running)
    fleet.run(for: days(10))
    #expect(fleet.decided(.ringExpired).isEmpty && fleet.decided(.committed).count == 6)
    #expect(fleet.logic.rollout?.standing == .done && fleet.violations == [])
  }

  @Test func f10_whatHasBegunIsFinished() {
    var fleet = fleet()
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: minutes(4))
    fleet.tell(.order(.abort))
    fleet.run(for: days(1))
    #expect(fleet.decided(.committed).count == 12 && fleet.logic.nextDue.map { $0 > fleet.now } ?? true)
    #expect(fleet.violations.isEmpty)
  }

  @Test func aRevokedReleaseStops() {
    var fleet = fleet()
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: minutes(1))
    fleet.tell(.revoke(version("2.0")))
    fleet.run(for: days(1))
    #expect(fleet.logic.rollout?.standing == .aborted && fleet.decided(.committed).isEmpty)
    fleet.tell(.publish(.plain("2.0")))
    #expect(fleet.decided(.offerRefused).count == 1 && fleet.violations.isEmpty)
  }

  @Test func f12_theWayLeadsOverTheFloors() {
    var fleet = fleet(locations: 2, each: 2)
    fleet.tell(.publish(.plain("5.0", floors: ["2.0", "3.0", "6.0"])))
    fleet.run(for: hours(8))
    #expect(fleet.decided(.committed, "l1-1").map(\.version) == [version("2.0"), version("3.0"), version("5.0")])
    #expect(fleet.logic.rollout?.standing == .done && fleet.violations.isEmpty)
  }

  @Test func f12_aRevokedFloorBlocksAndANewWayUnblocks() {
    var fleet = fleet(locations: 2, each: 2)
    fleet.tell(.revoke(version("3.0")))
    fleet.tell(.publish(.plain("5.0", floors: ["2.0", "3.0"])))
    fleet.run(for: hours(8))
    #expect(fleet.decided(.blocked).count == 4 && fleet.running("l1-1") == version("2.0") && fleet.phase("l1-1") == .blocked)
    fleet.tell(.publish(.plain("5.1", floors: ["2.0"])))
    fleet.run(for: hours(8))
    #expect(fleet.running("l1-1") == version("5.1") && fleet.violations.isEmpty)
  }

  @Test func f8_f13_startsAreCapped() {
    var settings = RolloutSettings.quick
    settings.startCap = 5
    settings.maximumInFlight = 7
    var fleet = fleet(settings, locations: 20, each: 1)
    fleet.tell(.publish(.plain("2.0")))
    #expect(fleet.logic.inFlight == 5 && !fleet.decided(.waitsForCapacity).isEmpty)
    fleet.run(for: minutes(10))
    #expect(fleet.logic.inFlight == 7)
    fleet.run(for: hours(3))
    #expect(fleet.decided(.committed).count == 20 && fleet.violations.isEmpty)
  }

  @Test func f14_aRingCanOnlyReachFurther() {
    var fleet = fleet()
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 0)))
    let before = Set(fleet.logic.connectors.values.filter { $0.ring == 0 }.map(\.id))
    fleet.tell(.order(.widen("early", upTo: 2_000)))
    #expect(fleet.decided(.orderRefused).count == 1)
    fleet.tell(.order(.widen("early", upTo: 7_000)))
    let after = Set(fleet.logic.connectors.values.filter { $0.ring == 0 }.map(\.id))
    #expect(after.isStrictSuperset(of: before))
    fleet.run(for: days(2))
    #expect(fleet.decided(.committed).count == 36 && fleet.violations.isEmpty)
  }

  @Test func f18_withoutARingNobodyUpdatesByItself() {
    var fleet = Fleet()
    fleet.add("a", 2, UpdateSchedule(), .none)
    fleet.add("b", 2, UpdateSchedule(), .named("nowhere"))
    fleet.add("c", 2, UpdateSchedule(), .named("all"))
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: days(30))
    #expect(Set(fleet.decided(.started).map(\.location)) == ["c"])
    fleet.tell(.order(.now("a-1")))
    fleet.run(for: hours(1))
    #expect(fleet.running("a-1") == version("2.0") && fleet.violations.isEmpty)
  }

  @Test func anEmergencyNeedsNoWindowButItsRings() {
    var fleet = Fleet()
    for name in ["a", "b", "c", "d"] { fleet.add(name, 2, UpdateSchedule(.preferredDay(.sunday, time("03:00")))) }
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 1, emergency: true)))
    fleet.run(for: days(1))
    #expect(fleet.decided(.committed).count == 8 && fleet.decided(.started).allSatisfy { $0.rule == .emergency })
    #expect(fleet.violations.isEmpty)
  }

  @Test func anOrderForOneConnectorNeedsNoWindow() {
    var fleet = Fleet()
    fleet.add("a", 2, UpdateSchedule(.preferredDay(.sunday, time("03:00"))))
    fleet.tell(.order(.now("a-1")))
    #expect(fleet.decided(.orderRefused).count == 1)
    fleet.tell(.publish(.plain("2.0")))
    fleet.tell(.order(.now("a-1")))
    fleet.tell(.order(.now("a-2")))
    fleet.run(for: hours(1))
    #expect(fleet.decided(.committed).count == 2 && fleet.decided(.started).allSatisfy { $0.rule == .ordered })
    #expect(fleet.violations.isEmpty)
  }

  @Test func f3_theProductsWayBlocksTheLocation() {
    for (scope, blocked) in [(Compatibility.VendorScope.location, 1), (.account, 2)] {
      var settings = RolloutSettings.quick
      settings.compatibility = .vendor(scope)
      var fleet = Fleet(settings)
      fleet.add("a", 3)
      fleet.add("b", 3)
      for number in 1...3 { fleet.behaviours["a-\(number)"] = .fails }
      fleet.tell(.publish(.plain("2.0")))
      fleet.run(for: days(60))
      // One failed, stays in maintenance, and no other of its location (or of the account, after those in flight) ever updates.
      #expect(fleet.decided(.started).filter { $0.location == "a" }.count == 1)
      #expect(fleet.decided(.committed).count == (blocked == 1 ? 3 : 1))
      #expect(fleet.violations.map(\.invariant) == ["F3"])
      // The product's cure: delete it.
      let stuck = fleet.logic.connectors.values.first { $0.phase == .stuck }?.id ?? ""
      fleet.behaviours = [:]
      fleet.tell(.connectorRemoved(stuck))
      fleet.run(for: days(1))
      #expect(fleet.decided(.committed).count == 5)
    }
  }

  @Test func aPlanIsWhatThenHappens() {
    var fleet = Fleet(RolloutSettings())
    for number in 1...12 {
      let place = zone(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"][number % 4])
      let rules: [ScheduleRule] = [.atOnce, .preferredTime(time("23:00")), .preferredDay(.wednesday, time("03:00"))]
      fleet.add("l\(number)", 1 + number % 5, UpdateSchedule(rules[number % 3], zone: place))
    }
    fleet.behaviours["l4-2"] = .fails
    fleet.tell(.pendingRestart("l6-1", true))
    let offer = ReleaseOffer(version("3.0"), floors: [version("2.0")], rings: two, canaries: 3)
    fleet.tell(.publish(offer))
    fleet.run(for: minutes(30))
    let before = fleet.logic
    var assumptions = UpdateAssumptions()
    assumptions.failing = ["l4-2"]
    let plan = fleet.logic.plan(from: fleet.now, for: days(40), assuming: assumptions)
    #expect(fleet.logic == before)
    let from = fleet.now
    fleet.run(for: days(40))
    let real = fleet.decided(.started).filter { $0.time > from }.map {
      "\($0.time) \($0.connector ?? "") \($0.version?.text ?? "") \($0.rule?.rawValue ?? "")"
    }
    let planned = plan.updates.filter { $0.starts > from }.map { "\($0.starts) \($0.connector) \($0.version) \($0.rule?.rawValue ?? "")" }
    #expect(real.count > 40)
    for (a, b) in zip(planned, real) where a != b {
      Issue.record("planned \(a), really \(b)")
      break
    }
    #expect(planned.count == real.count)
    #expect(plan.left.keys.sorted() == ["l4-2"])
    #expect(plan.updates.contains { $0.connector == "l4-2" && $0.outcome == .rolledBack })
    #expect(plan.rollout.last?.kind == .done)
    #expect(fleet.violations.isEmpty)
  }

  @Test func theStateIsKeptOverARestartOfTheCloud() throws {
    var fleet = fleet()
    fleet.behaviours["l3-1"] = .vanishesAt(.trialBegan)
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: two, canaries: 2)))
    fleet.run(for: hours(7))
    let data = try JSONEncoder().encode(fleet.logic)
    let restored = try JSONDecoder().decode(RolloutLogic.self, from: data)
    #expect(restored == fleet.logic)
    #expect(restored.plan(from: fleet.now, for: days(5)) == fleet.logic.plan(from: fleet.now, for: days(5)))
    #expect(restored.repeated == fleet.logic.repeated)
    #expect(restored.status == fleet.logic.status && restored.status.rows.count == 36)
  }
}
