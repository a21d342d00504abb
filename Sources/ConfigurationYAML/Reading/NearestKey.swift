/// Finds what was probably meant.
enum NearestKey {
  /// The candidate with the fewest edits to `key`, when that is at most a third of its length (at least one edit is always forgiven).
  static func find(_ key: String, in candidates: [String]) -> String? {
    let scored = candidates.map { (distance(Array(key.lowercased().unicodeScalars), Array($0.lowercased().unicodeScalars)), $0) }
    guard let best = scored.min(by: { $0 < $1 }), best.0 <= max(1, best.1.count / 3) else { return nil }
    return best.1
  }

  /// Optimal string alignment: insert, remove, replace or swap neighbours.
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    guard a.count <= 64, b.count <= 64 else { return .max }
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      (before, previous) = (previous, row)
    }
    return previous[b.count]
  }
}
