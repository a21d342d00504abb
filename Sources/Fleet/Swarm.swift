import Rollouts
import Simulation
import World

/// The default swarm: a scenario of which everything that was not given is drawn from the seed.
package struct Swarm {
  package var seed: UInt64
  package var connectors: Int?
  package var locations: Int?
  package var days: Int?
  /// Faults for each connector in thirty days, on average.
  package var faultiness = 4
  package var isCalm: Bool?
  /// Everything at once: no windows, a release every few hours, and the faults while it is taken.
  package var isDense = false
  /// With the election of each location; nil: in one of six small fleets.
  package var isElecting: Bool?
  /// A fleet that elects has outages of its locations too; nil: every second small one.
  package var hasOutages: Bool?

  package init(seed: UInt64, connectors: Int? = nil, locations: Int? = nil, days: Int? = nil) {
    self.seed = seed
    self.connectors = connectors
    self.locations = locations
    self.days = days
  }

  package func scenario() -> Scenario {
    let seed = Seed(self.seed)
    var draws = seed.draws("swarm", "shape")
    let locationCount = locations ?? connectors.map { max(1, $0 / 4) } ?? 1 + draws.below(6)
    let count = max(connectors ?? locationCount * (1 + draws.below(4)), locationCount)
    let length = Duration.seconds(Int64(days ?? 14 + draws.below(20)) * 86_400)
    let calm = isCalm ?? draws.chance(400_000)
    let dates = ["2026-03-05T05:00:00Z", "2026-03-26T21:00:00Z", "2026-04-01T10:00:00Z", "2026-10-22T08:00:00Z", "2026-06-01T00:00:00Z"]
    let starts = WallTime(iso8601: draws.pick(dates)) ?? WallTime(seconds: 1_780_000_000)
    let places = (0..<locationCount).map { place in
      Scenario.Place(
        Self.schedule(&draws, calm), Self.assignment(&draws, calm),
        connectors: count / locationCount + (place < count % locationCount ? 1 : 0))
    }
    // Around the step from one digit to two, where a text sorts otherwise than a number.
    let first = ReleaseVersion(4, UInt32(8 + draws.below(2)), 0, 1)
    var scenario = Scenario(seed: self.seed, starts: starts, length: length, places: places, first: first)
    scenario.isCalm = calm
    scenario.settings = settings(seed, count)
    scenario.releases = releases(seed, first, length, calm)
    let faults = SwarmFaults(seed: seed, connectors: count, faultiness: faultiness)
    let healed = calm ? length * 4 / 10 : length
    scenario.faults = faults.faults(healed) + faults.lateFaults(healed)
    scenario.isElecting = isElecting ?? electing(seed, count)
    if scenario.isElecting {
      scenario.faults += faults.peerFaults(healed, scenario.groups)
      scenario.outages = outages(seed, count)
      if scenario.outages != nil {
        scenario.faults += faults.outageFaults(healed, scenario.groups)
        scenario.machinesPerLocation = machinesPerLocation(seed)
      }
    }
    scenario.actions = actions(seed, scenario, calm)
    if isDense { makeDense(&scenario, seed) }
    if scenario.outages != nil { scenario.faults = scenario.faults.map(SwarmFaults.shortWhereUnsure) }
    return scenario
  }

  private func electing(_ seed: Seed, _ count: Int) -> Bool {
    var draws = seed.draws("swarm", "election")
    return draws.chance(160_000) && count <= 40
  }

  private func outages(_ seed: Seed, _ count: Int) -> OutageProfile? {
    var draws = seed.draws("swarm", "outages")
    let (isDrawn, profile) = (draws.chance(500_000), draws.pick(OutageProfile.allCases))
    return hasOutages ?? (isDrawn && count <= 12) ? profile : nil
  }

  private func machinesPerLocation(_ seed: Seed) -> Int {
    var draws = seed.draws("swarm", "machines")
    return draws.chance(500_000) ? 1 + draws.below(5) : 0
  }

  private static func schedule(_ draws: inout Draws, _ calm: Bool) -> UpdateSchedule {
    let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"].compactMap { Zone($0) }
    let time = TimeOfDay(hour: draws.below(24), minute: draws.below(4) * 15) ?? TimeOfDay(hour: 0)!
    let rules: [ScheduleRule] = [.atOnce, .preferredTime(time), .preferredDay(draws.pick(Weekday.allCases), time)]
    let lengths: [Duration] = [.seconds(2_400), .seconds(3_600), .seconds(4 * 3_600), .seconds(9 * 3_600)]
    // In a calm run everybody must be through before its end: nobody waits for a week.
    let (rule, length) = (rules[draws.below(calm ? 2 : 3)], draws.pick(lengths))
    return UpdateSchedule(rule, zone: draws.pick(zones), windowLength: calm ? max(length, .seconds(4 * 3_600)) : length)
  }

  private static func assignment(_ draws: inout Draws, _ calm: Bool) -> RingAssignment {
    switch draws.below(8) {
    case 0...5: .byBucket
    case 6: .named("early")
    default: calm ? .named("all") : .none
    }
  }

  private func settings(_ seed: Seed, _ count: Int) -> RolloutSettings {
    var draws = seed.draws("swarm", "settings")
    var settings = RolloutSettings()
    settings.startCap = max(2 + draws.below(8), count / 10)
    settings.maximumInFlight = max(2 + draws.below(8), count / 20)
    settings.splay = .seconds(Int64(draws.below(3)) * 1_200)
    settings.minimumUpdated = draws.below(2) * 50
    if draws.chance(250_000) { settings.forcedStart = .unscheduled }
    return settings
  }

  private func releases(_ seed: Seed, _ first: ReleaseVersion, _ length: Duration, _ calm: Bool) -> [ReleasePlan] {
    var draws = seed.draws("swarm", "releases")
    let count = calm ? 1 + draws.below(2) : 1 + draws.below(4)
    var plans: [ReleasePlan] = []
    for number in 0..<count {
      let isLast = number == count - 1
      let minor = UInt32(first.text.split(separator: ".").dropFirst().first.flatMap { UInt32($0) } ?? 8) + UInt32(number) + 1
      let early = RingDefinition(
        "early", upTo: draws.below(6) * 1_000, bake: .seconds(Int64(draws.below(8)) * 3_600), failureLimit: 1 + draws.below(3))
      let all = RingDefinition("all", upTo: 10_000, bake: .seconds(3_600), failureLimit: 1 + draws.below(4))
      let floors = draws.chance(200_000) ? plans.filter { $0.behaviour == .healthy }.suffix(1).map(\.offer.version) : []
      let emergency = draws.chance(120_000)
      let offer = ReleaseOffer(
        ReleaseVersion(4, minor, 0, UInt32(draws.below(900))), floors: floors, rings: [early, all], canaries: draws.below(4), emergency: emergency)
      let behaviour = draws.pick(ReleaseBehaviour.allCases)
      let isBad = draws.chance(450_000)
      let affected = draws.chance(500_000) ? 1_000_000 : 250_000
      let span = length.nanoseconds / Int64(count) * 7 / 10
      let at = Duration.nanoseconds((calm ? length.nanoseconds / 6 : span) * Int64(number)) + draws.duration(.seconds(600), .seconds(86_400))
      plans.append(ReleasePlan(offer, at: at, (calm && isLast) || !isBad ? .healthy : behaviour, affected: affected))
    }
    return plans
  }

  private func actions(_ seed: Seed, _ scenario: Scenario, _ calm: Bool) -> [OperatorAction] {
    var draws = seed.draws("swarm", "operators")
    let hours = Int(scenario.length.components.seconds / 3_600)
    if calm { return stride(from: 6, to: hours, by: 6).map { OperatorAction(.lookAfter, at: .seconds(Int64($0) * 3_600)) } }
    var actions = stride(from: 12, to: hours, by: 24).map { OperatorAction(.lookAfter, at: .seconds(Int64($0) * 3_600)) }
    for _ in 0..<draws.below(8) {
      let at = draws.duration(.seconds(86_400), scenario.length)
      let connector = "c\(1 + draws.below(max(1, scenario.connectors)))"
      let place = draws.below(scenario.places.count)
      let version = draws.pick(scenario.releases).offer.version
      let edited = (Self.schedule(&draws, false), Self.assignment(&draws, false))
      let act: OperatorAction.Act =
        switch draws.below(10) {
        case 0, 1: .order(.pause)
        case 2: .order(.resume)
        case 3, 4: .order(.now(connector))
        case 5: .order(.clear(connector))
        case 6: .order(.delay("l\(place + 1)"))
        case 7: .schedule(location: place, edited.0, edited.1)
        case 8: draws.chance(300_000) ? .revoke(version) : .order(.widen("early", upTo: 3_000 + draws.below(7_000)))
        default: draws.chance(200_000) ? .order(.abort) : .order(.pause)
        }
      actions.append(OperatorAction(act, at: at))
    }
    return actions
  }
}
