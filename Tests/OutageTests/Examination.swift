import SimulatedWorld
import World

@testable import Outage

/// Runs of the state machine that say what went wrong in them. `Hand` looks at each step for itself.
enum Examination {
  /// From whatever state: once the cloud is well and nobody forces anything, it brokers again by then.
  static func recoveryBound(_ timers: OutageTimers) -> Duration {
    timers.checkLimit + timers.initialHA + timers.settle(after: 60) + timers.pendingRecovery + timers.probeEvery * 4
  }

  /// Random events with random pauses; then a calm end, which must lead back.
  static func random(_ seed: UInt64, _ timers: OutageTimers, _ table: OutageTable) -> [String] {
    let random = SeededRandom(seed: seed)
    var hand = Hand(timers, table: table)
    // Some locations have no StoreFront at all, some only at first.
    let storeFront = random.below(3)
    if storeFront > 0 { hand.tell(.storeFrontAsked) }
    if storeFront == 1 { hand.pass(timers.storeFrontFor - .seconds(Int64(random.below(1_200)))) }
    hand.tell(.elected(random.below(2) == 0))
    for _ in 0..<40 {
      hand.tell(event(random, storeFront == 2, &hand))
      let pauses: [Int64] = [0, 1, 7, 30, 90, 700]
      hand.pass(.seconds(pauses[Int(random.below(6))]))
      if !hand.faults.isEmpty { return hand.faults }
    }
    hand.cloud = true
    hand.tell(.forced(false))
    hand.pass(recoveryBound(timers))
    if hand.logic.mode != .workingNormally { hand.faults.append("the cloud is well, and the mode still \(hand.logic.mode)") }
    return hand.faults
  }

  private static func event(_ random: SeededRandom, _ hasStoreFront: Bool, _ hand: inout Hand) -> OutageEvent {
    switch random.below(10) {
    case 0, 1:
      hand.cloud = [true, false, false, nil][Int(random.below(4))]
      return .due
    case 2, 3, 4:
      let what = OutageEvent.Brokered.allCases[Int(random.below(UInt64(OutageEvent.Brokered.allCases.count)))]
      return .brokered(what, ok: hand.cloud == true)
    case 5: return hasStoreFront ? .storeFrontAsked : .due
    case 6: return .forced(random.below(3) == 0)
    case 7: return .elected(random.below(2) == 0)
    case 8: return .importing(random.below(2) == 0)
    default:
      let mode = OutageMode.allCases[Int(random.below(5))]
      return .peer("c\(random.below(3))", random.below(4) == 0 ? nil : PeerWord(reachesCloud: [true, false, nil][Int(random.below(3))], mode: mode))
    }
  }

  /// A cloud that comes and goes: not more than two changes of mode in `holdDown` and `settle` together, whatever the rhythm.
  static func flaps(_ timers: OutageTimers, _ table: OutageTable) -> [String] {
    var faults: [String] = []
    for (down, up) in [(30, 30), (10, 20), (15, 15), (2, 28), (1, 9), (1, 60)] as [(Int64, Int64)] {
      var hand = Hand(timers, table: table)
      hand.tell(.storeFrontAsked)
      let start = hand.now
      while hand.now - start < .seconds(3_600) {
        hand.cloud = false
        hand.tell(.brokered(.launch, ok: false))
        hand.pass(.seconds(down))
        hand.cloud = true
        hand.tell(.brokered(.launch, ok: true))
        hand.pass(.seconds(up))
      }
      faults += hand.faults
      let pair = timers.holdDown + timers.settle
      for (index, change) in hand.changes.enumerated().dropFirst(2) where change.at - hand.changes[index - 2].at < pair {
        // The first recovery that fails costs one more pair, at twice `settle`.
        if change.to != .extendedHA, change.to != .pendingRecovery { faults.append("\(down) s down, \(up) s up: three changes within \(pair)") }
      }
      let most = Int(Duration.seconds(3_600).nanoseconds / pair.nanoseconds) * 2 + 2
      if hand.changes.count > most { faults.append("\(down) s down, \(up) s up: \(hand.changes.count) changes, at most \(most)") }
    }
    return faults
  }

  /// One launch that fails by itself; then an outage of three hours: outage mode in `detection`, Extended HA after Initial HA, back within the bound.
  static func outage(_ timers: OutageTimers, _ table: OutageTable) -> [String] {
    var hand = Hand(timers, table: table)
    hand.tell(.storeFrontAsked)
    hand.tell(.brokered(.launch, ok: false))
    hand.pass(timers.settle + timers.probeEvery)
    if hand.logic.mode != .workingNormally { hand.faults.append("a launch failed by itself, and the mode still \(hand.logic.mode)") }
    hand.pass(timers.holdDown)
    hand.cloud = false
    hand.tell(.brokered(.launch, ok: false))
    hand.pass(timers.detection)
    if !hand.logic.mode.brokersLocally { hand.faults.append("the cloud is lost, and the mode still \(hand.logic.mode)") }
    hand.pass(timers.initialHA)
    if hand.logic.mode != .extendedHA { hand.faults.append("Initial HA is over, and the mode is \(hand.logic.mode)") }
    hand.pass(.seconds(10_800))
    if hand.logic.mode != .extendedHA { hand.faults.append("the outage lasts, and the mode is \(hand.logic.mode)") }
    hand.cloud = true
    hand.pass(timers.probeEvery + timers.settle + timers.pendingRecovery)
    if hand.logic.mode != .workingNormally { hand.faults.append("the cloud is well, and the mode still \(hand.logic.mode)") }
    return hand.faults
  }
}
