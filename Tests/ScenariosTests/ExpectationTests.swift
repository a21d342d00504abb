import Scenarios
import Simulation
import Testing
import World

/// Small traces, and what each kind of expectation says of them.
@Suite struct ExpectationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var expectation: TraceExpectation
    var trace: [TraceLine]
    var holds: Bool
    /// The second of the line that decided; nil: none did.
    var decidedAt: Int?

    init(_ name: String, _ expectation: TraceExpectation, _ trace: [TraceLine], _ holds: Bool, at: Int?) {
      (self.name, self.expectation, self.trace, self.holds, decidedAt) = (name, expectation, trace, holds, at)
    }
    var testDescription: String { name }
  }
  static func what(_ names: String...) -> LinePattern { LinePattern(what: names) }
  static func make(
    _ kind: TraceExpectation.Kind, _ pattern: LinePattern, when: LinePattern? = nil, within: Int? = nil, from: Int? = nil, until: Int? = nil,
    times: CountRange? = nil
  ) -> TraceExpectation {
    var out = TraceExpectation(kind, pattern, when: when, within: within.map { .seconds($0) })
    (out.from, out.until, out.times) = (from.map { .seconds($0) }, until.map { .seconds($0) }, times)
    return out
  }
  static let abc = [line(1, "c1", "a"), line(5, "c2", "b"), line(9, "c1", "c")]
  static let pairs = [line(1, "cloud", "starts", "c1"), line(2, "cloud", "starts", "c2"), line(4, "c2", "ends"), line(8, "c1", "ends")]
  static let both = (LinePattern(node: ["$c"], what: ["ends"]), LinePattern(what: ["starts"], subject: ["$c"]))

  static let cases: [Case] = [
    Case("eventually", make(.eventually, what("b")), abc, true, at: 5),
    Case("eventually, in time", make(.eventually, what("b"), within: 5), abc, true, at: 5),
    Case("eventually, too late", make(.eventually, what("b"), within: 4), abc, false, at: nil),
    Case("eventually, counted from", make(.eventually, what("c"), within: 5, from: 4), abc, true, at: 9),
    Case("eventually, never came", make(.eventually, what("d")), abc, false, at: nil),
    Case("eventually, one of two", make(.eventually, what("d", "b")), abc, true, at: 5),
    Case("never", make(.never, what("d")), abc, true, at: nil),
    Case("never, came", make(.never, what("b")), abc, false, at: 5),
    Case("never, came earlier", make(.never, what("a"), from: 2), abc, true, at: nil),
    Case("never, came later", make(.never, what("c"), until: 8), abc, true, at: nil),
    Case("never after, came before", make(.never, what("a"), when: what("b")), abc, true, at: 5),
    Case("never after, came", make(.never, what("c"), when: what("b")), abc, false, at: 9),
    Case("never after, came when it may", make(.never, what("c"), when: what("b"), within: 3), abc, true, at: 5),
    Case("never after, put to no test", make(.never, what("c"), when: what("d")), abc, false, at: nil),
    Case("never after, of the same", make(.never, both.0, when: both.1, within: 1), pairs, true, at: 2),
    Case("never after, of the same, came", make(.never, both.0, when: both.1, within: 7), pairs, false, at: 4),
    Case("never again", make(.never, what("a"), when: what("a")), [line(1, "c1", "a"), line(2, "c1", "a")], false, at: 2),
    Case("always", make(.always, LinePattern(node: ["c*"]), when: what("a", "b", "c")), abc, true, at: 9),
    Case("always, once not", make(.always, LinePattern(node: ["c1"]), when: what("a", "b", "c")), abc, false, at: 5),
    Case("always, put to no test", make(.always, LinePattern(node: ["c1"]), when: what("d")), abc, false, at: nil),
    Case("leadsTo", make(.leadsTo, both.0, when: both.1, within: 7), pairs, true, at: 2),
    Case("leadsTo, one too late", make(.leadsTo, both.0, when: both.1, within: 6), pairs, false, at: 1),
    Case("leadsTo, one never", make(.leadsTo, both.0, when: both.1), Array(pairs.prefix(3)), false, at: 1),
    Case("leadsTo, time left at the end", make(.leadsTo, both.0, when: both.1, within: 60), Array(pairs.prefix(3)), true, at: 2),
    Case("leadsTo, put to no test", make(.leadsTo, what("b"), when: what("d")), abc, false, at: nil),
    Case("leadsTo, not by the same line", make(.leadsTo, what("a"), when: what("a")), abc, false, at: 1),
    Case("count", make(.count, LinePattern(node: ["c1"]), times: CountRange(2, 2)), abc, true, at: 9),
    Case("count, too few", make(.count, LinePattern(node: ["c1"]), times: CountRange(3, nil)), abc, false, at: 9),
    Case("count, too many", make(.count, LinePattern(node: ["c1"]), times: CountRange(0, 1)), abc, false, at: 9),
    Case("count, in a time", make(.count, LinePattern(node: ["c1"]), from: 2, times: CountRange(1, 1)), abc, true, at: 9),
  ]

  @Test(arguments: cases) func isDecidedByItsLine(_ one: Case) {
    var watch = ExpectationWatch(one.expectation)
    for line in one.trace { watch.see(line) }
    let verdict = watch.conclude(at: Moment(nanoseconds: 20_000_000_000))
    #expect(verdict.holds == one.holds, "\(verdict.says)")
    #expect(verdict.line?.at.nanoseconds == one.decidedAt.map { Int64($0) * 1_000_000_000 }, "\(verdict.says)")
    #expect(!verdict.says.isEmpty)
  }

  @Test(arguments: [
    ("*", "", true), ("*", "anything", true), ("a*", "abc", true), ("*c", "abc", true), ("a*c", "abc", true), ("a*d", "abc", false),
    ("abc", "abc", true),
    ("abc", "abd", false), ("*b*", "abc", true), ("*b*b*", "abc", false), ("*b*b*", "abcb", true), ("", "", true), ("", "a", false), ("$", "$", true),
  ])
  func starsStandForAnything(_ pattern: String, _ text: String, _ matches: Bool) {
    #expect(LinePattern(detail: [pattern]).matches(line(0, "n", "w", "-", text)) == matches)
  }

  @Test(arguments: [("3", 3, 3), ("2..4", 2, 4), ("1..", 1, nil), ("..5", 0, 5)] as [(String, Int, Int?)])
  func countsAreRanges(_ text: String, _ least: Int, _ most: Int?) {
    #expect(CountRange(text) == CountRange(least, most))
    #expect(CountRange(text).map(\.text).flatMap { CountRange($0) } == CountRange(least, most))
  }

  @Test(arguments: ["", "..", "4..2", "-1", "a", "1...3", "1..2..3", " 3"]) func noCounts(_ text: String) { #expect(CountRange(text) == nil) }
}
