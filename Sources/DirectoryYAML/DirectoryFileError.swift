/// One thing wrong in a directory file, and where.
package struct DirectoryFileProblem: Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int
  /// Such as `forests[0].domains[1].users[3].rid`; empty for the file as a whole.
  package var field: String
  package var expected: String
  package var found: String

  package var description: String { "\(file):\(line):\(column): \(field.isEmpty ? "" : field + ": ")expected \(expected), found \(found)" }
}

/// A directory file that cannot be used. Never empty.
package struct DirectoryFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// In the order of the file, at most `shown`.
  package var problems: [DirectoryFileProblem]
  /// How many more there are.
  package var more: Int

  package static let shown = 20

  init(_ problems: [DirectoryFileProblem]) {
    self.problems = Array(problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }.prefix(Self.shown))
    more = max(0, problems.count - Self.shown)
  }

  package var description: String { problems.map(\.description).joined(separator: "\n") + (more > 0 ? "\nand \(more) more" : "") }
}
