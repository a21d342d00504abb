import ActorKernel
import SimulatedWorld
import Supervision
import World

struct Mischief: Error, CustomStringConvertible { let description: String }

/// One incarnation of a child. What it does is drawn from the seed; once all mischief is done, children behave.
struct MischievousChild {
  enum Doing: CaseIterable { case crashes, crashesEarly, hangs, hangsDeaf, neverReady, returns, isDeaf }

  let id: String
  let handle: ChildHandle
  let book: ChildBook
  let run: ScenarioRun

  func live() async throws {
    let draw = run.random.fork("\(id) \(handle.incarnation)")
    let doing = book.takeMischief(draw)
    if run.has(.twoIncarnations) { return try await leaveWorkerBehind(draw, doing) }
    book.started(id, handle.incarnation)
    defer { book.ended(id, handle.incarnation) }
    let clock = run.clock
    handle.onPing { try? await clock.sleep(for: doing == .hangs || doing == .hangsDeaf ? .seconds(20) : .milliseconds(1)) }
    if doing == .crashesEarly { throw Mischief(description: "crashed before it was ready") }
    if doing == .neverReady { try await clock.sleep(for: .seconds(3600)) }
    try await clock.sleep(for: draw.steps(below: .milliseconds(20)))
    handle.ready()
    switch doing {
    case .crashes:
      try await clock.sleep(for: draw.steps(below: .milliseconds(300)))
      throw Mischief(description: "crashed")
    case .returns: try await clock.sleep(for: draw.steps(below: .milliseconds(300)))
    case .hangsDeaf: await run.sleepUncancelled(.seconds(1) + draw.steps(below: .seconds(2)))
    case .isDeaf: await run.sleepUncancelled(.milliseconds(200) + draw.steps(below: .seconds(2)))
    default:
      do { try await clock.sleep(for: .seconds(100_000)) } catch {
        // Most take a little to clean up.
        await run.sleepUncancelled(draw.steps(below: .milliseconds(40)))
        throw error
      }
    }
  }

  /// Planted: the child's own task ends at once when it is cancelled, what it started does not.
  private func leaveWorkerBehind(_ draw: SeededRandom, _ doing: Doing?) async throws {
    let (id, incarnation, book, run) = (id, handle.incarnation, book, run)
    let worker = Task.detached {
      book.started(id, incarnation)
      try? await run.clock.sleep(for: .seconds(100_000))
      await run.sleepUncancelled(draw.steps(below: .milliseconds(400)))
      book.ended(id, incarnation)
    }
    defer { worker.cancel() }
    handle.ready()
    if doing != nil {
      try await run.clock.sleep(for: draw.steps(below: .milliseconds(200)))
    } else {
      try await run.clock.sleep(for: .seconds(100_000))
    }
    throw Mischief(description: "crashed")
  }
}

/// What the children did, as they saw it themselves.
final class ChildBook: @unchecked Sendable {
  private let run: ScenarioRun
  private var mischief: Int
  private var alive: [String: Set<Int>] = [:]
  private var incarnations: [String: Int] = [:]
  private var givenUp: [String: Set<Int>] = [:]
  private var starts = 0, ends = 0
  var isOver = false

  init(_ run: ScenarioRun, mischief: Int) {
    self.run = run
    self.mischief = mischief
  }

  func takeMischief(_ draw: SeededRandom) -> MischievousChild.Doing? {
    guard mischief > 0, draw.below(3) > 0 else { return nil }
    mischief -= 1
    return MischievousChild.Doing.allCases[Int(draw.below(UInt64(MischievousChild.Doing.allCases.count)))]
  }

  /// Whoever starts from now on behaves.
  func endMischief() { mischief = 0 }

  func started(_ id: String, _ incarnation: Int) {
    starts += 1
    run.note("\(id) \(incarnation) starts")
    run.check(!isOver, "\(id) started after the supervisor had stopped")
    run.check(incarnation > incarnations[id] ?? 0, "\(id) has the incarnation \(incarnation) again")
    incarnations[id] = incarnation
    let others = (alive[id] ?? []).subtracting(givenUp[id] ?? [])
    run.check(others.isEmpty, "\(id): incarnation \(incarnation) started while \(others.sorted()) lived")
    alive[id, default: []].insert(incarnation)
  }

  func ended(_ id: String, _ incarnation: Int) {
    ends += 1
    run.note("\(id) \(incarnation) ends")
    run.check(alive[id]?.remove(incarnation) != nil, "\(id): incarnation \(incarnation) ended and had not started")
  }

  func gaveUp(_ id: String, _ incarnation: Int) { givenUp[id, default: []].insert(incarnation) }

  /// Of the children that live when the supervisor says that all have stopped, each was given up.
  func judgeStop() {
    for (id, living) in alive.sorted(by: { $0.key < $1.key }) {
      let forgotten = living.subtracting(givenUp[id] ?? [])
      run.check(forgotten.isEmpty, "the supervisor stopped and \(id) \(forgotten.sorted()) lives on")
    }
  }

  func judge() {
    run.check(starts == ends, "\(starts) starts and \(ends) ends")
    let living = alive.filter { !$0.value.isEmpty }.keys.sorted()
    run.check(living.isEmpty, "half a minute after the stop \(living) still live")
  }
}
