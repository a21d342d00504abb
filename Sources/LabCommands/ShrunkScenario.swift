import Fleet
import Lab
import Scenarios
import Simulation

/// A scenario that was made smaller, as a scenario file.
enum ShrunkScenario {
  /// - Parameters:
  ///   - breaks: the invariants that it breaks: the file expects nothing, so it fails as long as it is not mended, and says them in a comment.
  ///   - again: the line that ran what it was made of.
  static func write(_ scenario: Scenario, _ path: String, breaks: [String], again: String) throws {
    let broken = breaks.isEmpty ? "nothing" : breaks.joined(separator: ", ")
    let text = ScenarioText.write(
      scenario, name: "seed-\(scenario.seed)-\((breaks.first ?? "none").lowercased())", title: "The smallest that breaks \(broken)",
      why: "Made smaller from: \(again)", about: ["It breaks \(broken) until that is mended."])
    try SimFiles.replace(path, text)
  }

  /// The first run of a scenario file, as it is.
  static func read(_ named: String) throws -> Scenario {
    let path = try ScenarioFiles.find(named)
    let file = try ScenarioFiles.load(path)
    let scenario = file.scenario(seed: file.seeds.lowerBound, file.runs[0])
    if let problem = scenario.problem { throw LabError(.data, "\(path): \(problem)") }
    return scenario
  }
}
