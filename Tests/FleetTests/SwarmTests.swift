import Fleet
import Foundation
import Simulation
import Testing
import World

/// Each run of the tests has fresh seeds; it says which. `SIM_SEED=17 swift test --filter SwarmTests` repeats one, `SIM_BASE=123` all that began there;
/// `SIM_SEEDS=5000` looks further.
private let environment = ProcessInfo.processInfo.environment
private let base = environment["SIM_BASE"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...4_000_000_000)

private func fresh(_ count: UInt64, _ name: String) -> [UInt64] {
  if let one = environment["SIM_SEED"].flatMap({ UInt64($0) }) { return [one] }
  let count = environment["SIM_SEEDS"].flatMap { UInt64($0) } ?? count
  FileHandle.standardError.write(Data("\(name): seeds \(base)..\(base + count - 1) (SIM_BASE=\(base) repeats them)\n".utf8))
  return (0..<count).map { base + $0 }
}

func play(_ seed: UInt64, mutant: Mutant? = nil, _ change: (inout Scenario) -> Void = { _ in }) -> Verdict {
  var scenario = Swarm(seed: seed).scenario()
  scenario.mutant = mutant
  change(&scenario)
  var run = FleetRun(scenario)
  return run.run()
}

@Suite struct SwarmTests {
  @Test func everyInvariantHoldsWhateverHappens() {
    let seeds = fresh(240, "the default swarm")
    var seen: Set<String> = []
    var failed = 0
    for seed in seeds where failed < 5 {
      let verdict = play(seed)
      seen.formUnion(verdict.counts.keys)
      guard !verdict.isGood else { continue }
      failed += 1
      Issue.record("seed \(seed): \(verdict.violations.first.map(\.description) ?? "\(verdict.end)"); again: connector-lab sim --seed \(seed)")
    }
    // What never happened was not checked.
    if seeds.count >= 200 {
      let kinds = [
        "committed", "rolledBack", "quarantined", "restarted", "halted", "forced", "powerCut", "agent-system.operation-denied",
        "config-sync.imported",
        "config-sync.import-failed", "config-sync.database-damaged", "config-sync.restarted",
      ]
      for kind in kinds {
        #expect(seen.contains(kind), "never: \(kind)")
      }
    }
  }

  /// Everything at once: what needs two things to meet within minutes meets here. The same seeds in each run; `SIM_BASE` and `SIM_SEEDS` look
  /// elsewhere, and so does `connector-lab sim --dense`.
  @Test func everyInvariantHoldsInHaste() {
    let isAsked = ["SIM_BASE", "SIM_SEEDS", "SIM_SEED"].contains { environment[$0] != nil }
    for seed in isAsked ? fresh(60, "in haste") : Array(1...60) {
      var swarm = Swarm(seed: seed)
      swarm.isDense = true
      var run = FleetRun(swarm.scenario())
      let verdict = run.run()
      if let first = verdict.violations.first { Issue.record("seed \(seed): \(first); again: connector-lab sim --seed \(seed) --dense") }
    }
  }

  /// F20.
  @Test func theSameSeedGivesTheSameHash() {
    var hashes: Set<TraceHash> = []
    for seed in 300...305 as ClosedRange<UInt64> {
      let (one, two) = (play(seed), play(seed))
      #expect(one.hash == two.hash && one.events == two.events && one.lines == two.lines)
      hashes.insert(one.hash)
    }
    #expect(hashes.count == 6)
  }

  /// An exchange that changes nothing need not be simulated: with every single heartbeat the run is the same, at forty times the events.
  @Test func leasedHeartbeatsAreEquivalent() {
    var (leased, messages) = (0, 0)
    for seed in 400...401 as ClosedRange<UInt64> {
      // Small and short: every single message is many.
      func play(_ change: (inout Scenario) -> Void = { _ in }) -> Verdict {
        var scenario = Swarm(seed: seed, connectors: 12, locations: 4, days: 5).scenario()
        change(&scenario)
        var run = FleetRun(scenario)
        return run.run()
      }
      let one = play()
      let two = play { $0.heartbeats = .everyMessage }
      #expect(one.hash == two.hash && one.counts == two.counts, "seed \(seed)")
      leased += one.events
      messages += two.events
    }
    #expect(messages > 10 * leased)
  }

  /// Nothing is due for a fleet that is through: hardly an event in nine months.
  @Test func anIdleFleetCostsNothing() {
    func events(_ days: Int) -> Int {
      var swarm = Swarm(seed: 5, connectors: 200, locations: 40, days: days)
      swarm.faultiness = 0
      swarm.isCalm = true
      var scenario = swarm.scenario()
      scenario.actions = []
      scenario.releases = Array(scenario.releases.prefix(1))
      scenario.releases[0].behaviour = .healthy
      var run = FleetRun(scenario)
      let verdict = run.run()
      #expect(verdict.isGood && verdict.counts["done"] == 1)
      return verdict.events
    }
    let (short, long) = (events(20), events(300))
    // The coordinator's last timers, and nothing else.
    #expect(long < short + 10)
  }
}
