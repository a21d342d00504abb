import AgentSystem
import CloudAPI
import Evergreen
import Releases
import ServiceKit
import Testing
import WatchDogService
import World

/// From the start of a process on: the trial, what came back, what a crash interrupted, and what stands against an update.
@Suite struct UpdaterTrialTests {
  private static let healthy = Probe(isHealthy: true, reachedTheCloud: true)

  private func trial(_ lease: UpdateLease? = lease(.installing) { $0.wasActivated = true }) -> UpdaterTable {
    var table = UpdaterTable(version: "4.2.0.0", lease: lease)
    table.status.phase = .trying
    table.status.trial = ReleaseStatus.Trial(slot: UpdaterTable.two, from: UpdaterTable.one, attempt: 1, deadline: table.now.wall + .seconds(3_000))
    table.start()
    return table
  }

  private func failed(_ table: inout UpdaterTable, isRefused: Bool = true) {
    table.status.failed = [
      ReleaseStatus.Failed(version: UpdaterTable.two.version, attempts: 1, isRefused: isRefused, reason: "it flaps", at: table.now.wall)
    ]
  }

  @Test func aHealthyTrialIsCommittedUnderTheLeaseBefore() {
    var table = trial()
    #expect(table.stage == .trial && table.report.state == .trial)
    table.probe(Self.healthy)
    #expect(table.stage == .committed && table.report.state == .committed && table.lease?.token == 5)
    guard case .commitRelease(let version, let evidence, let by)? = table.asked.first(where: { $0.kind == .commitRelease }) else {
      Issue.record("no commit")
      return
    }
    #expect(version == UpdaterTable.two.version && by == UpdaterGeneration(4))
    #expect(evidence.healthySeconds >= 600 && evidence.probes >= 20 && evidence.endToEndProbes >= 1)
    #expect(table.events == ["evergreen.trial-began", "evergreen.trial-health"])
  }

  /// It does not stay: whoever starts the connector counts its starts.
  @Test func aTrialThatCannotOrderItsWayBackEnds_L4_L5() {
    var table = trial()
    table.refusals[.rollBackRelease] = "the disk is full"
    table.probe(Probe(isHealthy: false, reachedTheCloud: true, detail: "the broker does not answer"))
    #expect(table.kinds.suffix(4) == [.rollBackRelease, .rollBackRelease, .rollBackRelease, .restartSupervisor])
    #expect(table.stage == .failed && table.events.contains("evergreen.escalated"))
    // A way back whose restart is refused is asked for again as well.
    table = trial()
    table.refusals[.restartSupervisor] = "another restart is scheduled"
    table.probe(Probe(isHealthy: false, reachedTheCloud: true, detail: "the broker does not answer"))
    #expect(table.kinds.count { $0 == .restartSupervisor } == 4 && table.stage == .failed)
  }

  @Test(arguments: [
    (Probe(isHealthy: true, reachedTheCloud: false), "never reached the cloud"),
    (Probe(isHealthy: false, reachedTheCloud: true, detail: "the broker does not answer"), "the broker does not answer"),
  ]) func aTrialThatShowsTooLittleGoesBack(_ probe: Probe, _ reason: String) {
    var table = trial()
    table.probe(probe)
    #expect(table.stage == .rollingBack && table.lease?.reason.contains(reason) == true)
    #expect(table.kinds.suffix(2) == [.rollBackRelease, .restartSupervisor])
  }

  /// Of whose lease nothing is known, nobody can say that the next connector has not begun.
  @Test func aTrialWithoutALeaseGoesBack_F2() {
    var table = trial(nil)
    #expect(table.report.state == .rollingBack && table.lease == nil)
    #expect(table.kinds.contains(.rollBackRelease) && table.kinds.last == .restartSupervisor)
    table = trial(
      lease(.trial) {
        $0.isHeld = false
        $0.wasActivated = true
      })
    #expect(table.report.state == .rollingBack && table.kinds.contains(.rollBackRelease))
  }

  @Test func theEndOfTheLeaseEndsATrial_F2() {
    var table = trial(lease(.installing) { $0.expires = WallTime(seconds: 1_795_000_060) })
    table.ringLease(for: 60)
    #expect(table.lease?.isHeld == false && table.stage == .rollingBack && table.report.state == .rollingBack)
    #expect(table.lease?.reason == "its lease is over: its time was over")
    #expect(table.kinds.contains(.rollBackRelease))
  }

