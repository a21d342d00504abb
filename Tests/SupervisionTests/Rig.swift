import EventCatalog
import Testing
import World

@testable import Supervision

/// Drives the logic by hand, and writes down what it directs in words: `start a1`, `cancel b1`, `finish stopped`.
struct Rig {
  var logic: SupervisorLogic
  var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))
  /// The back-off delay as a part of its ceiling.
  var jitter = 1.0
  private(set) var log: [String] = []
  private(set) var events: [EventDefinition] = []

  static func child(_ id: String, _ policy: RestartPolicy = .permanent, isEnabled: Bool = true) -> ChildSpec {
    ChildSpec(
      id: id, policy: policy, isEnabled: isEnabled, readyWithin: .seconds(30), pingEvery: .seconds(5), pingDeadline: .seconds(10),
      stopWithin: .seconds(4), start: { _ in })
  }

  init(_ children: [ChildSpec], _ strategy: RestartStrategy = .oneForOne, budget: Int = 10, window: Duration = .seconds(60)) throws {
    let spec = SupervisorSpec(
      children: children, strategy: strategy, restartBudget: budget, budgetWindow: window, backOffInitial: .seconds(1), backOffMax: .seconds(8),
      stableAfter: .seconds(60))
    logic = try SupervisorLogic(spec, at: now)
  }

  /// Three permanent children, started and ready.
  static func running(_ strategy: RestartStrategy, budget: Int = 10, window: Duration = .seconds(60)) throws -> Rig {
    var rig = try Rig([child("a"), child("b"), child("c")], strategy, budget: budget, window: window)
    rig.send(.begin)
    for id in ["a", "b", "c"] { rig.signal(id, .ready) }
    rig.clear()
    return rig
  }

  mutating func send(_ input: SupervisorLogic.Input) {
    var queue = [input]
    while !queue.isEmpty {
      for directive in logic.handle(queue.removeFirst(), at: now) {
        switch directive {
        case .start(let i, let n): log.append("start \(name(i))\(n)")
        case .cancel(let i, let n): log.append("cancel \(name(i))\(n)")
        case .abandon(let i, let n): log.append("abandon \(name(i))\(n)")
        case .ping(let i, let n, let number): log.append("ping \(name(i))\(n) #\(number)")
        case .drawDelay(let i, let ceiling):
          log.append("draw \(name(i)) \(ceiling.inSeconds)s")
          queue.append(.delayDrawn(i, ceiling * jitter))
        case .emit(let event): events.append(event.definition)
        case .finish(let outcome): log.append("finish \(outcome)")
        }
      }
    }
  }

  /// A signal of the present incarnation, or of an earlier one.
  mutating func signal(_ id: String, _ signal: SupervisorLogic.ChildSignal, of incarnation: Int? = nil) {
    guard let i = logic.index(of: id) else { return }
    send(.child(i, incarnation: incarnation ?? logic.children[i].incarnation, signal))
  }

  mutating func restart(_ id: String) { if let i = logic.index(of: id) { send(.restart(i)) } }

  /// Lets time pass as the shell does: from deadline to deadline. Pings of the children in `live` are answered.
  mutating func pass(_ duration: Duration, live: Set<String> = []) {
    let end = now.moment + duration
    while let next = logic.nextDeadline, next <= end {
      move(to: next)
      send(.timePassed)
      for id in live { answerPing(id) }
    }
    move(to: end)
  }

  mutating func answerPing(_ id: String) {
    if let i = logic.index(of: id), case .asked(let number, _) = logic.children[i].state { signal(id, .pingAnswered(number)) }
  }

  /// What was directed since the last call.
  mutating func taken() -> [String] {
    defer { log = [] }
    return log
  }

  mutating func clear() {
    log = []
    events = []
  }

  var states: [ChildState] { logic.children.map(\.shown) }

  private mutating func move(to moment: Moment) {
    now.wall = now.wall + (moment - now.moment)
    now.moment = moment
  }

  private func name(_ i: Int) -> String { logic.spec.children[i].id }
}
