import AgentSystem
import CloudAPI
import Evergreen
import Foundation
import ServiceKit
import Testing
import WatchDogService
import World

/// How long a lease is held, whatever happens to clocks, processes and the machine.
@Suite struct LeaseTermTests {
  private func started(_ table: UpdaterTable = UpdaterTable(settings: { $0.machine = "m1" })) -> UpdaterTable {
    var table = table
    table.start()
    return table
  }
  /// Another process that finds the lease as the one before left it, at the same time unless a test changes that.
  private func next(_ before: UpdaterTable, machine: String = "m1", _ change: (inout UpdaterTable) -> Void = { _ in }) throws -> UpdaterTable {
    let last: UpdateLease = try #require(before.saved.last)
    var table = UpdaterTable(lease: last, boot: "b2") { $0.machine = machine }
    (table.now, table.registry) = (before.now, before.registry)
    change(&table)
    table.start()
    return table
  }
  private func code(_ answer: Result<UpdateStanding, WireError>?) -> WireError.Code? {
    if case .failure(let error) = answer { error.code } else { nil }
  }

  @Test(arguments: [-86_400, -60, 60, 86_400]) func aWallClockThatIsSetChangesNothing(_ step: Int64) {
    var table = started()
    table.now.wall = table.now.wall + .seconds(step)
    table.order(.enterMaintenance, lasting: 600)
    table.now.wall = table.now.wall + .seconds(-2 * step)
    table.ringLease(for: 599)
    #expect(table.lease?.isHeld == true && table.isInMaintenance)
    table.ringLease(for: 1)
    #expect(table.lease?.isHeld == false && !table.isInMaintenance)
  }

  @Test func timeThatTheMachineSleptCounts() {
    var table = started()
    table.order(.enterMaintenance, lasting: 600)
    table.now.machine = table.now.machine + .seconds(600)
    table.ringLease(for: 60)
    #expect(table.lease?.isHeld == false)
  }

  @Test func theNextProcessCountsOn() throws {
    var table = started()
    table.order(.enterMaintenance, lasting: 600)
    table.pass(400)
    // The wall clock was set meanwhile, which does not matter.
    var second = try next(table) { $0.now.wall = $0.now.wall + .seconds(-86_400) }
    #expect(second.lease?.isHeld == true)
    second.ringLease(for: 199)
    #expect(second.lease?.isHeld == true)
    second.ringLease(for: 1)
    #expect(second.lease?.isHeld == false)
    table.pass(200)
    #expect(try next(table).lease?.isHeld == false)
  }

  /// After a start of the machine its wall clock is all there is: it may end the lease early, and never makes it longer than it was.
  @Test func aStartOfTheMachineGoesByTheWallClockAndNeverLonger() throws {
    var table = started()
    table.order(.enterMaintenance, lasting: 600)
    func restarted(_ wall: Int64) throws -> UpdaterTable {
      try next(table, machine: "m2") {
        $0.now.machine = Moment(nanoseconds: 5)
        $0.now.wall = $0.now.wall + .seconds(wall)
      }
    }
    #expect(try restarted(600).lease?.isHeld == false)
    var soon = try restarted(500)
    soon.ringLease(for: 99)
    #expect(soon.lease?.isHeld == true)
    soon.ringLease(for: 1)
    #expect(soon.lease?.isHeld == false)
    var back = try restarted(-86_400)
    back.ringLease(for: 599)
    #expect(back.lease?.isHeld == true)
    back.ringLease(for: 1)
    #expect(back.lease?.isHeld == false)
  }

