import ServiceKit
import World

/// A shell such as one writes before one knows better: an await in the middle of each of three things.
actor NaiveShell: Shelling {
  private var logic: CountingLogic
  private let performer: CountingPerformer
  private let run: ScenarioRun
  private var questions: [RequestID: CheckedContinuation<CountingLogic.Answer, any Error>] = [:]
  private var tasks: [UInt64: Task<Void, Never>] = [:]
  private var lastNumber: UInt64 = 0
  private var stopped = false
  private let other = Elsewhere()

  init(logic: CountingLogic, performer: CountingPerformer, run: ScenarioRun) {
    self.logic = logic
    self.performer = performer
    self.run = run
  }

  func send(_ event: CountingLogic.Event) async {
    guard !stopped else { return }
    let directives: [CountingLogic.Directive]
    if run.has(.lostEvent) {
      var copy = logic
      directives = copy.handle(event, at: run.now)
      await other.look()
      logic = copy
    } else {
      directives = logic.handle(event, at: run.now)
    }
    for directive in directives { await carryOut(directive) }
  }

  func ask(_ makeEvent: @Sendable (RequestID) -> CountingLogic.Event) async throws -> CountingLogic.Answer {
    // The race: what is asked after the questions were failed and before the stop is over is kept for nobody.
    guard !stopped else { throw ServiceUnavailable(service: .logger, reason: .stopped) }
    lastNumber += 1
    let id = RequestID(lastNumber)
    let event = makeEvent(id)
    return try await withCheckedThrowingContinuation { continuation in
      questions[id] = continuation
      Task { await send(event) }
    }
  }

  func ping() {}
  func sum() -> Int { logic.sum }

  func run(first: [CountingLogic.Event], ready: @Sendable () -> Void) async {
    for event in first { await send(event) }
    ready()
    await waitForCancellation()
    for continuation in questions.values { continuation.resume(throwing: ServiceUnavailable(service: .logger, reason: .stopped)) }
    questions = [:]
    for task in tasks.values {
      task.cancel()
      await task.value
    }
    await other.look()
    stopped = true
  }

  private func carryOut(_ directive: CountingLogic.Directive) async {
    if let (id, answer) = CountingLogic.answer(in: directive) {
      guard let continuation = questions[id] else { return }
      if run.has(.doubleAnswer) {
        Task {
          await other.look()
          questions[id]?.resume(with: answer)
          await other.look()
          questions[id] = nil
        }
        return
      }
      questions[id] = nil
      return continuation.resume(with: answer)
    }
    guard let background = performer.perform(directive) else { return }
    lastNumber += 1
    let number = lastNumber
    tasks[number] = Task {
      let event = await background.work()
      tasks[number] = nil
      if let event { await send(event) }
    }
  }
}

/// Something else to await.
actor Elsewhere {
  private var looks = 0
  func look() { looks += 1 }
}
