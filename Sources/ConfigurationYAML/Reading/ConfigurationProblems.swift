/// One thing wrong in a file: where, in which field, what was expected and what to do.
package struct ConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as its reader called it.
  package var file: String
  /// From 1; a column counts Unicode scalars. 0 when the problem is the file's as a whole.
  package var line: Int
  package var column: Int
  /// The field, such as `supervision.pingEvery` or `machines[12].catalog`; empty for the file's as a whole.
  package var field: String
  package var text: String

  package init(file: String, line: Int, column: Int, field: String, text: String) {
    self.file = file
    self.line = line
    self.column = column
    self.field = field
    self.text = text
  }

  /// `connectord.yaml:12:14: supervision.pingEvery: '5 parsecs' is not a duration; write it as 250ms, 5s, 2m or 1h30m`.
  package var description: String {
    let place = line > 0 ? "\(file):\(line):\(column)" : file
    return field.isEmpty ? "\(place): \(text)" : "\(place): \(field): \(text)"
  }
}

/// Everything wrong in a file, in the order of the file; at most `limit`, and then how many more.
package struct ConfigurationProblems: Error, Hashable, Sendable, CustomStringConvertible {
  package static let limit = 50
  package var problems: [ConfigurationProblem]
  /// Problems found beyond `limit`.
  package var more: Int

  package init(_ found: [ConfigurationProblem]) {
    let sorted = found.enumerated().sorted { a, b in
      (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
    }
    problems = sorted.prefix(Self.limit).map(\.element)
    more = max(0, found.count - Self.limit)
  }

  /// A line for each problem.
  package var description: String {
    let lines = problems.map(\.description)
    return (more > 0 ? lines + ["and \(more) more"] : lines).joined(separator: "\n")
  }
}
