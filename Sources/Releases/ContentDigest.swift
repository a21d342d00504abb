/// A SHA-256 digest: 64 lower-case hexadecimal digits, its only text form.
package struct ContentDigest: Hashable, Sendable, CustomStringConvertible, Codable {
  package let text: String

  package init?(_ text: String) {
    guard text.utf8.count == 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
    self.text = text
  }

  /// The first twelve digits: enough to tell releases of one version apart on one machine.
  package var short: String { String(text.prefix(12)) }
  package var description: String { text }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = ContentDigest(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected 64 lower-case hexadecimal digits")
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
