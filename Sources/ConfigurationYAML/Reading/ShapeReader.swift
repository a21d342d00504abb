import ConnectorSettings
import Yams

/// Checks a parsed file against its shape, reports everything that does not fit, and gives the tree with the defaults filled in.
struct ShapeReader {
  let file: String
  /// Relative paths are taken from here.
  let folder: String
  var problems: [ConfigurationProblem] = []
  /// Where each field's value stands (its key, for a block); for the checks that come after.
  var places: [String: Place] = [:]
  /// The original of a key that comes again later in its block, or nil.
  private let duplicate: (String) -> String?
  /// How many more nodes are read: a bound on what aliases can multiply to.
  private var budget: Int

  struct Place: Hashable {
    var line: Int
    var column: Int
  }

  init(_ text: YAMLText, folder: String, nodes: Int) {
    file = text.file
    problems = text.problems
    duplicate = text.duplicate
    self.folder = folder
    budget = nodes
  }

  mutating func add(_ field: String, _ place: Place, _ text: String) {
    problems.append(ConfigurationProblem(file: file, line: place.line, column: place.column, field: field, text: text))
  }

  /// Adds a problem of a field, at `place` or that of the nearest block that is in the file.
  mutating func addAt(_ field: String, _ text: String, place: Place? = nil) {
    if let place { return add(field, place, text) }
    var path = field[...]
    while places[String(path)] == nil, let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) { path = path[..<cut] }
    add(field, places[String(path)] ?? Place(line: 1, column: 1), text)
  }

  /// Nil for a value that did not fit; its problem has been reported.
  mutating func read(_ node: Node?, as shape: Shape, _ field: String, at fallback: Place) -> Tree? {
    let place = node?.mark.map { Place(line: $0.line, column: $0.column) } ?? fallback
    places[field] = place
    guard budget > 0 else { return nil }
    budget -= 1
    if budget == 0 {
      add(field, place, "the file holds more values than are read; aliases that multiply are refused")
      return nil
    }
    switch shape {
    case .record(let fields): return record(node, fields, field, place)
    case .settings: return settings(node, field, place)
    case .list(let item): return list(node, item, field, place)
    default:
      guard case .scalar(let scalar)? = node else {
        add(field, place, "here stands \(Self.kind(of: node)); write \(shape.expected)")
        return nil
      }
      let (tree, problem) = ScalarReader.read(scalar.string, plain: scalar.style == .plain || scalar.style == .any, as: shape)
      if let problem { add(field, place, problem) }
      if case .text(.path) = shape, case .text(let path)? = tree { return .text(resolved(path)) }
      return tree
    }
  }

  private mutating func record(_ node: Node?, _ fields: [ShapeField], _ field: String, _ place: Place) -> Tree? {
    var seen: [String: (key: Place, value: Node)] = [:]
    switch node {
    case nil: break
    case .scalar(let scalar)? where ScalarReader.isNull(scalar.string, plain: scalar.style == .plain || scalar.style == .any): break
    case .mapping(let mapping)?:
      for (keyNode, value) in mapping { note(keyNode, value, fields, field, place, &seen) }
      for (keyNode, _) in mapping { noteDuplicate(keyNode, field) { seen[$0]?.key.line } }
    default:
      add(field, place, "here stands \(Self.kind(of: node)); write \(Shape.record(fields).expected)")
      return nil
    }
    var members: [Tree.Member] = []
    var whole = true
    for known in fields {
      let path = field.isEmpty ? known.key : "\(field).\(known.key)"
      let entry = seen[known.key]
      if let entry, !Self.isNull(entry.value) || Self.isBlock(known.shape) {
        if let value = read(entry.value, as: known.shape, path, at: entry.key) { members.append(.init(known.key, value)) } else { whole = false }
        continue
      }
      switch known.presence {
      case .optional: break
      case .defaulted(let value):
        if let entry { add(path, entry.key, "has no value; write \(known.shape.expected), or take the line out for the default \(value.shown)") }
        if let value = filled(known.shape, value, path, place) { members.append(.init(known.key, value)) } else { whole = false }
      case .required:
        whole = false
        // Without any of its keys a required block is missing key by key, so that each can say what it expects.
        if case .record = known.shape, entry == nil {
          _ = read(nil, as: known.shape, path, at: place)
        } else {
          add(path, entry?.key ?? place, "\(entry == nil ? "is missing" : "has no value"); add \(known.key): with \(known.shape.expected)")
        }
      }
    }
    return whole ? .record(members) : nil
  }

  /// The default, with the defaults of its own keys when it is a block.
  private mutating func filled(_ shape: Shape, _ value: Tree, _ path: String, _ place: Place) -> Tree? {
    guard case .record(let fields) = shape else { return value }
    return record(nil, fields, path, place)
  }

  private mutating func note(
    _ keyNode: Node, _ value: Node, _ fields: [ShapeField], _ field: String, _ place: Place, _ seen: inout [String: (key: Place, value: Node)]
  ) {
    let keyPlace = keyNode.mark.map { Place(line: $0.line, column: $0.column) } ?? place
    guard case .scalar(let scalar) = keyNode else { return add(field, keyPlace, "a key must be a text, not \(Self.kind(of: keyNode))") }
    let path = { (key: String) in field.isEmpty ? key : "\(field).\(key)" }
    if duplicate(scalar.string) != nil { return }
    guard fields.contains(where: { $0.key == scalar.string }) else {
      let shown = scalar.string.count > 80 ? scalar.string.prefix(80) + "…" : scalar.string[...]
      let keys = fields.map(\.key)
      let hint = NearestKey.find(scalar.string, in: keys).map { "did you mean '\($0)'?" } ?? "the keys here are \(keys.joined(separator: ", "))"
      return add(path(String(shown)), keyPlace, "there is no such key; \(hint)")
    }
    seen[scalar.string] = (keyPlace, value)
  }

  private mutating func noteDuplicate(_ keyNode: Node, _ field: String, line: (String) -> Int?) {
    guard case .scalar(let scalar) = keyNode, let key = duplicate(scalar.string), let mark = keyNode.mark else { return }
    let again = line(key).map { " in line \($0)" } ?? " below"
    add(field.isEmpty ? key : "\(field).\(key)", Place(line: mark.line, column: mark.column), "the key stands again\(again); keep one of the two")
  }

  private mutating func list(_ node: Node?, _ item: Shape, _ field: String, _ place: Place) -> Tree? {
    if let node, Self.isNull(node) { return .list([]) }
    guard case .sequence(let sequence)? = node else {
      add(field, place, "here stands \(Self.kind(of: node)); write a list: lines that start with '- ', or [a, b]")
      return nil
    }
    var items: [Tree] = []
    var whole = true
    for (index, element) in sequence.enumerated() {
      if let value = read(element, as: item, "\(field)[\(index)]", at: place) { items.append(value) } else { whole = false }
      if budget == 0 { return nil }
    }
    return whole ? .list(items) : nil
  }

  private mutating func settings(_ node: Node?, _ field: String, _ place: Place) -> Tree? {
    if let node, Self.isNull(node) { return .record([]) }
    guard case .mapping(let mapping)? = node else {
      add(field, place, "here stands \(Self.kind(of: node)); write \(Shape.settings.expected)")
      return nil
    }
    var members: [Tree.Member] = []
    for (key, value) in mapping {
      let keyPlace = key.mark.map { Place(line: $0.line, column: $0.column) } ?? place
      guard case .scalar(let name) = key else {
        add(field, keyPlace, "a name must be a text")
        continue
      }
      if duplicate(name.string) != nil {
        noteDuplicate(key, field) { original in mapping.first { $0.key.string == original }?.key.mark?.line }
        continue
      }
      guard case .scalar(let scalar) = value else {
        add(field, keyPlace, "'\(name.string)' must be a text, a whole number, true or false")
        continue
      }
      places["\(field).\(name.string)"] = keyPlace
      members.append(.init(name.string, ScalarReader.setting(scalar.string, plain: scalar.style == .plain || scalar.style == .any)))
    }
    return .record(members)
  }

  private func resolved(_ path: String) -> String { Self.resolved(path, folder) }

  /// A relative path from `folder`; empty leaves it as it is.
  static func resolved(_ path: String, _ folder: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty { return path }
    let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return folder.hasSuffix("/") ? folder + relative : "\(folder)/\(relative)"
  }

  private static func isBlock(_ shape: Shape) -> Bool {
    switch shape {
    case .record, .settings, .list: true
    default: false
    }
  }

  private static func isNull(_ node: Node) -> Bool {
    if case .scalar(let scalar) = node { return ScalarReader.isNull(scalar.string, plain: scalar.style == .plain || scalar.style == .any) }
    return false
  }

  private static func kind(of node: Node?) -> String {
    switch node {
    case .scalar(let scalar)?: scalar.string.isEmpty ? "nothing" : "the text '\(scalar.string.prefix(40))'"
    case .sequence?: "a list"
    case .mapping?: "a block"
    default: "nothing"
    }
  }
}
