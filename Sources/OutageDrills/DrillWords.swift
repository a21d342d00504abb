import SimulatedSite
import World

/// Numbers as people read them.
package enum DrillWords {
  /// `+1 min 05.2 s`, `-3.0 s`.
  package static func offset(_ milliseconds: Int) -> String { (milliseconds < 0 ? "-" : "+") + span(abs(milliseconds)) }

  /// `3.2 s`, `1 min 05 s`; `-` for none.
  package static func span(_ milliseconds: Int?) -> String {
    guard let milliseconds else { return "-" }
    let tenths = (milliseconds + 50) / 100
    if tenths < 600 { return "\(tenths / 10).\(tenths % 10) s" }
    let seconds = (milliseconds + 500) / 1_000
    return "\(seconds / 60) min \(seconds % 60 < 10 ? "0" : "")\(seconds % 60) s"
  }

  package static func reasons(_ reasons: [String: Int]) -> String {
    reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }
}

/// A drill's outcome as text.
package enum DrillText {
  package static func lines(_ outcome: DrillOutcome) -> [String] {
    var out = ["", "\(outcome.title), profile \(outcome.profile); times since the cut"]
    let width = outcome.timeline.map { DrillWords.offset($0.milliseconds).count }.max() ?? 0
    let names = outcome.timeline.map(\.who.count).max() ?? 0
    for line in outcome.timeline {
      let offset = DrillWords.offset(line.milliseconds)
      out.append(
        "  \(String(repeating: " ", count: width - offset.count))\(offset)  \(line.who)\(String(repeating: " ", count: names - line.who.count))  \(line.what)"
      )
    }
    out += ["", "CONNECTOR  NOTICED  OUTAGE MODE  CLOUD AGAIN  FLAPS"]
    for one in outcome.connectors {
      let cells = [
        one.name, DrillWords.span(one.noticedMilliseconds), DrillWords.span(one.enteredMilliseconds), DrillWords.span(one.recoveredMilliseconds),
        "\(one.flaps)",
      ]
      out.append(zip(cells, [11, 9, 13, 13, 0]).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined())
    }
    out += [
      "",
      "noticed after \(DrillWords.span(outcome.noticedMilliseconds)), outage mode everywhere after \(DrillWords.span(outcome.enteredMilliseconds))",
    ]
    for storm in outcome.storms {
      out.append(
        "storm at \(DrillWords.offset(storm.beganMilliseconds)): \(storm.back) of \(storm.machines) machines registered again, the first at "
          + "\(storm.firstBackMilliseconds.map(DrillWords.offset) ?? "-"), the last at \(storm.lastBackMilliseconds.map(DrillWords.offset) ?? "-")")
    }
    out.append(
      "after the way was mended: cloud brokers after \(DrillWords.span(outcome.recoveredMilliseconds)), machines are back after "
        + "\(DrillWords.span(outcome.machinesBackMilliseconds)); flaps \(outcome.flaps)")
    out += promised(outcome.brokering)
    out.append("")
    for check in outcome.checks { out.append(check.problem.map { "FAILED  \(check.name): \($0)" } ?? "ok      \(check.name)") }
    return out
  }

  private static func promised(_ tally: BrokeringTally?) -> [String] {
    guard let tally else { return ["launches and tickets: nobody played StoreFront (connector-lab storefront)"] }
    return [("launches", tally.launches), ("tickets ", tally.tickets)].map { name, one in
      "\(name)  \(one.acknowledged) acknowledged: \(one.kept) kept, \(one.lost) lost, \(one.open + one.unchecked) not checked; \(one.failures) failed"
        + (one.failed.isEmpty ? "" : " (\(DrillWords.reasons(one.failed)))")
    }
  }
}
