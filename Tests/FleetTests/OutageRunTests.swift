import Fleet
import Rollouts
import Simulation
import Testing
import World

/// Outages in virtual time: the real state machine in the real High Availability logic, with a cloud, peers and a StoreFront that come and go.
@Suite struct OutageRunTests {
  private static let minute = Duration.seconds(60)
  private static let hour = Duration.seconds(3_600)
  private static let modes = ["Working Normally", "Pending HA", "Initial HA", "Extended HA", "Pending Recovery"]

  /// One location in which nothing else happens.
  private func quiet(_ connectors: Int, _ length: Duration, _ faults: [Fault]) -> Scenario {
    let place = Scenario.Place(UpdateSchedule(.atOnce), .byBucket, connectors: connectors)
    var scenario = Scenario(
      seed: 11, starts: WallTime(seconds: 1_780_000_000), length: length, places: [place], first: ReleaseVersion(4, 8, 0, 1))
    (scenario.isElecting, scenario.outages, scenario.faults) = (true, .cloud60, faults)
    return scenario
  }

  private func play(_ scenario: Scenario) -> (verdict: Verdict, lines: [TraceLine]) {
    var lines: [TraceLine] = []
    var run = FleetRun(scenario) { if Self.modes.contains($0.what) || $0.what.hasPrefix("brokers") || $0.what == "no outage" { lines.append($0) } }
    let verdict = run.run()
    return (verdict, lines)
  }

  private func story(_ lines: [TraceLine], _ node: String) -> [String] {
    lines.filter { $0.node == node && $0.what != "no outage" }.map(\.what)
  }

