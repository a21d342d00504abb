/// An element of a document that was read: a value, with its own text apart from its children's.
package struct XMLElement: Hashable, Sendable {
  package struct Attribute: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Without the prefix of a namespace.
  package var name: String
  /// In the order in which they stand; declarations of namespaces are left out.
  package var attributes: [Attribute]
  package var children: [XMLElement]
  /// All that stands between the children, joined.
  package var text: String

  package init(_ name: String, attributes: [Attribute] = [], children: [XMLElement] = [], text: String = "") {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  /// Whether it has this name. Letter case does not count, because clients were seen to send `Clientname` and `Traverse` and to be understood.
  package func named(_ other: String) -> Bool { Self.same(name, other) }

  package subscript(attribute name: String) -> String? { attributes.first { Self.same($0.name, name) }?.value }

  /// The first child of that name.
  package subscript(_ name: String) -> XMLElement? { children.first { $0.named(name) } }

  package func all(_ name: String) -> [XMLElement] { children.filter { $0.named(name) } }

  /// Its text without white space around it.
  package var word: String { Self.trimmed(text) }

  /// The text of the first child of that name, without white space around it; nil when there is no such child or it is empty.
  package func word(_ name: String) -> String? {
    guard let found = self[name]?.word, !found.isEmpty else { return nil }
    return found
  }

  /// ASCII letters alike in both cases; all of the protocols' names are ASCII.
  static func same(_ one: String, _ other: String) -> Bool {
    let (a, b) = (one.utf8, other.utf8)
    return a.count == b.count && zip(a, b).allSatisfy { lower($0) == lower($1) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

  private static func trimmed(_ text: String) -> String {
    let white: (Character) -> Bool = { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
    guard let first = text.firstIndex(where: { !white($0) }), let last = text.lastIndex(where: { !white($0) }) else { return "" }
    return String(text[first...last])
  }
}
