/// A security identifier ([MS-DTYP] 2.4.2): revision 1, a 48-bit authority and one to fifteen 32-bit sub-authorities.
package struct SID: Hashable, Sendable {
  /// Below 2^48.
  package let authority: UInt64
  package let subAuthorities: [UInt32]

  /// Nil when the authority needs more than 48 bits or the sub-authorities are not one to fifteen.
  package init?(authority: UInt64, subAuthorities: [UInt32]) {
    guard authority < 1 << 48, (1...15).contains(subAuthorities.count) else { return nil }
    self.authority = authority
    self.subAuthorities = subAuthorities
  }

  /// The text form, such as `S-1-5-21-1-2-3-1104`. Strict: upper-case `S`, no sign, no leading zero, an authority of 2^32 or more as
  /// `0x` and twelve hexadecimal digits.
  package init(_ text: String) throws(IdentifierError) {
    let wrong = IdentifierError(expected: "a SID such as S-1-5-21-1004336348-1177238915-682003330-1104", found: text)
    guard text.utf8.count <= 184 else { throw wrong }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0] == "S", parts[1] == "1", let authority = Self.authority(parts[2]) else { throw wrong }
    var subs: [UInt32] = []
    for part in parts.dropFirst(3) {
      guard let value = Self.decimal(part), let sub = UInt32(exactly: value) else { throw wrong }
      subs.append(sub)
    }
    guard let sid = SID(authority: authority, subAuthorities: subs) else { throw wrong }
    self = sid
  }

  /// The binary form ([MS-DTYP] 2.4.2.2), exactly: revision, count, authority (big-endian), sub-authorities (little-endian), nothing after.
  package init(binary: [UInt8]) throws(IdentifierError) {
    let wrong = IdentifierError(expected: "8 + 4n bytes of a binary SID of revision 1, n from 1 to 15", found: "\(binary.count) bytes")
    guard binary.count >= 12, binary[0] == 1, (1...15).contains(binary[1]), binary.count == 8 + 4 * Int(binary[1]) else { throw wrong }
    authority = binary[2..<8].reduce(0) { $0 << 8 | UInt64($1) }
    subAuthorities = stride(from: 8, to: binary.count, by: 4).map { at in
      binary[at..<at + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
  }

  package var binary: [UInt8] {
    var out: [UInt8] = [1, UInt8(subAuthorities.count)]
    for shift in stride(from: UInt64(40), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: authority >> shift)) }
    for sub in subAuthorities { for shift in stride(from: UInt32(0), through: 24, by: 8) { out.append(UInt8(truncatingIfNeeded: sub >> shift)) } }
    return out
  }

  /// The last sub-authority: within a domain, the relative identifier.
  package var rid: UInt32 { subAuthorities.last ?? 0 }

  /// The SID without its relative identifier: the domain of an account. Nil for a SID of one sub-authority.
  package var domain: SID? { SID(authority: authority, subAuthorities: Array(subAuthorities.dropLast())) }

  /// This domain's SID with a relative identifier; nil when there is no room for one.
  package func account(_ rid: UInt32) -> SID? { SID(authority: authority, subAuthorities: subAuthorities + [rid]) }

  private static func authority(_ text: Substring) -> UInt64? {
    if text.hasPrefix("0x") {
      let digits = text.dropFirst(2)
      guard digits.utf8.count == 12, digits.utf8.allSatisfy({ isHex($0) }), let value = UInt64(digits, radix: 16), value >= 1 << 32 else {
        return nil
      }
      return value
    }
    guard let value = decimal(text), value < 1 << 32 else { return nil }
    return value
  }

  private static func decimal(_ text: Substring) -> UInt64? {
    guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }), text == "0" || text.utf8.first != 48 else {
      return nil
    }
    return UInt64(text)
  }

  static func isHex(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte) }
}

extension SID: CustomStringConvertible, Comparable, Codable {
  package var description: String {
    var head = String(authority)
    if authority >= 1 << 32 {
      let digits = String(authority, radix: 16)
      head = "0x" + String(repeating: "0", count: 12 - digits.count) + digits
    }
    return "S-1-" + head + subAuthorities.map { "-\($0)" }.joined()
  }

  package static func < (a: SID, b: SID) -> Bool {
    a.authority != b.authority ? a.authority < b.authority : a.subAuthorities.lexicographicallyPrecedes(b.subAuthorities)
  }

  package init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
