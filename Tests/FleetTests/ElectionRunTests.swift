import Fleet
import Rollouts
import Simulation
import Testing
import World

/// The election in virtual time: the real logic over a network of peers that goes wrong.
@Suite struct ElectionRunTests {
  private static let first = ReleaseVersion(4, 8, 0, 1)
  private static let hour = Duration.seconds(3_600)

  /// One location in which nothing else happens.
  private func quiet(_ connectors: Int, _ length: Duration, _ faults: [Fault]) -> Scenario {
    let place = Scenario.Place(UpdateSchedule(.atOnce), .byBucket, connectors: connectors)
    var scenario = Scenario(
      seed: 11, starts: WallTime(seconds: 1_780_000_000), length: length, places: [place], first: Self.first)
    scenario.isElecting = true
    scenario.faults = faults
    return scenario
  }

  private func play(_ scenario: Scenario) -> (verdict: Verdict, lines: [TraceLine]) {
    var lines: [TraceLine] = []
    var run = FleetRun(scenario) { if $0.what == "elected" || $0.what == "unelected" { lines.append($0) } }
    let verdict = run.run()
    return (verdict, lines)
  }

  private func story(_ lines: [TraceLine]) -> [String] { lines.map { "\($0.node) \($0.what)" } }

  @Test func theFirstByNameIsElectedOnce() {
    let (verdict, lines) = play(quiet(4, Self.hour * 24, []))
    #expect(verdict.isGood)
    // Whoever started before it gives up when it comes.
    #expect(lines.last.map { "\($0.node) \($0.what)" } == "c1 elected" || story(lines).suffix(2).contains("c1 elected"))
    #expect(Set(story(lines).filter { $0.hasSuffix(" elected") }.map { $0.prefix(2) }).contains("c1"))
  }

  /// A settled election costs no events: a hundred days as many as two.
  @Test func aSettledElectionCostsNothing() {
    let (short, long) = (play(quiet(6, Self.hour * 48, [])).verdict, play(quiet(6, Self.hour * 2_400, [])).verdict)
    #expect(short.isGood && long.isGood)
    #expect(long.events == short.events && short.events < 3_000, "\(short.events), \(long.events)")
  }

  /// What is left out changes little: with every single round the same connectors are elected in the same order, each within a round of the other run (how long
  /// one message took may decide in which round a silence is noticed), at many times the events.
  @Test func restingIsEquivalent() {
    let minute = Duration.seconds(60)
    let faults =
      FaultRecipe.split(.partition, [0], from: [1, 2], begins: minute * 10, lasts: minute) + [
        Fault(.crash, .machine(0), begins: minute * 20, lasts: minute), Fault(.powerCut, .machine(0), begins: minute * 30, lasts: minute * 5),
        Fault(.hang, .machine(0), begins: minute * 50, lasts: minute * 3), Fault(.powerCut, .machine(1), begins: minute * 70, lasts: minute * 20),
        Fault(.partitionOneWay(.up), .peer(0, 2), begins: minute * 80, lasts: minute * 2),
      ]
    let scenario = quiet(3, Self.hour * 2, faults)
    var every = scenario
    every.heartbeats = .everyMessage
    let (one, two) = (play(scenario), play(every))
    #expect(one.verdict.violations == [] && two.verdict.violations == [])
    #expect(story(one.lines) == story(two.lines))
    for (a, b) in zip(one.lines, two.lines) { #expect(abs((a.at - b.at).inSeconds) <= 5.5, "\(a.text), \(b.text)") }
    #expect(one.lines.count > 12 && two.verdict.events > 4 * one.verdict.events, "\(one.verdict.events) of \(two.verdict.events)")
  }

  @Test func theSwarmElects() {
    var seen: [String: Int] = [:]
    for seed in 1...10 as ClosedRange<UInt64> {
      var swarm = Swarm(seed: seed, connectors: 6, locations: 2, days: 3)
      swarm.isElecting = true
      // Three days are too short to ask for every update's end.
      swarm.isCalm = false
      var run = FleetRun(swarm.scenario())
      let verdict = run.run()
      if let first = verdict.violations.first { Issue.record("seed \(seed): \(first)") }
      seen.merge(verdict.counts) { $0 + $1 }
    }
    for what in ["elected", "unelected", "elected twice", "elected on both sides of a split", "availability.peer-lost", "availability.peer-joined"] {
      #expect(seen[what, default: 0] > 0, "never: \(what)")
    }
  }

  // MARK: Runs for incidents

  /// A returning first connector takes the election again, and what was registered with the second must move twice (product facts 3.3).
  @Test func aReturningFirstConnectorTakesTheElectionAgain() {
    let (verdict, lines) = play(quiet(3, Self.hour * 6, [Fault(.powerCut, .machine(0), begins: Self.hour * 2, lasts: Self.hour)]))
    #expect(verdict.isGood)
    let after = lines.filter { $0.at > Moment(nanoseconds: 0) + Self.hour * 2 - .seconds(1) }
    #expect(story(after).filter { $0 != "c2 unelected" } == ["c1 unelected", "c2 elected", "c1 elected"])
    #expect(story(after).contains("c2 unelected"))
  }

  /// A link that flaps makes a split again and again: each time both sides elect, and each time one of them gives up.
  @Test func aFlappingPeerLink() {
    let flap = FaultRecipe.flap(.partition, .peer(0, 1), begins: Self.hour, times: 20, off: .seconds(60), on: .seconds(60))
    let (verdict, lines) = play(quiet(2, Self.hour * 4, flap))
    #expect(verdict.isGood)
    let after = lines.filter { $0.at > Moment(nanoseconds: 0) + Self.hour }
    #expect(story(after) == Array(repeating: ["c2 elected", "c2 unelected"], count: 20).flatMap { $0 })
    #expect(verdict.counts["elected on both sides of a split"] == 20)
  }

  /// Two faults between the same two at once, told of in either direction: when both are over, the checkers know it.
  @Test(arguments: [(0, 1), (1, 0)])
  func twoFaultsBetweenTwoPeersHeal(_ one: Int, _ other: Int) {
    let faults = [
      Fault(.partition, .peer(one, other), begins: Self.hour, lasts: .seconds(120)),
      Fault(.partition, .peer(other, one), begins: Self.hour + .seconds(60), lasts: .seconds(120)),
    ]
    let (verdict, lines) = play(quiet(2, Self.hour * 4, faults))
    #expect(verdict.violations == [])
    let after = lines.filter { $0.at > Moment(nanoseconds: 0) + Self.hour }
    #expect(story(after) == ["c2 elected", "c2 unelected"])
    #expect(verdict.counts["elected on both sides of a split"] == 1)
  }

  /// Shorter than what is borne: nobody is lost.
  @Test func aShortSilenceIsBorne() {
    let flap = FaultRecipe.flap(.partition, .peer(0, 1), begins: Self.hour, times: 20, off: .seconds(6), on: .seconds(60))
    let (verdict, lines) = play(quiet(2, Self.hour * 4, flap))
    #expect(verdict.isGood && !lines.contains { $0.at > Moment(nanoseconds: 0) + Self.hour })
  }
}
