import Rollouts
import Simulation
import World

extension Swarm {
  /// The same fleet in haste: what needs two things to meet within minutes, meets here.
  func makeDense(_ scenario: inout Scenario, _ seed: Seed) {
    var draws = seed.draws("swarm", "dense")
    scenario.isCalm = false
    for place in scenario.places.indices {
      scenario.places[place].schedule = UpdateSchedule(.atOnce)
      scenario.places[place].assignment = .byBucket
      scenario.places[place].connectors = max(2, scenario.places[place].connectors)
    }
    (scenario.settings.splay, scenario.settings.minimumUpdated) = (.zero, 0)
    scenario.length = .seconds(5 * 86_400)
    scenario.releases = (1...10).map { number in
      let ring = RingDefinition("all", upTo: 10_000, bake: .seconds(600), failureLimit: 100)
      let offer = ReleaseOffer(ReleaseVersion(4, UInt32(9 + number), 0, 0), rings: [ring], canaries: 0)
      let behaviour = draws.chance(250_000) ? draws.pick(ReleaseBehaviour.allCases) : .healthy
      return ReleasePlan(offer, at: .seconds(Int64(number) * 40_000), behaviour, affected: draws.chance(500_000) ? 1_000_000 : 400_000)
    }
    scenario.actions = (1...10).map { OperatorAction(.lookAfter, at: .seconds(Int64($0) * 40_000 - 4_000)) }
    scenario.faults = scenario.releases.flatMap { release in
      (0..<max(2, scenario.connectors)).map { _ in
        let begins = release.at + draws.duration(.zero, .seconds(5_400))
        let fault = SwarmFaults(seed: seed, connectors: scenario.connectors, faultiness: 1).one(&draws)
        return Fault(fault.0, fault.1, begins: begins, lasts: min(fault.2, draws.duration(.seconds(600), .seconds(9_000))))
      }
    }
    let faults = SwarmFaults(seed: seed, connectors: max(2, scenario.connectors), faultiness: max(1, faultiness))
    scenario.faults += faults.lateFaults(scenario.length)
    if scenario.isElecting { scenario.faults += faults.peerFaults(scenario.length, scenario.groups) }
    if scenario.outages != nil { scenario.faults += faults.outageFaults(scenario.length, scenario.groups) }
  }
}
