import Simulation
import World

/// Faults that came to the swarm after the others. Each sort has draws of its own, so none shifts what was drawn before it.
extension SwarmFaults {
  /// All of them are over at `end`.
  func lateFaults(_ end: Duration) -> [Fault] {
    guard faultiness > 0 else { return [] }
    return absences(end) + wrongWords(end) + machines(end) + freezes(end)
  }

  private func times(_ draws: inout Draws, _ end: Duration, _ lasts: Duration) -> (begins: Duration, lasts: Duration)? {
    let lasts = min(lasts, end - .seconds(7_200))
    guard lasts >= .seconds(5) else { return nil }
    return (draws.duration(.seconds(300), end - lasts), lasts)
  }

  /// Longer than a day: whoever comes back is late for what the others have.
  private func absences(_ end: Duration) -> [Fault] {
    var draws = seed.draws("swarm", "absences")
    return (0..<draws.below(3)).compactMap { _ in
      let (index, isOff) = (draws.below(connectors), draws.chance(500_000))
      let lasts = draws.duration(.seconds(25 * 3_600), .seconds(100 * 3_600))
      guard let (begins, lasts) = times(&draws, end, lasts) else { return nil }
      return isOff
        ? Fault(.powerCut, .machine(index), begins: begins, lasts: lasts) : Fault(.partition, .link(index), begins: begins, lasts: lasts)
    }
  }

  /// A cloud that is slow, turns connectors away, or answers something else.
  private func wrongWords(_ end: Duration) -> [Fault] {
    var draws = seed.draws("swarm", "wrong words")
    return (0..<draws.below(4)).compactMap { _ in
      let kind = draws.below(3)
      let (link, pause, chance) = (draws.below(connectors), draws.duration(.seconds(20), .seconds(300)), 50_000 + draws.below(600_000))
      let lasts = draws.duration(.seconds(60), .seconds(kind == 0 ? 345_600 : 5_400))
      guard let (begins, lasts) = times(&draws, end, lasts) else { return nil }
      return switch kind {
      case 0: Fault(.wrongAnswers(chance), .link(link), begins: begins, lasts: lasts)
      case 1: Fault(.throttling(pause), .cloud, begins: begins, lasts: lasts)
      default: Fault(.slowCloud(pause / 4), .cloud, begins: begins, lasts: lasts)
      }
    }
  }

  /// Seldom: for less than a timestamp holds, or for longer.
  private func freezes(_ end: Duration) -> [Fault] {
    var draws = seed.draws("swarm", "freezes")
    guard draws.chance(150_000) else { return [] }
    let lasts = draws.duration(.seconds(86_400), .seconds(35 * 86_400))
    return times(&draws, end, lasts).map { [Fault(.metadataFrozen, .cloud, begins: $0.begins, lasts: $0.lasts)] } ?? []
  }

  private func machines(_ end: Duration) -> [Fault] {
    var draws = seed.draws("swarm", "torn and wrong")
    return (0..<draws.below(4)).compactMap { _ in
      let (index, isTorn, write) = (draws.below(connectors), draws.chance(500_000), 1 + draws.below(6))
      let hours = draws.below(27) - 12
      let lasts = draws.duration(.seconds(600), .seconds(isTorn ? 6 * 3_600 : 40 * 3_600))
      guard let (begins, lasts) = times(&draws, end, lasts) else { return nil }
      return Fault(isTorn ? .tornWrite(write) : .wrongTimeZone(hours: hours), .machine(index), begins: begins, lasts: lasts)
    }
  }

  /// Between the connectors of a location, for the election: a link, or a split in two.
  func peerFaults(_ end: Duration, _ groups: [[Int]]) -> [Fault] {
    guard faultiness > 0 else { return [] }
    var draws = seed.draws("swarm", "peers")
    var out: [Fault] = []
    for group in groups where group.count > 1 {
      for _ in 0..<(1 + draws.below(4)) {
        let mixed = group.shuffled(using: &draws)
        let cut = 1 + draws.below(group.count - 1)
        let kind = peerKind(&draws)
        let isSplit = draws.chance(500_000)
        let lasts = draws.duration(.seconds(5), .seconds(1_200))
        guard let (begins, lasts) = times(&draws, end, lasts) else { continue }
        if isSplit {
          out += FaultRecipe.split(kind, Array(mixed[..<cut]), from: Array(mixed[cut...]), begins: begins, lasts: lasts)
        } else {
          out.append(Fault(kind, .peer(mixed[0], mixed[1]), begins: begins, lasts: lasts))
        }
      }
    }
    return out
  }

  private func peerKind(_ draws: inout Draws) -> FaultKind {
    switch draws.below(8) {
    case 0, 1, 2: .partition
    case 3: .partitionOneWay(draws.chance(500_000) ? .up : .down)
    case 4: .latency(.uniform(.milliseconds(200), .seconds(12)))
    case 5: .loss(100_000 + draws.below(800_000))
    case 6: .duplication(500_000)
    default: .reordering(400_000, by: .seconds(Int64(1 + draws.below(60))))
    }
  }
}
