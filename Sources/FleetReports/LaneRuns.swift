/// What somebody was, from when to when, in runs: only changes are kept.
struct LaneRuns {
  /// Begin (milliseconds) and value, in turn.
  private(set) var pairs: [Int]

  init(_ first: Int) { pairs = [0, first] }

  var last: Int { pairs[pairs.count - 1] }
  var count: Int { pairs.count / 2 }

  mutating func add(_ value: Int, at: Int) {
    guard value != last else { return }
    // Of one instant only the last counts.
    if pairs[pairs.count - 2] == at {
      pairs[pairs.count - 1] = value
      if count > 1, pairs[pairs.count - 3] == value { pairs.removeLast(2) }
    } else {
      pairs += [at, value]
    }
  }

  /// Without runs that are shorter than this: what was before goes on.
  func without(shorterThan shortest: Int, end: Int) -> LaneRuns {
    var out = LaneRuns(pairs[1])
    for index in 1..<max(1, count) {
      let next = index + 1 < count ? pairs[index * 2 + 2] : end
      if next - pairs[index * 2] >= shortest { out.add(pairs[index * 2 + 1], at: pairs[index * 2]) }
    }
    return out
  }
}
