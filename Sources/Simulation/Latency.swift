import World

/// How long a message takes, as a function of one drawn word.
package enum Latency: Hashable, Codable, Sendable {
  case fixed(Duration)
  case uniform(Duration, Duration)
  /// Most near the low end, few near the high one: the cube of a uniform draw. A long tail without a logarithm, which libraries round differently.
  case skewed(Duration, Duration)

  package func draw(_ word: UInt64) -> Duration {
    switch self {
    case .fixed(let length): return length
    case .uniform(let low, let high): return low + Self.part(high - low, word)
    case .skewed(let low, let high):
      let square = word.multipliedFullWidth(by: word).high
      return low + Self.part(high - low, square.multipliedFullWidth(by: word).high)
    }
  }

  /// The longest that it can be.
  package var longest: Duration {
    switch self {
    case .fixed(let length): length
    case .uniform(_, let high), .skewed(_, let high): high
    }
  }

  private static func part(_ length: Duration, _ word: UInt64) -> Duration {
    Duration(nanoseconds: Int64(Mix.below(UInt64(max(0, length.nanoseconds)), word)))
  }
}
