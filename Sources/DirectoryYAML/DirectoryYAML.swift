package import Directory
import YAMLDocuments
import Yams

/// Reads the YAML description of a directory. `config/directory.yaml` is an example with every field.
package enum DirectoryYAML {
  /// Bytes; a description of 50,000 objects is smaller.
  package static let largest = 16 << 20

  /// The directory that a text describes, as a connector joined to `joinedDomain` sees it; nil means the root of the first forest.
  /// Throws `DirectoryFileError`, or `DirectoryError.unknownDomain`.
  package static func directory(_ text: String, file: String, joinedDomain: String?) throws -> SnapshotDirectory {
    try SnapshotDirectory(snapshot(text, file: file), joinedDomain: joinedDomain)
  }

  package static func snapshot(_ text: String, file: String) throws(DirectoryFileError) -> DirectorySnapshot {
    let root = try compose(text, file: file)
    var reader = DescriptionReader()
    let description = reader.description(root)
    guard reader.problems.isEmpty else { throw located(reader.problems, root, file) }
    do throws(DirectoryProblems) {
      return try DirectorySnapshot(description)
    } catch {
      throw located(error.problems, root, file)
    }
  }

  private static func compose(_ text: String, file: String) throws(DirectoryFileError) -> Node {
    do throws(YAMLDocumentProblem) {
      return try YAMLDocument.compose(text, largest: largest, firstKey: "forests")
    } catch {
      throw DirectoryFileError([
        DirectoryFileProblem(file: file, line: error.line, column: error.column, field: "", expected: error.expected, found: error.found)
      ])
    }
  }

  private static func located(_ problems: [DirectoryProblem], _ root: Node, _ file: String) -> DirectoryFileError {
    DirectoryFileError(
      problems.map { problem in
        let mark = mark(of: problem.path, in: root)
        return DirectoryFileProblem(
          file: file, line: mark.line, column: mark.column, field: problem.field, expected: problem.expected, found: problem.found)
      })
  }

  /// Where the value at a path stands, or the nearest thing above it that is there; an unknown key is pointed at itself.
  private static func mark(of path: [DirectoryProblem.Step], in root: Node) -> (line: Int, column: Int) {
    func place(_ node: Node) -> (line: Int, column: Int) { (node.mark?.line ?? 1, node.mark?.column ?? 1) }
    var at = root
    for (depth, step) in path.enumerated() {
      switch step {
      case .key(let key):
        guard let pair = at.mapping?.first(where: { $0.key.scalar?.string == key }) else { return place(at) }
        if depth == path.count - 1, !DescriptionReader.knownKeys.contains(key) { return place(pair.key) }
        at = pair.value
      case .index(let index):
        guard let list = at.sequence, list.indices.contains(index) else { return place(at) }
        at = list[index]
      }
    }
    return place(at)
  }
}
