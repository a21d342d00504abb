import FoundationEssentials

/// What a file says, without its form: the part of JSON that configuration files use. Keys keep their order.
package indirect enum Tree: Hashable, Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case text(String)
  case list([Tree])
  case record([Member])

  package struct Member: Hashable, Sendable {
    package var key: String
    package var value: Tree

    package init(_ key: String, _ value: Tree) {
      self.key = key
      self.value = value
    }
  }

  package subscript(key: String) -> Tree? {
    guard case .record(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The value at `a.b.c`.
  package func at(_ path: String) -> Tree? {
    path.split(separator: ".").reduce(Optional(self)) { tree, key in tree?[String(key)] }
  }

  /// The tree of a value's `Codable` form; nothing of ours fails to encode.
  package init(encoding value: some Encodable) throws {
    let bytes = try JSONEncoder().encode(value)
    self = try JSONDecoder().decode(Tree.self, from: bytes)
  }

  /// The value whose `Codable` form this is.
  package func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
  }

  /// How a file writes a single value: `5s`, `true`, `42`; lists in brackets.
  package var shown: String {
    switch self {
    case .null: "null"
    case .flag(let flag): String(flag)
    case .integer(let number): String(number)
    case .text(let text): text
    case .list(let items): "[" + items.map(\.shown).joined(separator: ", ") + "]"
    case .record(let members): "{" + members.map { "\($0.key): \($0.value.shown)" }.joined(separator: ", ") + "}"
    }
  }
}

extension Tree: Codable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      self = .record(try container.allKeys.map { Member($0.stringValue, try container.decode(Tree.self, forKey: $0)) }.sorted { $0.key < $1.key })
    } else if var container = try? decoder.unkeyedContainer() {
      var items: [Tree] = []
      while !container.isAtEnd { items.append(try container.decode(Tree.self)) }
      self = .list(items)
    } else {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Int.self) {
        self = .integer(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .record(let members):
      var container = encoder.container(keyedBy: Key.self)
      for member in members { try container.encode(member.value, forKey: Key(stringValue: member.key)) }
    case .list(let items):
      var container = encoder.unkeyedContainer()
      for item in items { try container.encode(item) }
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .flag(let flag):
      var container = encoder.singleValueContainer()
      try container.encode(flag)
    case .integer(let number):
      var container = encoder.singleValueContainer()
      try container.encode(number)
    case .text(let text):
      var container = encoder.singleValueContainer()
      try container.encode(text)
    }
  }
}