  /// Committed, gone back, restarted: the connector serves again, also when the process before died in between.
  @Test(arguments: [UpdateStanding.Stage.committed, .rolledBack, .failed, .restarted]) func whatIsOverLeavesMaintenanceByItself_F2(
    _ stage: UpdateStanding.Stage
  ) {
    var table = UpdaterTable(lease: lease(stage))
    table.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("update under lease 5")]
    table.start()
    #expect(!table.isInMaintenance && table.lease?.isHeld == true && table.stage == stage)
    #expect(table.kinds.count { $0 == .setMaintenance } == 1)
    // An administrator's own stays.
    table = UpdaterTable(lease: lease(stage))
    table.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("patching")]
    table.start()
    #expect(table.isInMaintenance)
  }

  @Test func aCommitLeavesMaintenanceOnce_F2() {
    var table = trial()
    table.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("update under lease 5")]
    table.probe(Self.healthy)
    #expect(table.stage == .committed && !table.isInMaintenance && table.kinds.count { $0 == .setMaintenance } == 1)
    table.order(.leaveMaintenance)
    #expect(table.lease?.isHeld == false && table.kinds.count { $0 == .setMaintenance } == 1)
  }

  /// Its process is another one; whoever starts the connector sees to it.
  @Test func theTrialOfAnotherProcessIsLeftAlone() {
    var table = UpdaterTable(lease: lease(.installing))
    table.status.phase = .trying
    table.status.trial = ReleaseStatus.Trial(slot: UpdaterTable.two, from: UpdaterTable.one, attempt: 1, deadline: table.now.wall)
    table.start()
    #expect(table.kinds == [.takeOverUpdates] && table.stage == .installing)
  }

  @Test func whatCameBackSaysWhy() {
    for stage in [UpdateStanding.Stage.installing, .trial, .rollingBack] {
      var table = UpdaterTable(lease: lease(stage) { $0.wasActivated = true })
      failed(&table)
      table.start()
      #expect(table.stage == .rolledBack && table.lease?.reason == "it flaps" && table.events.contains("evergreen.came-back"))
      #expect(table.saved.last?.stage == .rolledBack)
    }
    // A trial that never began is no failure of the release.
    var table = UpdaterTable(lease: lease(.installing) { $0.wasActivated = true })
    failed(&table, isRefused: false)
    table.start()
    #expect(table.stage == .failed && table.lease?.reason == "it flaps")
  }

  @Test func anInterruptedUpdateGoesOn() {
    // The WatchDog crashed while it fetched: begun again, under the same lease.
    var table = UpdaterTable(lease: lease(.installing))
    table.start()
    #expect(table.kinds == [.takeOverUpdates, .installRelease, .activateRelease, .restartSupervisor] && table.lease?.token == 5)
    // After the order to try it, before the restart.
    table = UpdaterTable(lease: lease(.installing) { ($0.wasActivated, $0.boot) = (true, "b1") })
    table.status.phase = .opening
    table.status.trial = ReleaseStatus.Trial(slot: UpdaterTable.two, from: UpdaterTable.one, attempt: 1, deadline: table.now.wall + .seconds(900))
    table.start()
    #expect(table.kinds == [.takeOverUpdates, .restartSupervisor])
    // After the order to go back.
    table = UpdaterTable(version: "4.2.0.0", lease: lease(.rollingBack))
    table.status.phase = .rollingBack
    table.start()
    #expect(table.kinds == [.takeOverUpdates, .restartSupervisor])
    // After the commit, before it was written down.
    table = UpdaterTable(version: "4.2.0.0", lease: lease(.trial))
    table.status.active = UpdaterTable.two
    table.start()
    #expect(table.stage == .committed)
    // Between the lease and the maintenance.
    table = UpdaterTable(lease: lease(nil) { $0.action = .enterMaintenance })
    table.start()
    #expect(table.stage == .drained && table.isInMaintenance)
    // The lease ended while nobody ran.
    table = UpdaterTable(lease: lease(.installing) { $0.expires = WallTime(seconds: 1_794_999_999) })
    table.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("update under lease 5")]
    table.start()
    #expect(table.stage == .failed && !table.isInMaintenance && table.kinds == [.takeOverUpdates, .setMaintenance])
  }

  @Test func aRestartOfTheMachineIsOverInTheNextProcess() {
    var table = UpdaterTable(lease: lease(.restarting) { ($0.action, $0.version) = (.restartMachine, nil) })
    table.start()
    #expect(table.stage == .restarted && !table.kinds.contains(.scheduleRestart))
    // The WatchDog alone crashed: the machine did not restart.
    table = UpdaterTable(lease: lease(.restarting) { ($0.action, $0.version, $0.boot) = (.restartMachine, nil, "b1") })
    table.start()
    #expect(table.stage == .restarting && table.kinds.last == .scheduleRestart)
  }

  /// The record was lost: its maintenance would stay for ever.
  @Test func maintenanceOfALostLeaseEnds() {
    var table = UpdaterTable()
    table.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("update under lease 3")]
    table.start()
    #expect(!table.isInMaintenance)
  }

  /// A disk that was full at the start, say: updates are barred only until it is asked again.
  @Test func whoWasRefusedAtItsStartBecomesTheUpdaterLater() {
    var table = UpdaterTable()
    table.refusals[.takeOverUpdates] = "the disk is full"
    table.start()
    #expect(table.report.barred == "the disk is full")
    #expect(table.alarms.filter { $0.0 == .takeOver }.map(\.1) == [.seconds(300)])
    table.send(.due(.takeOver))
    #expect(table.report.barred == "the disk is full" && table.alarms.count { $0.0 == .takeOver } == 2)
    table.refusals = [:]
    table.send(.due(.takeOver))
    #expect(table.report.barred == nil && table.kinds.count { $0 == .takeOverUpdates } == 3)
    // A late alarm takes nothing over again.
    table.send(.due(.takeOver))
    #expect(table.kinds.count { $0 == .takeOverUpdates } == 3)
    table.order(.install)
    #expect(table.stage == .installing && table.kinds.contains(.activateRelease))
  }

  /// The same in the trial: nothing is said of it while nobody knows, so that the cloud lets no other connector begin, and it is judged as soon as that can be.
  @Test(arguments: ["judged", "ordered back", "over", "came back"]) func aTrialWhoseUpdaterWasRefusedIsNotReportedFailed_F1_F2(_ how: String) {
    var table = UpdaterTable(version: how == "came back" ? "4.1.0.0" : "4.2.0.0", lease: lease(.installing) { $0.wasActivated = true })
    table.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("update under lease 5")]
    table.refusals[.takeOverUpdates] = "the disk is full"
    table.start()
    #expect(table.stage == .installing && table.isInMaintenance && table.events.isEmpty)
    // No other lease, and no word that there was nothing to go back from.
    guard case .failure(let refused)? = table.order(.enterMaintenance, token: 6) else {
      Issue.record("another lease was taken")
      return
    }
    #expect(refused.code == .unavailable && refused.detail.contains("not known yet"))
    if how == "ordered back" {
      table.order(.rollBack)
      #expect(table.stage == .installing && table.lease?.action == .rollBack)
    }
    if how == "over" {
      table.ringLease(for: 3_600)
      #expect(table.lease?.isHeld == false && table.stage == .installing)
    }
    if how == "came back" {
      failed(&table)
    } else {
      table.status.phase = .trying
      table.status.trial = ReleaseStatus.Trial(slot: UpdaterTable.two, from: UpdaterTable.one, attempt: 1, deadline: table.now.wall + .seconds(3_000))
    }
    table.refusals = [:]
    table.ring { $0 == .takeOver }
    switch how {
    case "judged":
      #expect(table.stage == .trial)
      table.probe(Self.healthy)
      #expect(table.stage == .committed && !table.isInMaintenance)
    case "came back": #expect(table.stage == .rolledBack && table.lease?.reason == "it flaps" && !table.isInMaintenance)
    default: #expect(table.stage == .rollingBack && table.kinds.suffix(2) == [.rollBackRelease, .restartSupervisor])
    }
  }

  @Test(arguments: ["pin", "releases", "root", "layout", "fips", "escalation"]) func whatBarsUpdatesIsSaidAndRefusesThem(_ bar: String) throws {
    var table = UpdaterTable {
      $0.hasReleases = bar != "releases"
      $0.hasRoot = bar != "root"
      $0.isFIPS = true
    }
    table.status.active = SlotName(bar == "fips" ? "4.1.0.0-0123456789ab" : "5.102.0.0-0123456789ab")
    if bar == "pin" { table.registry[KnownRegistryKeys.updatePin] = .string("2026-11-22T04:00:00Z month-end") }
    if bar == "escalation" { table.status.escalation = "the rollback failed" }
    if bar == "layout" { table.refusals[.takeOverUpdates] = "nothing was installed there" }
    table.start()
    let sentence = try #require(table.report.barred)
    let expected = [
      "pin": "since 2026-11-22T04:00:00Z: month-end", "releases": "state.releases is not set", "root": "updates.root is not set",
      "layout": "nothing was installed there", "fips": "5.102", "escalation": "the rollback failed",
    ]
    #expect(sentence.contains(try #require(expected[bar])))
    table.order(.enterMaintenance)
    #expect(table.stage == .drained)
    table.order(.install, version: "9.0.0.0")
    #expect(table.stage == .failed && table.lease?.reason.contains(sentence) == true)
    #expect(!table.kinds.contains(.installRelease))
  }

  @Test func aPinIsLookedAtAnewBeforeEachUpdate() {
    var table = UpdaterTable()
    table.start()
    #expect(table.report.barred == nil)
    table.registry[KnownRegistryKeys.updatePin] = .string("by hand")
    table.order(.install)
    #expect(table.stage == .failed && table.report.pin == UpdatePin("by hand") && table.report.pin?.since == nil)
  }

  @Test func whatCannotBeFetchedIsTriedAgainWithPauses() {
    var table = UpdaterTable()
    table.start()
    table.found = .failure(ReleaseFetchProblem("connection refused", isPassing: true))
    table.order(.install, lasting: 90_000)
    #expect(table.stage == .installing && table.events.last == "evergreen.fetch-failed")
    table.found = .success(UpdaterTable.bundle)
    table.download = ReleaseFetchProblem("it broke off", isPassing: true)
    table.ringRetry()
    #expect(table.stage == .installing && table.report.state == .downloading)
    for _ in 0..<5 { table.ringRetry() }
    #expect(table.stage == .failed && table.lease?.reason == "after 5 attempts: it broke off")
    // What is not listed stays not listed.
    table.found = .failure(ReleaseFetchProblem("4.3.0.0 is not listed", isPassing: false))
    table.order(.install, lasting: 90_000, version: "4.3.0.0")
    #expect(table.stage == .failed && table.lease?.reason == "4.3.0.0 is not listed")
    // Nor does metadata change back that lists another bundle since.
    table.found = .success(UpdaterTable.bundle)
    table.download = ReleaseFetchProblem("signed metadata lists another bundle", isPassing: false)
    table.order(.install, lasting: 90_000, version: "4.4.0.0")
    #expect(table.stage == .failed && table.lease?.reason == "signed metadata lists another bundle" && table.events.last == "evergreen.given-up")
  }

  @Test func anAgentSystemThatIsNotThereIsWaitedFor() {
    var table = UpdaterTable()
    table.held = [.takeOverUpdates]
    table.start()
    table.held = []
    table.send(.answered(.takeOver, .failure(AgentCallError.disconnected("gone"))))
    #expect(table.alarms.contains { $0.0 == .start })
    table.ring { $0 == .start }
    #expect(table.report.barred == nil)
  }

  /// Whoever starts the connector has ordered it already.
  @Test func aWayBackThatIsOrderedAlreadyIsGone() {
    var table = trial()
    table.refusals[.rollBackRelease] = "another updater has taken over"
    table.status.phase = .rollingBack
    table.probe(Probe(isHealthy: false, reachedTheCloud: true))
    #expect(table.kinds.suffix(2) == [.rollBackRelease, .restartSupervisor])
    // One that cannot be ordered is handed to a person after three times.
    table = trial()
    table.refusals[.rollBackRelease] = "the disk is gone"
    table.probe(Probe(isHealthy: false, reachedTheCloud: true))
    #expect(table.kinds.filter { $0 == .rollBackRelease }.count == 3 && table.events.contains("evergreen.escalated") && table.stage == .failed)
  }
}
