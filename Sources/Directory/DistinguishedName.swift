/// A distinguished name (RFC 4514): the relative names from the object up to its domain. Compared without case, as a directory does.
package struct DistinguishedName: Sendable {
  package struct Relative: Hashable, Sendable {
    /// Upper case, such as `CN`, `OU`, `DC`.
    package var type: String
    package var value: String
  }
  package let parts: [Relative]

  package init(_ parts: [Relative]) { self.parts = parts }

  /// Strict: `type=value` parts with RFC 4514 escapes; no multi-valued parts (`+`), no `#` hexadecimal values, at most 64 parts.
  package init(_ text: String) throws(IdentifierError) {
    let wrong = IdentifierError(expected: "a distinguished name such as CN=Alice,OU=Staff,DC=forest1,DC=local", found: text)
    guard text.utf8.count <= 4096, let pieces = Self.split(Array(text.unicodeScalars)), (1...64).contains(pieces.count) else { throw wrong }
    var parts: [Relative] = []
    for piece in pieces {
      guard let equals = piece.firstIndex(where: { $0 == "=" }) else { throw wrong }
      let type = String(String.UnicodeScalarView(piece[..<equals])).filter { $0 != " " }.uppercased()
      guard !type.isEmpty, type.utf8.allSatisfy({ (65...90).contains($0) }), let value = Self.unescape(piece[(equals + 1)...]), !value.isEmpty
      else { throw wrong }
      parts.append(Relative(type: type, value: value))
    }
    self.parts = parts
  }

  /// The `DC=` parts of a DNS domain name.
  package static func domain(_ dnsName: String) -> [Relative] { dnsName.split(separator: ".").map { Relative(type: "DC", value: String($0)) } }

  /// Splits at commas that no backslash precedes; nil for a lone backslash at the end.
  private static func split(_ scalars: [Unicode.Scalar]) -> [[Unicode.Scalar]]? {
    var pieces: [[Unicode.Scalar]] = [[]]
    var escaped = false
    for scalar in scalars {
      if !escaped, scalar == "," {
        pieces.append([])
        continue
      }
      if !escaped, scalar == "+" || scalar == ";" || scalar == "\"" || scalar == "<" || scalar == ">" || scalar.value < 32 { return nil }
      pieces[pieces.count - 1].append(scalar)
      escaped = !escaped && scalar == "\\"
    }
    return escaped ? nil : pieces
  }

  private static func unescape(_ scalars: ArraySlice<Unicode.Scalar>) -> String? {
    var bytes: [UInt8] = []
    var trailingBlanks = 0
    var rest = scalars.drop { $0 == " " }
    if rest.first == "#" { return nil }
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        bytes.append(contentsOf: String(scalar).utf8)
        trailingBlanks = scalar == " " ? trailingBlanks + 1 : 0
        continue
      }
      trailingBlanks = 0
      guard let next = rest.popFirst() else { return nil }
      if let high = next.hexDigit {
        guard let low = rest.popFirst()?.hexDigit else { return nil }
        bytes.append(high << 4 | low)
      } else if " \"#+,;<=>\\".unicodeScalars.contains(next) {
        bytes.append(contentsOf: String(next).utf8)
      } else {
        return nil
      }
    }
    bytes.removeLast(trailingBlanks)
    return String(validating: bytes, as: UTF8.self)
  }
}

extension DistinguishedName: Hashable, CustomStringConvertible {
  private var folded: [Relative] { parts.map { Relative(type: $0.type, value: $0.value.lowercased()) } }

  package static func == (a: DistinguishedName, b: DistinguishedName) -> Bool { a.folded == b.folded }
  package func hash(into hasher: inout Hasher) { hasher.combine(folded) }

  package var description: String { parts.map { "\($0.type)=\(Self.escape($0.value))" }.joined(separator: ",") }

  private static func escape(_ value: String) -> String {
    let scalars = Array(value.unicodeScalars)
    var out = ""
    for (at, scalar) in scalars.enumerated() {
      let edge = at == 0 || at == scalars.count - 1
      let special = "\"+,;<=>\\".unicodeScalars.contains(scalar) || (edge && scalar == " ") || (at == 0 && scalar == "#")
      if special { out.append("\\") }
      if scalar.value < 32 {
        out.append(scalar.value < 16 ? "\\0" : "\\")
        out.append(String(scalar.value, radix: 16))
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}

extension Unicode.Scalar {
  fileprivate var hexDigit: UInt8? {
    switch value {
    case 48...57: UInt8(value - 48)
    case 65...70: UInt8(value - 55)
    case 97...102: UInt8(value - 87)
    default: nil
    }
  }
}
