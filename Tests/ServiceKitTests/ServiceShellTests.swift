import ServiceKit
import SimulatedWorld
import Synchronization
import Testing
import World

/// A logic that counts, and answers what it counted; `.later` comes back as an event of its own.
private struct Counting: ServiceLogic {
  enum Event: Sendable {
    case add(Int)
    case addLater(Int)
    case ask(RequestID)
    case askNever(RequestID)
  }
  enum Directive: Sendable {
    case later(Int)
    case answer(RequestID, Int)
  }
  var sum = 0

  mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .add(let number):
      sum += number
      return []
    case .addLater(let number): return [.later(number)]
    case .ask(let id): return [.answer(id, sum)]
    case .askNever: return []
    }
  }

  static func answer(in directive: Directive) -> (RequestID, Result<Int, any Error>)? {
    if case .answer(let id, let sum) = directive { return (id, .success(sum)) }
    return nil
  }
}

private struct Performer: DirectivePerformer {
  let done: AsyncStream<Int>.Continuation
  func perform(_ directive: Counting.Directive) -> Background<Counting.Event>? {
    guard case .later(let number) = directive else { return nil }
    return Background {
      done.yield(number)
      return .add(number)
    }
  }
}

@Suite struct ServiceShellTests {
  private func shell() -> (ServiceShell<Counting, Performer>, AsyncStream<Int>) {
    let (done, continuation) = AsyncStream.makeStream(of: Int.self)
    return (ServiceShell(.logger, logic: Counting(), performer: Performer(done: continuation), clock: SimulatedClock()), done)
  }

  @Test func eventsAreHandledInOrderAndAsked() async throws {
    let (shell, _) = shell()
    for number in 1...10 { await shell.send(.add(number)) }
    #expect(try await shell.ask { .ask($0) } == 55)
    #expect(await shell.read { $0.sum } == 55)
  }

  @Test func backgroundWorkComesBackAsAnEvent() async throws {
    let (shell, done) = shell()
    let (ready, tellReady) = AsyncStream.makeStream(of: Void.self)
    let running = Task { await shell.run(first: [.addLater(3), .addLater(4)]) { tellReady.finish() } }
    for await _ in ready {}
    var seen = 0
    for await number in done {
      seen += number
      if seen == 7 { break }
    }
    while await shell.read({ $0.sum }) != 7 { await Task.yield() }
    running.cancel()
    await running.value
  }

  @Test func anOpenQuestionFailsWhenTheServiceStops() async throws {
    let (shell, _) = shell()
    let running = Task { await shell.run(first: []) {} }
    let question = Task { try await shell.ask { .askNever($0) } }
    // The question is open once the shell has handled it.
    await shell.ping()
    running.cancel()
    await running.value
    await #expect(throws: ServiceUnavailable.self) { try await question.value }
    await #expect(throws: ServiceUnavailable(service: .logger, reason: .stopped)) { try await shell.ask { .ask($0) } }
  }
}

@Suite struct ServiceRegistryTests {
  @Test func theNewestIncarnationIsFoundAndAnOldOneCannotTakeItAway() throws {
    let registry = ServiceRegistry()
    let key = ServiceKey<Int>(.logger)
    #expect(throws: ServiceUnavailable(service: .logger, reason: .notRunning)) { try registry.find(key) }
    registry.publish(key, 1, incarnation: 1)
    registry.publish(key, 2, incarnation: 2)
    registry.publish(key, 9, incarnation: 1)
    #expect(try registry.find(key) == 2)
    registry.withdraw(.logger, incarnation: 1)
    #expect(try registry.find(key) == 2)
    registry.withdraw(.logger, incarnation: 2)
    #expect(throws: ServiceUnavailable.self) { try registry.find(key) }
  }
}
