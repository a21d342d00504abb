import Foundation
import LiveWorld
import Supervision
import Testing
import World

/// The shell on the machine's clock, with children that hold whole threads. Deadlines are short; nothing here measures time.
@Suite(.timeLimit(.minutes(2))) struct LiveSupervisorTests {
  @Test func startsAndStopsOnTheLiveClock() async throws {
    let witness = Witness()
    let children = ["a", "b"].map { id in ChildSpec(id: id, pingEvery: .milliseconds(1)) { await obedient($0) } }
    let supervisor = try Supervisor(SupervisorSpec(children: children), clock: LiveClock(), random: SystemRandom(), events: witness)
    async let outcome = supervisor.run()
    await supervisor.reaches(\.allReady)
    supervisor.stop()
    #expect(await outcome == .stopped)
    #expect(witness.with("child.stopped") == ["child.stopped b", "child.stopped a"])
  }

  /// The pool has fewer threads than there are blocked children. In a process of its own, because nothing else can run there either; the
  /// supervisor alone goes on: it gives the children up, starts new ones, finds that they are never ready, and ends the run.
  @Test func theSupervisorOutlivesAPoolThatIsBlockedAltogether() async {
    await #expect(processExitsWith: .exitCode(42)) {
      let block = DispatchSemaphore(value: 0)
      let children = (0..<64).map { n in
        ChildSpec(
          id: "c\(n)", readyWithin: .milliseconds(50), pingEvery: .milliseconds(5), pingDeadline: .milliseconds(20), stopWithin: .milliseconds(5)
        ) { handle in
          handle.onPing {}
          handle.ready()
          hold(block)
        }
      }
      let spec = SupervisorSpec(children: children, strategy: .oneForOne, restartBudget: 20, backOffInitial: .milliseconds(1))
      let supervisor = try Supervisor(spec, clock: LiveClock(), random: SystemRandom(), events: Witness()) { snapshot in
        if snapshot.phase == .done, snapshot.children.contains(where: { $0.abandoned > 1 }) { exit(42) }
      }
      _ = await supervisor.run()
      exit(1)
    }
  }

  /// One thread blocked, in a call that never returns: the child is replaced, the others do not notice.
  @Test func aChildThatBlocksItsThreadIsReplaced() async {
    await #expect(processExitsWith: .exitCode(42)) {
      let block = DispatchSemaphore(value: 0)
      let blocked = ChildSpec(id: "b", pingEvery: .milliseconds(5), pingDeadline: .milliseconds(100), stopWithin: .milliseconds(5)) { handle in
        if handle.incarnation > 1 { return await obedient(handle) }
        let never = Gate()
        handle.onPing { await never.wait() }
        handle.ready()
        hold(block)
      }
      let children = [ChildSpec(id: "a") { await obedient($0) }, blocked]
      let spec = SupervisorSpec(children: children, strategy: .oneForOne, backOffInitial: .milliseconds(1))
      let supervisor = try Supervisor(spec, clock: LiveClock(), random: SystemRandom(), events: Witness())
      async let outcome = supervisor.run()
      let replaced = await supervisor.reaches { $0.allReady && $0["b"]?.incarnation == 2 }
      supervisor.stop()
      exit(await outcome == .stopped && replaced?["a"]?.incarnation == 1 && replaced?["b"]?.abandoned == 1 ? 42 : 1)
    }
  }
}

/// Blocks the thread, as a call into a C library does that never returns.
private func hold(_ semaphore: DispatchSemaphore) { semaphore.wait() }
