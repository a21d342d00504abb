import Fleet
import Foundation
import Rollouts
import Scenarios
import ScenariosYAML
import Simulation
import Testing
import World

/// What is written reads back as the same.
@Suite struct RoundTripTests {
  private func back(_ file: ScenarioFile) throws -> ScenarioFile { try ScenariosYAML.read(ScenarioText.write(file), file: "written.yaml") }

  @Test func everyDrawnScenario() throws {
    for seed in 1...150 as ClosedRange<UInt64> {
      var swarm = Swarm(seed: seed)
      swarm.isDense = seed % 3 == 0
      var scenario = swarm.scenario()
      if seed % 5 == 0 { scenario.mutant = Mutant.allCases[Int(seed) % Mutant.allCases.count] }
      if seed % 7 == 0 { scenario.heartbeats = .everyMessage }
      if seed % 4 == 0 { scenario.settings.compatibility = .vendor(seed % 8 == 0 ? .account : .location) }
      let text = ScenarioText.write(scenario, name: "seed-\(seed)", title: "Drawn", about: ["found by seed \(seed)"])
      let file = try ScenariosYAML.read(text, file: "seed \(seed)")
      #expect(file.base == scenario, "seed \(seed)")
      #expect(file.scenario(seed: seed, file.runs[0]) == scenario, "seed \(seed)")
    }
  }

  @Test func everyKindOfFaultActionAndPlace() throws {
    let place = Scenario.Place(
      UpdateSchedule(
        .preferredDay(.sunday, try #require(TimeOfDay("23:59:01"))), zone: try #require(Zone("GMT Standard Time")), windowLength: .seconds(61)),
      .named("none"), connectors: 3)
    var scenario = Scenario(
      seed: 9, starts: WallTime(microseconds: 1_780_000_000_123_456), length: .seconds(1), places: [place], first: ReleaseVersion(1, 2, 3, 4))
    let kinds: [FaultKind] = [
      .partition, .partitionOneWay(.down), .latency(.fixed(.seconds(1))), .latency(.skewed(.zero, .nanoseconds(7))), .loss(1), .duplication(2),
      .reordering(3, by: .milliseconds(4)), .slowLink(5), .powerCut, .powerCutAtWrite(6), .crash, .hang, .slowMachine, .diskFull, .diskSlow,
      .corruptRecord,
      .corruptRelease, .clockStep(.seconds(-3)), .clockDrift(-8), .pendingRestart, .staleRestart, .storeFrontSilent, .outageForced, .outage,
      .crashBeforeSending,
      .slowCloud(.seconds(2)),
    ]
    let targets: [FaultTarget] = [.cloud, .machine(2), .link(0)]
    scenario.faults = kinds.enumerated().map { Fault($1, targets[$0 % 3], begins: .nanoseconds($0), lasts: .seconds($0)) }
    let acts: [OperatorAction.Act] = [
      .order(.pause), .order(.resume), .order(.abort), .order(.now("c1")), .order(.clear("c3")), .order(.delay("l1")),
      .order(.widen("a b", upTo: 10_000)),
      .order(.extend(upTo: nil)), .order(.extend(upTo: "x: y")), .revoke(scenario.first), .lookAfter,
      .schedule(location: 0, UpdateSchedule(), .none), .schedule(location: 0, place.schedule, .named("ring ring")),
    ]
    scenario.actions = acts.map { OperatorAction($0, at: .seconds(5)) }
    scenario.link = LinkConditions(latency: .uniform(.zero, .seconds(1)))
    (scenario.link.rate, scenario.link.isUpOpen, scenario.link.isDownOpen, scenario.link.heldBack) = (7, false, false, .seconds(9))
    scenario.isCalm = true
    (scenario.isElecting, scenario.outages, scenario.machinesPerLocation) = (true, .onPrem90, 3)
    var file = ScenarioFile(name: "all", title: "All: 'of' \"it\" & more, \u{1F600}\u{85}\u{2028}~", scenario)
    file.seeds = 9...12
    file.sources = ["https://example.org/a?b=c&d", "#1"]
    file.whatHappened = "Lines\nand\ttabs, \\ back \u{1}"
    file.recipes = [
      .init(.swizzle(step: .seconds(1)), .crash, of: [.machine(0), .machine(1)], begins: .zero),
      .init(.flap(times: 2, off: .seconds(1), on: .zero), .partition, of: [.link(2)], begins: .seconds(3)),
      .init(.rolling(each: .seconds(4)), .powerCut, of: [.machine(1)], begins: .seconds(5)),
    ]
    file.expect.counts = ["committed": CountRange(1, nil), "a b": CountRange(0, 3)]
    for kind in TraceExpectation.Kind.allCases {
      var one = TraceExpectation(kind, LinePattern(node: ["$c", "x"], what: ["*"], subject: ["-"], detail: ["null", "~", "'"]), why: "so & so")
      if kind == .always || kind == .leadsTo || kind == .never { one.when = LinePattern(what: ["drains"]) }
      if kind != .always && kind != .count { one.within = .seconds(3) }
      if kind == .count { one.times = CountRange(2, 4) }
      (one.from, one.until) = (.seconds(1), .seconds(2))
      file.expect.trace.append(one)
    }
    var variant = file.runs[0]
    (variant.name, variant.mutant, variant.expect.violations, variant.seeds) = ("other", .startCapOff, ["F1", "L10"], 3...3)
    variant.why = "to see"
    variant.settings.compatibility = .vendor(.account)
    file.variants = [variant]
    #expect(try back(file) == file)
  }

  /// A setting, or a part of a scenario, that the text does not know would be lost without a word.
  @Test func nothingOfAScenarioIsLeftOut() throws {
    let scenario = Swarm(seed: 1).scenario()
    #expect(
      Set(Mirror(reflecting: scenario).children.compactMap(\.label)) == [
        "seed", "starts", "length", "places", "first", "releases", "actions", "faults", "settings", "link", "mutant", "heartbeats", "isCalm",
        "isElecting", "outages", "machinesPerLocation", "peerLink",
      ], "teach ScenarioText and ScenarioReader the new part")
    let known = Set(ScenarioText.settings).union(["compatibility"])
    #expect(Set(Mirror(reflecting: scenario.settings).children.compactMap(\.label)) == known, "teach SettingsTable the new setting")
    #expect(Set(Mirror(reflecting: scenario.link).children.compactMap(\.label)).count == 8)
    #expect(Set(Mirror(reflecting: scenario.releases[0]).children.compactMap(\.label)) == ["offer", "at", "behaviour", "affected"])
    #expect(Set(Mirror(reflecting: scenario.releases[0].offer).children.compactMap(\.label)).count == 6)
  }

  /// The same run, whether it comes from memory or from its text.
  @Test func theTextGivesTheSameRun() throws {
    let scenario = Swarm(seed: 17).scenario()
    let file = try ScenariosYAML.read(ScenarioText.write(scenario, name: "x", title: "y"), file: "x")
    var run = FleetRun(scenario)
    #expect(ScenarioRun.play(file, seed: 17, file.runs[0]).verdict.hash == run.run().hash)
  }
}
