import World

/// A verification for people.
extension Verification {
  package var lines: [String] {
    var lines = ["\(events) events of \(connectors.isEmpty ? "nobody" : connectors.joined(separator: ", "))\(span)"]
    for verdict in invariants {
      let tail =
        switch verdict.standing {
        case .held: "held, \(verdict.facts) facts: \(verdict.expected)"
        case .broken: "BROKEN, \(verdict.facts) facts: \(verdict.expected)"
        case .notChecked: "not checked: \(verdict.why ?? "")"
        }
      lines.append("\(verdict.id.padded(to: 4)) \(tail)")
      for violation in verdict.violations { lines.append("       \(violation.time) \(violation.connector): \(violation.what)") }
    }
    lines += notes.map { "note: \($0)" }
    let (broken, held) = (invariants.count { $0.standing == .broken }, invariants.count { $0.standing == .held })
    lines.append(broken == 0 ? "\(held) invariants held" : "\(broken) invariants broken, \(held) held")
    return lines
  }

  private var span: String {
    guard let from, let until else { return "" }
    return ", \(from.iso8601(fraction: 0)) to \(until.iso8601(fraction: 0))"
  }
}

extension String {
  func padded(to length: Int) -> String { self + String(repeating: " ", count: max(0, length - utf8.count)) }
}
