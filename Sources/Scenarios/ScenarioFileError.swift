/// One thing wrong in a scenario file, and where.
package struct ScenarioFileProblem: Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// Both from 1.
  package var line: Int
  package var column: Int
  /// Such as `faults[2].target`; empty for the file as a whole.
  package var field: String
  package var expected: String
  package var found: String

  package init(file: String, line: Int, column: Int, field: String, expected: String, found: String) {
    (self.file, self.line, self.column) = (file, line, column)
    (self.field, self.expected, self.found) = (field, expected, found)
  }

  package var description: String { "\(file):\(line):\(column): \(field.isEmpty ? "" : field + ": ")expected \(expected), found \(found)" }
}

/// A scenario file that cannot be used. Never empty.
package struct ScenarioFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// In the order of the file, at most `shown`.
  package var problems: [ScenarioFileProblem]
  /// How many more there are.
  package var more: Int

  package static let shown = 20

  package init(_ problems: [ScenarioFileProblem]) {
    self.problems = Array(problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }.prefix(Self.shown))
    more = max(0, problems.count - Self.shown)
  }

  package var description: String { problems.map(\.description).joined(separator: "\n") + (more > 0 ? "\nand \(more) more" : "") }
}
