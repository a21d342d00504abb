import ActorKernel
import Glibc
import ServiceKit
import SimulatedWorld
import World

/// The one shell around every logic, with clients that send, ask, ping and let it work in the background, until it is stopped in the middle.
///
/// Checked: each question is answered exactly once and with its own answer, one client's events keep their order, a ping comes back, what the
/// background brings is handled once, and after the stop nothing of the shell runs, while every open question has ended.
enum ShellScenario {
  static let scenario = Scenario(
    name: "service-shell", summary: "ServiceShell: questions, events and background work, with a stop in the middle", body: run)

  static func run(_ run: ScenarioRun) async throws {
    let book = ShellBook(run)
    if run.has(.leakedThread) {
      var thread = pthread_t()
      pthread_create(&thread, nil, { _ in nil }, nil)
    }
    let performer = CountingPerformer(book: book)
    let shell: any Shelling =
      switch run.plant {
      case .lostEvent, .doubleAnswer, .forgottenQuestion: NaiveShell(logic: CountingLogic(book: book), performer: performer, run: run)
      default: ServiceShell(.logger, logic: CountingLogic(book: book), performer: performer, clock: run.clock)
      }
    let draw = run.random.fork("shell")
    // Half of the runs come to an end before the stop, so that sums can be compared.
    let isCalm = run.plant.map { $0 != .forgottenQuestion } ?? (draw.below(2) == 0)
    let ready = Mark()
    let running = Task.detached {
      await run.activity("the shell runs") { await shell.run(first: [.add(client: 0, number: 1)]) { ready.set() } }
    }
    let clients = (1...3 + Int(draw.below(3))).map { number in
      Task.detached { await ShellClient(number, shell, book, run).work(rounds: 6) }
    }
    if isCalm {
      for client in clients { await run.activity("a client works") { await client.value } }
      try await run.clock.sleep(for: .seconds(1))
      let sum = await shell.sum()
      run.check(sum == book.added + 1, "the logic counted \(sum) of \(book.added + 1) events")
      run.check(book.workHandled == book.workStarted, "of \(book.workStarted) pieces of background work \(book.workHandled) came back")
      let bumps = try await shell.ask { .value($0, set: nil) }.number
      run.check(bumps == book.bumps, "the counter is at \(bumps) after \(book.bumps) increments")
    } else {
      try await run.clock.sleep(for: draw.steps(below: .milliseconds(30)))
    }
    run.note("stop")
    running.cancel()
    await run.activity("the shell stops") { await running.value }
    book.hasEnded = true
    run.check(ready.isSet, "the shell stopped and never said that it was ready")
    run.check(book.atWork == 0, "\(book.atWork) pieces of background work go on after the shell stopped")
    for client in clients { await run.activity("a client ends after the stop") { await client.value } }
    run.check(book.asked == book.answered + book.unavailable, "\(book.asked) questions, \(book.answered) answers, \(book.unavailable) ends")
    do {
      _ = try await shell.ask { .ask($0, client: 0, number: 0, after: nil) }
      run.fail("a stopped shell answered")
    } catch let error as ServiceUnavailable { run.check(error.reason == .stopped, "a stopped shell said \(error)") }
  }
}

/// What is true of all of the shell's doings, kept outside of it.
final class ShellBook: @unchecked Sendable {
  let run: ScenarioRun
  var asked = 0, answered = 0, unavailable = 0
  var added = 0, bumps = 0
  var workStarted = 0, workHandled = 0, atWork = 0
  var hasEnded = false
  private var latest: [Int: Int] = [:]
  private var handledWork: Set<Int> = []

  init(_ run: ScenarioRun) { self.run = run }

  func handled(client: Int, number: Int) {
    alive("an event was handled")
    run.check(number > latest[client] ?? 0, "client \(client)'s event \(number) came after its event \(latest[client] ?? 0)")
    latest[client] = number
  }

  func latest(of client: Int) -> Int { latest[client] ?? 0 }

  func handledWork(_ number: Int) {
    alive("background work came back")
    run.check(handledWork.insert(number).inserted, "the background work \(number) came back twice")
    workHandled += 1
  }

  func alive(_ what: String) { run.check(!hasEnded, "\(what) after the shell had stopped") }
}

/// One client: what it sends and asks is drawn from the seed.
struct ShellClient {
  let number: Int
  let shell: any Shelling
  let book: ShellBook
  let run: ScenarioRun
  private let draw: SeededRandom

  init(_ number: Int, _ shell: any Shelling, _ book: ShellBook, _ run: ScenarioRun) {
    self.number = number
    self.shell = shell
    self.book = book
    self.run = run
    draw = run.random.fork("client \(number)")
  }

  func work(rounds: Int) async {
    var event = 0
    for round in 1...rounds {
      await run.pause(draw, below: .milliseconds(6))
      switch run.has(.lostUpdate) ? 4 : draw.below(6) {
      case 0:
        event += 1
        book.added += 1
        await shell.send(.add(client: number, number: event))
      case 1: await ask(round * 10, after: draw.below(2) == 0 ? nil : draw.steps(below: .milliseconds(8)))
      case 2:
        async let first: Void = ask(round * 10 + 1, after: nil)
        async let second: Void = ask(round * 10 + 2, after: draw.steps(below: .milliseconds(4)))
        _ = await (first, second)
      case 3: await shell.send(.work(number * 1000 + round, for: draw.steps(below: .milliseconds(10))))
      case 4: await bump()
      default: await run.activity("client \(number) waits for its ping") { await shell.ping() }
      }
    }
  }

  private func ask(_ question: Int, after delay: Duration?) async {
    book.asked += 1
    let me = number
    do {
      let answer = try await run.activity("client \(me) waits for the answer to \(question)") {
        try await shell.ask { .ask($0, client: me, number: question, after: delay) }
      }
      book.answered += 1
      run.check(answer.client == me && answer.number == question, "client \(me) asked \(question) and got client \(answer.client)'s \(answer.number)")
    } catch let error as ServiceUnavailable {
      book.unavailable += 1
      run.check(error.reason == .stopped, "client \(me) was told \(error)")
    } catch { run.fail("client \(me) was told \(error)") }
  }

  /// One more on the counter, as one question; or planted: read, then write.
  private func bump() async {
    do {
      guard run.has(.lostUpdate) else {
        _ = try await shell.ask { .bump($0) }
        book.bumps += 1
        return
      }
      let value = try await shell.ask { .value($0, set: nil) }.number
      _ = try await shell.ask { .value($0, set: value + 1) }
      book.bumps += 1
    } catch {}
  }
}
