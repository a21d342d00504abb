import ActorKernel
import SeedBatches

/// Runs the scenarios with a range of seeds and tells what was found.
struct SeedHunt {
  /// Seeds of one child.
  static let size: UInt64 = 20

  let scenarios: [Scenario]
  let seeds: SeedRange
  let batches: ActorBatches
  let twice: Bool
  let single: Bool

  func run() throws -> Int32 {
    let interruption = Interruption()
    let work = scenarios.map { batches.work($0, seeds) }
    let outcomes = try outcomes(work.flatMap { $0.pieces(of: Self.size) }, interruption)
    var text = ""
    let failed = outcomes.filter { !$0.isGood }
    for outcome in failed.prefix(5) {
      text += "\(outcome.label): seed \(outcome.seed) failed\n"
      for line in outcome.findings { text += "  \(line)\n" }
      text += "  repeat: \(batches.repeating(outcome))\n"
    }
    if failed.count > 5 {
      text += "and \(failed.count - 5) more: seeds \(failed.dropFirst(5).prefix(20).map { "\($0.seed)" }.joined(separator: " "))\n"
    }
    // The second time in small batches: what ran before in a process must not matter.
    let again = twice && interruption.signal == nil ? try self.outcomes(work.flatMap { $0.pieces(of: 3) }, interruption) : []
    let (ended, all) = (outcomes.count + again.count, seeds.count * scenarios.count * (twice ? 2 : 1))
    if ended < all {
      Text.out(text)
      Text.errors("stopped: \(ended) of \(all) runs had ended, \(failed.count) of them failed\n")
      return 130
    }
    var differ = 0
    for (first, second) in zip(outcomes, again) where first.hash != second.hash {
      differ += 1
      text += "\(first.label): seed \(first.seed) gave \(first.hash), then \(second.hash)\n  repeat: \(batches.repeating(first)) --check twice\n"
    }
    let total = outcomes.reduce(0) { $0 + $1.jobs }
    for scenario in scenarios {
      let mine = outcomes.filter { $0.label == scenario.name }
      var hash = TraceOfTraces()
      for outcome in mine { hash.add(outcome.hash) }
      let inline = mine.count { $0.mode == HopMode.inline.rawValue }
      text += "\(scenario.name): \(mine.count { $0.isGood }) of \(mine.count) seeds passed, \(inline) of them inline; hash \(hash.text)\n"
    }
    let passed = failed.isEmpty && differ == 0
    text += "\(passed ? "passed" : "failed"): seeds \(seeds.first)..\(seeds.last), \(total) jobs\(twice ? ", \(differ) not the same twice" : "")\n"
    if single, let outcome = outcomes.first, outcomes.count == 1 {
      text += "repeat: \(batches.repeating(outcome))\n"
    } else {
      text += "repeat: \(line)\n"
    }
    Text.out(text)
    return passed ? 0 : 1
  }

  private func outcomes(_ work: [SeedWork], _ interruption: Interruption) throws -> [SeedOutcome] {
    var outcomes: [SeedOutcome] = []
    try batches.run(work, isWanted: { interruption.signal == nil }, report: { outcomes.append($0) })
    return outcomes.sorted { ($0.label, $0.seed) < ($1.label, $1.seed) }
  }

  private var line: String {
    var words = "connectord-actors --seeds \(seeds.first)..\(seeds.last)"
    if let plant = batches.plant {
      words += " --plant \(plant.rawValue)"
    } else if scenarios.count == 1 {
      words += " --scenario \(scenarios[0].name)"
    }
    if let mode = batches.mode { words += " --mode \(mode.rawValue)" }
    return words
  }
}

/// Looks for each planted race until it is found.
struct PlantHunt {
  /// Small: once it is found, nobody waits for what else runs.
  static let size: UInt64 = 5

  let jobs: Int

  func run() throws -> Int32 {
    let interruption = Interruption()
    var caught = 0
    for plant in Plant.allCases {
      let batches = ActorBatches(mode: .everyHop, plant: plant, jobs: jobs)
      // In the order of the seeds: which one is told must not depend on who was first.
      var order = SeedOrder(first: 1)
      var found: SeedOutcome?
      try batches.run(
        batches.work(plant.scenario, SeedRange(1, Plant.seeds)).pieces(of: Self.size), isWanted: { found == nil && interruption.signal == nil },
        report: { outcome in for next in order.add(outcome) where found == nil && !next.isGood { found = next } })
      if let found {
        caught += 1
        let why = found.findings.first ?? ""
        Text.out("\(plant.rawValue): found with seed \(found.seed): \(why.prefix(160))\n  repeat: \(batches.repeating(found))\n")
      } else if interruption.signal != nil {
        Text.errors("stopped: \(caught) of \(Plant.allCases.count) had been caught\n")
        return 130
      } else {
        Text.out("\(plant.rawValue): not found with the seeds 1..\(Plant.seeds)\n")
      }
    }
    Text.out("caught \(caught) of \(Plant.allCases.count)\n")
    return caught == Plant.allCases.count ? 0 : 1
  }
}

/// One number for many hashes (FNV-1a).
struct TraceOfTraces {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325
  mutating func add(_ text: String) { for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 } }
  var text: String { String(value, radix: 16) }
}
