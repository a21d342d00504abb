import AgentSystem
import CloudAPI
import Evergreen
import ServiceKit
import Testing
import WatchDogService
import World

/// Each order of the cloud, in each state: by the logic alone.
@Suite struct UpdaterOrderTests {
  private func started(_ change: (inout UpdaterTable) -> Void = { _ in }) -> UpdaterTable {
    var table = UpdaterTable()
    change(&table)
    table.start()
    return table
  }

  private func stage(_ answer: Result<UpdateStanding, WireError>?) -> UpdateStanding.Stage? { (try? answer?.get())?.stage }
  private func code(_ answer: Result<UpdateStanding, WireError>?) -> WireError.Code? {
    if case .failure(let error) = answer { error.code } else { nil }
  }

  @Test func theWholeWayUpToTheRestart() {
    var table = started()
    #expect(stage(table.order(.enterMaintenance)) == .drained)
    #expect(table.isInMaintenance && table.registry[KnownRegistryKeys.maintenanceReason] == .string("update under lease 5"))
    #expect(stage(table.order(.install)) == .installing)
    #expect(table.kinds == [.takeOverUpdates, .setMaintenance, .installRelease, .activateRelease, .restartSupervisor])
    // Written before the order to try it is given, so that the process that comes back knows.
    #expect(table.saved.last?.wasActivated == true && table.saved.last?.boot == "b1" && table.saved.last?.bundle == UpdaterTable.bundle)
    #expect(table.events == ["evergreen.lease-taken", "evergreen.order-taken", "evergreen.downloaded"])
    #expect(table.report.state == .activating)
  }

  /// The record of updates was made anew under a process that runs: it takes over once more with the next order. From somebody who took over it takes nothing.
  @Test(arguments: [(1_795_000_000 * 1_024, 2), (5, 1), (1_024 * 7 + 1, 1)] as [(UInt64, Int)]) func aRecordMadeAnewIsTakenOver(
    _ generation: UInt64, _ times: Int
  ) {
    var table = started()
    table.status.generation = UpdaterGeneration(generation)
    #expect(stage(table.order(.install)) == .installing)
    #expect(table.kinds.count { $0 == .takeOverUpdates } == times)
    #expect(table.kinds.suffix(3) == [.installRelease, .activateRelease, .restartSupervisor])
    // Not while a trial of it is on its way back.
    var busy = started()
    (busy.status.generation, busy.status.phase) = (UpdaterGeneration(1_024), .rollingBack)
    busy.order(.install)
    #expect(busy.kinds.count { $0 == .takeOverUpdates } == 1)
    var refused = started()
    refused.status.generation = UpdaterGeneration(1_024)
    refused.refusals[.takeOverUpdates] = "the disk is gone"
    refused.order(.install)
    #expect(refused.stage == .failed && refused.lease?.reason == "the disk is gone" && !refused.kinds.contains(.installRelease))
  }

  /// Left as ordered, the next start would try what the cloud is told has failed.
  @Test func aRestartThatIsRefusedGivesTheTrialUp() {
    var table = started { $0.refusals[.restartSupervisor] = "another restart is scheduled" }
    table.order(.install)
    #expect(table.kinds.suffix(4) == [.activateRelease, .restartSupervisor, .rollBackRelease, .setMaintenance])
    #expect(!table.isInMaintenance && table.stage == .failed && table.lease?.reason == "the restart was refused: another restart is scheduled")
    table = started()
    table.refusals = [.restartSupervisor: "another restart is scheduled", .rollBackRelease: "the disk is full"]
    table.order(.install)
    #expect(table.lease?.reason.hasSuffix("; and it could not be given up: the disk is full") == true)
  }

  /// The next process only knows why it is in maintenance if that was written first.
  @Test func theRecordGoesBeforeTheMaintenance() {
    var table = started { $0.held = [.setMaintenance] }
    #expect(table.order(.enterMaintenance) == nil)
    #expect(table.saved.map(\.token) == [5] && table.saved.last?.stage == nil)
    var full = started { $0.saveProblem = "no space" }
    #expect(stage(full.order(.enterMaintenance)) == .failed)
    #expect(!full.kinds.contains(.setMaintenance) && full.events.contains("evergreen.lease-not-kept"))
  }

