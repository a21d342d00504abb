import ConnectorCheckers
import Testing
import World

/// The checkers alone: what is right passes, and each wrong that they are for is found.
@Suite struct ElectionChecksTests {
  private static let a = "a.example", b = "b.example", c = "c.example"

  private func check(_ facts: [(Int64, String, ConnectorFact.What)], end: Int64) -> ConnectorChecks {
    var checks = ConnectorChecks()
    for (second, node, what) in facts { checks.see(ConnectorFact(node, what, at: WallTime(seconds: second))) }
    checks.finish(at: WallTime(seconds: end))
    return checks
  }

  /// All of them are there from the beginning.
  private func joined(_ nodes: [String], then facts: [(Int64, String, ConnectorFact.What)], end: Int64) -> ConnectorChecks {
    check(nodes.flatMap { [(0, $0, .joined(location: "l1")), (0, $0, .configured)] } + facts, end: end)
  }

  @Test func oneElectedIsRight() {
    let checks = joined([Self.a, Self.b], then: [(3, Self.a, .elected(Self.a)), (4, Self.b, .elected(Self.a))], end: 10_000)
    #expect(checks.violations == [] && checks.election.overlaps.count == 0)
  }

  @Test func twoThatReachEachOther() {
    let both: [(Int64, String, ConnectorFact.What)] = [(3, Self.a, .elected(Self.a)), (4, Self.b, .elected(Self.b))]
    let short = joined([Self.a, Self.b], then: both + [(9, Self.b, .elected(Self.a))], end: 10_000)
    #expect(short.violations == [] && short.election.overlaps.count == 1 && short.election.overlaps.longest == .seconds(5))
    let long = joined([Self.a, Self.b], then: both, end: 100)
    #expect(long.violations.map(\.invariant) == [.e1])
  }

  @Test func aSplitIsMeasuredAndItsEndHasABound() {
    let split: [(Int64, String, ConnectorFact.What)] = [
      (3, Self.a, .elected(Self.a)), (4, Self.b, .elected(Self.a)), (100, Self.a, .reaches(Self.b, .no)), (120, Self.b, .elected(Self.b)),
      (500, Self.a, .reaches(Self.b, .yes)),
    ]
    let healed = joined([Self.a, Self.b], then: split + [(506, Self.b, .elected(Self.a))], end: 10_000)
    #expect(healed.violations == [] && healed.election.splits.longest == .seconds(380) && healed.election.overlaps.longest == .seconds(6))
    #expect(joined([Self.a, Self.b], then: split, end: 600).violations.map(\.invariant) == [.e1])
    // Where nobody can say who must know what, nothing is asked.
    let unsure = joined([Self.a, Self.b], then: split + [(501, Self.a, .reaches(Self.b, .unsure))], end: 10_000)
    #expect(unsure.violations == [])
  }

  @Test func somebodyIsElected() {
    let gone: [(Int64, String, ConnectorFact.What)] = [(3, Self.a, .elected(Self.a)), (4, Self.b, .elected(Self.a)), (100, Self.a, .left)]
    #expect(joined([Self.a, Self.b], then: gone + [(118, Self.b, .elected(Self.b))], end: 10_000).violations == [])
    #expect(joined([Self.a, Self.b], then: gone, end: 200).violations.map(\.invariant) == [.e2])
    let frozen = joined([Self.a, Self.b], then: Array(gone.dropLast()) + [(100, Self.a, .frozen(true))], end: 200)
    #expect(frozen.violations.map(\.invariant) == [.e2])
    // A new process has no opinion yet, whatever the one before held.
    let anew = joined([Self.a], then: [(3, Self.a, .elected(Self.a)), (50, Self.a, .left), (60, Self.a, .joined(location: "l1"))], end: 200)
    #expect(anew.violations.map(\.invariant) == [.e2])
  }

  /// A and B do not reach each other, C reaches both: no answer is right for all three.
  @Test func aChainIsNotAsked() {
    let chain: [(Int64, String, ConnectorFact.What)] = [
      (1, Self.a, .reaches(Self.b, .no)), (3, Self.a, .elected(Self.a)), (3, Self.b, .elected(Self.b)), (3, Self.c, .elected(Self.a)),
    ]
    let checks = joined([Self.a, Self.b, Self.c], then: chain, end: 10_000)
    #expect(checks.violations == [] && checks.election.splits.count == 1)
  }

  @Test func onlyTheElectedRegisters() {
    let asked: [(Int64, String, ConnectorFact.What)] = [
      (3, Self.a, .elected(Self.a)), (4, Self.b, .elected(Self.a)), (50, Self.a, .registration(machine: "d1", isAccepted: true)),
      (51, Self.b, .registration(machine: "d2", isAccepted: false)),
    ]
    #expect(joined([Self.a, Self.b], then: asked, end: 100).violations == [])
    let wrong = asked + [(52, Self.b, .registration(machine: "d2", isAccepted: true))]
    #expect(joined([Self.a, Self.b], then: wrong, end: 100).violations.map(\.invariant) == [.e3])
  }
}