  @Test func aRecordFromBeforeThereWereTermsIsRead() throws {
    let old = Data(
      #"{"action":"install","boot":"b0","expires":"2026-11-22T10:00:00Z","isHeld":true,"reason":"","token":5,"wasActivated":false}"#.utf8)
    let read = try JSONDecoder().decode(UpdateLease.self, from: old)
    #expect(read.token == 5 && read.term == nil && read.fence == nil)
  }

  @Test func theSameOrderAgainChangesNothingButTheEnd() {
    var table = started()
    table.order(.enterMaintenance, lasting: 600)
    table.order(.install, lasting: 600)
    let (kinds, stage) = (table.kinds, table.stage)
    // What took a second longer on its way is nothing new.
    table.pass(100)
    let saved = table.saved.count
    table.order(.install, lasting: 501)
    #expect(table.saved.count == saved)
    table.order(.install, lasting: 1_500)
    #expect(table.saved.last?.term?.length == 1_500 && table.saved.count == saved + 1)
    // The cloud can make it shorter, too; an order of an earlier step was long on its way.
    table.order(.enterMaintenance, lasting: 9_000)
    #expect(table.lease?.term?.length == 1_500)
    table.order(.install, lasting: 300)
    #expect(table.lease?.term?.length == 300 && table.kinds == kinds && table.stage == stage)
  }

  @Test func aTrialsLeaseIsExtended() {
    var table = UpdaterTable(version: "4.2.0.0", lease: lease(.installing) { $0.wasActivated = true }) { $0.machine = "m1" }
    table.status.trial = ReleaseStatus.Trial(slot: UpdaterTable.two, from: UpdaterTable.one, attempt: 1, deadline: table.now.wall + .seconds(3_000))
    table.status.phase = .trying
    table.start()
    #expect(table.stage == .trial)
    table.order(.install, lasting: 9_000)
    #expect(table.lease?.term?.length == 9_000 && table.stage == .trial)
    table.ringLease(for: 8_999)
    #expect(table.lease?.isHeld == true)
  }

  // MARK: The token

  @Test func aProcessThatDiesRightAfterTheFirstOrderRefusesOlderTokens() throws {
    var table = started(UpdaterTable { $0.machine = "m1" })
    table.held = [.setMaintenance]
    #expect(table.order(.enterMaintenance, token: 7) == nil)
    var second = try next(table)
    #expect(code(second.order(.enterMaintenance, token: 6)) == .denied)
  }

  @Test func anEndUnderAHigherTokenIsRemembered() throws {
    var table = started()
    table.order(.enterMaintenance, token: 5)
    table.order(.leaveMaintenance, token: 8)
    #expect(!table.isInMaintenance && table.saved.last?.fence == 8)
    var second = try next(table)
    for token in [UInt64(5), 6, 7, 8] { #expect(code(second.order(.enterMaintenance, token: token)) == .denied) }
    #expect(!second.isInMaintenance)
    second.order(.enterMaintenance, token: 9)
    #expect(second.isInMaintenance)
    // Where nothing was held at all.
    var fresh = started()
    fresh.order(.leaveMaintenance, token: 8)
    var third = try next(fresh)
    #expect(code(third.order(.enterMaintenance, token: 7)) == .denied && third.kinds.filter { $0 == .setMaintenance }.isEmpty)
  }

  @Test func aFurtherOrderIsOnTheDiskBeforeItIsActedOn() throws {
    var table = started()
    table.order(.enterMaintenance)
    table.saveProblem = "no space"
    #expect(code(table.order(.install)) == .unavailable)
    #expect(table.lease?.action == .enterMaintenance && table.stage == .drained && !table.kinds.contains(.installRelease))
    table.saveProblem = nil
    table.isSilent = true
    table.order(.install)
    // The first record that names the order has not begun it: the next process begins it when it is ordered again.
    let written = try #require(table.saved.first { $0.action == .install })
    #expect(written.stage == .drained)
    var second = UpdaterTable(lease: written, boot: "b2") { $0.machine = "m1" }
    second.start()
    second.order(.install)
    #expect(second.kinds.contains(.installRelease))
  }

  @Test func whatStaysIsNamedByItsDigest() {
    let digest = String(repeating: "ab", count: 32)
    var table = UpdaterTable(version: "4.2.0.0", lease: lease(.committed)) { $0.digest = digest }
    table.start()
    #expect(table.report.standing?.digest == digest)
    table = UpdaterTable(lease: lease(.committed)) { $0.digest = digest }
    table.start()
    #expect(table.report.standing?.digest == nil, "this process is another release")
  }
}
