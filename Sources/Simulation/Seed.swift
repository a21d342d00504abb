/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): one word in, one well mixed word out.
package enum Mix {
  package static let golden: UInt64 = 0x9e37_79b9_7f4a_7c15

  package static func finish(_ x: UInt64) -> UInt64 {
    var z = x
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  /// A word in `0..<bound`; 0 when `bound` is 0.
  package static func below(_ bound: UInt64, _ word: UInt64) -> UInt64 { word.multipliedFullWidth(by: bound).high }
}

/// The number that a run grows from. Everything drawn is named by who draws and for what, so a new consumer does not shift what the others draw.
package struct Seed: Hashable, Sendable {
  package let number: UInt64

  package init(_ number: UInt64) { self.number = number }

  /// One word for a name. FNV-1a over `node`, a zero and `purpose`, mixed with the seed.
  package func word(_ node: String, _ purpose: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in node.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = hash &* 0x100_0000_01b3
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return Mix.finish(Mix.finish(number &+ Mix.golden) ^ hash)
  }

  /// A generator of its own for a name.
  package func draws(_ node: String, _ purpose: String) -> Draws { Draws(word(node, purpose)) }

  /// Draws that are numbered instead of taken in turn: the `number`th of a name is the same whether the ones before it were asked for or not.
  package static func numbered(_ name: UInt64, _ number: UInt64) -> UInt64 { Mix.finish(name &+ (number &+ 1) &* Mix.golden) }
}
