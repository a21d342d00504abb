package import Fleet
import Rollouts
import Simulation
import World

/// The page's data.
extension ReportBuilder {
  /// - Parameters:
  ///   - again: the line that repeats the run.
  ///   - problem: what is wrong beside what the verdict says.
  package func html(_ verdict: Verdict, again: String, also problem: String? = nil) -> String {
    let (phases, shortest) = thinned
    let isGood = verdict.isGood && problem == nil
    var left: [String] = []
    if shortest > 0 { left.append("States that lasted less than \(shortest / 1_000) s are left out.") }
    let end = scenario.length.milliseconds
    let data = ScriptJSON.object([
      ("good", .truth(isGood)), ("seed", .text(String(verdict.seed))), ("hash", .text(verdict.hash.description)), ("again", .text(again)),
      ("end", .texts(verdict.end.lines + (problem.map { [$0] } ?? []))), ("events", .number(verdict.events)), ("lineCount", .number(verdict.lines)),
      ("starts", .number(Int(scenario.starts.microseconds / 1_000))), ("length", .number(end)), ("notes", .texts(left)),
      ("phases", .array(LanePhase.allCases.map { .texts([$0.title, $0.colour]) })), ("versions", .texts(versions.all)),
      ("releases", releases), ("places", places), ("lanes", lanesData(phases)),
      ("cloud", .numbers(cloud.pairs)), ("rollout", .numbers(rollout.pairs)),
      (
        "faults",
        .array(faults.map { .array([.number($0.lane), .number($0.from), .number(min($0.to ?? end, end)), .text($0.kind), .text($0.target)]) })
      ),
      ("elections", .array(elections.map(Self.mark))), ("violations", .array(violations.map(Self.mark))),
      ("counts", .array(verdict.counts.sorted { $0.key < $1.key }.map { .array([.text($0.key), .number($0.value)]) })),
      ("lines", lines.json()),
    ])
    return ReportPage.html(title: "Seed \(verdict.seed): \(isGood ? "passed" : "FAILED")", data: data.text)
  }

  private static func mark(_ mark: Mark) -> ScriptJSON {
    .array([.number(mark.at), .number(mark.lane), .text(mark.subject), .text(mark.what), .text(mark.detail)])
  }

  private var releases: ScriptJSON {
    .array(
      scenario.releases.map { plan in
        let affected = plan.behaviour == .healthy || plan.affected >= 1_000_000 ? "" : " on \(plan.affected / 10_000) %"
        return .object([
          ("version", .text(plan.offer.version.text)), ("at", .number(plan.at.milliseconds)),
          ("behaviour", .text(plan.behaviour.rawValue + affected)),
          ("rings", .texts(plan.offer.rings.map(\.name))), ("canaries", .number(plan.offer.canaries)), ("emergency", .truth(plan.offer.emergency)),
          ("floors", .texts(plan.offer.floors.map(\.text))),
        ])
      })
  }

  private var places: ScriptJSON {
    .array(
      scenario.places.enumerated().map { number, place in
        .object([("name", .text("l\(number + 1)")), ("zone", .text(place.schedule.zone.name)), ("rule", .text(place.schedule.rule.text))])
      })
  }

  /// Each with its place, its ring in each release (-1: none), its states and its versions.
  private func lanesData(_ phases: [LaneRuns]) -> ScriptJSON {
    var out: [ScriptJSON] = []
    var number = 0
    for (place, settings) in scenario.places.enumerated() {
      for _ in 0..<settings.connectors {
        let rings = scenario.releases.map { $0.offer.ring(of: "c\(number + 1)", settings.assignment) ?? -1 }
        out.append(.array([.number(place), .numbers(rings), .numbers(phases[number].pairs), .numbers(lanes[number].versions.pairs)]))
        number += 1
      }
    }
    return .array(out)
  }
}
