import ActorKernel
import ArgumentParser
import SeedBatches

/// The program's options.
struct Actors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "connectord-actors",
    abstract: "Run the unmodified actors of the connector under a simulated executor: one thread, virtual time, an order drawn from a seed.",
    discussion: """
      Each seed draws what happens, in which order the jobs of all tasks run, and whether hops between actors are taken inline or each as a job of its own
      (three seeds in four). Seeds run in child processes, so one that traps is found like any other. The same seed gives the same hash.

      EXIT CODES
        0   every seed passed (with --plants: every planted race was found)
        1   a seed failed, or was not the same twice
        64  wrong use
        69  this toolchain or machine cannot simulate actors, or no child could be started
        130 stopped by Ctrl-C or its like; it says how far it came

      EXAMPLE
        connectord-actors --seeds 1..500 --jobs 2
        connectord-actors --scenario supervisor --seed 42 --mode every-hop
        connectord-actors --seeds 1..100 --check twice
        connectord-actors --plants
      """)

  @Option(help: ArgumentHelp("One seed.", valueName: "number")) var seed: UInt64?
  @Option(help: ArgumentHelp("Many seeds, both ends included (default: 1..100).", valueName: "a..b")) var seeds: SeedRange?
  @Option(help: ArgumentHelp("Child processes at a time.", valueName: "number")) var jobs = 2
  @Option(help: "inline or every-hop (default: drawn from each seed).") var mode: HopMode?
  @Option(help: "One scenario (default: all); --list shows them.") var scenario: String?
  @Option(help: ArgumentHelp("twice: run each seed twice and compare the hashes.", valueName: "twice")) var check: String?
  @Option(help: "Run with a race planted into a test double; --list shows them.") var plant: String?
  @Flag(help: "Look for each planted race, with every hop a job, until it is found.") var plants = false
  @Flag(help: "Show the scenarios and the races that can be planted.") var list = false
  @Flag(help: .hidden) var here = false

  func validate() throws {
    if let scenario, Scenario.named(scenario) == nil { throw ValidationError("no scenario is called '\(scenario)'; --list shows them") }
    if let plant, Plant(rawValue: plant) == nil { throw ValidationError("no planted race is called '\(plant)'; --list shows them") }
    if let check, check != "twice" { throw ValidationError("--check is 'twice'; got '\(check)'") }
    if seed != nil, seeds != nil { throw ValidationError("give --seed or --seeds, not both") }
    if !(1...64).contains(jobs) { throw ValidationError("--jobs is 1 to 64; got \(jobs)") }
  }

  func run() throws {
    if list { return showList() }
    let range = seeds ?? seed.map { SeedRange($0, $0) } ?? SeedRange(1, 100)
    let planted = plant.flatMap(Plant.init)
    let chosen = planted.map { [$0.scenario] } ?? scenario.flatMap(Scenario.named).map { [$0] } ?? Scenario.all
    if here {
      for scenario in chosen { Child.run(scenario, range, mode, planted) }
      return
    }
    do {
      if plants { throw ExitCode(try PlantHunt(jobs: jobs).run()) }
      let hunt = SeedHunt(
        scenarios: chosen, seeds: range, batches: ActorBatches(mode: mode, plant: planted, jobs: jobs), twice: check != nil, single: seed != nil)
      throw ExitCode(try hunt.run())
    } catch let failure as SeedBatchesFailure {
      Text.errors("connectord-actors: \(failure)\n")
      throw ExitCode(69)
    }
  }

  private func showList() {
    var text = "scenarios\n"
    for scenario in Scenario.all { text += "  \(scenario.name)  \(scenario.summary)\n" }
    text += "races that can be planted\n"
    for plant in Plant.allCases { text += "  \(plant.rawValue) (\(plant.scenario.name))  \(plant.summary)\n" }
    Text.out(text)
  }
}

extension HopMode: ExpressibleByArgument {}

extension SeedRange: ExpressibleByArgument {
  /// `a..b`, both included.
  package init?(argument: String) { self.init(text: argument) }
}
