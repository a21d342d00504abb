extension RegistryPath: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do { self = try RegistryPath(text) } catch { throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description) }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// `{"type": "integer", "value": 1}`.
extension RegistryValue: Codable {
  private enum Key: String, CodingKey { case type, value }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self =
      switch try container.decode(ValueType.self, forKey: .type) {
      case .string: .string(try container.decode(String.self, forKey: .value))
      case .integer: .integer(try container.decode(Int64.self, forKey: .value))
      case .boolean: .boolean(try container.decode(Bool.self, forKey: .value))
      case .strings: .strings(try container.decode([String].self, forKey: .value))
      }
    if let fault { throw DecodingError.dataCorruptedError(forKey: .value, in: container, debugDescription: fault) }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type, forKey: .type)
    switch self {
    case .string(let text): try container.encode(text, forKey: .value)
    case .integer(let number): try container.encode(number, forKey: .value)
    case .boolean(let flag): try container.encode(flag, forKey: .value)
    case .strings(let texts): try container.encode(texts, forKey: .value)
    }
  }
}
