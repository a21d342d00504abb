import Synchronization
import World

/// xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64. The same seed gives the same draws on every machine.
package final class SeededRandom: RandomSource {
  package let seed: UInt64
  private let state: Mutex<(UInt64, UInt64, UInt64, UInt64)>

  package init(seed: UInt64) {
    self.seed = seed
    var x = seed
    let words = (Self.splitmix(&x), Self.splitmix(&x), Self.splitmix(&x), Self.splitmix(&x))
    state = Mutex(words)
  }

  package func next() -> UInt64 {
    state.withLock { s in
      let result = Self.rotate(s.1 &* 5, 7) &* 9
      let t = s.1 << 17
      s.2 ^= s.0
      s.3 ^= s.1
      s.1 ^= s.2
      s.0 ^= s.3
      s.2 ^= t
      s.3 = Self.rotate(s.3, 45)
      return result
    }
  }

  /// A generator of its own for `name`. It depends on this one's seed and the name only: neither earlier draws nor other forks shift it.
  package func fork(_ name: String) -> SeededRandom {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var x = seed ^ hash
    return SeededRandom(seed: Self.splitmix(&x))
  }

  private static func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { x << k | x >> (64 - k) }

  private static func splitmix(_ x: inout UInt64) -> UInt64 {
    x &+= 0x9e37_79b9_7f4a_7c15
    var z = x
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
