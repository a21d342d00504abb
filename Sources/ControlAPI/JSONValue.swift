/// Any JSON. A service's request and answer travel as this, so the control socket need not know their shapes.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads JSON; no bytes at all read as an empty object, as an operation without arguments has no body.
  package init(json bytes: [UInt8]) throws(FrameError) {
    if bytes.isEmpty { self = .object([:]) } else { self = try ControlCoding.decode(JSONValue.self, from: bytes) }
  }

  /// The same JSON that `value` encodes to.
  package init(_ value: some Encodable) throws(FrameError) { self = try ControlCoding.decode(JSONValue.self, from: try ControlCoding.json(value)) }

  package func json() throws(FrameError) -> [UInt8] { try ControlCoding.json(self) }

  package func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(FrameError) -> Value {
    try ControlCoding.decode(type, from: try json())
  }

  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { return members[key] }
    return nil
  }

  package var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  package var elements: [JSONValue]? {
    if case .array(let elements) = self { return elements }
    return nil
  }
}

extension JSONValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByArrayLiteral
{
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(Dictionary(elements, uniquingKeysWith: { $1 })) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}
