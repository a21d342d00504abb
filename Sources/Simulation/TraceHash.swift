/// A hash of a trace: FNV-1a with 128 bits (offset basis and prime of the FNV reference), taken over 64-bit little-endian words instead of bytes, because a
/// long run has hundreds of millions of them. Each step is a bijection of the state, so two traces that differ in one word differ in the hash. Texts are
/// absorbed as their UTF-8 bytes, eight to a word, after their length.
package struct TraceHash: Hashable, Sendable, CustomStringConvertible {
  private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
  private static let prime: UInt128 = 1 << 88 | 0x13b

  package init() {}

  package mutating func absorb(_ word: UInt64) { state = (state ^ UInt128(word)) &* Self.prime }
  package mutating func absorb(_ word: Int) { absorb(UInt64(bitPattern: Int64(word))) }
  package mutating func absorb(_ word: Int64) { absorb(UInt64(bitPattern: word)) }

  package mutating func absorb(_ text: String) {
    absorb(text.utf8.count)
    var word: UInt64 = 0
    var filled = 0
    for byte in text.utf8 {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        absorb(word)
        (word, filled) = (0, 0)
      }
    }
    if filled > 0 { absorb(word) }
  }

  /// 32 hexadecimal digits.
  package var description: String {
    let text = String(state, radix: 16)
    return String(repeating: "0", count: 32 - text.count) + text
  }
}
