import ActorKernel
import Glibc

/// Batches of seeds in children, several at a time.
struct Batches {
  /// Seeds of one child.
  static let size: UInt64 = 20

  let mode: HopMode?
  let plant: Plant?
  let jobs: Int

  /// - Parameter stopAtFirst: no more batches are begun once a seed has failed.
  func run(_ work: [(Scenario, SeedRange)], stopAtFirst: Bool = false) throws -> [Outcome] {
    var waiting = work[...]
    var again: [(Scenario, SeedRange)] = []
    var running: [(process: Process, scenario: Scenario, heard: Int)] = []
    var outcomes: [Outcome] = []
    while true {
      while running.count < jobs, let next = again.popLast() ?? waiting.popFirst() {
        running.append((try Process(next.0, next.1, mode, plant), next.0, time(nil)))
      }
      if running.isEmpty { break }
      var polled = running.map { pollfd(fd: $0.process.descriptor, events: Int16(POLLIN), revents: 0) }
      poll(&polled, nfds_t(polled.count), 1000)
      for at in running.indices.reversed() {
        if polled[at].revents == 0 {
          if time(nil) - running[at].heard > Process.patience { running[at].process.stop() }
          continue
        }
        running[at].heard = time(nil)
        if running[at].process.read() { continue }
        let ended = running.remove(at: at)
        ended.process.finish()
        outcomes += ended.process.outcomes
        if let rest = ended.process.rest { again.append((ended.scenario, rest)) }
      }
      if stopAtFirst, outcomes.contains(where: { !$0.passed }) {
        waiting = []
        again = []
      }
    }
    return outcomes.sorted { ($0.scenario, $0.seed) < ($1.scenario, $1.seed) }
  }
}

/// Runs the scenarios with a range of seeds and tells what was found.
struct SeedHunt {
  let scenarios: [Scenario]
  let seeds: SeedRange
  let mode: HopMode?
  let plant: Plant?
  let jobs: Int
  let twice: Bool
  let single: Bool

  func run() throws -> Int32 {
    let work = scenarios.flatMap { scenario in seeds.pieces(of: Batches.size).map { (scenario, $0) } }
    let batches = Batches(mode: mode, plant: plant, jobs: jobs)
    let outcomes = try batches.run(work)
    var text = ""
    let failed = outcomes.filter { !$0.passed }
    for outcome in failed.prefix(5) {
      text += "\(outcome.scenario): seed \(outcome.seed) failed\n"
      for line in outcome.details { text += "  \(line)\n" }
      text += "  repeat: \(outcome.repeating(plant, mode))\n"
    }
    if failed.count > 5 {
      text += "and \(failed.count - 5) more: seeds \(failed.dropFirst(5).prefix(20).map { "\($0.seed)" }.joined(separator: " "))\n"
    }
    var differ = 0
    if twice {
      // The second time alone in a process: what ran before in a batch must not matter.
      let again = try batches.run(work.flatMap { scenario, range in range.pieces(of: 3).map { (scenario, $0) } })
      for (first, second) in zip(outcomes, again) where first.hash != second.hash {
        differ += 1
        text +=
          "\(first.scenario): seed \(first.seed) gave \(first.hash), then \(second.hash)\n  repeat: \(first.repeating(plant, mode)) --check twice\n"
      }
      if again.count != outcomes.count { differ += 1 }
    }
    let total = outcomes.reduce(0) { $0 + $1.jobs }
    for scenario in scenarios {
      let mine = outcomes.filter { $0.scenario == scenario.name }
      var hash = TraceOfTraces()
      for outcome in mine { hash.add(outcome.hash) }
      let inline = mine.count { $0.mode == HopMode.inline.rawValue }
      text += "\(scenario.name): \(mine.count { $0.passed }) of \(mine.count) seeds passed, \(inline) of them inline; hash \(hash.text)\n"
    }
    let passed = failed.isEmpty && differ == 0 && !outcomes.isEmpty
    text += "\(passed ? "passed" : "failed"): seeds \(seeds.first)..\(seeds.last), \(total) jobs\(twice ? ", \(differ) not the same twice" : "")\n"
    if single, let outcome = outcomes.first, outcomes.count == 1 {
      text += "repeat: \(outcome.repeating(plant, mode))\n"
    } else {
      text += "repeat: \(line)\n"
    }
    Text.out(text)
    return passed ? 0 : 1
  }

  private var line: String {
    var words = "connectord-actors --seeds \(seeds.first)..\(seeds.last)"
    if let plant { words += " --plant \(plant.rawValue)" } else if scenarios.count == 1 { words += " --scenario \(scenarios[0].name)" }
    if let mode { words += " --mode \(mode.rawValue)" }
    return words
  }
}

/// Looks for each planted race until it is found.
struct PlantHunt {
  let jobs: Int

  func run() throws -> Int32 {
    var caught = 0
    for plant in Plant.allCases {
      let work = SeedRange(1, Plant.seeds).pieces(of: 5).map { (plant.scenario, $0) }
      let outcomes = try Batches(mode: .everyHop, plant: plant, jobs: jobs).run(work, stopAtFirst: true)
      if let found = outcomes.first(where: { !$0.passed }) {
        caught += 1
        let why = found.details.first ?? ""
        Text.out("\(plant.rawValue): found with seed \(found.seed): \(why.prefix(160))\n  repeat: \(found.repeating(plant, .everyHop))\n")
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
