import Foundation
import RolloutCheckers
import Rollouts
import SimulatedWorld
import Testing
import World

/// Thousands of short lives of small fleets, with everything that can happen happening at random; the checkers read the trace. A failure names its seed:
/// `ROLLOUT_SEED=17 swift test --filter RandomFleet` repeats it, `ROLLOUT_FLEETS=20000` looks further.
@Suite struct RandomFleetTests {
  static let environment = ProcessInfo.processInfo.environment
  static let seeds: [UInt64] =
    environment["ROLLOUT_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? Array(1...(environment["ROLLOUT_FLEETS"].flatMap { UInt64($0) } ?? 1_200))

  @Test func everyInvariantHoldsWhateverHappens() {
    var seen: Set<RolloutDecision.Kind> = []
    var wrong = 0
    for seed in Self.seeds {
      var life = RandomLife(seed: seed)
      life.live()
      tell(life)
      seen.formUnion(life.fleet.decisions.map(\.kind))
      if let first = life.fleet.violations.first {
        Issue.record("seed \(seed): \(first) (and \(life.fleet.violations.count - 1) more)")
        wrong += 1
        if wrong == 5 { return }
      }
    }
    // What never happened was not checked. `stuck` belongs to the product's way.
    if Self.seeds.count > 1_000 {
      let never = Set(RolloutDecision.Kind.allCases).subtracting(seen).subtracting([.stuck])
      #expect(never.isEmpty, "never decided: \(never)")
    }
  }

  @Test func f17_aHealthyReleaseReachesEverybody() {
    for seed in Self.seeds.prefix(300) {
      var life = RandomLife(seed: seed, calm: true)
      life.live()
      tell(life)
      let left = life.fleet.rollout.checks.settled(at: life.fleet.now)
      if let first = life.fleet.violations.first ?? left.first {
        Issue.record(
          "seed \(seed): \(first); rollout \(life.fleet.logic.rollout?.standing.rawValue ?? "none"): \(life.fleet.logic.rollout?.reason ?? "")")
        return
      }
    }
  }
}

/// Every line of a trace, when one seed was asked for.
private func tell(_ life: RandomLife) {
  guard RandomFleetTests.environment["ROLLOUT_SEED"] != nil else { return }
  for entry in life.fleet.rollout.trace {
    switch entry {
    case .fact(let event, let time): print("\(time.iso8601(fraction: 0))   \(event)")
    case .decision(let d):
      print(
        "\(d.time.iso8601(fraction: 0)) \(d.number) \(d.kind) \(d.connector ?? d.location ?? "-") ring \(d.ring ?? -9) \(d.version?.text ?? "-")",
        "\(d.rule?.rawValue ?? "") until \(d.until?.iso8601(fraction: 0) ?? "-"): \(d.reason)")
    }
  }
}

/// One random fleet and its life.
struct RandomLife {
  var fleet: Fleet
  private let random: SeededRandom
  private let calm: Bool
  private var release = 2

  /// - Parameter calm: the release is healthy and nobody interferes: what F17 asks for.
  init(seed: UInt64, calm: Bool = false) {
    random = SeededRandom(seed: seed)
    self.calm = calm
    var settings = RolloutSettings()
    settings.startCap = 2 + Int(random.below(8))
    settings.startPeriod = minutes(5 + Int(random.below(20)))
    settings.maximumInFlight = 2 + Int(random.below(8))
    settings.splay = minutes(Int(random.below(3)) * 20)
    settings.minimumUpdated = calm ? 0 : Int(random.below(2)) * 50
    if !calm, random.below(4) == 0 { settings.ringLimit = days(10) }
    if random.below(4) == 0 { settings.forcedStart = .unscheduled }
    settings.confirmsHealth = !calm && random.below(3) == 0
    settings.hearingTime = minutes(1 + Int(random.below(30)))
    // Somewhere around a change of the clock.
    let starts = [
      "2026-03-05T05:00", "2026-03-26T21:00", "2026-04-01T10:00", "2026-10-01T13:00", "2026-10-22T08:00", "2026-10-29T17:00", "2026-06-01T00:00",
    ]
    fleet = Fleet(settings, at: at(starts[Int(random.below(UInt64(starts.count)))]) + minutes(Int(random.below(3_000))))
  }

  mutating func live() {
    for number in 1...(2 + Int(random.below(5))) {
      fleet.add("l\(number)", 1 + Int(random.below(4)), schedule(), assignment(), on: "1.\(random.below(3))")
    }
    fleet.tell(.publish(offer()))
    if calm { return fleet.run(for: days(90)) }
    for _ in 0..<(20 + Int(random.below(40))) {
      let pause: [Duration] = [.zero, minutes(1), minutes(3), minutes(17), hours(3), hours(11), days(1), days(4)]
      fleet.run(for: pause[Int(random.below(UInt64(pause.count)))])
      happen()
    }
    fleet.run(for: days(3))
  }

