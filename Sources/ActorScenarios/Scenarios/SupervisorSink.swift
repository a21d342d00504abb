import EventCatalog
import Supervision
import World

/// Reads the supervisor's events: who was given up, and whether the restart budget was kept.
final class SupervisorSink: EventSink, @unchecked Sendable {
  private let book: ChildBook
  private let run: ScenarioRun
  private let spec: SupervisorSpec
  /// When a failure was charged to the budget.
  private var charges: [Moment] = []
  private var isSpent = false
  private var phases: [SupervisorSnapshot.Phase] = []
  private var latest: SupervisorSnapshot?

  init(_ book: ChildBook, _ spec: SupervisorSpec, _ run: ScenarioRun) {
    self.book = book
    self.spec = spec
    self.run = run
  }

  func emit(_ event: Event, from service: ServiceName?) {
    run.note(event.message)
    guard case .text(let id) = event.values["service"] else { return }
    switch event.definition {
    case SupervisorEvents.childAbandoned, SupervisorEvents.stopBudgetExceeded:
      if case .integer(let incarnation) = event.values["incarnation"] { book.gaveUp(id, incarnation) }
    case SupervisorEvents.childFailed:
      if spec.children.first(where: { $0.id == id })?.policy != .temporary { charges.append(run.now.moment) }
    case SupervisorEvents.budgetSpent: isSpent = true
    default: break
    }
  }

  func shown(_ snapshot: SupervisorSnapshot) {
    latest = snapshot
    if phases.last != snapshot.phase { phases.append(snapshot.phase) }
  }

  /// The budget's own clock stands still while children stop, so no window of the real one can hold more charges than the budget, but the last.
  func judge(_ outcome: SupervisorOutcome) {
    book.judgeStop()
    run.check(phases.last == .done, "the last phase shown is \(phases)")
    if case .budgetSpent = outcome { run.check(isSpent, "the outcome is a spent budget, and no event said so") }
    let counted = isSpent ? Array(charges.dropLast()) : charges
    for (index, charge) in counted.enumerated() {
      let before = counted[..<index].count { charge - $0 < spec.budgetWindow }
      run.check(before < spec.restartBudget, "\(before + 1) restarts within \(spec.budgetWindow); the budget is \(spec.restartBudget)")
    }
    if isSpent { run.check(charges.count > spec.restartBudget, "the budget of \(spec.restartBudget) was spent by \(charges.count) failures") }
  }

  /// Long after the last mischief everybody is ready, or has ended and is not restarted.
  func judgeCalm() {
    guard let latest, !isSpent else { return }
    for child in latest.children {
      let policy = spec.children.first { $0.id == child.id }?.policy
      let isFine = child.state == .ready || child.state == .stopped && policy != .permanent || child.state == .failed && policy == .temporary
      run.check(isFine, "twelve seconds after the last mischief \(child.id) is \(child.state.rawValue)")
    }
  }
}