  @Test func anOutageIsEnteredAndLeft() {
    let (verdict, lines) = play(quiet(2, Self.hour * 6, [Fault(.outage, .cloud, begins: Self.hour, lasts: Self.hour)]))
    #expect(verdict.violations == [])
    #expect(
      story(lines, "c1") == [
        "Pending HA", "Initial HA", "brokers", "Extended HA", "Pending Recovery", "Working Normally", "brokers no more",
      ])
    // The second one is in the same modes, and only the elected one brokers.
    #expect(story(lines, "c2") == ["Pending HA", "Initial HA", "Extended HA", "Pending Recovery", "Working Normally"])
  }

  /// Whoever alone does not reach the cloud leaves brokering to the other.
  @Test func aConnectorThatIsCutOffAloneEntersNoOutage() {
    let (verdict, lines) = play(quiet(2, Self.hour * 6, [Fault(.partition, .link(0), begins: Self.hour, lasts: Self.hour)]))
    #expect(verdict.violations == [])
    // It says why once.
    #expect(lines.map { "\($0.node) \($0.what)" } == ["c1 no outage"])
  }

  @Test func anAdministratorForcesAnOutageAndEndsIt() {
    let (verdict, lines) = play(quiet(1, Self.hour * 6, [Fault(.outageForced, .machine(0), begins: Self.hour, lasts: Self.hour)]))
    #expect(verdict.violations == [])
    #expect(
      lines.filter { Self.modes.contains($0.what) }.map(\.what) == ["Initial HA", "Extended HA", "Pending Recovery", "Working Normally"])
    #expect(story(lines, "c1").filter { $0.hasPrefix("brokers") } == ["brokers", "brokers no more"])
  }

  /// A cloud that is well costs no events, and one that is away for weeks hardly any.
  @Test func whereNothingChangesNothingIsSimulated() {
    let (short, long) = (play(quiet(4, Self.hour * 48, [])).verdict, play(quiet(4, Self.hour * 2_400, [])).verdict)
    #expect(short.isGood && long.isGood && long.events == short.events && short.events < 4_000, "\(short.events), \(long.events)")
    func away(_ hours: Int) -> Int {
      let run = play(quiet(4, Self.hour * 2_400, [Fault(.outage, .cloud, begins: Self.hour, lasts: Self.hour * hours)]))
      #expect(run.verdict.isGood)
      return run.verdict.events
    }
    #expect(away(2_000) - away(10) < 200)
  }

  /// What is left out changes nothing: with every single round the same connectors enter and leave outages in the same order, each within a round or two.
  @Test func restingIsEquivalent() {
    let faults =
      FaultRecipe.flap(.outage, .cloud, begins: Self.minute * 20, times: 3, off: Self.minute * 4, on: Self.minute * 2) + [
        Fault(.partition, .link(0), begins: Self.minute * 80, lasts: Self.minute * 10),
        Fault(.outage, .cloud, begins: Self.minute * 100, lasts: Self.minute * 60),
        Fault(.powerCut, .machine(0), begins: Self.minute * 120, lasts: Self.minute * 10),
      ]
    let scenario = quiet(3, Self.hour * 5, faults)
    var every = scenario
    every.heartbeats = .everyMessage
    let (one, two) = (play(scenario), play(every))
    #expect(one.verdict.violations == [] && two.verdict.violations == [])
    for node in ["c1", "c2", "c3"] { #expect(story(one.lines, node) == story(two.lines, node)) }
    for node in ["c1", "c2", "c3"] {
      for (a, b) in zip(one.lines.filter { $0.node == node }, two.lines.filter { $0.node == node }) {
        #expect(abs((a.at - b.at).inSeconds) <= 11, "\(a.text), \(b.text)")
      }
    }
    #expect(one.lines.count > 20 && two.verdict.events > 2 * one.verdict.events, "\(one.verdict.events) of \(two.verdict.events)")
  }

  /// After three days without StoreFront the cloud may go: nobody brokers, and each says why.
  @Test func withoutStoreFrontNoOutageIsEntered() {
    let silent = (0...1).map { Fault(.storeFrontSilent, .machine($0), begins: Self.hour, lasts: Self.hour * 96) }
    let lost = [50, 80, 100].map { Fault(.outage, .cloud, begins: Self.hour * $0, lasts: Self.hour / 2) }
    let (verdict, lines) = play(quiet(2, Self.hour * 144, silent + lost))
    #expect(verdict.violations == [] && verdict.events < 10_000, "\(verdict.events)")
    let began = lines.filter { $0.what == "brokers" }.map { Int(($0.at - Moment(nanoseconds: 0)).inSeconds / 3_600) }
    #expect(began == [50, 100])
    let why = lines.filter { $0.what == "no outage" && $0.detail.contains("StoreFront has not asked") }
    #expect(Set(why.map(\.node)) == ["c1", "c2"] && why.count == 2)
  }

  /// Machines register with the cloud, in an outage with the connector that brokers and no other, and with the cloud again (E3, O6).
  @Test func machinesFollowWhoBrokers() {
    let crash = Fault(.powerCut, .machine(0), begins: Self.hour * 2, lasts: Self.hour / 2)
    var scenario = quiet(3, Self.hour * 6, [Fault(.outage, .cloud, begins: Self.hour, lasts: Self.hour * 2), crash])
    scenario.machinesPerLocation = 4
    var lines: [TraceLine] = []
    var run = FleetRun(scenario) { if $0.what == "registers" { lines.append($0) } }
    #expect(run.run().violations == [])
    func last(_ hours: Double) -> [String: String] {
      let before = lines.filter { ($0.at - Moment(nanoseconds: 0)).inSeconds < hours * 3_600 }
      return Dictionary(before.map { ($0.node, $0.detail.hasPrefix("through") ? "cloud" : $0.subject) }) { $1 }
    }
    #expect(last(1).count == 4 && Set(last(1).values) == ["cloud"])
    #expect(Set(last(1.9).values) == ["c1"])
    #expect(Set(last(2.4).values) == ["c2"])
    #expect(Set(last(2.9).values) == ["c1"])
    #expect(Set(last(5).values) == ["cloud"])
  }

  @Test func theSwarmHasOutages() {
    var seen: [String: Int] = [:]
    for seed in 1...10 as ClosedRange<UInt64> {
      var swarm = Swarm(seed: seed, connectors: 6, locations: 2, days: 3)
      (swarm.isElecting, swarm.hasOutages, swarm.isCalm) = (true, true, false)
      var run = FleetRun(swarm.scenario())
      let verdict = run.run()
      if let first = verdict.violations.first { Issue.record("seed \(seed): \(first)") }
      seen.merge(verdict.counts) { $0 + $1 }
    }
    for what in ["brokers", "availability.outage-began", "availability.outage-ended", "availability.outage-barred", "availability.outage-forced"] {
      #expect(seen[what, default: 0] > 0, "never: \(what)")
    }
  }
}
