package import Yams

/// Why a text is not one YAML document of the kind that is taken from outside, and where.
package struct YAMLDocumentProblem: Error, Hashable, Sendable {
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int
  package var expected: String
  package var found: String

  init(_ line: Int, _ column: Int, _ expected: String, _ found: String) {
    (self.line, self.column, self.expected, self.found) = (line, column, expected, found)
  }
}

/// Composes a YAML text from outside.
package enum YAMLDocument {
  /// The document's tree. Anchors and aliases are refused before any parsing: nested aliases grow exponentially.
  ///
  /// - Parameters:
  ///   - largest: bytes.
  ///   - firstKey: a key that every such file has, for whoever gives an empty one.
  package static func compose(_ text: String, largest: Int, firstKey: String) throws(YAMLDocumentProblem) -> Node {
    guard text.utf8.count <= largest else { throw YAMLDocumentProblem(1, 1, "a file of at most \(largest) bytes", "\(text.utf8.count) bytes") }
    if let (line, column) = AnchorScan.first(in: text) {
      throw YAMLDocumentProblem(
        line, column, "no anchor ('&' before a word); write the value out, and '& ' with a blank in plain text", "an anchor")
    }
    guard let root = try root(of: text) else { throw YAMLDocumentProblem(1, 1, "a mapping with the key '\(firstKey)'", "an empty file") }
    return root
  }

  private static func root(of text: String) throws(YAMLDocumentProblem) -> Node? {
    do { return try Parser(yaml: text, encoding: .utf8).singleRoot() } catch {
      let (line, column, problem) = (error as? YamlError).map(place) ?? (1, 1, "an unreadable document")
      throw YAMLDocumentProblem(line, column, "well-formed YAML", problem)
    }
  }

  private static func place(of error: YamlError) -> (Int, Int, String) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      // libyaml's context says what it was reading and where that began, which is where a broken indent shows.
      let begun = context.map { " (\($0.text) of line \($0.mark.line))" } ?? ""
      return (mark.line, mark.column, problem + begun)
    case .duplicatedKeysInMapping(let keys, let context):
      return (context.mark.line, context.mark.column, "the same key again: \(keys.joined(separator: ", "))")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
      return (line, before.reversed().prefix { !$0.isNewline }.count + 1, problem)
    default: return (1, 1, "an unreadable document")
    }
  }
}
