package import StrictJSON
import TUF

/// A JSON value to be written as metadata: whole numbers only, as canonical JSON wants it.
package indirect enum JSONValue: Hashable, Sendable {
  case object([ExactText: JSONValue])
  case array([JSONValue])
  case text(ExactText)
  case integer(Int64)
  case bool(Bool)
  case null

  package static func text(_ string: String) -> JSONValue { .text(ExactText(string)) }

  /// A member of an object; setting nil removes it. Nil for anything but an object.
  package subscript(_ name: ExactText) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[name]
    }
    set {
      guard case .object(var members) = self else { return }
      members[name] = newValue
      self = .object(members)
    }
  }

  /// What signatures are made over.
  package var canonical: [UInt8] {
    var out: [UInt8] = []
    write(to: &out) { text, out in
      for byte in text {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
        out.append(byte)
      }
    }
    return out
  }

  /// A JSON document: as the canonical form, but with control characters escaped, which canonical JSON does not do.
  package var document: [UInt8] {
    var out: [UInt8] = []
    write(to: &out) { text, out in
      for byte in text {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { out.append(UInt8(ascii: "\\")) }
        if byte < 0x20 {
          out += Array("\\u00".utf8) + [byte < 16 ? UInt8(ascii: "0") : UInt8(ascii: "1"), Array("0123456789abcdef".utf8)[Int(byte & 15)]]
        } else {
          out.append(byte)
        }
      }
    }
    return out
  }

  private func write(to out: inout [UInt8], _ string: ([UInt8], inout [UInt8]) -> Void) {
    switch self {
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (i, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if i > 0 { out.append(UInt8(ascii: ",")) }
        JSONValue.text(member.key).write(to: &out, string)
        out.append(UInt8(ascii: ":"))
        member.value.write(to: &out, string)
      }
      out.append(UInt8(ascii: "}"))
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (i, element) in elements.enumerated() {
        if i > 0 { out.append(UInt8(ascii: ",")) }
        element.write(to: &out, string)
      }
      out.append(UInt8(ascii: "]"))
    case .text(let text):
      out.append(UInt8(ascii: "\""))
      string(text.utf8, &out)
      out.append(UInt8(ascii: "\""))
    case .integer(let value): out.append(contentsOf: String(value).utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .null: out.append(contentsOf: "null".utf8)
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByArrayLiteral
{
  package init(stringLiteral value: String) { self = .text(ExactText(value)) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (ExactText, JSONValue)...) { self = .object(Dictionary(elements) { $1 }) }
}
