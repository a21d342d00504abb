import SimulatedWorld
import Supervision
import Testing
import World

/// A deadline at the very moment at which the timer has just fired.
@Suite(.timeLimit(.minutes(1))) struct ZeroBackOffTests {
  private struct Zero: RandomSource { func next() -> UInt64 { 0 } }

  /// A deaf child is given up by the timer, and the back-off that is drawn then has no length: its deadline is that timer's own.
  @Test func aBackOffOfNoLengthEnds() async throws {
    let (clock, gate) = (SimulatedClock(), Gate())
    let deaf = ChildSpec(id: "deaf", pingEvery: .seconds(1), pingDeadline: .seconds(1), stopWithin: .seconds(1)) { handle in
      if handle.incarnation > 1 { return await obedient(handle) }
      handle.onPing { await gate.wait() }
      handle.ready()
      await gate.wait()
    }
    let supervisor = try Supervisor(SupervisorSpec(children: [deaf], strategy: .oneForOne), clock: clock, random: Zero(), events: Witness())
    async let outcome = supervisor.run()
    let start = clock.now().moment
    for second in 1...3 {
      await clock.waitForSleeper(until: start + .seconds(second))
      clock.advance(to: start + .seconds(second))
    }
    let back = await supervisor.reaches { $0["deaf"]?.incarnation == 2 && $0.allReady }
    #expect(back?["deaf"]?.abandoned == 1)
    gate.open()
    supervisor.stop()
    #expect(await outcome == .stopped)
  }
}
