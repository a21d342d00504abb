import Fleet
import Scenarios
import ScenariosYAML
import Simulation
import Testing

@Suite struct ReadingTests {
  private func problems(_ text: String) -> [ScenarioFileProblem] {
    do throws(ScenarioFileError) {
      _ = try ScenariosYAML.read(text, file: "x.yaml")
      return []
    } catch {
      return error.problems
    }
  }

  @Test func theLeastIsEnough() throws {
    let file = try ScenariosYAML.read(small(""), file: "x.yaml")
    #expect(file.base.connectors == 2 && file.seeds == 1...1 && file.expect == Expectations())
  }

  /// Each with its line and field, what was expected and what was found.
  @Test(arguments: [
    ("nam: x", 6, "nam", "one of the keys name, title", "'nam'"),
    ("seed: x", 6, "seed", "a seed such as 7", "'x'"),
    ("seed: 9..1", 6, "seed", "a seed such as 7", "'9..1'"),
    ("starts: tomorrow", 6, "starts", "a time in UTC", "'tomorrow'"),
    ("releases: now", 6, "releases", "a list", "'now'"),
    ("releases:\n  - {at: 1h}", 7, "releases[0].version", "the key 'version'", "none"),
    ("releases:\n  - {version: 4.10, at: 1h}", 7, "releases[0].version", "a version such as", "'4.10'"),
    ("releases:\n  - {version: 4.10.0.1, at: -1h}", 7, "releases[0].at", "a duration such as", "'-1h'"),
    ("releases:\n  - {version: 4.10.0.1, at: 1h, canaries: 9}", 7, "releases[0].canaries", "a whole number from 0 to 5", "'9'"),
    (
      "releases:\n  - {version: 4.10.0.1, at: 1h, rings: [{name: all, upTo: 5}]}", 7, "releases[0]", "a release that can be rolled out",
      "the last ring"
    ),
    ("actions:\n  - {at: 1h, do: dance}", 7, "actions[0].do", "one of pause", "'dance'"),
    ("actions:\n  - {at: 1h, do: now}", 7, "actions[0].connector", "since this is 'now'", "none"),
    ("actions:\n  - {at: 1h, do: pause, connector: c1}", 7, "actions[0].connector", "no key 'connector'", "one"),
    ("actions:\n  - {at: 1h, do: now, connector: c3}", 7, "actions[0].connector", "a text", "'c3'"),
    ("faults:\n  - {at: 1h, for: 1m, fault: powerCut, target: machine c9}", 7, "faults[0].target", "c1 to c2", "'machine c9'"),
    ("faults:\n  - {at: 1h, fault: powerCut, target: machine c1}", 7, "faults[0].for", "the key 'for'", "none"),
    ("faults:\n  - {at: 1h, for: 1m, fault: loss, target: link c1}", 7, "faults[0].chance", "since this is 'loss'", "none"),
    ("faults:\n  - {at: 1h, for: 1m, fault: powerCut, target: machines}", 7, "faults[0].target", "one target without a recipe", "'machines'"),
    ("settings: {startCap: many}", 6, "settings.startCap", "a whole number from 0", "'many'"),
    ("settings: {color: red}", 6, "settings.color", "one of the keys", "'color'"),
    ("compatibility: theirs", 6, "compatibility", "one of ours, vendor", "'theirs'"),
    ("mutant: none", 6, "mutant", "one of leaseWithoutExpiry", "'none'"),
    ("expect: {violations: [X1]}", 6, "expect.violations", "ids of invariants", "'X1'"),
    ("expect: {counts: {committed: some}}", 6, "expect.counts.committed", "a number or a range", "'some'"),
    ("expect:\n  trace:\n    - {why: so}", 8, "expect.trace[0]", "one of eventually, never", "none"),
    ("expect:\n  trace:\n    - {never: {what: a}, always: {what: b}, when: {what: c}}", 8, "expect.trace[0]", "one of", "never and always"),
    ("expect:\n  trace:\n    - {leadsTo: {what: a}}", 8, "expect.trace[0].when", "the key 'when'", "none"),
    ("expect:\n  trace:\n    - {never: {what: a}, within: 1h}", 8, "expect.trace[0].within", "no key 'within'", "one"),
    ("variants:\n  - {name: x}", 7, "variants[0].expect", "the key 'expect'", "none"),
    ("calm: yes", 6, "calm", "true or false", "'yes'"),
    ("link: {latency: {shape: uniform, low: 2s, high: 1s}}", 6, "link.latency.high", "no less than 'low'", "'1s'"),
  ])
  func eachProblemHasItsPlace(_ text: String, _ line: Int, _ field: String, _ expected: String, _ found: String) throws {
    let problem = try #require(problems(small(text)).first)
    #expect(problem.line == line && problem.field == field, "\(problem)")
    #expect(problem.expected.contains(expected) && problem.found.contains(found), "\(problem)")
    #expect(problem.description.hasPrefix("x.yaml:\(line):"))
  }

  @Test(arguments: ["", "- a", "a: [", "name: &x y", "name: x\nname: y", "a", "~", "a: {b: c"]) func noScenario(_ text: String) {
    #expect(!problems(text).isEmpty)
  }

  @Test func recipesDrawFromTheSeed() throws {
    let file = try ScenariosYAML.read(
      small(
        """
        seed: 1..9
        faults:
          - {at: 1h, recipe: swizzle, step: 1m, fault: powerCut, target: machines}
          - {at: 2h, recipe: flap, times: 3, off: 10s, on: 20s, fault: partition, target: links}
          - {at: 3h, recipe: rolling, step: 5m, fault: crash, target: [machine c2, machine c1]}
        """), file: "x.yaml")
    let runs = (1...9).map { file.scenario(seed: $0, file.runs[0]).faults }
    #expect(Set(runs.map { $0.filter { $0.kind == .powerCut } }).count > 1)
    #expect(
      runs.allSatisfy { $0.count { $0.kind == .partition } == 6 && $0.filter { $0.kind == .crash }.map(\.target) == [.machine(1), .machine(0)] })
  }
}
