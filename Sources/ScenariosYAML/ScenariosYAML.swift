package import Scenarios
import YAMLDocuments
import Yams

/// Reads scenario files. The files of `config/scenarios/incidents` are examples.
package enum ScenariosYAML {
  /// Bytes; a drawn scenario of a hundred thousand faults is smaller.
  package static let largest = 32 << 20

  /// - Parameter file: its name, for messages.
  package static func read(_ text: String, file: String) throws(ScenarioFileError) -> ScenarioFile {
    try ScenarioReading.read(document(text, file: file), file: file)
  }

  /// The document's tree.
  package static func document(_ text: String, file: String) throws(ScenarioFileError) -> DocumentNode {
    do throws(YAMLDocumentProblem) {
      return node(try YAMLDocument.compose(text, largest: largest, firstKey: "name"))
    } catch {
      throw ScenarioFileError([
        ScenarioFileProblem(file: file, line: error.line, column: error.column, field: "", expected: error.expected, found: error.found)
      ])
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
}
