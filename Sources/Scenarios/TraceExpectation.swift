/// What is expected of a run's trace.
package struct TraceExpectation: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// Such a line comes, within `within` of `from`.
    case eventually
    /// No such line comes; with `when`: none within `within` after each line that is like `when`.
    case never
    /// Each line that is like `when` is like this too.
    case always
    /// Each line that is like `when` is followed by such a line within `within`.
    case leadsTo
    /// So many such lines come as `times` says.
    case count
  }
  package var kind: Kind
  package var pattern: LinePattern
  package var when: LinePattern?
  package var within: Duration?
  /// Lines before and after these are not looked at. Since the start of the run.
  package var from: Duration?
  package var until: Duration?
  package var times: CountRange?
  /// For people, in a sentence.
  package var why: String

  package init(_ kind: Kind, _ pattern: LinePattern, when: LinePattern? = nil, within: Duration? = nil, why: String = "") {
    (self.kind, self.pattern, self.when, self.within, self.why) = (kind, pattern, when, within, why)
  }

  /// For people: `leadsTo: what trial (when what installing) within 1h`.
  package var text: String {
    var text = "\(kind.rawValue): \(pattern.text)"
    if let when { text += " (when \(when.text))" }
    if let within { text += " within \(DurationText.write(within))" }
    if let from { text += " from \(DurationText.write(from))" }
    if let until { text += " until \(DurationText.write(until))" }
    if let times { text += ", \(times.text) times" }
    return text
  }
}

/// A number or a range of numbers: `3`, `2..4`, `1..`, `..5`.
package struct CountRange: Hashable, Sendable {
  package var least: Int
  /// Nil: no limit.
  package var most: Int?

  package init(_ least: Int, _ most: Int?) { (self.least, self.most) = (least, most) }

  package init?(_ text: String) {
    func number(_ text: Substring) -> Int? { !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil }
    if let exact = number(text[...]) {
      self.init(exact, exact)
      return
    }
    guard let dots = text.firstRange(of: "..") else { return nil }
    let (low, high) = (text[..<dots.lowerBound], text[dots.upperBound...])
    let (least, most) = (number(low), number(high))
    guard low.isEmpty || least != nil, high.isEmpty || most != nil, !(low.isEmpty && high.isEmpty), (least ?? 0) <= (most ?? .max) else { return nil }
    self.init(least ?? 0, most)
  }

  package var text: String {
    if let most { return most == least ? "\(least)" : "\(least)..\(most)" }
    return "\(least).."
  }

  package func contains(_ number: Int) -> Bool { number >= least && number <= most ?? .max }
}

/// What is expected of a run in all.
package struct Expectations: Hashable, Sendable {
  /// These invariants are broken, and no other. Empty: none is.
  package var violations: [String] = []
  /// By the names of `Verdict.counts`.
  package var counts: [String: CountRange] = [:]
  package var trace: [TraceExpectation] = []

  package init() {}
}
