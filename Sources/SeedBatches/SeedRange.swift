/// Seeds from one to another, both included.
package struct SeedRange: Hashable, Sendable {
  /// More seeds than anybody waits for are a mistake in writing.
  package static let mostSeeds: UInt64 = 10_000_000

  package var first: UInt64
  package var last: UInt64

  /// - Parameter last: not before `first`.
  package init(_ first: UInt64, _ last: UInt64) {
    self.first = first
    self.last = max(first, last)
  }

  /// `a..b`; nil when it is anything else, ends before it begins, or has more than `mostSeeds`.
  package init?(text: String) {
    let ends = text.split(separator: ".", omittingEmptySubsequences: false)
    guard ends.count == 3, ends[1].isEmpty, let first = UInt64(ends[0]), let last = UInt64(ends[2]), first <= last,
      last - first < Self.mostSeeds
    else { return nil }
    self.init(first, last)
  }

  package var count: Int { Int(clamping: last - first) + 1 }

  /// Pieces of at most `count` seeds, in order.
  package func pieces(of count: UInt64) -> [SeedRange] {
    var pieces: [SeedRange] = []
    var at = first
    while true {
      let end = last - at < max(1, count) ? last : at + max(1, count) - 1
      pieces.append(SeedRange(at, end))
      if end == last { return pieces }
      at = end + 1
    }
  }
}
