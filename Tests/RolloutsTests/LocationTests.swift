import Rollouts
import Testing
import World

/// What happens in one resource location.
@Suite struct LocationTests {
  let evening = UpdateSchedule(.preferredTime(time("22:00")), windowLength: hours(4))

  @Test func f1_f2_oneAfterTheOther() {
    var fleet = Fleet()
    fleet.add("a", 3)
    fleet.tell(.publish(.plain("2.0")))
    #expect(fleet.logic.inFlight == 1)
    // What was told to the one in flight can be told again.
    #expect(fleet.logic.repeated == fleet.directives.filter { if case .enterMaintenance = $0 { true } else { false } })
    fleet.run(for: minutes(16))
    #expect(fleet.decided(.committed).isEmpty)
    fleet.run(for: hours(1))
    #expect(fleet.decided(.committed).count == 3)
    #expect(fleet.decisions.filter { $0.kind == .leaseGranted }.map(\.token) == [1, 2, 3])
    #expect(fleet.violations.isEmpty)
  }

  @Test func f1_aSickNeighbourIsWaitedForUntilNobodyCountsOnIt() {
    var fleet = Fleet()
    fleet.add("a", 3)
    fleet.tell(.health("a-2", .gone))
    fleet.tell(.publish(.plain("2.0")))
    #expect(fleet.logic.inFlight == 0 && !fleet.decided(.waitsForHealth).isEmpty)
    fleet.run(for: hours(23))
    #expect(fleet.decided(.started).isEmpty)
    fleet.run(for: hours(2))
    #expect(fleet.running("a-1") == version("2.0") && fleet.running("a-3") == version("2.0"))
    #expect(fleet.phase("a-2") == .late)
    #expect(fleet.violations.isEmpty)
  }

