import Rollouts
import Simulation
import World

/// Makes a scenario that breaks an invariant as small as it can: what is left is what the failure needs. Each candidate is simply run, since draws are forked
/// by name and a smaller run is another run. Faults go first, then what operators do, releases, places and connectors, what is before and after, and at last
/// the leases of the faults that are left; all of it again, until a whole round changes nothing.
package struct Shrinker {
  /// At most so many runs.
  package var limit: Int
  /// What became of it so far.
  package var tell: (Progress) -> Void = { _ in }

  package struct Progress: Sendable {
    package var runs: Int
    package var pass: String
    package var scenario: Scenario
  }
  package struct Result: Sendable {
    package var scenario: Scenario
    package var runs: Int
    /// Nothing can be left out any more; false when the limit of runs came first.
    package var isMinimal: Bool
  }

  package init(limit: Int = 2_000) { self.limit = limit }

  /// What `fails` should ask: whether a run of it breaks this invariant (or stands still, for `deadlock`).
  package static func breaks(_ id: String) -> (Scenario) -> Bool {
    { scenario in
      var run = FleetRun(scenario)
      return run.run().breaks.contains(id)
    }
  }

  /// - Parameter fails: holds of `scenario`, or it is returned as it is.
  package func shrink(_ scenario: Scenario, fails: (Scenario) -> Bool) -> Result {
    withoutActuallyEscaping(fails) { fails in
      let work = ShrinkingScenario(scenario, limit: limit, tell: tell, fails: fails)
      guard work.ask(scenario) else { return Result(scenario: scenario, runs: work.runs, isMinimal: false) }
      // What comes after the failure costs in every run that follows.
      work.cutEnd()
      var before: Scenario?
      while before != work.best, !work.isOver {
        before = work.best
        work.round()
      }
      return Result(scenario: work.best, runs: work.runs, isMinimal: !work.isOver)
    }
  }
}

extension Verdict {
  /// The invariants that were broken, the first one first; `deadlock` when it stood still while somebody waited.
  package var breaks: [String] {
    var out: [String] = []
    for violation in violations where !out.contains(violation.id) { out.append(violation.id) }
    if case .deadlock = end { out.append("deadlock") }
    return out
  }
}
