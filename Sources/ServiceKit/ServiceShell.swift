package import World

/// The one shell around every logic: its mailbox is the actor's queue. It performs directives in order, runs background work as tasks of its own,
/// feeds their events back, and answers askers. When it stops, background work is cancelled and open questions fail with `ServiceUnavailable`.
package actor ServiceShell<Logic: ServiceLogic, Performer: DirectivePerformer>
where Performer.Event == Logic.Event, Performer.Directive == Logic.Directive {
  private let name: ServiceName
  private var logic: Logic
  private let performer: Performer
  private let clock: any WorldClock
  private var tasks: [UInt64: Task<Void, Never>] = [:]
  private var questions: [RequestID: CheckedContinuation<Logic.Answer, any Error>] = [:]
  private var lastNumber: UInt64 = 0
  private var stopped = false

  package init(_ name: ServiceName, logic: Logic, performer: Performer, clock: any WorldClock) {
    self.name = name
    self.logic = logic
    self.performer = performer
    self.clock = clock
  }

  /// Hands the logic an event and performs what it directs. After `stop` it does nothing.
  package func send(_ event: Logic.Event) {
    guard !stopped else { return }
    for directive in logic.handle(event, at: clock.now()) { carryOut(directive) }
  }

  /// Asks the logic something and waits for its answer. Throws what the logic answers with, or `ServiceUnavailable` when the service stops first.
  package func ask(_ makeEvent: @Sendable (RequestID) -> Logic.Event) async throws -> Logic.Answer {
    guard !stopped else { throw ServiceUnavailable(service: name, reason: .stopped) }
    let id = RequestID(nextNumber())
    return try await withCheckedThrowingContinuation { continuation in
      questions[id] = continuation
      send(makeEvent(id))
    }
  }

  /// Reads the logic, for status pages.
  package func read<Value: Sendable>(_ get: @Sendable (Logic) -> Value) -> Value { get(logic) }

  /// Returns when the mailbox has been worked through to this point: the liveness ping.
  package func ping() {}

  /// Sends `first`, calls `ready`, and returns when the task is cancelled; by then nothing of the shell runs any more.
  package func run(first: [Logic.Event], ready: @Sendable () -> Void) async {
    for event in first { send(event) }
    ready()
    await waitForCancellation()
    stop()
    for task in tasks.values { await task.value }
  }

  private func stop() {
    stopped = true
    for task in tasks.values { task.cancel() }
    for continuation in questions.values { continuation.resume(throwing: ServiceUnavailable(service: name, reason: .stopped)) }
    questions = [:]
  }

  private func carryOut(_ directive: Logic.Directive) {
    if let (id, answer) = Logic.answer(in: directive) {
      questions.removeValue(forKey: id)?.resume(with: answer)
      return
    }
    guard let background = performer.perform(directive) else { return }
    let number = nextNumber()
    tasks[number] = Task {
      let event = await background.work()
      finished(number, event)
    }
  }

  private func finished(_ number: UInt64, _ event: Logic.Event?) {
    tasks[number] = nil
    if let event { send(event) }
  }

  private func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }
}

/// Suspends until the current task is cancelled.
package func waitForCancellation() async {
  let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
  await withTaskCancellationHandler {
    for await _ in stream {}
  } onCancel: {
    continuation.finish()
  }
}
