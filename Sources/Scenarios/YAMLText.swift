/// What is written as YAML: block style, with what is small on one line.
enum YAMLText {
  case text(String)
  case mapping([Entry])
  case list([YAMLText])

  struct Entry {
    var key: String
    var value: YAMLText
  }

  static func fields(_ fields: [(String, YAMLText)]) -> YAMLText { .mapping(fields.map { Entry(key: $0.0, value: $0.1) }) }

  /// The document, with a line feed at its end.
  func document() -> String {
    guard case .mapping(let entries) = self else { return flow + "\n" }
    return Self.block(entries, 0) + "\n"
  }

  private static func block(_ entries: [Entry], _ indent: Int) -> String {
    let pad = String(repeating: " ", count: indent)
    return entries.map { entry in
      let (key, value) = (quoted(entry.key), entry.value)
      switch value {
      case .text: return "\(pad)\(key): \(value.flow)"
      case .mapping(let inner):
        let line = "\(pad)\(key): \(value.flow)"
        return inner.isEmpty || (line.utf8.count <= 120 && !value.isDeep) ? line : "\(pad)\(key):\n" + block(inner, indent + 2)
      case .list(let items):
        let line = "\(pad)\(key): \(value.flow)"
        if items.isEmpty || (line.utf8.count <= 120 && !value.isDeep) { return line }
        return "\(pad)\(key):\n" + items.map { item(of: $0, indent + 2) }.joined(separator: "\n")
      }
    }.joined(separator: "\n")
  }

  private static func item(of value: YAMLText, _ indent: Int) -> String {
    let pad = String(repeating: " ", count: indent)
    let line = "\(pad)- \(value.flow)"
    guard case .mapping(let entries) = value, !entries.isEmpty, line.utf8.count > 140 || value.isDeep else { return line }
    return "\(pad)- " + block(entries, indent + 2).dropFirst(indent + 2)
  }

  /// Has a mapping or a list of mappings in it that has one of its own.
  private var isDeep: Bool {
    switch self {
    case .text: false
    case .mapping(let entries): entries.contains { if case .text = $0.value { false } else { $0.value.isDeep || $0.value.isList } }
    case .list(let items): items.contains { if case .text = $0 { false } else { true } }
    }
  }
  private var isList: Bool {
    if case .list(let items) = self { return items.contains { if case .text = $0 { false } else { true } } }
    return false
  }

  private var flow: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .mapping(let entries): "{" + entries.map { "\(Self.quoted($0.key)): \($0.value.flow)" }.joined(separator: ", ") + "}"
    case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
    }
  }

  /// Plain where nothing could be taken for anything else.
  static func quoted(_ text: String) -> String {
    let bytes = text.utf8
    func isPlain(_ byte: UInt8) -> Bool {
      (97...122).contains(byte | 32) || (48...57).contains(byte) || byte == 32 || byte == 46 || byte == 45 || byte == 95 || byte == 47
    }
    func isWord(_ byte: UInt8?) -> Bool { byte.map { (97...122).contains($0 | 32) || (48...57).contains($0) } ?? false }
    if isWord(bytes.first), bytes.last != 32, bytes.allSatisfy(isPlain), text != "null" { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      // Readers refuse what could be an anchor, even where it is none.
      case "&": out += "\\x26"
      case _
      where scalar.value < 32 || (127...0x9f).contains(scalar.value) || scalar.value == 0xfeff || scalar.value > 0xffff
        || scalar.value == 0x2028 || scalar.value == 0x2029 || scalar.value == 0xfffe || scalar.value == 0xffff:
        let digits = String(scalar.value, radix: 16)
        out += "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
