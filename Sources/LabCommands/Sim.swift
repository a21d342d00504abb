import ArgumentParser
import Fleet
import Lab
import Simulation
import World

struct Sim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sim", abstract: "Simulate a fleet of connectors and its updates in virtual time, every fault drawn from a seed.",
    discussion: """
      The coordinator, the update's logic, the judge of a trial and the dead man are those of the product; machines, disks, clocks and links are
      simulated. The same seed of the same build gives the same run and the same hash. What is not given is drawn from the seed. Every invariant of
      updates (T, L, F) is checked, and of the election where it takes part (E); the last line repeats the run.

      EXIT CODES
        0  every invariant held
        1  one was broken, or the same seed gave two runs
        73 the trace cannot be written

      EXAMPLE
        connector-lab sim --seed 7 --connectors 200 --locations 50 --days 30
        connector-lab sim --seeds 1..1000
      """)

  @Option(help: "The seed of one run.") var seed: UInt64?
  @Option(help: ArgumentHelp("Many runs, one for each seed.", valueName: "a..b")) var seeds: SeedRange?
  @Option(help: "Connectors in all.") var connectors: Int?
  @Option(help: "Resource locations.") var locations: Int?
  @Option(help: "Days.") var days: Int?
  @Option(help: "Faults for each connector in 30 days.") var faults: Int?
  @Option(help: ArgumentHelp("'twice': run each seed a second time and compare.", valueName: "twice")) var check: SimCheck?
  @Option(help: ArgumentHelp("Write the trace of a single run: seconds, node, what, subject, detail, with tabs between.", valueName: "file"))
  var trace: String?
  @Flag(help: "Faults only in the first part of the run, so that all must end well.") var calm = false
  @Flag(help: "Everything within hours instead of days, so that more of it meets.") var dense = false
  @Flag(help: "The election of every location as well; without this, one of six small fleets has it.") var election = false

  func validate() throws {
    if (seed == nil) == (seeds == nil) { throw ValidationError("give --seed S for one run or --seeds A..B for many") }
    if trace != nil, seed == nil { throw ValidationError("--trace is for one run; give --seed S") }
    let sizes = [
      ("connectors", connectors, 1...100_000), ("locations", locations, 1...100_000), ("days", days, 1...3_650), ("faults", faults, 0...10_000),
    ]
    for (name, value, range) in sizes {
      if let value, !range.contains(value) { throw ValidationError("--\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)") }
    }
    if let connectors, let locations, locations > connectors {
      throw ValidationError("--locations is \(locations), more than the \(connectors) connectors; each location needs one")
    }
  }

  func run() async throws {
    try await reporting {
      let all = seeds?.range ?? (seed ?? 0)...(seed ?? 0)
      var failed = 0
      for seed in all where try !one(seed, alone: seeds == nil) { failed += 1 }
      if seeds != nil { Console.out("\(all.count - failed) of \(all.count) seeds passed") }
      if failed > 0 { throw ExitCode(1) }
    }
  }

  private func one(_ seed: UInt64, alone: Bool) throws -> Bool {
    let file = try trace.map { try TraceFile($0) }
    let verdict = play(seed, file)
    try file?.close()
    var lines = verdict.violations.prefix(alone ? 50 : 3).map { "  \($0)" }
    if case .deadlock = verdict.end { lines.append("  \(verdict.end)") }
    var isGood = verdict.isGood
    if check == .twice {
      let again = play(seed, nil)
      if again.hash != verdict.hash {
        isGood = false
        lines.append("  F20: the second run has another trace: \(again.hash)")
      }
    }
    guard alone || !isGood else { return true }
    if alone {
      Console.out("\(verdict.events) events, \(verdict.lines) lines of trace; \(verdict.end)")
      Console.out(verdict.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    }
    for line in lines { Console.out(line) }
    Console.out("seed \(seed): \(isGood ? "passed" : "FAILED, \(verdict.violations.count) violations")")
    Console.out("hash \(verdict.hash)")
    Console.out("again: connector-lab sim --seed \(seed)\(given)")
    return isGood
  }

  private var given: String {
    [("connectors", connectors), ("locations", locations), ("days", days), ("faults", faults)].compactMap { name, value in
      value.map { " --\(name) \($0)" }
    }.joined() + (calm ? " --calm" : "") + (dense ? " --dense" : "") + (election ? " --election" : "")
  }

  private func play(_ seed: UInt64, _ file: TraceFile?) -> Verdict {
    var swarm = Swarm(seed: seed, connectors: connectors, locations: locations, days: days)
    if let faults { swarm.faultiness = faults }
    if calm { swarm.isCalm = true }
    swarm.isDense = dense
    if election { swarm.isElecting = true }
    var run = FleetRun(swarm.scenario(), sink: file.map { file in { file.add($0) } })
    return run.run()
  }
}

enum SimCheck: String, ExpressibleByArgument { case twice }

/// `A..B`, both included.
struct SeedRange: ExpressibleByArgument {
  var range: ClosedRange<UInt64>

  init?(argument: String) {
    let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].isEmpty, let first = UInt64(parts[0]), let last = UInt64(parts[2]), first <= last, last - first < 10_000_000
    else {
      return nil
    }
    range = first...last
  }
}
