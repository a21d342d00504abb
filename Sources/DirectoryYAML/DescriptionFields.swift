import Directory
import Yams

/// Typed fields of a mapping. A field that is missing or of the wrong type is reported once and read as nil.
extension DescriptionReader {
  mutating func report(_ path: Path, expected: String, found: String) { problems.append(DirectoryProblem(path, expected: expected, found: found)) }

  /// The values of a mapping by key; unknown keys are reported. Nil when the node is no mapping.
  mutating func fields(_ node: Node, _ path: Path, _ allowed: [String]) -> [String: Node]? {
    guard let mapping = node.mapping else {
      report(path, expected: "a mapping with \(allowed.joined(separator: ", "))", found: Self.kind(node))
      return nil
    }
    var out: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        report(path, expected: "plain words as keys", found: Self.kind(key))
        continue
      }
      guard allowed.contains(name) else {
        report(path + [.key(name)], expected: "one of the keys \(allowed.joined(separator: ", "))", found: "'\(name)'")
        continue
      }
      out[name] = value
    }
    return out
  }

  mutating func text(_ fields: [String: Node], _ key: String, _ path: Path) -> String? {
    guard let node = fields[key] else {
      report(path + [.key(key)], expected: "the key '\(key)' with a text", found: "none")
      return nil
    }
    return scalar(node, path + [.key(key)], expected: "a text")
  }

  mutating func optionalText(_ fields: [String: Node], _ key: String, _ path: Path) -> String? {
    fields[key] == nil ? nil : text(fields, key, path)
  }

  mutating func texts(_ fields: [String: Node], _ key: String, _ path: Path) -> [String] {
    list(fields, key, path) { reader, node, path in reader.scalar(node, path, expected: "a text") }
  }

  mutating func number(_ fields: [String: Node], _ key: String, _ path: Path) -> UInt32? {
    let wanted = "a whole number from 500 to \(UInt32.max)"
    guard let node = fields[key] else {
      report(path + [.key(key)], expected: "the key '\(key)' with \(wanted)", found: "none")
      return nil
    }
    guard let text = scalar(node, path + [.key(key)], expected: wanted) else { return nil }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt32(text) else {
      report(path + [.key(key)], expected: wanted, found: "'\(text)'")
      return nil
    }
    return value
  }

  mutating func flag(_ fields: [String: Node], _ key: String, _ path: Path) -> Bool? {
    guard let node = fields[key], let text = scalar(node, path + [.key(key)], expected: "true or false") else { return nil }
    if text == "true" || text == "false" { return text == "true" }
    report(path + [.key(key)], expected: "true or false", found: "'\(text)'")
    return nil
  }

  mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ fields: [String: Node], _ key: String, _ path: Path, _ type: Choice.Type
  ) -> Choice? {
    let wanted = "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")
    guard let node = fields[key] else {
      report(path + [.key(key)], expected: "the key '\(key)' with \(wanted)", found: "none")
      return nil
    }
    guard let text = scalar(node, path + [.key(key)], expected: wanted) else { return nil }
    guard let value = Choice(rawValue: text) else {
      report(path + [.key(key)], expected: wanted, found: "'\(text)'")
      return nil
    }
    return value
  }

  mutating func identifier<Value>(
    _ fields: [String: Node], _ key: String, _ path: Path, required: Bool, _ parse: (String) throws(IdentifierError) -> Value
  ) -> Value? {
    guard required || fields[key] != nil, let text = text(fields, key, path) else { return nil }
    do throws(IdentifierError) {
      return try parse(text)
    } catch {
      report(path + [.key(key)], expected: error.expected, found: "'\(error.found)'")
      return nil
    }
  }

  /// The items of a list that could be read; a missing list is empty.
  mutating func list<Item>(
    _ fields: [String: Node], _ key: String, _ path: Path, _ read: (inout DescriptionReader, Node, Path) -> Item?
  ) -> [Item] {
    guard let node = fields[key] else { return [] }
    guard let items = node.sequence else {
      report(path + [.key(key)], expected: "a list", found: Self.kind(node))
      return []
    }
    var out: [Item] = []
    for (at, item) in items.enumerated() { if let value = read(&self, item, path + [.key(key), .index(at)]) { out.append(value) } }
    return out
  }

  mutating func scalar(_ node: Node, _ path: Path, expected: String) -> String? {
    guard let scalar = node.scalar, scalar.style != .plain || !["", "~", "null"].contains(scalar.string) else {
      report(path, expected: expected, found: Self.kind(node))
      return nil
    }
    return scalar.string
  }

  private static func kind(_ node: Node) -> String {
    switch node {
    case .mapping: "a mapping"
    case .sequence: "a list"
    case .scalar(let scalar): ["", "~", "null"].contains(scalar.string) ? "nothing" : "'\(scalar.string)'"
    case .alias: "an alias"
    }
  }
}
