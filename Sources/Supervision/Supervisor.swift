package import EventCatalog
package import World

/// The shell around `SupervisorLogic`: runs children as tasks of their own, keeps one timer, draws the jitter and reports.
///
/// It never waits for a child: a child that blocks its thread or ignores cancellation is fenced off and replaced. It runs on a thread of its own,
/// so it goes on although children block every thread of the runtime's pool; replacements need one free thread there, and when there is none
/// they are not ready in time until the budget is spent and systemd starts the process afresh.
package actor Supervisor {
  /// What `restart` did.
  package enum RestartAnswer: String, Hashable, Sendable { case accepted, unknown, disabled, stopping }

  private var logic: SupervisorLogic
  private let clock: any WorldClock
  private let random: any RandomSource
  private let events: any EventSink
  private let executor: any SerialExecutor & TaskExecutor
  private let onChange: @Sendable (SupervisorSnapshot) -> Void
  /// Every signal comes in through this queue, in order; sending never waits.
  private let inbox = Mailbox<SupervisorLogic.Input>()
  private var running: [Int: (handle: ChildHandle, task: Task<Void, Never>)] = [:]
  private var pinging: [Int: Task<Void, Never>] = [:]
  private var timer: (due: Moment, task: Task<Void, Never>)?
  private var watchers: [Int: AsyncStream<SupervisorSnapshot>.Continuation] = [:]
  private var lastWatcher = 0
  private var lastShown: SupervisorSnapshot?
  private var outcome: SupervisorOutcome?
  private var loop: Task<SupervisorOutcome, Never>?

  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// - Parameters:
  ///   - executor: another one than the thread only for a simulation that owns all threads.
  ///   - onChange: called with each new snapshot, in order, on the supervisor's own time: it must not block. A daemon that sees phase `done` here
  ///     can end the process although the pool may be blocked and the caller of `run()` never wake.
  package init(
    _ spec: SupervisorSpec, clock: any WorldClock, random: any RandomSource, events: any EventSink,
    executor: any SerialExecutor & TaskExecutor = SupervisorThread.shared, onChange: @escaping @Sendable (SupervisorSnapshot) -> Void = { _ in }
  ) throws(InvalidSupervisorSpec) {
    logic = try SupervisorLogic(spec, at: clock.now())
    self.clock = clock
    self.random = random
    self.events = events
    self.executor = executor
    self.onChange = onChange
  }

  /// Starts the children and returns when all have stopped or are given up. Cancelling its task is the same as `stop()`. A second call gets
  /// the same outcome.
  package func run() async -> SupervisorOutcome {
    let loop = self.loop ?? Task(executorPreference: executor) { await self.work() }
    self.loop = loop
    return await withTaskCancellationHandler {
      await loop.value
    } onCancel: {
      stop()
    }
  }

  /// Asks for an orderly stop, the last child first; `run()` returns when it is done. Safe from anywhere, any number of times.
  package nonisolated func stop() { inbox.send(.stop) }

  /// Restarts a child, and by the strategy those that are restarted with it, without back-off and outside of the budget.
  package func restart(_ id: String) -> RestartAnswer {
    guard let i = logic.index(of: id) else { return .unknown }
    guard logic.spec.children[i].isEnabled else { return .disabled }
    guard snapshot().phase == .running else { return .stopping }
    inbox.send(.restart(i))
    return .accepted
  }

  package func snapshot() -> SupervisorSnapshot { logic.snapshot(at: clock.now()) }

  /// Whether the systemd watchdog may be fed: nobody hangs, and the supervisor itself is on time.
  package func allLive() -> Bool { logic.allLive(at: clock.now().moment) }

  package func allReady() -> Bool { logic.allReady }

  /// The snapshot now, then each newer one; a slow reader skips to the newest. Ends when the run has ended.
  package func changes() -> AsyncStream<SupervisorSnapshot> {
    let (stream, continuation) = AsyncStream.makeStream(of: SupervisorSnapshot.self, bufferingPolicy: .bufferingNewest(1))
    continuation.yield(snapshot())
    guard outcome == nil else {
      continuation.finish()
      return stream
    }
    lastWatcher += 1
    let number = lastWatcher
    watchers[number] = continuation
    continuation.onTermination = { _ in Task { await self.forgetWatcher(number) } }
    return stream
  }

  private func forgetWatcher(_ number: Int) { watchers[number] = nil }

  private func work() async -> SupervisorOutcome {
    step(.begin)
    while outcome == nil {
      for input in await inbox.next() where outcome == nil { step(input) }
    }
    inbox.close()
    timer?.task.cancel()
    for watcher in watchers.values { watcher.finish() }
    watchers = [:]
    return outcome ?? .stopped
  }

  private func step(_ input: SupervisorLogic.Input) {
    perform(logic.handle(input, at: clock.now()))
    setTimer()
    let shown = snapshot()
    guard shown != lastShown else { return }
    lastShown = shown
    onChange(shown)
    for watcher in watchers.values { watcher.yield(shown) }
  }

  private func perform(_ directives: [SupervisorLogic.Directive]) {
    for directive in directives {
      switch directive {
      case .start(let i, let incarnation): start(i, incarnation)
      case .cancel(let i, let incarnation): if running[i]?.handle.incarnation == incarnation { running[i]?.task.cancel() }
      case .abandon(let i, let incarnation): if running[i]?.handle.incarnation == incarnation { drop(i) }
      case .ping(let i, let incarnation, let number): ping(i, incarnation, number)
      case .drawDelay(let i, let ceiling):
        drop(i)
        perform(logic.handle(.delayDrawn(i, random.jitter(ceiling)), at: clock.now()))
      case .emit(let event): events.emit(event, from: nil)
      case .finish(let outcome): self.outcome = outcome
      }
    }
  }

  private func start(_ i: Int, _ incarnation: Int) {
    drop(i)
    let inbox = inbox
    let body = logic.spec.children[i].start
    let handle = ChildHandle(incarnation: incarnation) { inbox.send(.child(i, incarnation: incarnation, .ready)) }
    // Detached: a child must not run on the supervisor's own executor, where it could block it.
    let task = Task.detached {
      do {
        try await body(handle)
        inbox.send(.child(i, incarnation: incarnation, .returned))
      } catch {
        inbox.send(.child(i, incarnation: incarnation, .threw(String(describing: error))))
      }
    }
    running[i] = (handle, task)
  }

  private func ping(_ i: Int, _ incarnation: Int, _ number: Int) {
    guard let handle = running[i]?.handle, handle.incarnation == incarnation else { return }
    let inbox = inbox
    guard let ping = handle.ping else {
      inbox.send(.child(i, incarnation: incarnation, .pingAnswered(number)))
      return
    }
    pinging[i] = Task.detached {
      await ping()
      inbox.send(.child(i, incarnation: incarnation, .pingAnswered(number)))
    }
  }

  /// Lets go of an incarnation; its tasks, if they still run, are cancelled and end when they like.
  private func drop(_ i: Int) {
    running.removeValue(forKey: i)?.task.cancel()
    pinging.removeValue(forKey: i)?.cancel()
  }

  private func setTimer() {
    let due = outcome == nil ? logic.nextDeadline : nil
    guard due != timer?.due else { return }
    timer?.task.cancel()
    timer = nil
    guard let due else { return }
    timer = (due, Task(executorPreference: executor) { await self.wake(at: due) })
  }

  private func wake(at due: Moment) async {
    // A cancelled sleep means that another timer took over.
    guard (try? await clock.sleep(until: due)) != nil else { return }
    // It is used up: a deadline at this very moment, such as a back-off of no length, needs a timer of its own.
    if timer?.due == due { timer = nil }
    inbox.send(.timePassed)
  }
}
