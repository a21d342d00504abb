/// Canonical JSON written by hand: to the byte what `JSONEncoder` with sorted keys and unescaped slashes writes (a test holds it to that), an order of magnitude
/// sooner: a connector writes each of a hundred thousand machines once for every import.
package struct CanonicalWriter: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  package mutating func raw(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  package mutating func raw(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  package mutating func number(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }
  package mutating func flag(_ value: Bool) { value ? raw("true") : raw("false") }

  package mutating func text(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    var value = value
    value.withUTF8 { utf8 in
      var start = 0
      for index in 0..<utf8.count {
        let byte = utf8[index]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
        bytes.append(contentsOf: utf8[start..<index])
        escape(byte)
        start = index + 1
      }
      bytes.append(contentsOf: utf8[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case 0x08: raw("\\b")
    case 0x09: raw("\\t")
    case 0x0A: raw("\\n")
    case 0x0C: raw("\\f")
    case 0x0D: raw("\\r")
    default:
      raw(byte < 16 ? "\\u000" : "\\u001")
      bytes.append(contentsOf: String(byte & 15, radix: 16).utf8)
    }
  }

  package mutating func texts(_ values: [String]) {
    raw("[")
    for (index, value) in values.enumerated() {
      if index > 0 { raw(",") }
      text(value)
    }
    raw("]")
  }

  /// `"key":"value"`, with a comma before it where it is not the first.
  package mutating func member(_ key: StaticString, _ value: String) {
    raw(key)
    text(value)
  }

  package mutating func member(_ key: StaticString, _ value: Bool) {
    raw(key)
    flag(value)
  }

  package mutating func member(_ key: StaticString, _ values: [String]) {
    raw(key)
    texts(values)
  }

  /// Nothing at all for nil, as `JSONEncoder` does for an optional property.
  package mutating func member(_ key: StaticString, ifAny value: String?) { if let value { member(key, value) } }

  package mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  /// What was written, and from here on nothing.
  package mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }
}
