package import Simulation

/// What a line of the trace is to look like, column by column. A column that is not given may be anything.
package struct LinePattern: Hashable, Sendable {
  /// One column: any of these. `*` stands for any characters; a whole `$name` for whatever it was in the other pattern of the same expectation.
  package typealias Column = [String]
  package var node: Column
  package var what: Column
  package var subject: Column
  package var detail: Column

  package init(node: Column = [], what: Column = [], subject: Column = [], detail: Column = []) {
    (self.node, self.what, self.subject, self.detail) = (node, what, subject, detail)
  }

  /// - Parameter bound: what the variables stand for; a variable that is not in it yet is added when the line matches.
  package func matches(_ line: TraceLine, _ bound: inout [String: String]) -> Bool {
    var known = bound
    guard Self.holds(what, line.what, &known), Self.holds(node, line.node, &known), Self.holds(subject, line.subject, &known),
      Self.holds(detail, line.detail, &known)
    else { return false }
    bound = known
    return true
  }

  package func matches(_ line: TraceLine) -> Bool {
    var bound: [String: String] = [:]
    return matches(line, &bound)
  }

  /// For people: `node cloud, what started, subject $c`.
  package var text: String {
    let columns = [("node", node), ("what", what), ("subject", subject), ("detail", detail)].filter { !$0.1.isEmpty }
    return columns.isEmpty ? "any line" : columns.map { "\($0.0) \($0.1.joined(separator: " or "))" }.joined(separator: ", ")
  }

  private static func holds(_ column: Column, _ text: String, _ bound: inout [String: String]) -> Bool {
    guard !column.isEmpty else { return true }
    for pattern in column {
      if pattern.hasPrefix("$"), pattern.utf8.count > 1 {
        if let known = bound[pattern] {
          if known == text { return true }
        } else {
          bound[pattern] = text
          return true
        }
      } else if pattern == text || (pattern.utf8.contains(UInt8(ascii: "*")) && Self.glob(Array(pattern.utf8), Array(text.utf8))) {
        return true
      }
    }
    return false
  }

  /// One pass with one place to go back to: the last `*`.
  static func glob(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    var (at, read) = (0, 0)
    var back: (pattern: Int, text: Int)?
    while read < text.count {
      if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
        back = (at, read)
        at += 1
      } else if at < pattern.count, pattern[at] == text[read] {
        (at, read) = (at + 1, read + 1)
      } else if let last = back {
        back = (last.pattern, last.text + 1)
        (at, read) = (last.pattern + 1, last.text + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
