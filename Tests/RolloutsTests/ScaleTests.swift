import Foundation
import RolloutCheckers
import Rollouts
import Testing
import World

@Suite struct ScaleTests {
  static func large(_ connectors: Int, _ locations: Int) -> Fleet {
    var fleet = Fleet(RolloutSettings())
    let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
    for number in 0..<locations {
      let time = TimeOfDay(hour: number % 24) ?? TimeOfDay(hour: 0)!
      let rules: [ScheduleRule] = [.atOnce, .preferredTime(time), .preferredDay(Weekday.allCases[number % 7], time)]
      fleet.add("l\(number)", connectors / locations, UpdateSchedule(rules[number % 3], zone: zone(zones[number % 6])))
    }
    return fleet
  }

  /// As many as `ROLLOUT_CONNECTORS` says, twenty in a location.
  @Test func aWholeRolloutOfALargeFleetKeepsEveryInvariant() {
    let count = ProcessInfo.processInfo.environment["ROLLOUT_CONNECTORS"].flatMap { Int($0) } ?? 600
    var fleet = Self.large(count, count / 20)
    fleet.tell(.publish(ReleaseOffer(version("2.0"))))
    fleet.run(for: days(120))
    #expect(fleet.decided(.committed).count == count && fleet.logic.rollout?.standing == .done)
    #expect(fleet.violations.isEmpty && fleet.rollout.checks.settled(at: fleet.now).isEmpty)
  }

  /// Nothing looks at everybody while nothing is due: one tick handles one timer's worth.
  @Test func aQuietFleetHasNothingDue() {
    var fleet = Self.large(600, 30)
    #expect(fleet.logic.nextDue == nil)
    fleet.tell(.publish(ReleaseOffer(version("2.0"), canaries: 0)))
    fleet.run(for: days(120))
    // Whatever timers are left are out of date, and firing them decides nothing.
    let before = fleet.decisions.count
    fleet.run(for: days(400))
    #expect(fleet.decisions.count == before && fleet.logic.nextDue == nil)
  }

  @Test func f20_theSameSeedGivesTheSameTrace() {
    for seed in [3, 14, 159] as [UInt64] {
      var (one, two) = (RandomLife(seed: seed), RandomLife(seed: seed))
      one.live()
      two.live()
      #expect(one.fleet.rollout.trace == two.fleet.rollout.trace && !one.fleet.rollout.trace.isEmpty)
    }
  }
}