  @Test(arguments: UpdateCommand.Action.allCases) func aStaleTokenIsRefused(_ action: UpdateCommand.Action) {
    var table = started()
    table.order(.enterMaintenance, token: 5)
    let before = table.kinds
    #expect(code(table.order(action, token: 4)) == .denied)
    #expect(table.kinds == before && table.lease?.token == 5)
    table.order(.leaveMaintenance, token: 5)
    #expect(code(table.order(action, token: 4)) == .denied)
  }

  @Test func aReplayChangesNothing() {
    var table = started()
    table.order(.enterMaintenance)
    var before = (table.kinds, table.saved)
    #expect(stage(table.order(.enterMaintenance)) == .drained)
    #expect(table.kinds == before.0 && table.saved == before.1)
    table.order(.install)
    before = (table.kinds, table.saved)
    for action in [UpdateCommand.Action.enterMaintenance, .install] { #expect(stage(table.order(action)) == .installing) }
    #expect(table.kinds == before.0 && table.saved == before.1)
    // After the lease a replay neither brings the maintenance back nor begins anything.
    table = started()
    table.order(.enterMaintenance)
    table.order(.leaveMaintenance, lasting: nil)
    before = (table.kinds, table.saved)
    for action in UpdateCommand.Action.allCases { table.order(action) }
    #expect(table.kinds == before.0 && table.saved == before.1 && !table.isInMaintenance)
  }

  @Test func aBadOrderSaysWhy() {
    var table = UpdaterTable()
    #expect(code(table.order(.enterMaintenance)) == .unavailable)
    table.start()
    #expect(code(table.order(.enterMaintenance, lasting: nil)) == .badRequest)
    #expect(code(table.order(.enterMaintenance, lasting: .max)) == .badRequest)
    #expect(code(table.order(.enterMaintenance, lasting: -1)) == .denied)
    #expect(code(table.order(.install, version: "four")) == .badRequest)
    #expect(table.lease == nil && table.kinds == [.takeOverUpdates])
    #expect(code(table.order(.leaveMaintenance)) == .notFound)
    #expect(table.lease?.isHeld == false && table.kinds == [.takeOverUpdates])
  }

  /// One that was lost on the way: the order alone takes the lease, with maintenance first.
  @Test(arguments: [(UpdateCommand.Action.install, UpdateStanding.Stage.installing), (.restartMachine, .restarting), (.rollBack, .rolledBack)])
  func anOrderWithoutEnteringTakesTheLeaseItself(_ action: UpdateCommand.Action, _ expected: UpdateStanding.Stage) {
    var table = started()
    #expect(stage(table.order(action)) == expected)
    #expect(table.kinds.contains(.setMaintenance) && table.lease?.token == 5)
    // There was nothing to go back from.
    #expect(table.isInMaintenance == (expected != .rolledBack))
  }

  /// The cloud's word that ends the lease may be lost, and the next connector begins: what is over needs no maintenance any more, and what a full disk
  /// refuses is asked for again.
  @Test func whatHasFailedLeavesMaintenanceByItself_F2() {
    var table = started()
    table.order(.enterMaintenance)
    table.found = .failure(ReleaseFetchProblem("no signed metadata lists it", isPassing: false))
    table.refusals[.setMaintenance] = "the disk is full"
    table.order(.install)
    #expect(table.stage == .failed && table.lease?.isHeld == true && table.isInMaintenance)
    #expect(table.alarms.filter { $0.0 == .leaving }.map(\.1) == [.seconds(30)])
    table.send(.due(.leaving))
    #expect(table.isInMaintenance && table.alarms.count { $0.0 == .leaving } == 2)
    table.refusals = [:]
    table.send(.due(.leaving))
    #expect(!table.isInMaintenance && table.stage == .failed)
    // An alarm that is late finds another lease under way.
    table.order(.enterMaintenance, token: 6)
    table.send(.due(.leaving))
    #expect(table.isInMaintenance)
  }

  @Test func anAdministratorsMaintenanceStays() {
    var table = started {
      $0.registry = [KnownRegistryKeys.inMaintenance: .integer(1), KnownRegistryKeys.maintenanceReason: .string("patching")]
    }
    #expect(stage(table.order(.enterMaintenance)) == .drained)
    table.order(.leaveMaintenance, lasting: nil)
    #expect(table.registry[KnownRegistryKeys.maintenanceReason] == .string("patching") && !table.kinds.contains(.setMaintenance))
    // And one that came during the lease.
    table = started()
    table.order(.enterMaintenance)
    table.registry[KnownRegistryKeys.maintenanceReason] = .string("patching")
    table.order(.leaveMaintenance, lasting: nil)
    #expect(table.isInMaintenance && table.lease?.isHeld == false)
  }

  @Test func atItsEndTheLeaseIsGivenUp() {
    var table = started()
    table.order(.enterMaintenance, lasting: 60)
    // Renewed by a further order.
    table.isSilent = true
    table.order(.install, lasting: 600)
    table.ringLease(for: 599)
    #expect(table.lease?.isHeld == true)
    table.ringLease(for: 1)
    #expect(table.lease?.isHeld == false && !table.isInMaintenance && table.stage == .failed)
    #expect(table.lease?.reason.contains("the lease was over") == true)
    #expect(table.events.suffix(2) == ["evergreen.lease-over", "evergreen.given-up"])
    // What the repository answers now is too late.
    table.send(.found(1, .success(UpdaterTable.bundle)))
    #expect(!table.kinds.contains(.installRelease))
  }

  @Test func aLaterLeaseTakesTheEarliersPlace() {
    var table = started { $0.isSilent = true }
    table.order(.enterMaintenance)
    table.order(.install)
    #expect(stage(table.order(.enterMaintenance, token: 6)) == .drained)
    #expect(table.lease?.token == 6 && table.isInMaintenance && table.report.state == .idle)
    #expect(table.registry[KnownRegistryKeys.maintenanceReason] == .string("update under lease 6"))
    // Not while something is tried.
    table.isSilent = false
    table.order(.install, token: 6)
    #expect(code(table.order(.enterMaintenance, token: 7)) == .unavailable)
  }

  @Test func theMachineIsRestartedOnce() {
    var table = started()
    #expect(stage(table.order(.restartMachine)) == .restarting)
    guard case .scheduleRestart(.machine, let delay, _)? = table.asked.last else {
      Issue.record("no restart")
      return
    }
    #expect(delay == 1)
    #expect(stage(table.order(.restartMachine)) == .restarting && table.kinds.filter { $0 == .scheduleRestart }.count == 1)
    table = started { $0.refusals = [.scheduleRestart: "one is due already"] }
    table.order(.restartMachine)
    #expect(table.stage == .failed && table.lease?.reason.contains("one is due already") == true)
  }

  /// The cloud orders the way back from whatever failed: never from the release that ran before.
  @Test func theWayBackIsOnlyFromWhatWasTriedUnderThisLease() {
    var table = started { $0.refusals = [.installRelease: "hostile"] }
    table.order(.enterMaintenance)
    table.order(.install)
    #expect(table.stage == .failed)
    #expect(stage(table.order(.rollBack)) == .rolledBack)
    #expect(!table.kinds.contains(.rollBackRelease))
    // One that waits for its download.
    table = started { $0.isSilent = true }
    table.order(.install)
    #expect(stage(table.order(.rollBack)) == .rolledBack && table.report.state == .idle)
    // One that was committed under it.
    table = UpdaterTable(version: "4.2.0.0", lease: lease(.committed))
    table.start()
    #expect(stage(table.order(.rollBack)) == .rollingBack)
    #expect(table.kinds.suffix(2) == [.rollBackRelease, .restartSupervisor])
  }
}
