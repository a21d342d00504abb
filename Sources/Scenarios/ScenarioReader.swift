import World

/// Walks a document by the shapes of `Shapes` and collects everything that is not as it should be.
struct ScenarioReader {
  /// The fields of one mapping.
  struct Fields {
    var shape: Shape
    var path: String
    var node: DocumentNode
    var values: [String: DocumentNode]

    func path(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
  }
  let file: String
  var problems: [ScenarioFileProblem] = []
  /// `shape.key` of each field that was asked for.
  var asked: Set<String> = []

  init(file: String) { self.file = file }

  mutating func report(_ node: DocumentNode, _ field: String, expected: String, found: String? = nil) {
    report(line: node.line, column: node.column, field, expected, found ?? node.kind)
  }

  private mutating func report(line: Int, column: Int, _ field: String, _ expected: String, _ found: String) {
    problems.append(ScenarioFileProblem(file: file, line: line, column: column, field: field, expected: expected, found: found))
  }

  // MARK: Mappings and lists

  mutating func fields(_ node: DocumentNode, _ shape: Shape, _ path: String) -> Fields? {
    guard case .fields(let entries) = node.content else {
      report(node, path, expected: "a mapping with \(shape.fields.map(\.key).joined(separator: ", "))")
      return nil
    }
    var out = Fields(shape: shape, path: path, node: node, values: [:])
    for entry in entries {
      guard shape.field(entry.key) != nil else {
        let known = "one of the keys \(shape.fields.map(\.key).joined(separator: ", "))"
        report(line: entry.line, column: entry.column, out.path(entry.key), known, "'\(entry.key.prefix(60))'")
        continue
      }
      if out.values.updateValue(entry.value, forKey: entry.key) != nil {
        report(line: entry.line, column: entry.column, out.path(entry.key), "each key once", "'\(entry.key)' again")
      }
    }
    for field in shape.fields where field.isRequired && out.values[field.key] == nil {
      report(node, out.path(field.key), expected: "the key '\(field.key)' with \(field.type.expected)", found: "none")
    }
    return out
  }

  mutating func shape<Value>(_ fields: Fields, _ key: String, _ read: (inout ScenarioReader, DocumentNode, String) -> Value?) -> Value? {
    guard let node = value(fields, key) else { return nil }
    return read(&self, node, fields.path(key))
  }

  mutating func list<Item>(_ fields: Fields, _ key: String, _ read: (inout ScenarioReader, DocumentNode, String) -> Item?) -> [Item]? {
    guard let node = value(fields, key) else { return nil }
    guard case .list(let items) = node.content else {
      report(node, fields.path(key), expected: "a list")
      return nil
    }
    var out: [Item] = []
    for (index, item) in items.enumerated() { if let value = read(&self, item, "\(fields.path(key))[\(index)]") { out.append(value) } }
    return out
  }

  // MARK: Scalars

  /// The value of a field that may be left out; nil, and said, when it cannot be read.
  mutating func one<Value>(_ fields: Fields, _ key: String, _ read: (String) -> Value?) -> Value? {
    guard let node = value(fields, key) else { return nil }
    let expected = fields.shape.field(key)?.type.expected ?? "a value"
    guard case .text(let text) = node.content, let value = read(text) else {
      report(node, fields.path(key), expected: expected)
      return nil
    }
    return value
  }

  /// One text, or a list of texts.
  mutating func texts(_ fields: Fields, _ key: String) -> [String] {
    guard let node = value(fields, key) else { return [] }
    if case .text(let text) = node.content { return [text] }
    return list(fields, key) { reader, node, path in
      if case .text(let text) = node.content { return text }
      reader.report(node, path, expected: "a text")
      return nil
    } ?? []
  }

  mutating func text(_ fields: Fields, _ key: String) -> String? { one(fields, key) { $0 } }
  /// Not negative.
  mutating func duration(_ fields: Fields, _ key: String) -> Duration? {
    one(fields, key) { text in DurationText.read(text).flatMap { $0 >= .zero ? $0 : nil } }
  }
  mutating func version(_ fields: Fields, _ key: String) -> ReleaseVersion? { one(fields, key) { ReleaseVersion($0) } }
  mutating func flag(_ fields: Fields, _ key: String) -> Bool? { one(fields, key) { $0 == "true" ? true : $0 == "false" ? false : nil } }
  mutating func choice<Choice: RawRepresentable<String>>(_ fields: Fields, _ key: String, _ type: Choice.Type) -> Choice? {
    one(fields, key) { Choice(rawValue: $0) }
  }
  mutating func number(_ fields: Fields, _ key: String) -> Int? {
    guard case .number(let range)? = fields.shape.field(key)?.type else { return nil }
    return one(fields, key) { text in Int(text).flatMap { range.contains($0) && !text.hasPrefix("+") ? $0 : nil } }
  }

  /// What belongs to this kind of thing is there; what does not is not.
  mutating func require(_ fields: Fields, _ keys: [String], of what: String, among: [String]) {
    for key in keys where fields.values[key] == nil {
      let expected = fields.shape.field(key)?.type.expected ?? "a value"
      report(fields.node, fields.path(key), expected: "the key '\(key)' with \(expected), since this is '\(what)'", found: "none")
    }
    for key in among where !keys.contains(key) {
      if let node = fields.values[key] { report(node, fields.path(key), expected: "no key '\(key)' where it is '\(what)'", found: "one") }
    }
  }

  private mutating func value(_ fields: Fields, _ key: String) -> DocumentNode? {
    asked.insert("\(fields.shape.name).\(key)")
    return fields.values[key]
  }
}
