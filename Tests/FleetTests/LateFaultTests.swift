import Fleet
import Rollouts
import Simulation
import Testing
import World

/// Faults that the swarm draws beside the others: each begins, does what it says, and heals.
@Suite struct LateFaultTests {
  private func play(_ seed: UInt64, _ faults: [Fault], mutant: Mutant? = nil) -> Verdict {
    var swarm = Swarm(seed: seed, connectors: 6, locations: 3, days: 14)
    swarm.isCalm = true
    swarm.faultiness = 0
    swarm.isElecting = false
    var scenario = swarm.scenario()
    scenario.faults = faults
    scenario.mutant = mutant
    var run = FleetRun(scenario)
    return run.run()
  }
  private let hour = Duration.seconds(3_600)

  @Test func wrongAnswersAreNotObeyed() {
    let faults = (0..<6).map { Fault(.wrongAnswers(500_000), .link($0), begins: .seconds(60), lasts: hour * 40) }
    var wrong = 0
    for seed in 1...6 as ClosedRange<UInt64> {
      let verdict = play(seed, faults)
      #expect(verdict.violations == [], "seed \(seed)")
      wrong += verdict.counts["wrong answers", default: 0]
    }
    #expect(wrong > 0)
  }

  @Test func aThrottledFleetComesBack() {
    for seed in 1...4 as ClosedRange<UInt64> {
      let verdict = play(seed, [Fault(.throttling(.seconds(200)), .cloud, begins: hour * 5, lasts: hour * 3)])
      #expect(verdict.violations == [] && verdict.counts["turned away", default: 0] > 0, "seed \(seed)")
    }
  }

  @Test func lateArriversUpdate() {
    for seed in 1...4 as ClosedRange<UInt64> {
      let verdict = play(
        seed,
        [
          Fault(.powerCut, .machine(2), begins: hour, lasts: hour * 52), Fault(.partition, .link(4), begins: hour * 2, lasts: hour * 40),
        ])
      #expect(verdict.violations == [] && verdict.counts["done", default: 0] > 0, "seed \(seed)")
    }
  }

  @Test func tornWritesAndWrongZonesAreBorne() {
    for seed in 1...6 as ClosedRange<UInt64> {
      var faults: [Fault] = []
      for index in 0..<6 {
        faults.append(Fault(.tornWrite(1 + index % 3), .machine(index), begins: hour * (3 + 9 * index), lasts: hour * 8))
        faults.append(Fault(.wrongTimeZone(hours: index * 4 - 12), .machine(index), begins: hour * (2 + 5 * index), lasts: hour * 20))
      }
      let verdict = play(seed, faults)
      #expect(verdict.violations == [], "seed \(seed)")
      #expect(verdict.counts["powerCut", default: 0] > 0)
    }
  }

  /// What came later shifts nothing of what was drawn before.
  @Test func newDrawsShiftNothing() {
    var swarm = Swarm(seed: 9)
    swarm.isElecting = false
    let plain = swarm.scenario().faults
    swarm.isElecting = true
    let electing = swarm.scenario().faults
    #expect(Array(electing.prefix(plain.count)) == plain && electing.count > plain.count)
  }
}
