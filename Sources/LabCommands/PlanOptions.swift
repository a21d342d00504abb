import ArgumentParser
import ConnectorSettings
import Lab
import Rollouts
import World

/// The assumed fleet, release and schedule of a dry run.
struct PlanOptions: ParsableArguments {
  enum Way: String, ExpressibleByArgument, CaseIterable { case standard, vendor }

  @Option(help: ArgumentHelp("How far to look, 1m to 3660d.", valueName: "time")) var simulate = "30d"
  @Option(help: ArgumentHelp("When connectors update: now, 'HH:MM' (24 h later) or 'Tue 18:00' (7 days later).", valueName: "when"))
  var schedule = "now"
  @Option(help: ArgumentHelp("The location's zone, as Europe/Berlin or GMT Standard Time (default: the lab's).", valueName: "name")) var zone: String?
  @Flag(help: "Each location asks for its one delay by two weeks; nobody can go first then.") var delay = false
  @Option(help: ArgumentHelp("How long a window stays open, 1 to 1380.", valueName: "minutes")) var window = 240
  @Option(help: "How many connectors in each location, 1 to 1000 (default: the lab's).") var connectors: Int?
  @Option(help: "How many resource locations, 1 to 1000.") var locations = 1
  @Option(help: ArgumentHelp("When the release is out: 2026-06-01T10:00Z, or a time in the zone without the Z (default: now).", valueName: "time"))
  var available: String?
  @Option(help: ArgumentHelp("What the connectors run (default: this build).", valueName: "version")) var from = ConnectorVersion.connector
  @Option(help: ArgumentHelp("What they update to (default: the next after --from).", valueName: "version")) var to: String?
  @Option(help: ArgumentHelp("One ring and how far it reaches; again for the next. The last reaches 100.", valueName: "name:percent"))
  var ring: [String] = []
  @Option(help: ArgumentHelp("All rings by how far they reach.", valueName: "percent,percent")) var rings: String?
  @Option(help: "How many connectors, each of another location, go before the first ring: 0 to 5 (default: 3, with --delay 0).") var canaries: Int?
  @Option(
    help: ArgumentHelp(
      "From a ring's last update to the next ring, 0s to 365d (default: 24h, after the last of the standard rings 1h).", valueName: "time"))
  var bake: String?
  @Option(help: "Our rules, or the documented behaviour of the modelled product.") var compatibility = Way.standard

  func validate() throws {
    // Everything that does not need the lab's configuration or the time of day.
    _ = try made(zone: .utc, place: "Lab", connectors: 1, now: WallTime(seconds: 0))
  }

  /// Throws `ValidationError` for an option, and `LabError` for the lab's configuration.
  func scenario(_ lab: LabConfiguration, now: WallTime) throws -> PlanScenario {
    guard let zone = Zone(lab.resourceLocation.timeZone) else {
      throw LabError(
        .configuration,
        "resourceLocation.timeZone is '\(lab.resourceLocation.timeZone)'; expected a zone such as Europe/Berlin or GMT Standard Time")
    }
    return try made(zone: zone, place: lab.resourceLocation.name, connectors: lab.connectors.count, now: now)
  }

  private func made(zone labZone: Zone, place: String, connectors labConnectors: Int, now: WallTime) throws -> PlanScenario {
    let length = try span(simulate, "--simulate", .seconds(60)...(.seconds(3_660 * 86_400)), "a time from 1m to 3660d, such as 30d")
    guard let rule = ScheduleRule(text: schedule) else { throw wrong("--schedule", schedule, ScheduleRule.form) }
    let zone = try zone.map { name in
      guard let zone = Zone(name) else { throw wrong("--zone", name, "a zone such as Europe/Berlin or GMT Standard Time") }
      return zone
    }
    guard (1...1_380).contains(window) else { throw wrong("--window", window, "1 to 1380 minutes") }
    let count = connectors ?? labConnectors
    guard (1...1_000).contains(count) else { throw wrong("--connectors", count, "1 to 1000") }
    guard (1...1_000).contains(locations) else { throw wrong("--locations", locations, "1 to 1000") }
    guard count * locations <= 20_000 else {
      throw ValidationError("--connectors \(count) in --locations \(locations) are \(count * locations); expected at most 20000 in all")
    }
    let at = try available.map { text in
      guard let time = (zone ?? labZone).time(text) else {
        throw wrong("--available", text, "a time such as 2026-06-01T10:00Z, or 2026-06-01T10:00 in the location's zone")
      }
      return time
    }
    let old = try version(from, "--from")
    let new = try to.map { try version($0, "--to") } ?? old.next
    var scenario = PlanScenario(
      places: PlanScenario.places(place, locations: locations, connectors: count), available: at ?? now, from: old, to: new)
    scenario.length = length
    scenario.schedule = UpdateSchedule(rule, zone: zone ?? labZone, windowLength: .seconds(window * 60))
    scenario.rings = try PlanRings.made(
      rings: rings, ring: ring, bake: try bake.map { try span($0, "--bake", .zero...(.seconds(365 * 86_400)), "a time from 0s to 365d, such as 24h") }
    )
    scenario.canaries = canaries ?? (delay ? 0 : 3)
    scenario.delayed = delay
    scenario.compatibility = compatibility == .vendor ? .vendor(.location) : .ours
    guard (0...5).contains(scenario.canaries) else { throw wrong("--canaries", scenario.canaries, "0 to 5") }
    if let problem = scenario.problem { throw ValidationError(problem) }
    return scenario
  }

