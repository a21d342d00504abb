import ActorKernel
import Glibc
import SeedBatches

/// A batch of seeds in this process, told line by line to the one that started it.
enum Child {
  static func run(_ scenario: Scenario, _ seeds: SeedRange, _ mode: HopMode?, _ plant: Plant?) {
    for seed in seeds.first...seeds.last {
      Text.out(SeedLines.begins(seed))
      // A parent that was killed ends nobody: a child that hangs then ends itself.
      alarm(UInt32(ActorBatches.limit + 10))
      let verdict = Verdict.of(scenario, seed: seed, mode: mode, plant: plant)
      let passed = verdict.violations.isEmpty
      let details = passed ? [] : verdict.violations + ["what happened last:"] + verdict.notes.flatMap(indented)
      let words = [verdict.mode.rawValue, String(verdict.hash, radix: 16), "\(verdict.jobs)"]
      Text.out(SeedLines.ends(seed, passed: passed, details: details, words: words))
    }
    alarm(0)
  }

  private static func indented(_ note: String) -> [String] { note.split(separator: "\n").map { "  \($0)" } }
}

/// Seeds of scenarios in child processes.
struct ActorBatches {
  /// Seconds of the real clock for one seed: more, and it hangs in a loop of its own.
  static let limit = 60

  let mode: HopMode?
  let plant: Plant?
  let jobs: Int

  func work(_ scenario: Scenario, _ seeds: SeedRange) -> SeedWork {
    var arguments = ["--here", "--scenario", scenario.name]
    if let mode { arguments += ["--mode", mode.rawValue] }
    if let plant { arguments += ["--plant", plant.rawValue] }
    return SeedWork(scenario.name, arguments: arguments, seeds: seeds)
  }

  func run(_ work: [SeedWork], isWanted: () -> Bool, report: (SeedOutcome) -> Void) throws {
    try SeedBatches(SeedProgram(name: "connectord-actors"), jobs: jobs, limit: Self.limit).run(work, isWanted: isWanted, report: report)
  }

  func repeating(_ outcome: SeedOutcome) -> String {
    let what = plant.map { " --plant \($0.rawValue)" } ?? " --scenario \(outcome.label)"
    let how = (outcome.mode ?? mode?.rawValue).map { " --mode \($0)" } ?? ""
    return "connectord-actors\(what) --seed \(outcome.seed)\(how)"
  }
}

/// What a child says behind its verdict; one that died has said nothing.
extension SeedOutcome {
  var mode: String? { words.first }
  var hash: String { words.count > 1 ? words[1] : "died" }
  var jobs: UInt64 { words.count > 2 ? UInt64(words[2]) ?? 0 : 0 }

  /// Why it did not pass.
  var findings: [String] {
    if case .died(let how) = ending { return [how] + details }
    return details
  }
}
