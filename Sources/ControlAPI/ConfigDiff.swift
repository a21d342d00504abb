package import ConnectorSettings

/// How a candidate configuration differs from the one in use.
package struct ConfigDiff: Hashable, Codable, Sendable {
  package struct Change: Hashable, Codable, Sendable {
    /// Keys joined by dots, such as `cloud.silenceLimit`.
    package var path: String
    /// Nil when it is not set.
    package var current: JSONValue?
    package var candidate: JSONValue?

    package init(path: String, current: JSONValue?, candidate: JSONValue?) {
      self.path = path
      self.current = current
      self.candidate = candidate
    }
  }

  /// In the order of their paths.
  package var changes: [Change]
  /// Why the candidate would not be taken: each with line, column and field. With any, `changes` is empty.
  package var problems: [String]

  package init(changes: [Change] = [], problems: [String] = []) {
    self.changes = changes
    self.problems = problems
  }

  package init(from current: ConnectorConfiguration, to candidate: ConnectorConfiguration) throws(FrameError) {
    let old = Dictionary(try JSONValue(current).leaves(), uniquingKeysWith: { $1 })
    let new = Dictionary(try JSONValue(candidate).leaves(), uniquingKeysWith: { $1 })
    let paths = Set(old.keys).union(new.keys).sorted()
    self.init(changes: paths.filter { old[$0] != new[$0] }.map { Change(path: $0, current: old[$0], candidate: new[$0]) })
  }
}

extension JSONValue {
  /// What is not an object, each with its keys joined by dots, in the order of these paths.
  package func leaves(_ path: String = "") -> [(String, JSONValue)] {
    guard case .object(let members) = self else { return [(path, self)] }
    return members.sorted { $0.key < $1.key }.flatMap { $0.value.leaves(path.isEmpty ? $0.key : "\(path).\($0.key)") }
  }
}
