import ActorKernel

/// A batch of seeds in this process, told line by line to the one that started it: `seed N begins`, details behind `|`, `seed N passed|failed …`.
enum Child {
  static func run(_ scenario: Scenario, _ seeds: SeedRange, _ mode: HopMode?, _ plant: Plant?) {
    for seed in seeds.first...seeds.last {
      Text.out("seed \(seed) begins\n")
      let verdict = Verdict.of(scenario, seed: seed, mode: mode, plant: plant)
      var text = ""
      if !verdict.violations.isEmpty {
        for violation in verdict.violations { for line in violation.split(separator: "\n") { text += "|\(line)\n" } }
        text += "|what happened last:\n"
        for note in verdict.notes { for line in note.split(separator: "\n") { text += "|  \(line)\n" } }
      }
      let word = verdict.violations.isEmpty ? "passed" : "failed"
      text += "seed \(seed) \(word) \(verdict.mode.rawValue) \(String(verdict.hash, radix: 16)) \(verdict.jobs)\n"
      Text.out(text)
    }
  }
}

/// What the parent knows of one seed.
struct Outcome {
  var scenario: String
  var seed: UInt64
  var passed: Bool
  /// As the child said; empty when it died.
  var mode: String
  var hash: String
  var jobs: UInt64
  var details: [String]

  func repeating(_ plant: Plant?, _ mode: HopMode?) -> String {
    let how = self.mode.isEmpty ? mode.map { " --mode \($0.rawValue)" } ?? "" : " --mode \(self.mode)"
    let what = plant.map { " --plant \($0.rawValue)" } ?? " --scenario \(scenario)"
    return "connectord-actors\(what) --seed \(seed)\(how)"
  }
}
