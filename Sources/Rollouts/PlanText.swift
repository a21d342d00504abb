import World

/// A dry run as text for people.
extension PlanScenario {
  /// What was assumed.
  package var head: [String] {
    let connectors = places.map(\.connectors.count).reduce(0, +)
    let zone = schedule.zone
    var assumed = "\(Self.count(connectors, "connector")) in \(Self.count(places.count, "resource location")), all healthy"
    if compatibility.isVendor { assumed += "; as the modelled product does it" }
    let rule = schedule.rule == .atOnce ? "at once" : "\(schedule.rule.text), \(zone.name), a window of \(Self.length(schedule.windowLength))"
    return [
      "release    \(to), available \(zone.text(available)) (\(available.minuteText) UTC)",
      "schedule   \(rule)\(delayed ? ", the one delay by two weeks asked for" : "")",
      "rings      " + rings.map { "\($0.name) to \(Self.percent($0.upTo))" }.joined(separator: ", ") + "; canaries \(canaries)",
      "assumed    \(assumed)",
    ]
  }

  /// A head row, and a row for each update.
  package func rows(_ planned: PlannedRollout) -> [[String]] {
    let head = ["LOCATION", "CONNECTOR", "OFFERED", "STARTS (\(schedule.zone.name))", "STARTS (UTC)", "FROM", "TO", "RING", "RULE"]
    return [head]
      + planned.updates.map { update in
        [
          update.location, update.connector, update.offered.map { String(schedule.zone.text($0).dropLast(7)) } ?? "-", update.startsLocal,
          update.starts.minuteText, update.from.text, update.to.text,
          (update.ring ?? "-") + (update.canary ? " (canary)" : ""), update.rule.map(text) ?? "-",
        ]
      }
  }

  /// First, last, how long; and whatever does not come to its end.
  package func foot(_ planned: PlannedRollout) -> [String] {
    var lines: [String] = []
    let looked = "within \(Self.length(length))"
    if let first = planned.updates.first, let last = planned.updates.last {
      // The last start need not be the last to end.
      let end = planned.updates.compactMap(\.ends).max() ?? last.starts
      lines.append(
        "\(Self.count(planned.updates.count, "update")): the first starts \(first.startsLocal), \(Self.length(first.starts - available)) after the release; "
          + "the last starts \(last.startsLocal); from first to end \(Self.length(end - first.starts))")
    } else {
      lines.append("no update starts \(looked)")
    }
    let halt = planned.rollout.last { $0.kind == .halted || $0.kind == .aborted }
    if let halt { lines.append("the rollout stops: \(halt.reason)") }
    if !planned.left.isEmpty {
      let shown = planned.left.prefix(5).map { "\($0.connector) (\($0.phase.words))" }.joined(separator: ", ")
      let more = planned.left.count > 5 ? ", and \(planned.left.count - 5) more" : ""
      lines.append("not updated \(looked): \(shown)\(more)" + (halt == nil ? "; look further with a longer --simulate" : ""))
    }
    return lines
  }

  /// The rule as the product words it.
  func text(_ rule: DecidingRule) -> String {
    let normal =
      switch schedule.rule {
      case .atOnce: "at once"
      case .preferredTime(let time): "24 h, then the next \(time)"
      case .preferredDay(let day, let time): "7 days, then the next \(day.short) \(time)"
      }
    return switch rule {
    case .atOnce, .preferredTime, .preferredDay: normal
    case .delayed: "\(normal); delayed by 2 weeks"
    case .forced: "its time was missed for 48 h"
    case .emergency: "emergency"
    case .ordered: "ordered"
    case .pendingRestart: "its machine waits for a restart"
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private static func percent(_ hundredths: Int) -> String {
    let rest = hundredths % 100
    return "\(hundredths / 100)" + (rest == 0 ? "" : ".\(rest < 10 ? "0" : "")\(rest)") + " %"
  }

  /// `8 days 6 h 13 min`; less than a minute is `0 min`.
  static func length(_ duration: Duration) -> String {
    let minutes = max(0, duration.components.seconds) / 60
    let parts = [(minutes / 1_440, minutes / 1_440 == 1 ? "day" : "days"), (minutes / 60 % 24, "h"), (minutes % 60, "min")]
    let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    return text.isEmpty ? "0 min" : text
  }
}

extension ConnectorPhase {
  /// For people.
  var words: String {
    switch self {
    case .idle: "its ring has not opened"
    case .waiting: "waits for its window"
    case .due: "waits for its turn"
    default: rawValue
    }
  }
}
