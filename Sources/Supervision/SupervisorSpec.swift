/// Who is restarted with a child that failed.
package enum RestartStrategy: String, Codable, Hashable, Sendable, CaseIterable {
  /// Nobody.
  case oneForOne
  /// Every child after it in the list: those are the ones that may call it.
  case restForOne
  /// Everybody.
  case oneForAll
}

/// A supervisor as data. `problems()` is empty before anything may run.
package struct SupervisorSpec: Sendable {
  /// In the order of starting; stopped in reverse.
  package var children: [ChildSpec]
  package var strategy: RestartStrategy
  /// One restart more than this within `budgetWindow` stops everything. Restarts that an administrator asks for do not count.
  package var restartBudget: Int
  /// Time spent in stopping children stands still: who is slow to stop cannot thereby stay within the budget.
  package var budgetWindow: Duration
  /// The ceiling of the first back-off; doubled with each failure in a row. The delay is drawn uniformly below the ceiling.
  package var backOffInitial: Duration
  package var backOffMax: Duration
  /// A child that was ready for this long starts again from the first back-off.
  package var stableAfter: Duration

  package init(
    children: [ChildSpec], strategy: RestartStrategy = .restForOne, restartBudget: Int = 10, budgetWindow: Duration = .seconds(60),
    backOffInitial: Duration = .milliseconds(200), backOffMax: Duration = .seconds(30), stableAfter: Duration = .seconds(60)
  ) {
    self.children = children
    self.strategy = strategy
    self.restartBudget = restartBudget
    self.budgetWindow = budgetWindow
    self.backOffInitial = backOffInitial
    self.backOffMax = backOffMax
    self.stableAfter = stableAfter
  }

  /// What is wrong, each in one sentence that says what was expected; empty when the spec can run.
  package func problems() -> [String] {
    var problems: [String] = []
    func check(_ duration: Duration, _ name: String) {
      if duration <= .zero || duration > .seconds(604_800) {
        problems.append("\(name) is \(duration); expected more than nothing and at most 7 days")
      }
    }
    if !children.contains(where: \.isEnabled) { problems.append("no child is enabled; expected at least one") }
    var seen: Set<String> = []
    for (place, child) in children.enumerated() {
      let name = "child \(place + 1) ('\(child.id)')"
      if child.id.isEmpty { problems.append("\(name) has no id; expected a name such as 'logger'") }
      if !seen.insert(child.id).inserted { problems.append("\(name) has the id of an earlier child; expected each id once") }
      check(child.readyWithin, "readyWithin of \(name)")
      check(child.pingEvery, "pingEvery of \(name)")
      check(child.pingDeadline, "pingDeadline of \(name)")
      check(child.stopWithin, "stopWithin of \(name)")
    }
    if restartBudget < 0 { problems.append("restartBudget is \(restartBudget); expected 0 or more") }
    check(budgetWindow, "budgetWindow")
    check(backOffInitial, "backOffInitial")
    check(backOffMax, "backOffMax")
    check(stableAfter, "stableAfter")
    if backOffInitial > backOffMax { problems.append("backOffInitial is \(backOffInitial); expected no more than backOffMax, \(backOffMax)") }
    return problems
  }
}

/// A spec that must not run, with all that is wrong with it.
package struct InvalidSupervisorSpec: Error, Hashable, Sendable, CustomStringConvertible {
  package var problems: [String]
  package var description: String { "the supervisor cannot start: " + problems.joined(separator: "; ") }
}
