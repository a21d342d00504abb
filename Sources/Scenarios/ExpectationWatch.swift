package import Simulation
package import World

/// What became of an expectation, and the line that decided it.
package struct ExpectationVerdict: Hashable, Sendable {
  package var expectation: TraceExpectation
  package var holds: Bool
  /// Nil where no line decided: something that never came.
  package var line: TraceLine?
  /// For people, in one sentence.
  package var says: String

  package var text: String {
    "\(holds ? "holds " : "FAILS "): \(expectation.text)\n         \(says)\(line.map { "\n         \($0.text)" } ?? "")"
  }
}

/// Holds one expectation against the trace as it runs. Keeps no line but the one that decides, and those of `when` that still wait for theirs.
package struct ExpectationWatch: Sendable {
  private struct Waiting: Sendable {
    var line: TraceLine
    var bound: [String: String]
    /// Nil: until the end of the run.
    var limit: Moment?
  }
  private let expectation: TraceExpectation
  private var waiting: [Waiting] = []
  private var seen = 0
  private var last: TraceLine?
  private var verdict: ExpectationVerdict?

  package init(_ expectation: TraceExpectation) { self.expectation = expectation }

  package mutating func see(_ line: TraceLine) {
    guard verdict == nil else { return }
    let at = Duration.nanoseconds(line.at.nanoseconds)
    if let from = expectation.from, at < from { return }
    switch expectation.kind {
    case .eventually:
      guard isInTime(at), expectation.pattern.matches(line) else { return }
      decide(true, line, "it came")
    case .never: never(line, at)
    case .always:
      var bound: [String: String] = [:]
      guard isInTime(at), expectation.when?.matches(line, &bound) ?? true else { return }
      (seen, last) = (seen + 1, line)
      if !expectation.pattern.matches(line, &bound) { decide(false, line, "this one is not so") }
    case .leadsTo: leadsTo(line, at)
    case .count:
      guard isInTime(at), expectation.pattern.matches(line) else { return }
      (seen, last) = (seen + 1, line)
      if let most = expectation.times?.most, seen > most { decide(false, line, "this is number \(seen)") }
    }
  }

  /// - Parameter end: of the run.
  package mutating func conclude(at end: Moment) -> ExpectationVerdict {
    expire(end)
    if let verdict { return verdict }
    let isVacuous = expectation.when != nil && seen == 0
    switch expectation.kind {
    case _ where isVacuous: decide(false, nil, "no line was like 'when': the expectation was never put to the test")
    case .eventually: decide(false, nil, "no such line came")
    case .never: decide(true, last, expectation.when == nil ? "none came" : "none came after \(Self.lines(seen)) like 'when'")
    case .always: decide(seen > 0, last, "\(Self.lines(seen)) looked at")
    case .leadsTo:
      if let open = waiting.first(where: { $0.limit == nil }) {
        decide(false, open.line, "nothing of the kind followed this line before the end of the run")
      } else {
        decide(true, last, "\(Self.lines(seen)) like 'when'" + (waiting.isEmpty ? "" : ", \(waiting.count) of them with time left at the end"))
      }
    case .count:
      let isRight = expectation.times?.contains(seen) ?? (seen > 0)
      decide(isRight, last, "\(Self.lines(seen)) in all")
    }
    return verdict ?? ExpectationVerdict(expectation: expectation, holds: false, line: nil, says: "")
  }

  private mutating func never(_ line: TraceLine, _ at: Duration) {
    waiting.removeAll { $0.limit.map { $0 < line.at } ?? false }
    guard let when = expectation.when else {
      if isInTime(at), expectation.pattern.matches(line) { decide(false, line, "it came") }
      return
    }
    for index in waiting.indices where expectation.pattern.matches(line, &waiting[index].bound) {
      return decide(false, line, "it came \(DurationText.write(line.at - waiting[index].line.at)) after: \(waiting[index].line.text)")
    }
    remember(when, line, at)
  }

  private mutating func leadsTo(_ line: TraceLine, _ at: Duration) {
    expire(line.at)
    guard verdict == nil else { return }
    waiting.removeAll { one in
      var bound = one.bound
      return expectation.pattern.matches(line, &bound)
    }
    if let when = expectation.when { remember(when, line, at) }
  }

  private mutating func remember(_ when: LinePattern, _ line: TraceLine, _ at: Duration) {
    var bound: [String: String] = [:]
    guard isInTime(at, alone: true), when.matches(line, &bound) else { return }
    (seen, last) = (seen + 1, line)
    // Of lines that say the same, the first decides when something is to follow, and the last when nothing may.
    if let same = waiting.firstIndex(where: { $0.bound == bound }) {
      guard expectation.kind == .never else { return }
      waiting.remove(at: same)
    }
    waiting.append(Waiting(line: line, bound: bound, limit: expectation.within.map { line.at + $0 }))
  }

  private mutating func expire(_ now: Moment) {
    guard verdict == nil, expectation.kind == .leadsTo, let late = waiting.first(where: { $0.limit.map { $0 < now } ?? false }) else { return }
    decide(false, late.line, "nothing of the kind followed this line in time")
  }

  /// - Parameter alone: `within` counts from a line, not from the start.
  private func isInTime(_ at: Duration, alone: Bool = false) -> Bool {
    if let until = expectation.until, at > until { return false }
    guard !alone, expectation.kind == .eventually, let within = expectation.within else { return true }
    return at <= (expectation.from ?? .zero) + within
  }

  private mutating func decide(_ holds: Bool, _ line: TraceLine?, _ says: String) {
    verdict = ExpectationVerdict(expectation: expectation, holds: holds, line: line, says: says)
  }

  private static func lines(_ count: Int) -> String { count == 1 ? "1 line" : "\(count) lines" }
}
