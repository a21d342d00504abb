import Fleet
import Lab
import Simulation

/// Makes a failing scenario small.
struct SimShrink {
  let runs: Int

  /// - Returns: nil when it breaks nothing.
  func run(_ scenario: Scenario) throws -> Scenario? {
    var first = FleetRun(scenario)
    guard let broken = first.run().breaks.first else { return nil }
    Console.out("shrinking what breaks \(broken): \(Self.size(scenario))")
    let bar = ProgressBar(total: runs)
    var shrinker = Shrinker(limit: runs)
    shrinker.tell = { bar.put("\($0.runs) runs, \($0.pass): \(Self.size($0.scenario))") }
    let result = shrinker.shrink(scenario, fails: Shrinker.breaks(broken))
    bar.clear()
    let why = result.isMinimal ? "nothing more can be left out" : "the limit of runs came first (--shrink-runs)"
    Console.out("after \(result.runs) runs: \(Self.size(result.scenario)); \(why)")
    return result.scenario
  }

  private static func size(_ scenario: Scenario) -> String {
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    let hours = scenario.length.components.seconds / 3_600
    return [
      count(scenario.faults.count, "fault"), count(scenario.actions.count, "action"), count(scenario.releases.count, "release"),
      count(scenario.connectors, "connector") + " in " + count(scenario.places.count, "location"), count(Int(hours), "hour"),
    ].joined(separator: ", ")
  }
}
