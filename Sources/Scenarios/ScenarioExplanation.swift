import Fleet
import Rollouts
import Simulation
import World

/// A scenario in plain words.
package enum ScenarioExplanation {
  /// Lines of at most about a hundred characters.
  package static func lines(_ file: ScenarioFile) -> [String] {
    var out = ["\(file.name): \(file.title)", ""]
    if !file.whatHappened.isEmpty { out += ["What happened"] + wrapped(file.whatHappened) + [""] }
    if !file.sources.isEmpty { out += ["Where it is told"] + file.sources.map { "  \($0)" } + [""] }
    out += ["What the run is"] + shape(file) + [""]
    out += ["What is done in it"] + timeTable(file) + [""]
    for variant in file.runs { out += expected(variant, of: file) + [""] }
    return Array(out.dropLast())
  }

  private static func shape(_ file: ScenarioFile) -> [String] {
    let base = file.base
    var out = [
      "  \(count(base.connectors, "connector")) in \(count(base.places.count, "resource location")), \(DurationText.write(base.length)) of virtual time from"
        + " \(base.starts.iso8601(fraction: 0)); all run \(base.first) at first"
    ]
    var kinds: [(text: String, names: [String])] = []
    for (index, place) in base.places.enumerated() {
      let schedule = place.schedule
      let window = schedule.rule == .atOnce ? "" : ", window \(DurationText.write(schedule.windowLength)), \(schedule.zone.name)"
      let ring: String =
        switch place.assignment {
        case .byBucket: ""
        case .none: ", in no ring"
        case .named(let name): ", in ring \(name)"
        }
      let text = "\(count(place.connectors, "connector")), updates \(schedule.rule.text == "now" ? "at once" : schedule.rule.text)\(window)\(ring)"
      if let known = kinds.firstIndex(where: { $0.text == text }) {
        kinds[known].names.append("l\(index + 1)")
      } else {
        kinds.append((text, ["l\(index + 1)"]))
      }
    }
    for kind in kinds {
      let names = kind.names.count > 3 ? "\(kind.names[0]) … \(kind.names[kind.names.count - 1])" : kind.names.joined(separator: ", ")
      out.append("  \(names): \(kind.text)\(kind.names.count > 1 ? " each" : "")")
    }
    let seeds = file.seeds
    out.append("  \(seeds.lowerBound == seeds.upperBound ? "seed \(seeds.lowerBound)" : "seeds \(seeds.lowerBound) to \(seeds.upperBound)")")
    return out
  }

  /// Everything that is done, by its time.
  private static func timeTable(_ file: ScenarioFile) -> [String] {
    let base = file.base
    var rows: [(at: Duration, text: String)] = []
    for plan in base.releases {
      let offer = plan.offer
      let rings = offer.rings.map { "\($0.name) up to \(percent($0.upTo))" }.joined(separator: ", ")
      let behaviour =
        plan.behaviour == .healthy
        ? "" : ", \(says(plan.behaviour))" + (plan.affected < 1_000_000 ? " on \(percent(plan.affected / 100)) of all" : "")
      let floors = offer.floors.isEmpty ? "" : ", not past \(offer.floors.map(\.text).joined(separator: ", "))"
      let canaries = offer.canaries == 0 ? "" : ", \(count(offer.canaries, "canary", "canaries")) first"
      rows.append((plan.at, "release \(offer.version)\(behaviour)\(offer.emergency ? ", an emergency" : "")\(floors)\(canaries); rings: \(rings)"))
    }
    for action in base.actions { rows.append((action.at, "an operator: \(flat(ScenarioText.action(action).dropFirst()))")) }
    for fault in base.faults {
      rows.append(
        (
          fault.begins,
          "\(ScenarioText.target(fault.target)): \(flat(ScenarioText.fault(fault).dropFirst(2).dropLast())) for \(DurationText.write(fault.lasts))"
        ))
    }
    for recipe in file.recipes {
      let targets = recipe.targets.count > 4 ? "\(recipe.targets.count) targets" : recipe.targets.map(ScenarioText.target).joined(separator: ", ")
      rows.append((recipe.begins, "\(targets): \(flat(ScenarioText.recipe(recipe).dropFirst().dropLast()))"))
    }
    guard !rows.isEmpty else { return ["  nothing"] }
    let sorted = rows.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    let width = sorted.map { DurationText.write($0.at).count }.max() ?? 0
    return sorted.map { row in
      let at = DurationText.write(row.at)
      return "  \(at)\(String(repeating: " ", count: width - at.count))  \(row.text)"
    }
  }

  private static func expected(_ variant: ScenarioFile.Variant, of file: ScenarioFile) -> [String] {
    var out = ["What is expected" + (variant.name == "as it is" ? "" : ": \(variant.name)")] + (variant.why.isEmpty ? [] : wrapped(variant.why))
    if variant.settings.compatibility != file.base.settings.compatibility {
      out.append("  - with compatibility \(Names.text(variant.settings.compatibility))")
    }
    if let mutant = variant.mutant { out.append("  - with a guard of ours taken away: \(mutant.rawValue)") }
    let broken = variant.expect.violations
    out.append(broken.isEmpty ? "  - every invariant holds" : "  - broken, and seen by the checkers: \(broken.joined(separator: ", "))")
    for (name, range) in variant.expect.counts.sorted(by: { $0.key < $1.key }) { out.append("  - \(name): \(range.text) times") }
    for expectation in variant.expect.trace { out.append("  - \(expectation.text)\(expectation.why.isEmpty ? "" : ". \(expectation.why)")") }
    return out
  }

  // MARK: Words

  private static func says(_ behaviour: ReleaseBehaviour) -> String {
    switch behaviour {
    case .healthy: "healthy"
    case .crashes: "which crashes"
    case .hangs: "which hangs"
    case .noCloud: "which runs and never reaches the cloud"
    case .failsLater: "which is well for five minutes, then not"
    case .flaps: "which is well and unwell by turns"
    case .slow: "which is slow to start"
    }
  }

  private static func flat(_ fields: ArraySlice<(String, YAMLText)>) -> String {
    fields.map { key, value in
      if case .text(let text) = value { return ["do", "fault", "recipe"].contains(key) ? text : "\(key) \(text)" }
      return key
    }.joined(separator: " ")
  }

  private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String { "\(number) \(number == 1 ? one : many ?? one + "s")" }

  /// Of hundredths of a percent.
  private static func percent(_ buckets: Int) -> String {
    let rest = buckets % 100
    return rest == 0 ? "\(buckets / 100) %" : "\(buckets / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }

  private static func wrapped(_ text: String) -> [String] {
    var (lines, line) = ([String](), " ")
    for word in text.split(whereSeparator: \.isWhitespace) {
      if line.count + word.count > 98, line != " " {
        lines.append(line)
        line = " "
      }
      line += " \(word)"
    }
    return lines + [line]
  }
}
