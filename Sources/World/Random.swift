/// The port to randomness. Real: `SystemRandom`; simulated: `SeededRandom`, forked by name so that a new consumer never shifts another's draws.
package protocol RandomSource: Sendable {
  func next() -> UInt64
}

extension RandomSource {
  /// A uniform draw in `0..<bound`; 0 when `bound` is 0.
  package func below(_ bound: UInt64) -> UInt64 {
    guard bound > 0 else { return 0 }
    return next().multipliedFullWidth(by: bound).high
  }

  /// A uniform draw in `[0, 1)`.
  package func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Full jitter: uniform in `[0, ceiling)` ("Exponential Backoff And Jitter", AWS architecture blog, 2015).
  package func jitter(_ ceiling: Duration) -> Duration { .nanoseconds(Int64(below(UInt64(max(0, ceiling.nanoseconds))))) }

  package func bytes(_ count: Int) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(count)
    while out.count < count { withUnsafeBytes(of: next()) { out.append(contentsOf: $0.prefix(count - out.count)) } }
    return out
  }

  /// A random (version 4) UUID in its lower-case text form.
  package func uuid() -> String {
    var b = bytes(16)
    b[6] = b[6] & 0x0f | 0x40
    b[8] = b[8] & 0x3f | 0x80
    let hex = Hex.encode(b)
    return [hex.prefix(8), hex.dropFirst(8).prefix(4), hex.dropFirst(12).prefix(4), hex.dropFirst(16).prefix(4), hex.dropFirst(20)].joined(
      separator: "-")
  }
}

/// Lower-case hexadecimal.
package enum Hex {
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    for b in bytes {
      out.append(digits[Int(b >> 4)])
      out.append(digits[Int(b & 15)])
    }
    return String(decoding: out, as: UTF8.self)
  }
}
