import RolloutCheckers
import Rollouts
import Testing
import World

/// The one delay by two weeks: it is not lost, halts nothing, and ends.
@Suite struct DelayTests {
  let evening = UpdateSchedule(.preferredTime(time("22:00")), windowLength: hours(4))
  let rings = [RingDefinition("early", upTo: 10_000, bake: hours(1), failureLimit: 1), RingDefinition("all", upTo: 10_000, bake: hours(1))]

  /// Nobody can go first where everybody has put it off.
  @Test(arguments: [false, true]) func f15_f17_aDelayWithCanariesHaltsNothing(_ isBefore: Bool) {
    var fleet = Fleet(RolloutSettings())
    fleet.add("a", 2, evening)
    if isBefore { fleet.tell(.order(.delay("a"))) }
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: rings, canaries: 1)))
    #expect(fleet.decided(.canaryChosen).count == (isBefore ? 0 : 1))
    if !isBefore { fleet.tell(.order(.delay("a"))) }
    #expect(fleet.decided(.halted) == [])
    fleet.run(for: days(20))
    #expect(fleet.decided(.halted) == [] && fleet.logic.rollout?.standing == .done)
    #expect(fleet.decided(.started).allSatisfy { $0.rule == .delayed && $0.time >= at("2026-06-16T22:00") })
    #expect(fleet.decided(.committed).count == 2 && fleet.violations == [])
    #expect(fleet.rollout.checks.settled(at: fleet.now).isEmpty)
  }

  /// Where another location did not, its connector goes first; one that failed is no reason to go on without.
  @Test(arguments: [Behaviour.good, .fails]) func f7_whoDidNotDelayGoesFirst(_ behaviour: Behaviour) {
    var fleet = Fleet()
    for name in ["a", "b", "c"] { fleet.add(name, 1, evening) }
    fleet.behaviours["c-1"] = behaviour
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: rings, canaries: 1)))
    for name in ["a", "b"] { fleet.tell(.order(.delay(name))) }
    #expect(fleet.decided(.canaryChosen).last?.connector == "c-1")
    fleet.run(for: days(2))
    if case .fails = behaviour {
      fleet.tell(.order(.delay("c")))
      fleet.tell(.order(.resume))
      fleet.run(for: days(30))
      #expect(fleet.logic.rollout?.standing == .halted && fleet.decided(.started).count == 1)
    } else {
      fleet.run(for: days(30))
      #expect(fleet.decided(.committed).count == 3)
    }
    #expect(fleet.violations == [])
  }

  /// Ordered when everything is up to date, or before its ring has opened: it is for the update that comes next.
  @Test(arguments: [false, true]) func f15_aDelayThatHasPutNothingOffIsKept(_ isDone: Bool) {
    var fleet = Fleet()
    fleet.add("a", 1, evening, .named("all"))
    fleet.add("b", 1, UpdateSchedule(), .named("early"))
    fleet.tell(.publish(ReleaseOffer(version("2.0"), rings: rings, canaries: 0)))
    if isDone { fleet.run(for: days(3)) }
    #expect(fleet.running("a-1") == version(isDone ? "2.0" : "1.0"))
    fleet.tell(.order(.delay("a")))
    #expect(fleet.decided(.delayed).count == 1)
    let published = fleet.now
    fleet.tell(.publish(ReleaseOffer(version("3.0"), rings: rings, canaries: 0)))
    fleet.tell(.order(.delay("a")))
    #expect(fleet.decided(.orderRefused).count == 1)
    fleet.run(for: days(20))
    let start = fleet.decided(.started, "a-1").last
    #expect(start?.rule == .delayed && start.map { $0.time >= published + days(15) } == true && fleet.running("a-1") == version("3.0"))
    // It is used up with that.
    fleet.tell(.publish(ReleaseOffer(version("4.0"), rings: rings, canaries: 0)))
    fleet.run(for: days(4))
    #expect(fleet.running("a-1") == version("4.0"))
    fleet.tell(.order(.delay("a")))
    #expect(fleet.decided(.delayed).count == 2 && fleet.violations == [])
  }

  /// An abort ends what it put off; what was taken by then does not put off the next one too.
  @Test func f15_aDelayThatWasUsedUpEndsAlsoWithAnAbort() {
    var fleet = Fleet()
    fleet.add("a", 1, evening)
    fleet.tell(.publish(.plain("2.0")))
    fleet.tell(.order(.delay("a")))
    fleet.run(for: days(20))
    #expect(fleet.running("a-1") == version("2.0"))
    fleet.tell(.order(.abort))
    fleet.tell(.publish(.plain("3.0")))
    fleet.run(for: days(3))
    #expect(fleet.running("a-1") == version("3.0") && fleet.violations == [])
  }

  /// What was let go before anything was installed can still be put off.
  @Test(arguments: [false, true]) func f15_aCancelledDrainIsPutOff(_ isDuring: Bool) {
    var fleet = Fleet()
    fleet.add("a", 1, evening)
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(until: at("2026-06-02T22:01"))
    #expect(fleet.phase("a-1") == .draining)
    if isDuring { fleet.tell(.order(.delay("a"))) }
    fleet.tell(.order(.pause))
    if !isDuring { fleet.tell(.order(.delay("a"))) }
    fleet.tell(.order(.resume))
    fleet.run(for: days(30))
    #expect(fleet.decided(.installing).map(\.time) == [at("2026-06-16T22:02")])
    #expect(fleet.running("a-1") == version("2.0") && fleet.violations == [])
  }
}
