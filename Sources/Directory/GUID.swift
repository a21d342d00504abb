import World

/// A globally unique identifier ([MS-DTYP] 2.3.4), kept in the order of its text form.
package struct GUID: Hashable, Sendable {
  package let bytes: [UInt8]

  /// The text form `8-4-4-4-12`, upper or lower case. Strict: no braces, no blanks.
  package init(_ text: String) throws(IdentifierError) {
    let wrong = IdentifierError(expected: "a GUID such as 6f9619ff-8b86-d011-b42d-00c04fc964ff", found: text)
    let utf8 = Array(text.utf8)
    guard utf8.count == 36 else { throw wrong }
    var digits: [UInt8] = []
    for (at, byte) in utf8.enumerated() {
      if [8, 13, 18, 23].contains(at) {
        guard byte == 45 else { throw wrong }
        continue
      }
      guard SID.isHex(byte) else { throw wrong }
      digits.append(byte <= 57 ? byte - 48 : (byte | 32) - 87)
    }
    bytes = stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// The sixteen bytes of `objectGUID`: the first three fields are little-endian ([MS-DTYP] 2.3.4.2).
  package init(binary: [UInt8]) throws(IdentifierError) {
    guard binary.count == 16 else { throw IdentifierError(expected: "16 bytes of a binary GUID", found: "\(binary.count) bytes") }
    bytes = Self.order.map { binary[$0] }
  }

  package var binary: [UInt8] { Self.order.map { bytes[$0] } }

  /// A stable GUID for an object whose description gives none: the same SID always gets the same one. Version 8 (RFC 9562 5.8), from FNV-1a.
  package init(derivedFrom sid: SID) {
    func hash(_ basis: UInt64) -> UInt64 { sid.binary.reduce(basis) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
    var out: [UInt8] = []
    for half in [hash(0xcbf2_9ce4_8422_2325), hash(0x8422_2325_cbf2_9ce4)] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: half >> shift)) }
    }
    out[6] = out[6] & 0x0f | 0x80
    out[8] = out[8] & 0x3f | 0x80
    bytes = out
  }

  /// Where each byte of one form stands in the other; the exchange is its own inverse.
  private static let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
}

extension GUID: CustomStringConvertible, Codable {
  package var description: String {
    let hex = Hex.encode(bytes)
    return [hex.prefix(8), hex.dropFirst(8).prefix(4), hex.dropFirst(12).prefix(4), hex.dropFirst(16).prefix(4), hex.dropFirst(20)].joined(
      separator: "-")
  }

  package init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
