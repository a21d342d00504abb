import ServiceKit
import World

/// A logic that counts what it is told, answers at once or later, and lets work be done in the background.
struct CountingLogic: ServiceLogic {
  enum Event: Sendable {
    case add(client: Int, number: Int)
    case ask(RequestID, client: Int, number: Int, after: Duration?)
    case due(RequestID, Answer)
    case work(Int, for: Duration)
    case worked(Int)
    case bump(RequestID)
    case value(RequestID, set: Int?)
  }
  enum Directive: Sendable {
    case answer(RequestID, Answer)
    case answerLater(RequestID, Answer, Duration)
    case work(Int, Duration)
  }
  struct Answer: Sendable {
    var client: Int
    var number: Int
  }

  let book: ShellBook
  var sum = 0
  var counter = 0

  mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .add(let client, let number):
      book.handled(client: client, number: number)
      sum += 1
      return []
    case .ask(let id, let client, let number, let delay):
      let answer = Answer(client: client, number: number)
      return delay.map { [.answerLater(id, answer, $0)] } ?? [.answer(id, answer)]
    // Said twice: the second one must find nobody.
    case .due(let id, let answer): return [.answer(id, answer), .answer(id, answer)]
    case .work(let number, let duration): return [.work(number, duration)]
    case .worked(let number):
      book.handledWork(number)
      return []
    case .bump(let id):
      counter += 1
      return [.answer(id, Answer(client: 0, number: counter))]
    case .value(let id, let new):
      counter = new ?? counter
      return [.answer(id, Answer(client: 0, number: counter))]
    }
  }

  static func answer(in directive: Directive) -> (RequestID, Result<Answer, any Error>)? {
    if case .answer(let id, let answer) = directive { (id, .success(answer)) } else { nil }
  }
}

struct CountingPerformer: DirectivePerformer {
  let book: ShellBook

  func perform(_ directive: CountingLogic.Directive) -> Background<CountingLogic.Event>? {
    book.alive("a directive was performed")
    switch directive {
    case .answer: return nil
    case .answerLater(let id, let answer, let delay): return background(delay) { .due(id, answer) }
    case .work(let number, let delay):
      book.workStarted += 1
      return background(delay) { .worked(number) }
    }
  }

  private func background(_ delay: Duration, _ event: @escaping @Sendable () -> CountingLogic.Event) -> Background<CountingLogic.Event> {
    Background { [book] in
      book.atWork += 1
      defer { book.atWork -= 1 }
      return (try? await book.run.clock.sleep(for: delay)) == nil ? nil : event()
    }
  }
}

/// What the clients of the scenario see: the real shell, or one with a race in it.
protocol Shelling: Sendable {
  func send(_ event: CountingLogic.Event) async
  func ask(_ makeEvent: @Sendable (RequestID) -> CountingLogic.Event) async throws -> CountingLogic.Answer
  func ping() async
  func sum() async -> Int
  func run(first: [CountingLogic.Event], ready: @Sendable () -> Void) async
}

extension ServiceShell: Shelling where Logic == CountingLogic, Performer == CountingPerformer {
  func sum() async -> Int { read { $0.sum } }
}
