import Simulation
import World

/// What makes outages: ways to the cloud that go and come, administrators, and a StoreFront that says nothing. With draws of their own.
extension SwarmFaults {
  /// While a look at the cloud may go either way nobody in the location rests: six hours of that cost as much as a month of all else, and show no more than half an hour.
  static func shortWhereUnsure(_ fault: Fault) -> Fault {
    guard case .link = fault.target else { return fault }
    switch fault.kind {
    case .loss, .latency: return Fault(fault.kind, fault.target, begins: fault.begins, lasts: min(fault.lasts, .seconds(1_800)))
    default: return fault
    }
  }

  /// All of them are over at `end`.
  func outageFaults(_ end: Duration, _ groups: [[Int]]) -> [Fault] {
    guard faultiness > 0 else { return [] }
    var draws = seed.draws("swarm", "outages of locations")
    return groups.filter { !$0.isEmpty }.flatMap { group in
      cuts(&draws, end, group) + forced(&draws, end, group) + silences(&draws, end, group)
    }
  }

  /// A location, or one connector of it, without the cloud: once for long, or again and again.
  private func cuts(_ draws: inout Draws, _ end: Duration, _ group: [Int]) -> [Fault] {
    var out: [Fault] = []
    for _ in 0..<(1 + draws.below(3)) {
      let isWhole = draws.chance(700_000)
      let links = isWhole ? group : [draws.pick(group)]
      let (times, isLong) = (draws.chance(500_000) ? 1 : 2 + draws.below(9), draws.chance(300_000))
      let off = draws.duration(.seconds(5), .seconds(times > 1 ? 100 : isLong ? 7_200 : 900))
      let on = draws.duration(.seconds(5), .seconds(draws.chance(500_000) ? 60 : 900))
      let latest = end - (off + on) * times
      guard latest > .seconds(300) else { continue }
      let begins = draws.duration(.seconds(300), latest)
      for link in links {
        // Not to the second: a site's connectors do not lose their links at once.
        let late = draws.duration(.zero, .seconds(3))
        out += FaultRecipe.flap(.partition, .link(link), begins: begins + late, times: times, off: off, on: on)
      }
    }
    return out
  }

  private func forced(_ draws: inout Draws, _ end: Duration, _ group: [Int]) -> [Fault] {
    guard draws.chance(300_000) else { return [] }
    let members = draws.chance(600_000) ? group : [draws.pick(group)]
    let lasts = draws.duration(.seconds(60), .seconds(7_200))
    guard end - lasts > .seconds(300) else { return [] }
    let begins = draws.duration(.seconds(300), end - lasts)
    return members.map { Fault(.outageForced, .machine($0), begins: begins + draws.duration(.zero, .seconds(60)), lasts: lasts) }
  }

  /// For hours, or for longer than the three days after which a connector takes no part; and the cloud goes near its end, when it matters.
  private func silences(_ draws: inout Draws, _ end: Duration, _ group: [Int]) -> [Fault] {
    guard draws.chance(250_000) else { return [] }
    let members = draws.chance(700_000) ? group : [draws.pick(group)]
    let (isFromTheStart, isLong) = (draws.chance(300_000), draws.chance(500_000))
    let lasts = draws.duration(.seconds(isLong ? 73 * 3_600 : 600), .seconds(isLong ? 100 * 3_600 : 20 * 3_600))
    guard end - lasts > .seconds(600) else { return [] }
    let begins: Duration = isFromTheStart ? .zero : draws.duration(.seconds(300), end - lasts)
    let cut = draws.duration(.seconds(200), .seconds(560))
    return members.flatMap { member in
      [
        Fault(.storeFrontSilent, .machine(member), begins: begins, lasts: lasts),
        Fault(.partition, .link(member), begins: begins + lasts - cut, lasts: .seconds(400)),
      ]
    }
  }
}
