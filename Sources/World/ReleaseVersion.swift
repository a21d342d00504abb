/// A version of exactly four numbers, as the product counts connector and bootstrapper: `4.370.0.1227`. Compared number by number and never as text,
/// so 4.9.0.0 comes before 4.10.0.0. Each version has one text, and nothing else is in it, so that it can name a folder.
package struct ReleaseVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  private let high: UInt64
  private let low: UInt64

  /// Nil unless `text` is four decimal numbers of at most nine digits, without leading zeros.
  package init?(_ text: String) {
    let pieces = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard pieces.count == 4 else { return nil }
    var numbers: [UInt64] = []
    for piece in pieces {
      guard (1...9).contains(piece.count), piece.allSatisfy({ (48...57).contains($0) }), piece.count == 1 || piece.first != 48 else { return nil }
      numbers.append(piece.reduce(0) { $0 * 10 + UInt64($1 - 48) })
    }
    high = numbers[0] << 32 | numbers[1]
    low = numbers[2] << 32 | numbers[3]
  }

  package init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) {
    high = UInt64(a) << 32 | UInt64(b)
    low = UInt64(c) << 32 | UInt64(d)
  }

  package var text: String { "\(high >> 32).\(high & 0xffff_ffff).\(low >> 32).\(low & 0xffff_ffff)" }
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
