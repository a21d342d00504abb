import ArgumentParser
import Fleet
import Lab
import Rollouts
import Scenarios
import Simulation

extension ScenarioCommand {
  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run scenarios, each with all of its variants and seeds, and hold them against what is expected.",
      discussion: """
        The same file and seed give the same run and the same hash. What is expected is decided while the run goes on, each by a line that is shown.

        EXIT CODES
          0  everything came as expected
          1  something did not, or the same seed gave two runs
          65 a file is no scenario
          66 there is no such file or name
          73 the trace cannot be written

        EXAMPLE
          connector-lab scenario run flatcar-407-restart-outside-the-window
          connector-lab scenario run my-scenarios/one.yaml --seed 5 --check twice --trace one.tsv
        """)

    @Argument(help: "Files, or names of scenarios of the pack (default: the whole pack).") var scenarios: [String] = []
    @Option(help: "This seed instead of the file's.") var seed: UInt64?
    @Option(help: "Only this variant.") var variant: String?
    @Option(help: ArgumentHelp("'vendor': only as the modelled product does; 'ours': only our way.", valueName: "ours|vendor"))
    var compatibility: CompatibilityChoice?
    @Option(help: ArgumentHelp("'twice': run each seed a second time and compare.", valueName: "twice")) var check: SimCheck?
    @Option(help: ArgumentHelp("Write the trace of a single run: seconds, node, what, subject, detail, with tabs between.", valueName: "file"))
    var trace: String?
    @Flag(help: "Show each expectation, not only those that fail.") var verbose = false

    func run() throws {
      try reportingSync {
        let paths = try scenarios.isEmpty ? ScenarioFiles.all(in: nil) : scenarios.map { try ScenarioFiles.find($0) }
        let files = try paths.map { (path: $0, file: try ScenarioFiles.load($0)) }
        let runs = files.flatMap { path, file in chosen(file).flatMap { variant in seeds(variant).map { Single(path, file, variant, $0) } } }
        guard !runs.isEmpty else { throw LabError(.usage, "no variant is so; 'connector-lab scenario explain NAME' names those that there are") }
        if trace != nil, runs.count != 1 {
          throw LabError(.usage, "--trace is for one run, and these are \(runs.count); choose with --variant and --seed")
        }
        var failed = 0
        for one in runs where try !play(one, alone: runs.count == 1) { failed += 1 }
        if runs.count > 1 { Console.out("\(runs.count - failed) of \(runs.count) runs came as expected") }
        if failed > 0 { throw ExitCode(1) }
      }
    }

    /// One run that is to be.
    private struct Single {
      var path: String
      var file: Scenarios.ScenarioFile
      var variant: Scenarios.ScenarioFile.Variant
      var seed: UInt64

      init(_ path: String, _ file: Scenarios.ScenarioFile, _ variant: Scenarios.ScenarioFile.Variant, _ seed: UInt64) {
        (self.path, self.file, self.variant, self.seed) = (path, file, variant, seed)
      }
    }

    private func seeds(_ variant: Scenarios.ScenarioFile.Variant) -> ClosedRange<UInt64> { seed.map { $0...$0 } ?? variant.seeds }

    private func chosen(_ file: Scenarios.ScenarioFile) -> [Scenarios.ScenarioFile.Variant] {
      var runs = file.runs.filter { variant == nil || $0.name == variant }
      switch compatibility {
      case nil: return runs
      case .ours: return runs.filter { !$0.settings.compatibility.isVendor }
      case .vendor:
        let theirs = runs.filter { $0.settings.compatibility.isVendor }
        guard theirs.isEmpty else { return theirs }
        // A file that says nothing of the product is held to what it expects of ours.
        for index in runs.indices { runs[index].settings.compatibility = .vendor(.location) }
        return Array(runs.prefix(1))
      }
    }

    private func play(_ one: Single, alone: Bool) throws -> Bool {
      let file = try trace.map { try TraceFile($0) }
      let outcome = ScenarioRun.play(one.file, seed: one.seed, one.variant, sink: file.map { file in { file.add($0) } })
      try file?.close()
      var problems = outcome.problems
      if check == .twice {
        let again = ScenarioRun.play(one.file, seed: one.seed, one.variant, sink: { _ in })
        if again.verdict.hash != outcome.verdict.hash { problems.append("F20: the second run has another trace: \(again.verdict.hash)") }
      }
      let isGood = problems.isEmpty && outcome.isAsExpected
      Console.out("\(isGood ? "as expected" : "NOT AS EXPECTED"): \(one.file.name), \(one.variant.name), seed \(one.seed)")
      for verdict in outcome.expectations where alone || verbose || !verdict.holds { Console.out("  \(verdict.text)") }
      for problem in problems { Console.out("  FAILS : \(problem)") }
      guard alone || !isGood else { return true }
      for violation in outcome.verdict.violations.prefix(5) where one.variant.expect.violations.contains(violation.id) {
        Console.out("  broken, as expected: \(violation)")
      }
      Console.out("  hash \(outcome.verdict.hash)")
      let how = compatibility.map { " --compatibility \($0.rawValue)" } ?? ""
      Console.out("  again: connector-lab scenario run \(one.path) --variant '\(one.variant.name)' --seed \(one.seed)\(how)")
      return isGood
    }
  }
}

enum CompatibilityChoice: String, ExpressibleByArgument { case ours, vendor }
