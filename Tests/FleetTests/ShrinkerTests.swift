import Fleet
import Foundation
import Rollouts
import Simulation
import Testing
import World

/// What is left of a failing run is what the failure needs.
@Suite struct ShrinkerTests {
  private func failing(_ mutant: Mutant, _ id: String, isDense: Bool = true) throws -> Scenario {
    for seed in 1...60 as ClosedRange<UInt64> {
      var swarm = Swarm(seed: seed, connectors: 4, locations: 2)
      swarm.isDense = isDense
      var scenario = swarm.scenario()
      scenario.mutant = mutant
      if Shrinker.breaks(id)(scenario) { return scenario }
    }
    throw Absent()
  }
  struct Absent: Error {}

  /// The planted faults that the field's facts name (a missing sync, a retry that is done twice), and others that need one or two things to go wrong.
  @Test(
    arguments: [
      (Mutant.missingSync, "L7", 2), (.replayedCommandTwice, "L8", 2), (.deadManOff, "L4", 2), (.lossOfContactUnnoticed, "F1", 2),
      (.rollbackNeedsNetwork, "L5", 2),
    ])
  func aPlantedFaultShrinksToWhatItNeeds(_ mutant: Mutant, _ id: String, _ most: Int) throws {
    let scenario = try failing(mutant, id)
    let result = Shrinker(limit: 1_500).shrink(scenario, fails: Shrinker.breaks(id))
    let small = result.scenario
    say(
      "\(mutant.rawValue): \(id) of \(scenario.faults.count) faults, \(scenario.releases.count) releases, \(scenario.connectors) connectors: "
        + "\(small.faults.count), \(small.releases.count), \(small.connectors) in \(small.length.components.seconds) s, \(result.runs) runs, \(result.isMinimal)"
    )
    #expect(result.isMinimal)
    #expect(Shrinker.breaks(id)(small))
    #expect(small.faults.count <= most, "\(small.faults)")
    #expect(small.connectors <= scenario.connectors && small.length <= scenario.length)
    for index in small.faults.indices {
      var less = small
      less.faults.remove(at: index)
      #expect(!Shrinker.breaks(id)(less), "without \(small.faults[index]) it still fails")
    }
  }

  @Test func nothingIsShrunkThatDoesNotFail() {
    let scenario = Swarm(seed: 3).scenario()
    let result = Shrinker().shrink(scenario) { _ in false }
    #expect(result.scenario == scenario && result.runs == 1 && !result.isMinimal)
  }

  @Test func theLimitOfRunsHolds() {
    let scenario = Swarm(seed: 3, connectors: 20, locations: 5).scenario()
    var asked = 0
    let result = Shrinker(limit: 17).shrink(scenario) { candidate in
      asked += 1
      return candidate.faults.count > 1
    }
    #expect(asked == 17 && result.runs == 17 && !result.isMinimal && result.scenario.faults.count > 1)
  }

  @Test func whoStaysIsNumberedAnew() throws {
    let atOnce = Scenario.Place(UpdateSchedule(.atOnce), .byBucket, connectors: 2)
    var scenario = Scenario(
      seed: 1, starts: WallTime(seconds: 0), length: .seconds(100), places: [atOnce, atOnce, atOnce], first: ReleaseVersion(1, 0, 0, 0))
    scenario.faults = (0..<6).map { Fault(.crash, $0 % 2 == 0 ? .machine($0) : .link($0), begins: .seconds(1), lasts: .seconds(1)) }
    scenario.faults.append(Fault(.outage, .cloud, begins: .seconds(1), lasts: .seconds(1)))
    let acts: [OperatorAction.Act] = [
      .order(.now("c1")), .order(.clear("c4")), .order(.delay("l1")), .order(.delay("l3")), .schedule(location: 1, atOnce.schedule, .none),
      .lookAfter,
    ]
    scenario.actions = acts.map { OperatorAction($0, at: .seconds(1)) }

    let small = scenario.keeping(connectors: [3, 4])
    #expect(small.places.map(\.connectors) == [1, 1])
    #expect(small.faults.map(\.target) == [.link(0), .machine(1), .cloud])
    #expect(small.actions.map(\.act) == [.order(.clear("c1")), .order(.delay("l2")), .schedule(location: 0, atOnce.schedule, .none), .lookAfter])
    #expect(scenario.keeping(places: [2]).faults.map(\.target) == [.machine(0), .link(1), .cloud])
    #expect(scenario.keeping(connectors: Array(0..<6)) == scenario)
  }

  @Test func timeIsCutAtBothEnds() throws {
    var scenario = Swarm(seed: 5).scenario()
    scenario.actions = []
    scenario.faults = [Fault(.crash, .machine(0), begins: .seconds(90_000), lasts: .seconds(5))]
    scenario.releases = [ReleasePlan(scenario.releases[0].offer, at: .seconds(100_000))]
    #expect(scenario.beginning(later: .seconds(90_001)) == nil)
    let later = try #require(scenario.beginning(later: .seconds(86_400)))
    #expect(
      later.starts == scenario.starts + .seconds(86_400) && later.faults[0].begins == .seconds(3_600) && later.releases[0].at == .seconds(13_600))
    let short = scenario.ending(after: .seconds(95_000))
    #expect(short.faults.count == 1 && short.releases.isEmpty && short.length == .seconds(95_000))
  }

  @Test func aScenarioGoesToAFileAndBack() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      var swarm = Swarm(seed: seed)
      swarm.isDense = seed % 2 == 0
      var scenario = swarm.scenario()
      scenario.mutant = seed % 3 == 0 ? .missingSync : nil
      #expect(try JSONDecoder().decode(Scenario.self, from: JSONEncoder().encode(scenario)) == scenario)
    }
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
