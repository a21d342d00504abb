import ActorKernel
import EventCatalog
import SimulatedWorld
import Supervision
import World

/// The supervisor with children that crash, hang, are slow or deaf, with restarts by hand, and with a stop in the middle.
///
/// Checked: each start has its end, no two incarnations of one child live at once (but for those that were given up), the restart budget, that all are
/// ready again once nobody misbehaves any more, and that a stop ends everything, in time.
enum SupervisorScenario {
  static let scenario = Scenario(
    name: "supervisor", summary: "Supervisor: children that crash, hang and ignore their stop, with a stop in the middle", body: run)

  static func run(_ run: ScenarioRun) async throws {
    let draw = run.random.fork("supervisor")
    let isCalm = run.plant == .twoIncarnations || draw.below(2) == 0
    let book = ChildBook(run, mischief: Int(draw.below(8)))
    let children = (0..<2 + Int(draw.below(4))).map { child("child-\($0)", book, run) }
    var spec = SupervisorSpec(
      children: children, strategy: RestartStrategy.allCases[Int(draw.below(3))],
      restartBudget: isCalm ? 100 : Int(draw.below(8)), budgetWindow: .seconds(3600), backOffInitial: .milliseconds(100), backOffMax: .seconds(1),
      stableAfter: .seconds(5))
    if draw.below(4) == 0 { spec.budgetWindow = .milliseconds(800) }
    let sink = SupervisorSink(book, spec, run)
    let random = SometimesZero(run.random.fork("jitter"))
    let supervised: any Supervising
    if run.plant == .forgottenChild {
      supervised = HastySupervisor(children, run)
    } else {
      supervised = try Supervisor(spec, clock: run.clock, random: random, events: sink, executor: run.kernel.executor) { sink.shown($0) }
    }
    let running = Task.detached { await run.activity("the supervisor runs") { await supervised.run() } }
    let watcher = Task.detached {
      var last: SupervisorSnapshot?
      for await snapshot in await supervised.changes() { last = snapshot }
      return last
    }
    let admin = Task.detached {
      let draw = run.random.fork("administrator")
      for _ in 0..<(run.has(.forgottenChild) ? 40 : draw.below(5)) {
        await run.pause(draw, below: .milliseconds(run.has(.forgottenChild) ? 100 : 700))
        await supervised.again("child-\(draw.below(UInt64(children.count)))")
      }
    }
    if isCalm, run.plant != .forgottenChild {
      await admin.value
      book.endMischief()
      // Back-offs, stops and starts that are under way; then everybody must be there.
      try await run.clock.sleep(for: .seconds(12))
      if run.plant == nil { sink.judgeCalm() }
    } else {
      await run.pause(draw, below: .seconds(2))
    }
    let stopped = run.now.moment
    run.note("stop")
    if run.plant == .forgottenChild || draw.below(2) == 0 { running.cancel() } else { supervised.stop() }
    if draw.below(2) == 0 { supervised.stop() }
    let outcome = await run.activity("the supervisor stops") { await running.value }
    book.isOver = true
    let elapsed = run.now.moment - stopped
    let allowed = spec.children.reduce(Duration.milliseconds(100)) { $0 + $1.stopWithin }
    run.check(elapsed <= allowed, "the stop took \(elapsed); expected at most \(allowed)")
    if run.plant == nil { sink.judge(outcome) }
    await run.activity("the administrator ends") { await admin.value }
    let last = await run.activity("the watcher's stream ends") { await watcher.value }
    if run.plant == nil { run.check(last?.phase == .done, "the last that a watcher saw is \(last.map { "\($0.phase)" } ?? "nothing")") }
    let again = await supervised.run()
    run.check(again == outcome, "a second run() ended with \(again), the first one with \(outcome)")
    // Those that were given up end when they like.
    try await run.clock.sleep(for: .seconds(30))
    book.judge()
  }

  private static func child(_ id: String, _ book: ChildBook, _ run: ScenarioRun) -> ChildSpec {
    let draw = run.random.fork("policy of \(id)")
    let policy: RestartPolicy = draw.below(6) == 0 ? .transient : draw.below(12) == 0 ? .temporary : .permanent
    return ChildSpec(
      id: id, policy: policy, readyWithin: .milliseconds(300), pingEvery: .milliseconds(150), pingDeadline: .milliseconds(120),
      stopWithin: .milliseconds(200)
    ) { handle in try await MischievousChild(id: id, handle: handle, book: book, run: run).live() }
  }
}

/// What the scenario needs of a supervisor: the real one, or one with a race in it.
protocol Supervising: Sendable {
  func run() async -> SupervisorOutcome
  func stop()
  func again(_ id: String) async
  func changes() async -> AsyncStream<SupervisorSnapshot>
}

extension Supervisor: Supervising {
  func again(_ id: String) async { _ = restart(id) }
}

/// Draws that are zero more often than chance has it: the shortest delay there is.
struct SometimesZero: RandomSource {
  let random: SeededRandom
  init(_ random: SeededRandom) { self.random = random }
  func next() -> UInt64 { random.below(4) == 0 ? 0 : random.next() }
}
