import EventCatalog
import SimulatedWorld
import Testing
import World

@testable import Supervision

/// Thousands of random inputs against rules that must hold whatever happens. A failing run names its seed.
struct RandomRunTests {
  @Test(arguments: RestartStrategy.allCases) func rulesHoldInRandomRuns(strategy: RestartStrategy) throws {
    for seed in UInt64(0)..<40 {
      var run = try RandomRun(seed: seed, strategy)
      run.play(steps: 300)
      run.stopAndFinish()
      #expect(run.broken == [], "strategy \(strategy), seed \(seed)")
      if !run.broken.isEmpty { return }
    }
  }

  /// The runs are worth something only if they get around.
  @Test func randomRunsReachTheRareThings() throws {
    var seen: Set<String> = []
    for seed in UInt64(0)..<40 {
      for strategy in RestartStrategy.allCases {
        var run = try RandomRun(seed: seed, strategy)
        run.play(steps: 300)
        run.stopAndFinish()
        seen.formUnion(run.seen)
      }
    }
    #expect(
      seen.isSuperset(of: [
        "start", "cancel", "abandon", "ping", "draw", "10102", "10103", "10104", "10105", "10106", "10107", "10108", "10109", "10110", "10111",
        "10112",
      ]))
  }
}

struct RandomRun {
  private let random: SeededRandom
  private let spec: SupervisorSpec
  private var logic: SupervisorLogic
  private var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))
  /// By child: the incarnations that run, abandoned ones too.
  private var alive: [Set<Int>]
  /// By child: started and neither ended nor abandoned.
  private var owned: [Set<Int>]
  private var lastIncarnation: [Int]
  private var hasBeenReleased: [Bool]
  private var failures: [Moment] = []
  private var stopRequested = false
  private var finished = false
  private(set) var broken: [String] = []
  private(set) var seen: Set<String> = []

  init(seed: UInt64, _ strategy: RestartStrategy) throws {
    random = SeededRandom(seed: seed)
    let random = random
    let count = 1 + Int(random.below(5))
    let children = (0..<count).map { n in
      ChildSpec(
        id: "c\(n)", policy: n == 0 ? .permanent : RestartPolicy.allCases[Int(random.below(3))], isEnabled: n == 0 || random.below(6) > 0,
        readyWithin: .seconds(3), pingEvery: .seconds(2), pingDeadline: .seconds(2), stopWithin: .seconds(2), start: { _ in })
    }
    spec = SupervisorSpec(
      children: children, strategy: strategy, restartBudget: Int(random.below(12)), budgetWindow: .seconds(30), backOffInitial: .milliseconds(500),
      backOffMax: .seconds(4), stableAfter: .seconds(10))
    logic = try SupervisorLogic(spec, at: now)
    alive = Array(repeating: [], count: count)
    owned = alive
    lastIncarnation = Array(repeating: 0, count: count)
    hasBeenReleased = children.map { !$0.isEnabled }
  }

  mutating func play(steps: Int) {
    send(.begin)
    for _ in 0..<steps where !finished { randomInput() }
  }

  /// Nobody answers any more: the stop still ends, within the sum of the budgets.
  mutating func stopAndFinish() {
    if finished { return }
    stopRequested = true
    send(.stop)
    let limit = now.moment + .seconds(2 * spec.children.count)
    while !finished, let next = logic.nextDeadline, next <= limit {
      move(to: next)
      send(.timePassed)
    }
    rule(finished, "the stop did not end within its budgets")
    send(.restart(0))
    send(.begin)
  }

  private mutating func randomInput() {
    let i = Int(random.below(UInt64(spec.children.count)))
    // Mostly the present incarnation, sometimes an old one.
    let incarnation = random.below(5) == 0 ? Int(random.below(UInt64(lastIncarnation[i] + 2))) : lastIncarnation[i]
    switch random.below(100) {
    case 0..<30: if alive[i].contains(incarnation) { send(.child(i, incarnation: incarnation, .ready)) }
    case 30..<45: if case .asked(let number, _) = logic.children[i].state { send(.child(i, incarnation: incarnation, .pingAnswered(number))) }
    case 45..<50: if alive[i].remove(incarnation) != nil { end(i, incarnation, .threw("boom")) }
    case 50..<53: if alive[i].remove(incarnation) != nil { end(i, incarnation, .returned) }
    case 53..<60: if case .stopping = logic.children[i].state, alive[i].remove(incarnation) != nil { end(i, incarnation, .threw("cancelled")) }
    case 60..<63: send(.restart(i))
    case 63:
      if random.below(20) == 0 {
        stopRequested = true
        send(.stop)
      }
    case 64..<85:
      if let next = logic.nextDeadline { move(to: max(now.moment, next)) }
      send(.timePassed)
    default:
      move(to: now.moment + random.jitter(.seconds(1)))
      send(.timePassed)
    }
  }

  private mutating func end(_ i: Int, _ incarnation: Int, _ signal: SupervisorLogic.ChildSignal) {
    owned[i].remove(incarnation)
    send(.child(i, incarnation: incarnation, signal))
  }

  private mutating func send(_ input: SupervisorLogic.Input) {
    var queue = [input]
    while !queue.isEmpty {
      let directives = logic.handle(queue.removeFirst(), at: now)
      for (i, child) in logic.children.enumerated() where [.ready, .stopped, .failed].contains(child.shown) { hasBeenReleased[i] = true }
      for directive in directives {
        rule(!finished, "a directive after finish: \(directive)")
        check(directive)
        if case .drawDelay(let i, let ceiling) = directive { queue.append(.delayDrawn(i, random.jitter(ceiling))) }
      }
      if let next = logic.nextDeadline { rule(!finished, "a deadline after finish: \(next)") }
    }
  }

  private mutating func check(_ directive: SupervisorLogic.Directive) {
    switch directive {
    case .start(let i, let incarnation):
      seen.insert("start")
      rule(!stopRequested, "start of \(i) after the stop")
      rule(incarnation > lastIncarnation[i], "incarnation \(incarnation) of \(i) is not larger than \(lastIncarnation[i])")
      rule(owned[i].isEmpty, "start of \(i) while incarnation \(owned[i]) is live")
      rule(spec.children[i].isEnabled, "start of a disabled child")
      for j in 0..<i where spec.children[j].isEnabled {
        rule(hasBeenReleased[j], "\(i) started before \(j) was ready once")
        if spec.strategy != .oneForOne {
          let state = logic.children[j].shown
          rule(state == .ready || state == .stopped || state == .failed, "\(i) started while \(j) is \(state)")
        }
      }
      lastIncarnation[i] = incarnation
      alive[i].insert(incarnation)
      owned[i].insert(incarnation)
    case .cancel(let i, let incarnation):
      seen.insert("cancel")
      rule(owned[i].contains(incarnation), "cancel of \(i) \(incarnation), which does not run")
    case .abandon(let i, let incarnation):
      seen.insert("abandon")
      let wasLive = owned[i].remove(incarnation) != nil
      rule(wasLive, "abandon of \(i) \(incarnation), which is not live")
    case .ping(let i, let incarnation, _):
      seen.insert("ping")
      rule(owned[i].contains(incarnation), "ping of \(i) \(incarnation), which does not run")
    case .drawDelay(_, let ceiling):
      seen.insert("draw")
      rule(ceiling >= spec.backOffInitial && ceiling <= spec.backOffMax, "ceiling \(ceiling)")
    case .emit(let event):
      seen.insert(String(event.definition.code))
      if event.definition.code == 10_105 { countRestart() }
      if event.definition.code == 10_106 { stopRequested = true }
    case .finish:
      finished = true
      rule(owned.allSatisfy { $0.isEmpty }, "finished while \(owned) are live")
    }
  }

  /// Restarts after failures, in any window of real time: the budget's own clock only runs slower. A restart follows its charge after the stop,
  /// so the window is cut by that.
  private mutating func countRestart() {
    failures.append(now.moment)
    let window = spec.budgetWindow - .seconds(2)
    let recent = failures.count { now.moment - $0 < window }
    rule(recent <= spec.restartBudget, "\(recent) restarts within the window, \(spec.restartBudget) allowed")
  }

  private mutating func move(to moment: Moment) {
    now.wall = now.wall + (moment - now.moment)
    now.moment = moment
  }

  private mutating func rule(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
}
