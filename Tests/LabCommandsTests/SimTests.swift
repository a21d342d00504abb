import ArgumentParser
import Fleet
import Foundation
import Lab
import SeedBatches
import Simulation
import Testing
import World

@testable import LabCommands

/// `connector-lab sim` without its child processes.
@Suite struct SimTests {
  private func parse(_ line: String) throws -> Sim {
    try #require(try ConnectorLab.parseAsRoot(["sim"] + line.split(separator: " ").map(String.init)) as? Sim)
  }

  @Test(arguments: [
    "", "--seed 1 --seeds 1..2", "--seed 1 --scenario f", "--seeds 1..2 --trace f", "--seeds 1..2 --report f", "--seeds 1..2 --shrink f",
    "--seeds 2..1",
    "--seed 1 --format json", "--seed 1 --jobs 0", "--seed 1 --days 0", "--seed 1 --connectors 2 --locations 3", "--scenario f --days 3",
    "--seed 1 --plant nothing", "--seed 1 --seed-limit 0s", "--seed 1 --shrink f --shrink-runs 0", "--seed -1",
  ])
  func whatMakesNoSenseIsRefused(_ line: String) { #expect(throws: (any Error).self) { try parse(line) } }

  /// What is handed to a child, and printed to repeat a run, is read as what it was.
  @Test func theShapeGoesThroughArguments() throws {
    for line in ["", "--connectors 9 --locations 3 --days 4 --faults 0 --calm", "--dense --plant missingSync"] {
      let sim = try parse("--seed 7 " + line)
      #expect(try parse("--seed 7 " + sim.shape.arguments.joined(separator: " ")).shape.scenario(7) == sim.shape.scenario(7))
      #expect(sim.shape.arguments.joined(separator: " ") == line)
    }
  }

  @Test func theBarSaysHowFarItIs() {
    #expect(ProgressBar.text(0, of: 100, failed: 0, after: .zero) == "[" + String(repeating: " ", count: 28) + "] 0 of 100 seeds")
    #expect(ProgressBar.text(50, of: 100, failed: 2, after: .seconds(30)).hasSuffix("] 50 of 100 seeds, 2 failed, 30 s left"))
    #expect(ProgressBar.text(1, of: 100, failed: 0, after: .seconds(60)).hasSuffix(", 99 min left"))
    #expect(ProgressBar.text(100, of: 100, failed: 0, after: .seconds(9)) == "[" + String(repeating: "=", count: 28) + "] 100 of 100 seeds")
  }

  @Test func aScenarioOnDiskIsReadBackOrRefusedWithItsPlace() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "sim-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/s.yaml"
    let scenario = Swarm(seed: 4).scenario()
    try write(scenario, path)
    #expect(try ShrunkScenario.read(path) == scenario)

    let text = try String(contentsOfFile: path, encoding: .utf8)
    for (old, new, said) in [("length:", "lenght:", "lenght"), ("seed: 4", "seed: x", "seed"), ("locations:", "locations", "YAML")] {
      try text.replacing(old, with: new, maxReplacements: 1).write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: LabError.self) { try ShrunkScenario.read(path) }
      #expect(error.map { "\($0)".contains(path) && "\($0)".contains(said) && $0.exit == .data } == true, "\(String(describing: error))")
    }
    var empty = scenario
    empty.places = []
    try write(empty, path)
    #expect(throws: LabError.self) { try ShrunkScenario.read(path) }
    #expect(throws: LabError.self) { try write(scenario, folder + "/none/s.yaml") }
  }

  private func write(_ scenario: Scenario, _ path: String) throws {
    try ShrunkScenario.write(scenario, path, breaks: ["L4"], again: "connector-lab sim --seed 4")
  }
}
