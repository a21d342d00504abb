import Simulation
import Testing
import World

@Suite struct DrawTests {
  @Test func aForkKnowsItsNameOnly() {
    var before = Seed(7).draws("c1", "network")
    var other = Seed(7).draws("c1", "disk")
    for _ in 0..<100 { _ = other.next() }
    var after = Seed(7).draws("c1", "network")
    #expect((0..<10).map { _ in before.next() } == (0..<10).map { _ in after.next() })
    let words = [
      Seed(7).word("c1", "network"), Seed(8).word("c1", "network"), Seed(7).word("c2", "network"), Seed(7).word("c1", "disk"),
      Seed(7).word("c1n", "etwork"),
    ]
    #expect(Set(words).count == words.count)
  }

  @Test func numberedDrawsDoNotDependOnTheOnesBefore() {
    let all = (0..<1_000).map { Seed.numbered(5, UInt64($0)) }
    #expect(Set(all).count == 1_000 && all[500] == Seed.numbered(5, 500))
  }

  @Test func drawsStayInTheirBounds() {
    var draws = Draws(1)
    for _ in 0..<2_000 {
      #expect((0..<7).contains(draws.below(7)))
      let length = draws.duration(.seconds(2), .seconds(3))
      #expect(length >= .seconds(2) && length <= .seconds(3))
    }
    #expect(draws.below(0) == 0 && !draws.chance(0) && draws.chance(1_000_000))
  }

  /// Of the FNV reference for nothing at all, and another for every change.
  @Test func theHashTellsTracesApart() {
    #expect("\(TraceHash())" == "6c62272e07bb014262b821756295c58d")
    func hash(_ words: [UInt64], _ text: String) -> TraceHash {
      var hash = TraceHash()
      for word in words { hash.absorb(word) }
      hash.absorb(text)
      return hash
    }
    let all = [
      hash([], ""), hash([0], ""), hash([1], ""), hash([1 << 63], ""), hash([1, 2], ""), hash([2, 1], ""), hash([], "a"), hash([], "ab"),
      hash([], "ba"), hash([], "12345678"), hash([], "123456781"),
    ]
    #expect(Set(all).count == all.count && all[4] == hash([1, 2], ""))
  }

  @Test func aTraceHasColumns() {
    let line = TraceLine(at: Moment(nanoseconds: 1_500_002_000), node: "c1", what: "started", subject: "4.1.0.0", detail: "why")
    #expect(line.text == "1.500002\tc1\tstarted\t4.1.0.0\twhy")
  }
}