  private mutating func happen() {
    let ids = fleet.logic.connectors.keys.sorted()
    let places = fleet.logic.locations.keys.sorted()
    guard !ids.isEmpty else { return }
    let (id, place) = (ids[Int(random.below(UInt64(ids.count)))], places[Int(random.below(UInt64(places.count)))])
    switch random.below(35) {
    case 0...5: fleet.tell(.health(id, [.healthy, .healthy, .unhealthy, .gone][Int(random.below(4))]))
    case 6...8: for one in ids { fleet.tell(.health(one, .healthy)) }
    case 9...11: fleet.behaviours[id] = [.fails, .failsAndVanishes, .vanishesAt(.drained), .vanishesAt(.trialBegan)][Int(random.below(4))]
    case 12, 13: fleet.behaviours = [:]
    case 14: fleet.drains[id] = minutes(Int(random.below(25)))
    case 15:
      fleet.tell(.pendingRestart(id, random.below(4) != 0))
      guard random.below(2) == 0 else { return }
      // Right after a restart, if there was one.
      fleet.run(for: minutes(12))
      fleet.tell(.pendingRestart(id, true))
    case 16: fleet.tell(.location(place, schedule(), assignment()))
    case 17: fleet.tell(.connector("new-\(fleet.decisions.count)", location: place, version("1.0")))
    case 18: fleet.tell(random.below(3) == 0 ? .connectorRemoved(id) : .connector(id, location: place, version("1.\(random.below(4))")))
    case 19: fleet.tell(.publish(offer()))
    case 20: fleet.tell(random.below(4) == 0 ? .revoke(version("\(release).0")) : .connector(id, location: place, version("\(release).0")))
    case 21:
      fleet.tell(
        .report(id, token: random.below(4), [.drained, .rolledBack("?"), .committed(version("9.0")), .failed("?"), .restarted][Int(random.below(5))]))
    case 22: fleet.tell(.order(.now(id)))
    case 23: fleet.tell(.order(random.below(3) == 0 ? .abort : .pause))
    case 24, 25: fleet.tell(.order(.resume))
    case 26, 27: for one in ids { fleet.tell(.order(.clear(one))) }
    case 28: fleet.tell(.order(.delay(place)))
    case 29, 30: fleet.tell(.barred(id, reason: random.below(2) == 0 ? "pinned" : nil))
    case 31: fleet.tell(.order(.extend(upTo: [nil, "broad", "all"][Int(random.below(3))])))
    case 32:
      fleet.tell(.shellStarted)
      for one in ids where random.below(8) != 0 { fleet.tell(.health(one, .healthy)) }
    case 33:
      let leap = minutes(1 + Int(random.below(300)))
      fleet.now = fleet.now + leap
      fleet.tell(.clockAhead(by: leap))
    default: fleet.tell(.order(.widen("early", upTo: 3_000 + Int(random.below(8_000)))))
    }
  }

  private func schedule() -> UpdateSchedule {
    let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
    let time = TimeOfDay(hour: Int(random.below(24)), minute: Int(random.below(4)) * 15) ?? TimeOfDay(hour: 0)!
    let rules: [ScheduleRule] = [.atOnce, .preferredTime(time), .preferredDay(Weekday.allCases[Int(random.below(7))], time)]
    let lengths = [minutes(20), hours(1), hours(4), hours(9)]
    return UpdateSchedule(rules[Int(random.below(3))], zone: zone(zones[Int(random.below(6))]), windowLength: lengths[Int(random.below(4))])
  }

  private func assignment() -> RingAssignment {
    switch random.below(calm ? 5 : 8) {
    case 0...4: .byBucket
    case 5: .named("early")
    case 6: .named("all")
    default: .none
    }
  }

  private mutating func offer() -> ReleaseOffer {
    release += Int(random.below(2))
    let early = RingDefinition(
      "early", upTo: Int(random.below(10)) * 1_000, bake: hours(Int(random.below(12))), failureLimit: 1 + Int(random.below(3)))
    let broad = RingDefinition("broad", upTo: max(5_000, early.upTo), bake: hours(2), failureLimit: 2)
    let all = RingDefinition("all", upTo: 10_000, bake: hours(1), failureLimit: 1 + Int(random.below(4)))
    let floors = ["1.1", "1.5", "2.0"].filter { _ in random.below(3) == 0 }.map { version($0) }
    return ReleaseOffer(
      version("\(release).\(random.below(3))"), floors: floors, rings: [early, broad, all], canaries: Int(random.below(4)),
      emergency: random.below(8) == 0, lastRing: calm || random.below(3) != 0 ? nil : Int(random.below(3)))
  }
}