  @Test func f1_theLastHealthyOneOfSeveralIsNeverTaken() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.tell(.health("a-2", .gone))
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: days(5))
    #expect(fleet.decided(.started).isEmpty)
    // Nobody waits silently (F3): it is said, and said again.
    #expect(fleet.decided(.waitsForHealth, "a-1").count == 1 && fleet.decided(.overdue, "a-1").count == 2)
    // Once the dead one is deleted, nothing is owed to it.
    fleet.tell(.connectorRemoved("a-2"))
    fleet.run(for: hours(1))
    #expect(fleet.running("a-1") == version("2.0"))
  }

  @Test func f4_aLeaseThatComesTooLateIsGivenBack() {
    var fleet = Fleet()
    // 23 connectors do not fit in four hours at 17 minutes each; the one whose turn comes near the end gets the lease, and the window no longer fits.
    fleet.add("a", 20, evening)
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: hours(24 + 27))
    let starts = fleet.decided(.started).map(\.time)
    #expect(!fleet.decided(.leaseReturned).isEmpty)
    #expect(starts.allSatisfy { $0 >= at("2026-06-02T22:00") && $0 <= at("2026-06-03T01:30") })
    fleet.run(for: days(3))
    #expect(fleet.decided(.committed).count == 20)
    #expect(fleet.violations.isEmpty)
  }

  @Test func f4_theWindowIsCheckedAgainWhenItIsDrained() {
    var settings = RolloutSettings.quick
    settings.drainLimit = hours(5)
    var fleet = Fleet(settings)
    fleet.add("a", 1, evening)
    fleet.drains["a-1"] = hours(4)
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(until: at("2026-06-03T12:00"))
    // The lease was held, and the window had closed: nothing was installed, nothing failed.
    #expect(fleet.decided(.started).count == 1 && fleet.decided(.cancelled).count == 1)
    #expect(fleet.decided(.installing).isEmpty && fleet.decided(.failed).isEmpty)
    #expect(fleet.logic.locations["a"]?.book.current == nil)
    fleet.drains["a-1"] = minutes(1)
    fleet.run(for: days(1))
    #expect(fleet.decided(.installing).map(\.time) == [at("2026-06-03T22:01")])
    #expect(fleet.violations.isEmpty)
  }

  @Test func f11_aLateArriverTakesItsNextWindow() {
    var fleet = Fleet()
    fleet.add("a", 1, UpdateSchedule(.preferredDay(.tuesday, time("22:00")), windowLength: hours(4)))
    fleet.add("b", 2)
    fleet.tell(.health("a-1", .gone))
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(until: at("2026-06-09T23:50"))
    fleet.tell(.health("a-1", .healthy))
    fleet.run(for: minutes(5))
    // Back within its very window.
    #expect(fleet.decided(.started, "a-1").map(\.time) == [at("2026-06-09T23:50")])

    var other = Fleet()
    other.add("a", 1, UpdateSchedule(.preferredDay(.tuesday, time("22:00")), windowLength: hours(4)))
    other.tell(.health("a-1", .gone))
    other.tell(.publish(.plain("2.0")))
    other.run(until: at("2026-06-10T12:00"))
    other.tell(.health("a-1", .healthy))
    other.run(for: days(10))
    // Missed on Tuesday the 9th; the 48 hours are over on Thursday at 22:00, and that day's window is its next.
    #expect(other.decided(.started, "a-1").map(\.time) == [at("2026-06-11T22:00")])
    #expect(other.decided(.started, "a-1").map(\.rule) == [.forced])
    #expect(fleet.violations.isEmpty && other.violations.isEmpty)
  }

  @Test func f15_forcedAfter48Hours() {
    var fleet = Fleet()
    fleet.add("a", 1, evening)
    fleet.tell(.health("a-1", .gone))
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(until: at("2026-06-04T09:00"))
    fleet.tell(.health("a-1", .healthy))
    fleet.run(for: days(2))
    #expect(fleet.decided(.started).map(\.time) == [at("2026-06-04T22:00")])
    #expect(fleet.decided(.started).map(\.rule) == [.forced])

    // As the product does it: as soon as the connector is back.
    var settings = RolloutSettings.quick
    settings.forcedStart = .unscheduled
    var product = Fleet(settings)
    product.add("a", 1, evening)
    product.tell(.health("a-1", .gone))
    product.tell(.publish(.plain("2.0")))
    product.run(until: at("2026-06-04T09:00"))
    product.tell(.health("a-1", .healthy))
    #expect(product.decided(.started).map(\.time) == [at("2026-06-04T09:00")])
    #expect(fleet.violations.isEmpty && product.violations.isEmpty)
  }

  @Test func f15_oneDelayOnly() {
    var fleet = Fleet()
    fleet.add("a", 1, evening)
    fleet.tell(.publish(.plain("2.0")))
    fleet.tell(.order(.delay("a")))
    fleet.tell(.order(.delay("a")))
    #expect(fleet.decided(.delayed).count == 1 && fleet.decided(.orderRefused).count == 1)
    // No ring waits for it.
    fleet.run(for: hours(2))
    #expect(fleet.logic.rollout?.standing == .done)
    // A newer release neither brings a second delay nor sets the clock back.
    fleet.run(for: days(1))
    fleet.tell(.publish(.plain("3.0")))
    fleet.tell(.order(.delay("a")))
    #expect(fleet.decided(.orderRefused).count == 2)
    fleet.run(for: days(30))
    #expect(fleet.decided(.started).map(\.time) == [at("2026-06-16T22:00")])
    #expect(fleet.decided(.started).map(\.rule) == [.delayed])
    // With the update taken, the next cycle has its delay.
    fleet.tell(.publish(.plain("4.0")))
    fleet.tell(.order(.delay("a")))
    #expect(fleet.decided(.delayed).count == 2)
    #expect(fleet.violations.isEmpty)
  }

  @Test func editsHoldFromTheNextCycle() {
    var fleet = Fleet()
    fleet.add("a", 1, evening)
    fleet.tell(.location("a", evening, .byBucket))
    #expect(fleet.decided(.scheduleTaken).count == 2)
    fleet.tell(.publish(.plain("2.0")))
    fleet.tell(.location("a", UpdateSchedule(), .byBucket))
    #expect(fleet.decided(.schedulePostponed).count == 1)
    fleet.run(for: days(3))
    #expect(fleet.decided(.started).map(\.time) == [at("2026-06-02T22:00")])
    fleet.tell(.publish(.plain("3.0")))
    #expect(fleet.decided(.started).count == 2)
    fleet.run(for: hours(3))
    // The last edit counts, also when an abort came between two.
    fleet.tell(.location("a", UpdateSchedule(.preferredDay(.sunday, time("03:00"))), .byBucket))
    fleet.tell(.order(.abort))
    fleet.tell(.location("a", evening, .byBucket))
    fleet.tell(.publish(.plain("4.0")))
    #expect(fleet.logic.locations["a"]?.schedule == evening)
    fleet.run(for: days(2))
    #expect(fleet.decided(.started).last?.time == at("2026-06-05T22:00"))
    #expect(fleet.violations.isEmpty)
  }

  @Test func f3_aStuckConnectorIsQuarantinedAndTheOthersGoOn() {
    for behaviour in [Behaviour.vanishesAt(.drained), .vanishesAt(.trialBegan), .failsAndVanishes] {
      var fleet = Fleet()
      fleet.add("a", 4)
      fleet.behaviours["a-2"] = behaviour
      fleet.tell(.publish(.plain("2.0")))
      fleet.run(for: hours(3))
      #expect(fleet.phase("a-2") == .quarantined)
      #expect(["a-1", "a-3", "a-4"].allSatisfy { fleet.running($0) == version("2.0") })
      // Left alone until somebody clears it.
      fleet.behaviours["a-2"] = .good
      fleet.tell(.order(.now("a-2")))
      fleet.run(for: hours(3))
      #expect(fleet.running("a-2") == version("1.0"))
      fleet.tell(.order(.clear("a-2")))
      fleet.run(for: hours(3))
      #expect(fleet.running("a-2") == version("2.0"))
      #expect(fleet.violations.isEmpty)
    }
  }

  @Test func aFailedConnectorGoesBackAndIsNotTriedAgainBeforeANewRelease() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.behaviours["a-1"] = .fails
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: days(3))
    #expect(fleet.phase("a-1") == .failed && fleet.running("a-1") == version("1.0") && fleet.running("a-2") == version("2.0"))
    #expect(fleet.decided(.started, "a-1").count == 1)
    fleet.behaviours = [:]
    fleet.tell(.publish(.plain("2.1")))
    fleet.run(for: hours(3))
    #expect(fleet.running("a-1") == version("2.1") && fleet.running("a-2") == version("2.1"))
    #expect(fleet.violations.isEmpty)
  }

  @Test func f2_aReportUnderAnOldTokenChangesNothing() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.behaviours["a-1"] = .vanishesAt(.drained)
    fleet.behaviours["a-2"] = .vanishesAt(.drained)
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: minutes(16))
    let first = fleet.decided(.leaseGranted)[0]
    #expect(fleet.phase(first.connector ?? "") == .quarantined)
    let before = fleet.logic.connectors
    fleet.tell(.report(first.connector ?? "", token: 1, .committed(version("2.0"))))
    fleet.tell(.report(first.connector ?? "", token: 2, .committed(version("2.0"))))
    #expect(fleet.decided(.staleReport).count == 2 && fleet.logic.connectors == before)
    #expect(fleet.violations.isEmpty)
  }

  @Test func pendingRestartsAreLookedAtEveryFiveMinutesOneAtATime() {
    var fleet = Fleet(at: at("2026-06-01T00:01"))
    fleet.add("a", 3, UpdateSchedule(.preferredDay(.sunday, time("22:00"))))
    fleet.add("b", 1)
    for id in ["a-1", "a-2", "a-3", "b-1"] { fleet.tell(.pendingRestart(id, true)) }
    fleet.tell(.pendingRestart("a-3", false))
    fleet.run(for: hours(1))
    // Whatever the preferred day. The second finds the first one's restart over at the check after it.
    #expect(fleet.decided(.restarting, "a-1").map(\.time) == [at("2026-06-01T00:05")])
    #expect(fleet.decided(.restarting, "b-1").map(\.time) == [at("2026-06-01T00:05")])
    #expect(
      fleet.decided(.restarting, "a-2").map(\.time) == [at("2026-06-01T00:15")]
        || fleet.decided(.restarting, "a-2").map(\.time) == [at("2026-06-01T00:10")])
    #expect(fleet.decided(.restarting).count == 3 && fleet.decided(.restarted).count == 3)
    #expect(fleet.logic.nextDue == nil)
    #expect(fleet.violations.isEmpty)
  }

  @Test func aRestartThatNeverEndsIsQuarantinedAndARestartGoesOnWhileARolloutIsPaused() {
    var fleet = Fleet()
    fleet.add("a", 2)
    fleet.restart = hours(2)
    fleet.tell(.publish(.plain("2.0")))
    fleet.tell(.order(.pause))
    fleet.tell(.pendingRestart("a-1", true))
    fleet.run(for: hours(1))
    #expect(fleet.decided(.restarting, "a-1").count == 1 && fleet.phase("a-1") == .quarantined)
    #expect(fleet.decided(.installing).isEmpty)
    #expect(fleet.logic.rollout?.counts[0].failures == 0)
    #expect(fleet.violations.isEmpty)
  }

  /// CTX270378: a flag that no restart clears would restart the machine every five minutes.
  @Test func aRestartInVainIsNotRepeatedForADay() {
    var fleet = Fleet()
    fleet.add("a", 2)
    for _ in 0..<3 {
      fleet.tell(.pendingRestart("a-1", true))
      fleet.run(for: minutes(15))
    }
    #expect(fleet.decided(.restarting).count == 1 && fleet.decided(.restartHeld).count == 1)
    // Another one's turn all the same.
    fleet.tell(.pendingRestart("a-2", true))
    fleet.run(for: hours(22))
    #expect(fleet.decided(.restarting, "a-1").count == 1 && fleet.decided(.restarting, "a-2").count == 1)
    fleet.run(for: hours(3))
    #expect(fleet.decided(.restarting, "a-1").count == 2)
    // What asks an hour later asks for something new.
    fleet.run(for: hours(1))
    fleet.tell(.pendingRestart("a-1", true))
    fleet.run(for: hours(1))
    #expect(fleet.decided(.restarting, "a-1").count == 3 && fleet.decided(.restartHeld).count == 1)
    #expect(fleet.violations.isEmpty)
  }

  /// A release that comes out while its whole ring is at work for the one before, or restarts, waits for them.
  @Test func aRingWaitsForThoseWhoAreStillAtWork() {
    var settings = RolloutSettings.quick
    settings.minimumUpdated = 50
    var fleet = Fleet(settings)
    fleet.add("a", 1)
    fleet.add("b", 1)
    fleet.tell(.publish(.plain("2.0")))
    fleet.run(for: minutes(8))
    fleet.tell(.publish(.plain("3.0")))
    #expect(fleet.phase("a-1") == .trial && fleet.logic.rollout?.counts[0].open == 2)
    fleet.run(for: hours(3))
    #expect(fleet.decided(.halted).isEmpty && fleet.running("a-1") == version("3.0") && fleet.running("b-1") == version("3.0"))
    for id in ["a-1", "b-1"] { fleet.tell(.pendingRestart(id, true)) }
    fleet.run(for: minutes(6))
    #expect(fleet.phase("a-1") == .restarting)
    fleet.tell(.publish(.plain("4.0")))
    fleet.run(for: hours(3))
    #expect(fleet.decided(.halted).isEmpty && fleet.running("a-1") == version("4.0"))
    #expect(fleet.violations.isEmpty)
  }
}
