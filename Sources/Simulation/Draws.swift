import World

/// xoshiro256** (Blackman and Vigna, 2018), seeded through SplitMix64. The same seed gives the same draws on every machine: integers only, no library's
/// logarithm in between.
package struct Draws: RandomNumberGenerator, Hashable, Sendable {
  private var a, b, c, d: UInt64

  package init(_ seed: UInt64) {
    a = Mix.finish(seed &+ Mix.golden)
    b = Mix.finish(seed &+ 2 &* Mix.golden)
    c = Mix.finish(seed &+ 3 &* Mix.golden)
    d = Mix.finish(seed &+ 4 &* Mix.golden)
  }

  package mutating func next() -> UInt64 {
    let result = Self.rotate(b &* 5, 7) &* 9
    let t = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = Self.rotate(d, 45)
    return result
  }

  private static func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }

  /// In `0..<bound`; 0 when `bound` is not above 0.
  package mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(Mix.below(UInt64(bound), next())) : 0 }

  /// True in so many of a million cases. Draws in every case, so that a changed chance shifts nothing.
  package mutating func chance(_ perMillion: Int) -> Bool { below(1_000_000) < perMillion }

  /// In `low...high`, to the nanosecond.
  package mutating func duration(_ low: Duration, _ high: Duration) -> Duration {
    low + Duration(nanoseconds: Int64(Mix.below(UInt64(max(0, high.nanoseconds - low.nanoseconds) + 1), next())))
  }

  package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
