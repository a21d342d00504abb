/// A piece of a document with its place: what a scenario is read from, whatever parsed it.
package struct DocumentNode: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var key: String
    package var line: Int
    package var column: Int
    package var value: DocumentNode

    package init(_ key: String, line: Int, column: Int, _ value: DocumentNode) {
      (self.key, self.line, self.column, self.value) = (key, line, column, value)
    }
  }
  package enum Content: Hashable, Sendable {
    case fields([Entry])
    case list([DocumentNode])
    case text(String)
    /// A value that was left out.
    case nothing
  }
  package var content: Content
  /// Both from 1.
  package var line: Int
  package var column: Int

  package init(_ content: Content, line: Int, column: Int) {
    (self.content, self.line, self.column) = (content, line, column)
  }

  /// What it is, for messages.
  var kind: String {
    switch content {
    case .fields: "a mapping"
    case .list: "a list"
    case .text(let text): "'\(text.prefix(60))'"
    case .nothing: "nothing"
    }
  }
}
