/// A version of exactly four numbers, as the product counts connector and bootstrapper: `4.370.0.1227`. Compared number by number and never as text,
/// so 4.9.0.0 comes before 4.10.0.0. Each version has one text, and nothing else is in it, so that it can name a folder.
package struct ReleaseVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// Nil unless `text` is four decimal numbers of at most nine digits, without leading zeros.
  package init?(_ text: String) {
    var (high, low) = (UInt64(0), UInt64(0))
    var (number, digits, dots) = (UInt64(0), 0, 0)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "."), digits > 0, dots < 3 {
        (high, low) = (high << 32 | low >> 32, low << 32 | number)
        (number, digits, dots) = (0, 0, dots + 1)
      } else {
        guard (48...57).contains(byte), digits < 9, digits == 0 || number > 0 else { return nil }
        (number, digits) = (number * 10 + UInt64(byte - 48), digits + 1)
      }
    }
    guard dots == 3, digits > 0 else { return nil }
    self.high = high << 32 | low >> 32
    self.low = low << 32 | number
  }

  package init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) {
    high = UInt64(a) << 32 | UInt64(b)
    low = UInt64(c) << 32 | UInt64(d)
  }

  /// Digit by digit from the end: interpolation takes ten times as long, and a simulation says a version with each fact.
  package var text: String {
    // Four numbers of at most ten digits, and three dots.
    String(unsafeUninitializedCapacity: 43) { bytes in
      var at = 43
      for number in [low & 0xffff_ffff, low >> 32, high & 0xffff_ffff, high >> 32] {
        if at < 43 {
          at -= 1
          bytes[at] = UInt8(ascii: ".")
        }
        var left = number
        repeat {
          at -= 1
          bytes[at] = 48 + UInt8(left % 10)
          left /= 10
        } while left > 0
      }
      for index in at..<43 { bytes[index - at] = bytes[index] }
      return 43 - at
    }
  }
  package var description: String { text }

  package static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension ReleaseVersion: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let version = ReleaseVersion(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a version such as 4.370.0.1227; got '\(text.prefix(40))'")
    }
    self = version
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
