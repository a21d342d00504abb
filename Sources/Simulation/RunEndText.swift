import World

extension RunEnd {
  /// Most of those who wait that are named.
  private static let named = 40

  /// For people: one line, and below a deadlock one for each of those who wait, with what they wait for.
  package var lines: [String] {
    guard case .deadlock(let at, let waiting) = self else { return ["\(self)"] }
    let head =
      "deadlock after \(at.nanoseconds / 1_000_000_000) s: nothing is due any more, and \(waiting.count == 1 ? "one waits" : "\(waiting.count) wait")"
    let more = waiting.count > Self.named ? ["  and \(waiting.count - Self.named) more"] : []
    return [head] + waiting.prefix(Self.named).map { "  \($0)" } + more
  }
}
