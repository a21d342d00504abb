import AgentSystem
import AgentSystemHost
import SimulatedWorld
import Testing
import World

@Suite struct ScheduleTests {
  @Test(arguments: RestartTarget.allCases)
  func aDueRestartIsBegunOnceAndSettlesTheFlagsOfAMachine(_ target: RestartTarget) async throws {
    let bench = try Bench()
    let host = await bench.started()
    #expect(await host.ask(bench.request(.registryWrite(KnownRegistryKeys.componentRebootPending, .boolean(true)))) == .done)
    let answer = await host.ask(bench.request(.scheduleRestart(target, delay: 60, reason: "an update waits")))
    let due = bench.clock.now().wall + .seconds(60)
    #expect(answer == .value(.restart(ScheduledRestart(target: target, dueAt: due, reason: "an update waits"))))
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.restartDueAt))).registry == .integer(due.microseconds))
    await bench.clock.waitForSleepers(1)
    bench.clock.advance(by: .seconds(59))
    #expect(bench.restarted.isEmpty)
    bench.clock.advance(by: .seconds(1))
    #expect(await bench.nextRestart() == "process: an update waits")
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.restartDueAt))) == .value(.registry(nil)))
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.componentRebootPending))).registry == .boolean(target == .process))
    // No second one: a restart loop cannot come of it.
    let after = await bench.started()
    #expect(bench.clock.sleepers.isEmpty)
    #expect(await after.ask(bench.request(.cancelRestart)) == .value(.flag(false)))
  }

  @Test func aCancelledRestartDoesNotHappen() async throws {
    let bench = try Bench()
    let host = await bench.started()
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: 60, reason: "r"))).refusal == nil)
    await bench.clock.waitForSleepers(1)
    #expect(await host.ask(bench.request(.cancelRestart)) == .value(.flag(true)))
    await bench.clock.waitForSleepers(0)
    #expect(await host.ask(bench.request(.cancelRestart)) == .value(.flag(false)))
    bench.clock.advance(by: .seconds(120))
    #expect(bench.restarted.isEmpty)
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: 5, reason: "r"))).refusal == nil)
  }

  @Test func itSurvivesACrashAndKeepsItsTime() async throws {
    let bench = try Bench()
    let before = await bench.started()
    #expect(await before.ask(bench.request(.scheduleRestart(.machine, delay: 60, reason: "r"))).refusal == nil)
    await before.stop()
    await bench.clock.waitForSleepers(0)
    bench.files.crash()
    bench.clock.advance(by: .seconds(20))
    let after = await bench.started()
    await bench.clock.waitForSleeper(until: Moment(nanoseconds: 60_000_000_000))
    bench.clock.advance(by: .seconds(40))
    #expect(await bench.nextRestart() == "process: r")
    await after.stop()
  }

  /// The wall clock may step while the process is down; the wait stays within what can be asked for.
  @Test(arguments: [Duration.seconds(-86_400 * 3_650), .seconds(86_400 * 3_650)])
  func aStepOfTheWallClockIsBounded(_ step: Duration) async throws {
    let bench = try Bench()
    let before = await bench.started()
    #expect(await before.ask(bench.request(.scheduleRestart(.machine, delay: 60, reason: "r"))).refusal == nil)
    await before.stop()
    await bench.clock.waitForSleepers(0)
    bench.clock.stepWall(by: step)
    let after = await bench.started()
    await bench.clock.waitForSleepers(1)
    let wait = try #require(bench.clock.sleepers.first) - bench.clock.now().moment
    #expect(wait >= AgentSystemHost.overdueGrace && wait <= .seconds(Int64(PrivilegedOperation.longestDelay)))
    await after.stop()
  }

  @Test func delaysAreBounded() async throws {
    let bench = try Bench()
    let host = await bench.started()
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: .max, reason: ""))).refusal == .outOfRange)
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: PrivilegedOperation.longestDelay, reason: ""))).refusal == nil)
    await host.stop()
  }
}
