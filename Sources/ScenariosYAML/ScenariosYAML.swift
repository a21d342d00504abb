package import Scenarios
import Yams

/// Reads scenario files. The files of `config/scenarios/incidents` are examples.
package enum ScenariosYAML {
  /// Bytes; a drawn scenario of a hundred thousand faults is smaller.
  package static let largest = 32 << 20

  /// - Parameter file: its name, for messages.
  package static func read(_ text: String, file: String) throws(ScenarioFileError) -> ScenarioFile {
    try ScenarioReading.read(document(text, file: file), file: file)
  }

  /// The document's tree. Anchors and aliases are refused before any parsing: nested aliases grow exponentially.
  package static func document(_ text: String, file: String) throws(ScenarioFileError) -> DocumentNode {
    func fail(_ line: Int, _ column: Int, _ expected: String, _ found: String) -> ScenarioFileError {
      ScenarioFileError([ScenarioFileProblem(file: file, line: line, column: column, field: "", expected: expected, found: found)])
    }
    guard text.utf8.count <= largest else { throw fail(1, 1, "a file of at most \(largest) bytes", "\(text.utf8.count) bytes") }
    if let (line, column) = AnchorScan.first(in: text) {
      throw fail(line, column, "no anchor ('&' before a word); write the value out, and '& ' with a blank in plain text", "an anchor")
    }
    do {
      guard let root = try Parser(yaml: text, encoding: .utf8).singleRoot() else {
        throw fail(1, 1, "a mapping with the key 'name'", "an empty file")
      }
      return node(root)
    } catch let error as ScenarioFileError {
      throw error
    } catch let error as YamlError {
      let (line, column, problem) = place(of: error)
      throw fail(line, column, "well-formed YAML", problem)
    } catch {
      throw fail(1, 1, "well-formed YAML", "an unreadable document")
    }
  }

  private static func node(_ node: Node) -> DocumentNode {
    let (line, column) = (node.mark?.line ?? 1, node.mark?.column ?? 1)
    let content: DocumentNode.Content =
      switch node {
      case .mapping(let mapping):
        .fields(
          mapping.map { key, value in
            // A key that is no plain word is unknown to every shape.
            DocumentNode.Entry(
              key.scalar?.string ?? "a mapping or list as a key", line: key.mark?.line ?? 1, column: key.mark?.column ?? 1, Self.node(value))
          })
      case .sequence(let items): .list(items.map { Self.node($0) })
      case .scalar(let scalar): scalar.style == .plain && ["", "~", "null"].contains(scalar.string) ? .nothing : .text(scalar.string)
      case .alias: .nothing
      }
    return DocumentNode(content, line: line, column: column)
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
