/// Text or bytes that are not the identifier they should be. Says what was expected and what stands there instead.
package struct IdentifierError: Error, Hashable, Sendable, CustomStringConvertible {
  package var expected: String
  package var found: String

  package init(expected: String, found: String) {
    self.expected = expected
    self.found = found
  }

  package var description: String { "expected \(expected), found '\(Self.shortened(found))'" }

  /// At most 80 characters, without control characters: what a person typed may be anything.
  static func shortened(_ text: String) -> String {
    let printable = String(text.prefix(80).unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) })
    return text.count > 80 ? printable + "…" : printable
  }
}
