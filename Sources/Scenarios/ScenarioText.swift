package import Fleet
import Rollouts
import Simulation
import World

/// Writes scenarios as YAML. What is written reads back as an equal scenario; what is as by default is left out.
package enum ScenarioText {
  /// - Parameter about: lines of comment for the top of the file.
  package static func write(_ file: ScenarioFile, about: [String] = []) -> String {
    about.map { "# \($0)\n" }.joined() + YAMLText.fields(fields(file)).document()
  }

  /// A scenario that has no file yet, such as one that was drawn or made smaller.
  ///
  /// - Parameter name: letters, digits and `-`.
  package static func write(
    _ scenario: Scenario, name: String, title: String, why: String = "", expect: Expectations = Expectations(), about: [String] = []
  ) -> String {
    var file = ScenarioFile(name: name, title: title, scenario)
    (file.why, file.expect) = (why, expect)
    return write(file, about: about)
  }

  /// The names of the settings that can be written, without `compatibility`.
  package static var settings: [String] { Shapes.settings.fields.map(\.key) }

  typealias Fields = [(String, YAMLText)]

  private static func fields(_ file: ScenarioFile) -> Fields {
    let (base, seeds) = (file.base, file.seeds)
    var out: Fields = [("name", .text(file.name)), ("title", .text(file.title))]
    if file.sources.count == 1 { out.append(("source", .text(file.sources[0]))) }
    if file.sources.count > 1 { out.append(("source", texts(file.sources))) }
    if !file.whatHappened.isEmpty { out.append(("whatHappened", .text(file.whatHappened))) }
    if !file.why.isEmpty { out.append(("why", .text(file.why))) }
    out.append(("seed", text(seeds)))
    out.append(("starts", .text(base.starts.iso8601(fraction: base.starts.microseconds % 1_000_000 == 0 ? 0 : 6))))
    out.append(("length", duration(base.length)))
    out.append(("first", .text(base.first.text)))
    out.append(
      ("locations", .list(base.places.map { .fields(schedule($0.schedule) + ring($0.assignment) + [("connectors", number($0.connectors))]) })))
    if !base.releases.isEmpty { out.append(("releases", .list(base.releases.map { .fields(release($0)) }))) }
    if !base.actions.isEmpty { out.append(("actions", .list(base.actions.map { .fields(action($0)) }))) }
    let faults = base.faults.map { fault($0) } + file.recipes.map { recipe($0) }
    if !faults.isEmpty { out.append(("faults", .list(faults.map { .fields($0) }))) }
    out += settings(base.settings, RolloutSettings())
    let link = link(base.link)
    if !link.isEmpty { out.append(("link", .fields(link))) }
    if base.isElecting { out.append(("election", .text("true"))) }
    if let outages = base.outages { out.append(("outages", .text(outages.rawValue))) }
    if base.machinesPerLocation != 0 { out.append(("machinesPerLocation", number(base.machinesPerLocation))) }
    let usualPeers = Scenario(seed: 0, starts: base.starts, length: base.length, places: [], first: base.first).peerLink
    let peers = Self.link(base.peerLink, usual: usualPeers)
    if !peers.isEmpty { out.append(("peerLink", .fields(peers))) }
    if let mutant = base.mutant { out.append(("mutant", .text(mutant.rawValue))) }
    if base.heartbeats != .leased { out.append(("heartbeats", .text(base.heartbeats.rawValue))) }
    if base.isCalm { out.append(("calm", .text("true"))) }
    if file.expect != Expectations() { out.append(("expect", .fields(expect(file.expect)))) }
    if !file.variants.isEmpty { out.append(("variants", .list(file.variants.map { .fields(variant($0, file)) }))) }
    return out
  }

  private static func variant(_ variant: ScenarioFile.Variant, _ file: ScenarioFile) -> Fields {
    let base = file.base
    var out: Fields = [("name", .text(variant.name))]
    if variant.seeds != file.seeds { out.append(("seed", text(variant.seeds))) }
    if !variant.why.isEmpty { out.append(("why", .text(variant.why))) }
    out += settings(variant.settings, base.settings)
    if let mutant = variant.mutant, mutant != base.mutant { out.append(("mutant", .text(mutant.rawValue))) }
    out.append(("expect", .fields(expect(variant.expect))))
    return out
  }

  private static func settings(_ settings: RolloutSettings, _ usual: RolloutSettings) -> Fields {
    var out: Fields = []
    if settings.compatibility != usual.compatibility { out.append(("compatibility", .text(Names.text(settings.compatibility)))) }
    var changed: Fields = []
    for entry in SettingsTable.durations where settings[keyPath: entry.path] != usual[keyPath: entry.path] {
      changed.append((entry.key, duration(settings[keyPath: entry.path])))
    }
    for entry in SettingsTable.numbers where settings[keyPath: entry.path] != usual[keyPath: entry.path] {
      changed.append((entry.key, number(settings[keyPath: entry.path])))
    }
    for entry in SettingsTable.flags where settings[keyPath: entry.path] != usual[keyPath: entry.path] {
      changed.append((entry.key, flag(settings[keyPath: entry.path])))
    }
    if settings.forcedStart != usual.forcedStart { changed.append(("forcedStart", .text(settings.forcedStart.rawValue))) }
    if !changed.isEmpty { out.append(("settings", .fields(changed))) }
    return out
  }

  // MARK: What is expected

  private static func expect(_ expect: Expectations) -> Fields {
    var out: Fields = [("violations", expect.violations.isEmpty ? .text("none") : texts(expect.violations))]
    if !expect.counts.isEmpty {
      out.append(("counts", .fields(expect.counts.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value.text)) })))
    }
    if !expect.trace.isEmpty { out.append(("trace", .list(expect.trace.map { .fields(expectation($0)) }))) }
    return out
  }

  private static func expectation(_ expectation: TraceExpectation) -> Fields {
    var out: Fields = [(expectation.kind.rawValue, pattern(expectation.pattern))]
    if let when = expectation.when { out.append(("when", pattern(when))) }
    if let times = expectation.times { out.append(("times", .text(times.text))) }
    for (key, value) in [("within", expectation.within), ("from", expectation.from), ("until", expectation.until)] {
      if let value { out.append((key, duration(value))) }
    }
    if !expectation.why.isEmpty { out.append(("why", .text(expectation.why))) }
    return out
  }

  private static func pattern(_ pattern: LinePattern) -> YAMLText {
    let columns = [("node", pattern.node), ("what", pattern.what), ("subject", pattern.subject), ("detail", pattern.detail)]
    return .fields(columns.filter { !$0.1.isEmpty }.map { ($0.0, $0.1.count == 1 ? .text($0.1[0]) : texts($0.1)) })
  }

  // MARK: Values

  static func duration(_ value: Duration) -> YAMLText { .text(DurationText.write(value)) }
  static func text(_ seeds: ClosedRange<UInt64>) -> YAMLText {
    .text(seeds.lowerBound == seeds.upperBound ? "\(seeds.lowerBound)" : "\(seeds.lowerBound)..\(seeds.upperBound)")
  }
  static func number(_ value: Int) -> YAMLText { .text("\(value)") }
  static func flag(_ value: Bool) -> YAMLText { .text(value ? "true" : "false") }
  static func texts(_ values: [String]) -> YAMLText { .list(values.map { .text($0) }) }
}
