import Simulation
import World

/// The faults of the default swarm.
struct SwarmFaults {
  let seed: Seed
  let connectors: Int
  /// For each connector in thirty days.
  let faultiness: Int

  /// All of them are over at `end`.
  func faults(_ end: Duration) -> [Fault] {
    var draws = seed.draws("swarm", "faults")
    let seconds = Int(end.components.seconds)
    let count = connectors * faultiness * seconds / (30 * 86_400) + (faultiness > 0 ? 2 + draws.below(6) : 0)
    var out: [Fault] = []
    for _ in 0..<count {
      let begins = draws.duration(.seconds(300), max(.seconds(301), end - .seconds(3_600)))
      let (kind, target, longest) = one(&draws)
      let lasts = min(draws.duration(.seconds(5), longest), max(.seconds(5), end - begins))
      out.append(Fault(kind, target, begins: begins, lasts: lasts))
    }
    if faultiness > 0, draws.chance(300_000) {
      let some = (0..<min(connectors, 12)).map { _ in FaultTarget.machine(draws.below(connectors)) }
      let begins = draws.duration(.seconds(3_600), max(.seconds(3_601), end - .seconds(86_400)))
      out += FaultRecipe.swizzle(
        .powerCut, of: Array(Set(some.map(Self.number))).sorted().map { .machine($0) }, begins: begins, step: .seconds(240), &draws)
    }
    return out
  }

  private static func number(_ target: FaultTarget) -> Int { if case .machine(let index) = target { index } else { 0 } }

  func one(_ draws: inout Draws) -> (FaultKind, FaultTarget, Duration) {
    let index = draws.below(connectors)
    let (link, machine) = (FaultTarget.link(index), FaultTarget.machine(index))
    let (hour, day) = (Duration.seconds(3_600), Duration.seconds(86_400))
    let step = draws.duration(.seconds(-3_000), .seconds(3_000))
    switch draws.below(26) {
    case 0, 1: return (.partition, link, hour * 3)
    case 2: return (.partitionOneWay(draws.chance(500_000) ? .up : .down), link, hour * 2)
    case 3: return (.latency(.uniform(.seconds(1), .seconds(20))), link, hour * 6)
    case 4, 5: return (.loss(100_000 + draws.below(800_000)), link, hour * 6)
    case 6, 7: return (.duplication(500_000), link, day)
    case 8: return (.reordering(400_000, by: .seconds(Int64(10 + draws.below(3_600)))), link, day)
    case 9: return (.slowLink(40_000 + draws.below(400_000)), link, day)
    case 10, 11: return (.powerCut, machine, hour * 4)
    case 12, 13: return (.powerCutAtWrite(1 + draws.below(6)), machine, hour * 6)
    case 14, 15: return (.crash, machine, hour)
    case 16: return (.hang, machine, hour)
    case 17: return (.slowMachine, machine, day)
    case 18: return (.diskFull, machine, hour * 5)
    case 19: return (.diskSlow, machine, day)
    case 20: return (draws.chance(500_000) ? .corruptRecord : .corruptRelease, machine, hour)
    case 21: return (.clockStep(step), machine, hour)
    case 22: return (.clockDrift(Int64(draws.below(401)) - 200), machine, day)
    case 23: return (.pendingRestart, machine, day * 2)
    case 24: return (draws.chance(500_000) ? .outage : .crashBeforeSending, .cloud, hour * 2)
    default: return draws.chance(500_000) ? (.slowCloud(.seconds(3)), .cloud, hour) : (.clockStep(step / 50), .cloud, hour)
    }
  }
}