  private func span(_ text: String, _ option: String, _ range: ClosedRange<Duration>, _ expected: String) throws -> Duration {
    guard let span = TimeSpan(text: text), range.contains(span.duration) else { throw wrong(option, text, expected) }
    return span.duration
  }

  private func version(_ text: String, _ option: String) throws -> ReleaseVersion {
    guard let version = ReleaseVersion(text) else { throw wrong(option, text, "a version of four numbers such as 4.370.0.1227") }
    return version
  }

  private func wrong(_ option: String, _ value: some CustomStringConvertible, _ expected: String) -> ValidationError {
    ValidationError("\(option) is '\(value)'; expected \(expected)")
  }
}

/// `--rings` and `--ring`.
enum PlanRings {
  static let form = "percentages that never fall and end with 100, such as 1,10,50,100"

  static func made(rings: String?, ring: [String], bake: Duration?) throws -> [RingDefinition] {
    if rings != nil, !ring.isEmpty { throw ValidationError("--rings and --ring do not go together; name the rings with one of them") }
    var made = RingDefinition.standard
    if let rings {
      made = try rings.split(separator: ",", omittingEmptySubsequences: false).map { part in
        RingDefinition("\(part)%", upTo: try upTo(String(part), "--rings", rings), bake: .seconds(86_400))
      }
    } else if !ring.isEmpty {
      made = try ring.map { text in
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else {
          throw ValidationError("--ring is '\(text)'; expected a name and a percentage, such as pilot:10")
        }
        return RingDefinition(parts[0], upTo: try upTo(parts[1], "--ring", text), bake: .seconds(86_400))
      }
    }
    if made.last?.upTo != Buckets.count || zip(made, made.dropFirst()).contains(where: { $0.upTo > $1.upTo }) {
      throw ValidationError("\(rings == nil ? "--ring" : "--rings") is '\(rings ?? ring.joined(separator: " "))'; expected \(form)")
    }
    if let bake { for index in made.indices { made[index].bake = bake } }
    return made
  }

  /// Hundredths of a percent.
  private static func upTo(_ text: String, _ option: String, _ whole: String) throws -> Int {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let digits = parts.allSatisfy { !$0.isEmpty && $0.utf8.count <= 3 && $0.utf8.allSatisfy { (48...57).contains($0) } }
    guard digits, (1...2).contains(parts.count), let percent = Int(parts[0]), parts.count == 1 || parts[1].count <= 2 else {
      throw ValidationError("\(option) is '\(whole)'; expected \(form)")
    }
    let rest = parts.count == 2 ? parts[1] + String(repeating: "0", count: 2 - parts[1].count) : "0"
    let hundredths = percent * 100 + (Int(rest) ?? 0)
    guard (1...Buckets.count).contains(hundredths) else { throw ValidationError("\(option) is '\(whole)'; expected \(form)") }
    return hundredths
  }
}

extension ReleaseVersion {
  /// The same with its last number one higher; itself where there is none.
  fileprivate var next: ReleaseVersion {
    var parts = text.split(separator: ".").map(String.init)
    parts[3] = String((Int(parts[3]) ?? 0) + 1)
    return ReleaseVersion(parts.joined(separator: ".")) ?? self
  }
}
