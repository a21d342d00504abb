/// What a document may have at most. Beyond it `XMLReader` refuses the document; nothing is cut off.
package struct XMLLimits: Hashable, Sendable {
  /// Of the whole document, as it came.
  package var bytes = 1 << 20
  /// Elements within elements, the root counted.
  package var depth = 64
  package var elements = 20_000
  /// Of one element.
  package var attributes = 64
  /// Of all texts and attribute values together, as UTF-8. In UTF-8 and UTF-16 more than `bytes` of them cannot come; from windows-1252 three times as much.
  package var text = 1 << 20

  package init() {}
}

/// Why a document cannot be read, and where.
package struct XMLReadError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Not well-formed.
    case malformed
    /// A limit is passed.
    case tooLarge, tooDeep, tooMany
    /// An encoding that is not read, or bytes that are not of the one that the document names.
    case encoding
    /// Entities are declared or referred to, beside the five that XML has.
    case entity
  }
  package var kind: Kind
  package var what: String
  /// Both from 1; the column counts bytes.
  package var line: Int
  package var column: Int

  package init(_ kind: Kind, _ what: String, line: Int, column: Int) {
    self.kind = kind
    self.what = what
    self.line = line
    self.column = column
  }

  package var description: String { "line \(line), column \(column): \(what)" }
}
