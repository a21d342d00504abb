package import Fleet
package import Simulation
import World

/// What became of one run of a scenario.
package struct ScenarioOutcome: Sendable {
  package var variant: ScenarioFile.Variant
  package var verdict: Verdict
  package var expectations: [ExpectationVerdict]
  /// What is not as expected beside the trace, a sentence each: violations, counts, a deadlock.
  package var problems: [String]

  package var isAsExpected: Bool { problems.isEmpty && expectations.allSatisfy(\.holds) }
}

/// Runs scenarios and holds what is expected against the trace as it is made: no trace is kept.
package enum ScenarioRun {
  /// - Parameter sink: gets each line of the trace.
  package static func play(
    _ file: ScenarioFile, seed: UInt64, _ variant: ScenarioFile.Variant, sink: ((TraceLine) -> Void)? = nil
  ) -> ScenarioOutcome {
    let watch = TraceWatch(variant.expect.trace, sink)
    let scenario = file.scenario(seed: seed, variant)
    // Nobody reads the trace of a scenario that expects nothing of it: its details need not be made.
    let isRead = sink != nil || !variant.expect.trace.isEmpty
    var run = FleetRun(scenario, sink: isRead ? { watch.see($0) } : nil)
    let verdict = run.run()
    let end = Moment(nanoseconds: scenario.length.nanoseconds)
    return ScenarioOutcome(
      variant: variant, verdict: verdict, expectations: watch.conclude(at: end), problems: problems(verdict, variant.expect))
  }

  private static func problems(_ verdict: Verdict, _ expect: Expectations) -> [String] {
    var out: [String] = []
    let wanted = Set(expect.violations)
    for violation in verdict.violations where !wanted.contains(violation.id) {
      out.append("a violation that is not expected: \(violation)")
      if out.count == 5 { break }
    }
    for id in expect.violations where !verdict.violations.contains(where: { $0.id == id }) {
      out.append("expected a violation of \(id), found none")
    }
    for (name, range) in expect.counts.sorted(by: { $0.key < $1.key }) {
      let count = verdict.counts[name] ?? 0
      if !range.contains(count) { out.append("expected \(name) \(range.text) times, found \(count)") }
    }
    if case .deadlock = verdict.end { out.append("\(verdict.end)") }
    return out
  }
}

/// The expectations of one run, fed line by line.
private final class TraceWatch {
  private var watches: [ExpectationWatch]
  private let sink: ((TraceLine) -> Void)?

  init(_ expectations: [TraceExpectation], _ sink: ((TraceLine) -> Void)?) {
    watches = expectations.map { ExpectationWatch($0) }
    self.sink = sink
  }

  func see(_ line: TraceLine) {
    for index in watches.indices { watches[index].see(line) }
    sink?(line)
  }

  func conclude(at end: Moment) -> [ExpectationVerdict] { watches.indices.map { watches[$0].conclude(at: end) } }
}
