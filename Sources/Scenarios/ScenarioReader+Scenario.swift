import Fleet
import Rollouts
import World

/// The outermost mapping and where connectors are.
extension ScenarioReader {
  /// Nil, and said, when something is missing.
  mutating func scenario(_ root: DocumentNode) -> ScenarioFile? {
    guard let fields = fields(root, Shapes.scenario, "") else { return nil }
    let name = one(fields, "name") { text in
      !text.isEmpty && text.utf8.allSatisfy { (97...122).contains($0 | 32) || (48...57).contains($0) || $0 == 45 } ? text : nil
    }
    let title = text(fields, "title")
    let length = one(fields, "length") { text in DurationText.read(text).flatMap { $0 > .zero && $0 <= .seconds(3_650 * 86_400) ? $0 : nil } }
    let starts = one(fields, "starts") { WallTime(iso8601: $0) } ?? Self.monday
    let seeds = one(fields, "seed") { Self.seeds($0) } ?? 1...1
    let places = list(fields, "locations") { reader, node, path in reader.place(node, path) } ?? []
    let first = version(fields, "first") ?? ReleaseVersion(4, 9, 0, 0)
    var base = Scenario(seed: seeds.lowerBound, starts: starts, length: length ?? .seconds(1), places: places, first: first)
    if places.isEmpty, let node = fields.values["locations"], problems.isEmpty { report(node, "locations", expected: "at least one location") }
    if base.connectors > 100_000 { report(root, "locations", expected: "at most 100000 connectors in all", found: "\(base.connectors)") }
    base.releases = list(fields, "releases") { reader, node, path in reader.release(node, path) } ?? []
    base.actions = list(fields, "actions") { reader, node, path in reader.action(node, path, base) } ?? []
    let faults = list(fields, "faults") { reader, node, path in reader.fault(node, path, base) } ?? []
    for case .one(let fault) in faults { base.faults.append(fault) }
    base.settings = settings(fields, RolloutSettings())
    base.link = shape(fields, "link") { reader, node, path in reader.link(node, path) } ?? base.link
    base.isElecting = flag(fields, "election") ?? false
    base.outages = choice(fields, "outages", OutageProfile.self)
    if base.outages != nil, !base.isElecting, let node = fields.values["outages"] {
      report(node, "outages", expected: "'election: true' beside it", found: "none")
    }
    base.machinesPerLocation = number(fields, "machinesPerLocation") ?? 0
    if base.machinesPerLocation > 0, base.outages == nil, let node = fields.values["machinesPerLocation"] {
      report(node, "machinesPerLocation", expected: "'outages' beside it", found: "none")
    }
    let peers = base.peerLink
    base.peerLink = shape(fields, "peerLink") { reader, node, path in reader.link(node, path, usual: peers) } ?? peers
    base.mutant = choice(fields, "mutant", Mutant.self)
    base.heartbeats = choice(fields, "heartbeats", HeartbeatMode.self) ?? base.heartbeats
    base.isCalm = flag(fields, "calm") ?? false
    guard let name, let title, length != nil else { return nil }
    var out = ScenarioFile(name: name, title: title, base)
    out.seeds = seeds
    for case .many(let recipe) in faults { out.recipes.append(recipe) }
    out.sources = texts(fields, "source")
    out.whatHappened = text(fields, "whatHappened") ?? ""
    out.why = text(fields, "why") ?? ""
    out.expect = shape(fields, "expect") { reader, node, path in reader.expect(node, path) } ?? Expectations()
    out.variants = list(fields, "variants") { reader, node, path in reader.variant(node, path, base, seeds) } ?? []
    return out
  }

  /// 2026-06-01T00:00:00Z.
  static let monday = WallTime(seconds: 1_780_272_000)

  static func seeds(_ text: String) -> ClosedRange<UInt64>? {
    if let one = UInt64(text) { return one...one }
    guard let dots = text.firstRange(of: ".."), let first = UInt64(text[..<dots.lowerBound]), let last = UInt64(text[dots.upperBound...]),
      first <= last, last - first < 1_000_000
    else { return nil }
    return first...last
  }

  /// `compatibility` and `settings`, which stand side by side.
  private mutating func settings(_ fields: Fields, _ base: RolloutSettings) -> RolloutSettings {
    var out = shape(fields, "settings") { reader, node, path in reader.settings(node, path, base) } ?? base
    out.compatibility = one(fields, "compatibility") { Names.compatibility($0) } ?? out.compatibility
    return out
  }

  private mutating func settings(_ node: DocumentNode, _ path: String, _ base: RolloutSettings) -> RolloutSettings? {
    guard let fields = fields(node, Shapes.settings, path) else { return nil }
    var out = base
    for entry in SettingsTable.durations { if let value = duration(fields, entry.key) { out[keyPath: entry.path] = value } }
    for entry in SettingsTable.numbers { if let value = number(fields, entry.key) { out[keyPath: entry.path] = value } }
    for entry in SettingsTable.flags { if let value = flag(fields, entry.key) { out[keyPath: entry.path] = value } }
    out.forcedStart = choice(fields, "forcedStart", ForcedStart.self) ?? out.forcedStart
    return out
  }

  private mutating func variant(_ node: DocumentNode, _ path: String, _ base: Scenario, _ usual: ClosedRange<UInt64>) -> ScenarioFile.Variant? {
    guard let fields = fields(node, Shapes.variant, path) else { return nil }
    let settings = settings(fields, base.settings)
    let mutant = choice(fields, "mutant", Mutant.self) ?? base.mutant
    let expect = shape(fields, "expect") { reader, node, path in reader.expect(node, path) }
    let why = text(fields, "why") ?? ""
    let seeds = one(fields, "seed") { Self.seeds($0) } ?? usual
    guard let name = text(fields, "name"), let expect else { return nil }
    var out = ScenarioFile.Variant(name, seeds: seeds, settings, mutant, expect)
    out.why = why
    return out
  }

  // MARK: Places

  private mutating func place(_ node: DocumentNode, _ path: String) -> Scenario.Place? {
    guard let fields = fields(node, Shapes.location, path) else { return nil }
    let (schedule, assignment) = (schedule(fields), assignment(fields))
    guard let connectors = number(fields, "connectors") else { return nil }
    return Scenario.Place(schedule, assignment, connectors: connectors)
  }

  mutating func schedule(_ fields: Fields) -> UpdateSchedule {
    let rule = one(fields, "schedule") { ScheduleRule(text: $0) } ?? .atOnce
    let zone = one(fields, "zone") { Zone($0) } ?? .utc
    let window = one(fields, "window") { text in
      DurationText.read(text).flatMap { $0 >= .seconds(60) && $0 <= .seconds(23 * 3_600) ? $0 : nil }
    }
    return UpdateSchedule(rule, zone: zone, windowLength: window ?? UpdateSchedule().windowLength)
  }

  mutating func assignment(_ fields: Fields) -> RingAssignment {
    switch text(fields, "ring") {
    case nil, "byBucket": .byBucket
    case "none": .none
    // A ring may itself be called 'none'.
    case let name?: .named(name.hasPrefix("ring ") ? String(name.dropFirst(5)) : name)
    }
  }
}
