import Simulation
import Testing

@Suite struct DeltaDebuggingTests {
  @Test(arguments: [[], [7], [3, 60], [0, 1, 2, 97, 98, 99], Array(0..<100)])
  func exactlyWhatIsNeededIsLeft(_ needed: [Int]) {
    var asked = 0
    let left = DeltaDebugging.minimal(Array(0..<100)) { part in
      asked += 1
      return Set(needed).isSubset(of: part)
    }
    #expect(left == needed)
    #expect(asked < 100 * 101)
  }

  @Test func oneOfTwoCausesIsEnough() {
    let left = DeltaDebugging.minimal(Array(0..<50)) { Set([3, 4]).isSubset(of: $0) || $0.contains(40) }
    #expect(left == [3, 4] || left == [40])
  }

  /// Draws from the seed what is needed; some of it only together.
  @Test func nothingThatIsLeftCanBeLeftOut() {
    for seed in 0..<200 as Range<UInt64> {
      var draws = Draws(seed)
      let all = Array(0..<draws.below(40))
      let rules = (0..<4).map { _ in Set(all.filter { _ in draws.chance(80_000) }) }
      func happens(_ part: [Int]) -> Bool { rules.contains { $0.isSubset(of: part) } }
      let left = DeltaDebugging.minimal(all, happens)
      #expect(happens(left))
      for index in left.indices {
        var less = left
        less.remove(at: index)
        #expect(!happens(less), "seed \(seed): \(left) without \(left[index])")
      }
    }
  }

  @Test func theLeastNumberIsFound() {
    for needed in 1...20 { #expect(DeltaDebugging.least(1, 20) { $0 >= needed } == needed) }
    #expect(DeltaDebugging.least(5, 5) { _ in false } == 5)
  }
}
