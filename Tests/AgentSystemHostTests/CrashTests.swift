import AgentSystem
import AgentSystemHost
import SimulatedWorld
import Testing
import World

/// The power goes at each phase of each durable step: what is found afterwards is all of the old or all of the new.
@Suite struct CrashTests {
  @Test(arguments: StepPhase.allCases, OnceTests.changing.filter { $0.kind != .restartService })
  func atEachPhaseOfACommit(_ phase: StepPhase, _ operation: PrivilegedOperation) async throws {
    let bench = try Bench()
    let before = await bench.started()
    #expect(await before.ask(bench.request(.registryWrite(KnownRegistryKeys.configured, .integer(0)))) == .done)
    let old = try bench.files.read(Bench.record)
    bench.files.crash(at: AgentSystemSteps.commit, phase)
    let request = bench.request(operation)
    let answer = await before.ask(request)
    #expect(bench.files.isDown)
    await before.stop()
    bench.files.recover()
    let kept = try bench.files.read(Bench.record)
    #expect((kept == old) == (phase != .durable))
    #expect((try? StateRecord.decode(kept)) != nil)
    if kept == old { #expect(answer.refusal == .storageFailed) }
    let after = await bench.started()
    #expect(!bench.events().contains("agent-system.registry-rebuilt"))
    #expect(await after.ask(bench.request(.registryRead(KnownRegistryKeys.configured))).registry == .integer(0))
    // Asked again under the same id, it is done in the end, and once.
    #expect(await after.ask(request).refusal == nil)
    await after.stop()
  }

  /// Either nothing of the restart has begun (it is still scheduled, the flags are still set), or it has begun and cannot be begun again.
  @Test(arguments: StepPhase.allCases)
  func atEachPhaseOfBeginningARestart(_ phase: StepPhase) async throws {
    let bench = try Bench()
    let before = await bench.started()
    #expect(await before.ask(bench.request(.registryWrite(KnownRegistryKeys.updateRebootRequired, .boolean(true)))) == .done)
    #expect(await before.ask(bench.request(.scheduleRestart(.machine, delay: 60, reason: "r"))).refusal == nil)
    await bench.clock.waitForSleepers(1)
    bench.files.crash(at: AgentSystemSteps.beginRestart, phase)
    bench.clock.advance(by: .seconds(60))
    // With the power gone it is not begun; it waits to try again, and would in vain.
    await bench.clock.waitForSleepers(1)
    #expect(bench.restarted.isEmpty)
    await before.stop()
    await bench.clock.waitForSleepers(0)
    bench.files.recover()
    let state = try StateRecord.decode(try bench.files.read(Bench.record))
    #expect((state.restart == nil) == (phase == .durable))
    #expect((state.settings[KnownRegistryKeys.updateRebootRequired] == nil) == (phase == .durable))
    let after = await bench.started()
    if phase != .durable {
      await bench.clock.waitForSleepers(1)
      bench.clock.advance(by: AgentSystemHost.overdueGrace)
      #expect(await bench.nextRestart() == "process: r")
    }
    // Once it is recorded as begun, the loss of power was the restart.
    #expect(bench.restarted == (phase == .durable ? [] : ["process: r"]))
    await after.stop()
  }

  @Test(arguments: [StepPhase.beforeWrite, .afterRename, .durable])
  func atEachPhaseOfMovingAside(_ phase: StepPhase) async throws {
    let bench = try Bench()
    let damage = Array("not a record".utf8)
    try bench.files.append(Bench.record, damage, mode: 0o600, sync: true)
    bench.files.crash(at: AgentSystemSteps.aside, phase)
    _ = await bench.started()
    bench.files.recover()
    let host = await bench.started()
    let aside = try bench.files.list(Bench.directory).filter { $0.contains("damaged") }
    #expect(aside.count == 1)
    #expect(try bench.files.read("\(Bench.directory)/\(try #require(aside.first))") == damage)
    #expect(await host.ask(bench.request(.setMaintenance(true, reason: ""))) == .done)
  }
}
