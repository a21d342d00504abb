package import Directory
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

  /// The document's tree. Anchors and aliases are refused before any parsing: nested aliases grow exponentially.
  private static func compose(_ text: String, file: String) throws(DirectoryFileError) -> Node {
    func fail(_ line: Int, _ column: Int, _ expected: String, _ found: String) -> DirectoryFileError {
      DirectoryFileError([DirectoryFileProblem(file: file, line: line, column: column, field: "", expected: expected, found: found)])
    }
    guard text.utf8.count <= largest else { throw fail(1, 1, "a file of at most \(largest) bytes", "\(text.utf8.count) bytes") }
    if let (line, column) = AnchorScan.first(in: text) {
      throw fail(line, column, "no anchor ('&' before a word); write the value out, and '& ' with a blank in plain text", "an anchor")
    }
    do {
      guard let root = try Parser(yaml: text, encoding: .utf8).singleRoot() else {
        throw fail(1, 1, "a mapping with the key 'forests'", "an empty file")
      }
      return root
    } catch let error as DirectoryFileError {
      throw error
    } catch let error as YamlError {
      let (line, column, problem) = place(of: error)
      throw fail(line, column, "well-formed YAML", problem)
    } catch {
      throw fail(1, 1, "well-formed YAML", "an unreadable document")
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

/// Finds what could be an anchor without parsing: `&` and a character that is not blank, at the start or after a blank or one of `[{,:?-`.
/// Each anchor of YAML 1.1 stands like that, so none gets by; plain text such as `R &D` is refused too.
enum AnchorScan {
  static func first(in text: String) -> (line: Int, column: Int)? {
    var (line, column) = (1, 1)
    var before: Unicode.Scalar = " "
    var open = false
    for scalar in text.unicodeScalars {
      if open, !scalar.properties.isWhitespace { return (line, column - 1) }
      open = scalar == "&" && (before.properties.isWhitespace || "[{,:?-\u{feff}".unicodeScalars.contains(before))
      before = scalar
      column += 1
      if scalar == "\n" { (line, column) = (line + 1, 1) }
    }
    return nil
  }
}
