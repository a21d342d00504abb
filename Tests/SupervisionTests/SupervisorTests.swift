import EventCatalog
import LiveWorld
import SimulatedWorld
import Supervision
import Synchronization
import Testing
import World

/// The shell, in virtual time.
@Suite(.timeLimit(.minutes(1))) struct SupervisorTests {
  private let clock = SimulatedClock()
  private let witness = Witness()

  private func supervisor(_ children: [ChildSpec], _ strategy: RestartStrategy = .oneForOne, budget: Int = 10) throws -> Supervisor {
    let spec = SupervisorSpec(children: children, strategy: strategy, restartBudget: budget)
    return try Supervisor(spec, clock: clock, random: SeededRandom(seed: 1), events: witness)
  }

  private func noted(_ id: String) -> ChildSpec {
    ChildSpec(id: id) { [witness] handle in
      witness.note("begin \(id)\(handle.incarnation)")
      await obedient(handle)
      witness.note("end \(id)\(handle.incarnation)")
    }
  }

  @Test func startsInOrderAndStopsInReverse() async throws {
    let supervisor = try supervisor(["a", "b", "c"].map(noted))
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    #expect(await supervisor.allReady())
    supervisor.stop()
    #expect(await outcome == .stopped)
    #expect(witness.with("begin") == ["begin a1", "begin b1", "begin c1"])
    #expect(witness.with("end") == ["end c1", "end b1", "end a1"])
    #expect(witness.all.last == "supervisor.stopped")
    #expect(await supervisor.snapshot().phase == .done)
  }

  @Test func cancellingTheRunStopsIt() async throws {
    let supervisor = try supervisor([noted("a")])
    let run = Task { await supervisor.run() }
    await supervisor.reaches(\.allReady)
    run.cancel()
    #expect(await run.value == .stopped)
    #expect(await supervisor.run() == .stopped)
    #expect(witness.with("end") == ["end a1"])
  }

  @Test func aFailedChildComesBackAfterItsBackOff() async throws {
    struct Boom: Error {}
    let crash = Gate()
    let child = ChildSpec(id: "b") { handle in
      handle.ready()
      if handle.incarnation > 1 { return await untilCancelled() }
      await crash.wait()
      throw Boom()
    }
    let supervisor = try supervisor([noted("a"), child])
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    crash.open()
    let failed = await supervisor.reaches { $0["b"]?.state == .backingOff }
    #expect(failed?["b"]?.lastFailure == "Boom()")
    #expect(failed?["a"]?.state == .ready)
    // Full jitter below 200 ms.
    let due = clock.now().moment + .milliseconds(200)
    await clock.wait { $0.contains { $0 < due } }
    clock.advance(to: due)
    let back = await supervisor.reaches(\.allReady)
    #expect(back?["b"]?.incarnation == 2)
    #expect(back?["a"]?.incarnation == 1)
    supervisor.stop()
    #expect(await outcome == .stopped)
  }

  @Test func aHungChildIsReplacedAlthoughItIgnoresCancellation() async throws {
    let never = Gate()
    let hung = ChildSpec(id: "b", pingEvery: .seconds(5), pingDeadline: .seconds(10), stopWithin: .seconds(3)) { handle in
      if handle.incarnation > 1 { return await obedient(handle) }
      handle.onPing { await never.wait() }
      handle.ready()
      await never.wait()
      // After it was abandoned: nobody may listen.
      handle.ready()
    }
    let supervisor = try supervisor([noted("a"), hung])
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    #expect(await supervisor.allLive())
    let asked = clock.now().moment + .seconds(5)
    await clock.waitForSleeper(until: asked)
    clock.advance(to: asked)
    // a answers its ping and is asked again after 5 s, and once more at the deadline of b.
    await clock.waitForSleeper(until: asked + .seconds(5))
    clock.advance(by: .seconds(5))
    await clock.waitForSleeper(until: asked + .seconds(10))
    clock.advance(by: .seconds(5))
    await supervisor.reaches { $0["b"]?.state == .stopping }
    #expect(await !supervisor.allLive())
    await clock.waitForSleeper(until: asked + .seconds(13))
    clock.advance(by: .seconds(3))
    await supervisor.reaches { $0["b"]?.state == .backingOff && $0["b"]?.abandoned == 1 }
    clock.advance(by: .seconds(1))
    let replaced = await supervisor.reaches { $0["b"]?.state == .ready && $0["b"]?.incarnation == 2 }
    #expect(replaced?["a"]?.incarnation == 1)
    never.open()
    await supervisor.reaches { $0["b"]?.abandoned == 0 }
    #expect(await supervisor.snapshot()["b"]?.incarnation == 2)
    supervisor.stop()
    #expect(await outcome == .stopped)
    #expect(witness.with("child.hung") == ["child.hung b"])
    #expect(witness.with("child.abandoned") == ["child.abandoned b"])
  }

  @Test func aShutdownGoesOnWithoutAChildThatWillNotStop() async throws {
    let never = Gate()
    let stubborn = ChildSpec(id: "b", stopWithin: .seconds(2)) { handle in
      handle.ready()
      await never.wait()
    }
    let supervisor = try supervisor([noted("a"), stubborn])
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    supervisor.stop()
    await clock.waitForSleeper(until: clock.now().moment + .seconds(2))
    clock.advance(by: .seconds(2))
    #expect(await outcome == .stopped)
    #expect(witness.with("end") == ["end a1"])
    #expect(witness.with("child.stop") == ["child.stop-budget-exceeded b", "child.stopped a"])
    never.open()
  }

  @Test func aSpentBudgetEndsTheRun() async throws {
    struct Boom: Error {}
    let child = ChildSpec(id: "b") { _ in throw Boom() }
    let supervisor = try supervisor([noted("a"), child], budget: 0)
    #expect(await supervisor.run() == .budgetSpent(child: "b", reason: "Boom()"))
    #expect(witness.with("end") == ["end a1"])
  }

  @Test func aRunOfChildrenThatEndEnds() async throws {
    let supervisor = try supervisor([ChildSpec(id: "a", policy: .transient) { _ in }, ChildSpec(id: "b", policy: .temporary) { _ in }])
    #expect(await supervisor.run() == .allEnded)
  }

  @Test func restartsByHand() async throws {
    let supervisor = try supervisor([noted("a"), noted("b"), ChildSpec(id: "off", isEnabled: false) { _ in }], .restForOne)
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    #expect(await supervisor.restart("none") == .unknown)
    #expect(await supervisor.restart("off") == .disabled)
    #expect(await supervisor.restart("a") == .accepted)
    await supervisor.reaches { $0.allReady && $0["a"]?.incarnation == 2 }
    #expect(await supervisor.snapshot()["b"]?.incarnation == 2)
    #expect(await supervisor.snapshot()["off"]?.state == .disabled)
    supervisor.stop()
    #expect(await outcome == .stopped)
    #expect(await supervisor.restart("a") == .stopping)
    #expect(witness.with("end") == ["end b1", "end a1", "end b2", "end a2"])
  }

  @Test func everyChangeIsToldInOrder() async throws {
    let phases = Mutex<[String]>([])
    let spec = SupervisorSpec(children: [noted("a")])
    let supervisor = try Supervisor(spec, clock: clock, random: SeededRandom(seed: 1), events: witness) { snapshot in
      phases.withLock { $0.append("\(snapshot.phase) \(snapshot.children[0].state)") }
    }
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    supervisor.stop()
    #expect(await outcome == .stopped)
    #expect(phases.withLock { $0 } == ["running starting", "running ready", "stopping stopping", "done stopped"])
    var after = await supervisor.changes().makeAsyncIterator()
    #expect(await after.next()?.phase == .done)
    #expect(await after.next() == nil)
  }

  @Test func aBadSpecNeverRuns() {
    let error = #expect(throws: InvalidSupervisorSpec.self) { try supervisor([noted("a"), noted("a")], budget: -1) }
    #expect(error?.problems.count == 2)
  }
}
