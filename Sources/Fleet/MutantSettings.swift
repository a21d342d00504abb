import Rollouts
import World

/// Faults planted in what the coordinator is told: its checkers are told the truth.
extension RolloutSettings {
  func with(_ mutant: Mutant?) -> RolloutSettings {
    var out = self
    switch mutant {
    case .windowCheckedWithoutRoom: (out.expectedDrain, out.expectedInstall) = (.zero, .zero)
    case .startCapOff: out.startCap = .max
    case .inFlightLimitOff: out.maximumInFlight = .max
    default: break
    }
    return out
  }
}

extension RolloutEvent {
  func with(_ mutant: Mutant?) -> RolloutEvent {
    switch (mutant, self) {
    case (.windowInWrongZone, .location(let id, let schedule, let assignment)):
      return .location(id, UpdateSchedule(schedule.rule, zone: .utc, windowLength: schedule.windowLength), assignment)
    case (.everybodyInARing, .location(let id, let schedule, .none)): return .location(id, schedule, .byBucket)
    case (.unwellCountsAsHealthy, .health(let id, .gone)): return .health(id, .healthy)
    case (_, .publish(var offer)):
      switch mutant {
      case .noBake: for ring in offer.rings.indices { offer.rings[ring].bake = .zero }
      case .failuresNotCounted: for ring in offer.rings.indices { offer.rings[ring].failureLimit = .max }
      case .floorsSkipped: offer.floors = []
      case .canaryLimitOff: offer.canaries = 5
      default: break
      }
      return .publish(offer)
    default: return self
    }
  }
}
