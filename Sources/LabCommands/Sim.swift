import ArgumentParser
import ConnectorSettings
import Fleet
import FleetReports
import Foundation
import Lab
import SeedBatches
import Simulation

struct Sim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sim", abstract: "Simulate a fleet of connectors and its updates in virtual time, every fault drawn from a seed.",
    discussion: """
      The coordinator, the update's logic, the judge of a trial and the dead man are those of the product; machines, disks, clocks and links are
      simulated. The same seed of the same build gives the same run and the same hash. What is not given is drawn from the seed. Every invariant of
      updates (T, L, F) is checked, and of the election where it takes part (E); the last line repeats the run.

      MANY SEEDS
        run in child processes, --jobs at a time; what is found does not depend on how many. A child that traps, is killed or takes longer than
        --seed-limit for one seed has failed that seed, and the others go on. Ctrl-C ends all of them and says how far they came.

      TRACE
        one line for each thing that happens, in the order of time, in five columns:
          seconds  since the start of the run, six decimals
          node     who says it: cloud, world (faults), publisher, or a connector (c3 is the third)
          what     what happened
          subject  whom or what it concerns; - for nobody else
          detail   the rest, for people
        With tabs between below a head row, or as one JSON object to a line with these names.

      SHRINKING
        --shrink looks for the smallest scenario that breaks the same invariant: it leaves out faults, orders, releases, locations, connectors and time,
        shortens what is left, and writes it to a file that --scenario runs.

      EXIT CODES
        0   every invariant held
        1   one was broken, somebody waits for ever, a seed's process died, or the same seed gave two runs
        64  the command line is wrong
        65  the file is no scenario
        66  there is no such scenario
        69  children cannot be started
        73  a file cannot be written
        130 stopped by Ctrl-C

      EXAMPLE
        connector-lab sim --seed 7 --connectors 200 --locations 50 --days 30 --report run.html
        connector-lab sim --seeds 1..1000 --jobs 4 --junit sim.xml
        connector-lab sim --seed 7 --trace run.jsonl
        connector-lab sim --seed 1 --dense --plant missingSync --shrink small.yaml
        connector-lab sim --scenario small.yaml --report small.html
      """)

  @Option(help: "The seed of one run.") var seed: UInt64?
  @Option(help: ArgumentHelp("Many runs, one for each seed, both ends included.", valueName: "a..b")) var seeds: SeedRange?
  @Option(help: ArgumentHelp("One run of a scenario file, such as --shrink writes, or of the pack by its name.", valueName: "file"))
  var scenario: String?
  @OptionGroup var shape: SimShape
  @Option(help: ArgumentHelp("'twice': run each seed a second time and compare.", valueName: "twice")) var check: SimCheck?
  @OptionGroup var outputs: SimOutputs
  @Option(help: ArgumentHelp("Write the smallest scenario that breaks what this seed breaks.", valueName: "file")) var shrink: String?
  @Option(help: ArgumentHelp("At most so many runs to find it.", valueName: "runs")) var shrinkRuns = 2_000
  @Option(help: ArgumentHelp("Child processes at a time (default: one for each processor).", valueName: "n")) var jobs: Int?
  @Option(help: ArgumentHelp("For one of many seeds, before it counts as hanging.", valueName: "time")) var seedLimit = TimeSpan(.seconds(300))
  @Flag(help: .hidden) var here = false

  func validate() throws {
    let ways = [seed != nil, seeds != nil, scenario != nil].count { $0 }
    if ways != 1 { throw ValidationError("give --seed S for one run, --seeds A..B for many, or --scenario FILE") }
    if seeds != nil {
      let single = [("trace", outputs.trace), ("report", outputs.report), ("shrink", shrink)]
      for (name, value) in single where value != nil { throw ValidationError("--\(name) is for one run; give --seed S") }
    }
    if scenario != nil, !shape.arguments.isEmpty {
      throw ValidationError("a scenario is complete; leave out \(shape.arguments.filter { $0.hasPrefix("--") }.joined(separator: " "))")
    }
    if outputs.format != nil, outputs.trace == nil { throw ValidationError("--format is that of the trace; give --trace FILE") }
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs is \(jobs); expected 1 to 256") }
    if !(1...1_000_000).contains(shrinkRuns) { throw ValidationError("--shrink-runs is \(shrinkRuns); expected 1 to 1000000") }
    if seedLimit.duration < .seconds(1) { throw ValidationError("--seed-limit is \(seedLimit); expected a second or more") }
  }

  func run() async throws {
    try await reporting {
      if let seeds {
        if here { return SimChild(shape: shape, check: check, limit: limit).run(seeds) }
        let code = try SimSeeds(
          shape: shape, check: check, junit: outputs.junit, jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, limit: limit
        ).run(seeds)
        if code != 0 { throw ExitCode(code) }
        return
      }
      let (given, again) = try one()
      let isGood = shrink == nil ? try SimOne(outputs: outputs, check: check).run(given, again) : try shrunk(given, again)
      if !isGood { throw ExitCode(1) }
    }
  }

  private var limit: Int { Int(clamping: seedLimit.duration.components.seconds) }

  /// The scenario, and the line that repeats it.
  private func one() throws -> (Scenario, String) {
    if let scenario { return (try ShrunkScenario.read(scenario), "connector-lab sim --scenario \(scenario)") }
    let seed = seed ?? 0
    return (shape.scenario(seed), (["connector-lab sim --seed \(seed)"] + shape.arguments).joined(separator: " "))
  }

  private func shrunk(_ given: Scenario, _ again: String) throws -> Bool {
    guard let path = shrink else { return true }
    guard let small = try SimShrink(runs: shrinkRuns).run(given) else {
      Console.out("nothing is broken, so there is nothing to shrink; \(path) was not written")
      Console.out("again: \(again)")
      return true
    }
    var last = FleetRun(small)
    try ShrunkScenario.write(small, path, breaks: last.run().breaks, again: again)
    return try SimOne(outputs: outputs, check: check).run(small, "connector-lab sim --scenario \(path)")
  }
}
