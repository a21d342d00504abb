import Foundation
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
    // As if a window were looked at when an update is offered, and not again when it holds the lease.
    case (.windowCheckedBeforeLease, .location(let id, let schedule, let assignment)):
      return .location(id, UpdateSchedule(schedule.rule, zone: schedule.zone, windowLength: .seconds(23 * 3_600)), assignment)
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

extension RolloutLogic {
  /// What a process of the cloud writes for the next one; with a planted fault something of it is not written.
  func record(_ mutant: Mutant?) throws -> Data {
    let data = try JSONEncoder().encode(self)
    guard [.ringsNotSaved, .delayForgotten, .failureNotSaved].contains(mutant) else { return data }
    return try JSONSerialization.data(withJSONObject: Self.without(mutant, try JSONSerialization.jsonObject(with: data)))
  }

  private static func without(_ mutant: Mutant?, _ value: Any) -> Any {
    if let list = value as? [Any] { return list.map { without(mutant, $0) } }
    guard var object = value as? [String: Any] else { return value }
    for (key, value) in object { object[key] = without(mutant, value) }
    // A connector, by its fields; a location has a schedule.
    if mutant == .ringsNotSaved, object["phase"] != nil, object["location"] != nil, object["ring"] as? Int == 0 { object["ring"] = 1 }
    if mutant == .failureNotSaved { object["failedRelease"] = nil }
    if mutant == .delayForgotten, object["delayed"] as? Bool == true { object["delayed"] = false }
    return object
  }
}
