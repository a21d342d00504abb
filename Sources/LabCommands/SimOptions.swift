import ArgumentParser
import Fleet
import SeedBatches

/// What a swarm is like; what is not given is drawn from the seed.
struct SimShape: ParsableArguments {
  @Option(help: "Connectors in all.") var connectors: Int?
  @Option(help: "Resource locations.") var locations: Int?
  @Option(help: "Days.") var days: Int?
  @Option(help: "Faults for each connector in 30 days.") var faults: Int?
  @Flag(help: "Faults only in the first part of the run, so that all must end well.") var calm = false
  @Flag(help: "Everything within hours instead of days, so that more of it meets.") var dense = false
  @Flag(help: "The election of every location as well; without this, one of six small fleets has it.") var election = false
  @Flag(help: "The election, and outages of every location with it; without this, every second small fleet that elects has them.") var outages = false
  @Option(help: ArgumentHelp("Plant a known fault, to see that it is caught.", valueName: "name"))
  var plant: Mutant?

  func validate() throws {
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

  /// As arguments again.
  var arguments: [String] {
    let sizes = [("connectors", connectors), ("locations", locations), ("days", days), ("faults", faults)]
    var out: [String] = []
    for case (let name, let value?) in sizes { out += ["--\(name)", "\(value)"] }
    for (name, isOn) in [("calm", calm), ("dense", dense), ("election", election), ("outages", outages)] where isOn { out.append("--\(name)") }
    if let plant { out += ["--plant", plant.rawValue] }
    return out
  }

  func scenario(_ seed: UInt64) -> Scenario {
    var swarm = Swarm(seed: seed, connectors: connectors, locations: locations, days: days)
    if let faults { swarm.faultiness = faults }
    if calm { swarm.isCalm = true }
    swarm.isDense = dense
    if election || outages { swarm.isElecting = true }
    if outages { swarm.hasOutages = true }
    var scenario = swarm.scenario()
    scenario.mutant = plant
    return scenario
  }
}

/// What a run leaves behind.
struct SimOutputs: ParsableArguments {
  @Option(help: ArgumentHelp("Write the trace of a single run as it goes (see TRACE).", valueName: "file")) var trace: String?
  @Option(help: ArgumentHelp("Of the trace: tabs or json (default: json when it is called *.jsonl or *.json).", valueName: "format"))
  var format: TraceFormat?
  @Option(help: ArgumentHelp("Write a page of a single run, one HTML file that needs nothing else.", valueName: "file")) var report: String?
  @Option(help: ArgumentHelp("Write the verdicts as JUnit XML, one test case for each seed.", valueName: "file")) var junit: String?
}

extension Mutant: ExpressibleByArgument {}

enum SimCheck: String, ExpressibleByArgument { case twice }

extension SeedRange: ExpressibleByArgument {
  /// `A..B`, both included.
  package init?(argument: String) { self.init(text: argument) }
}
