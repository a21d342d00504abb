/// The place of one setting: words joined by `\`, such as `HKLM\Software\Citrix\CloudServices\AgentFoundation\InMaintenance`. The last word names the
/// value, those before it its key. Printable ASCII,
/// kept as written, compared without regard to case.
package struct RegistryPath: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Words, bytes of one word, bytes of all: chosen, well below the product's (255 characters a key).
  package static let maxDepth = 16
  package static let maxWord = 64
  package static let maxLength = 400

  package let text: String
  /// What is compared.
  package let folded: String

  package init(_ text: String) throws(RegistryPathError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.maxLength else { throw RegistryPathError("expected at most \(Self.maxLength) bytes; got \(bytes.count)") }
    let folded = Self.fold(text)
    guard folded == "hklm" || folded.utf8.starts(with: "hklm\\".utf8) else {
      throw RegistryPathError("expected a path that begins with HKLM\\, such as \(Self.example); got '\(ReasonText(text).text)'")
    }
    let words = bytes.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
    guard (2...Self.maxDepth).contains(words.count) else {
      throw RegistryPathError("expected 2 to \(Self.maxDepth) words joined by \\; got \(words.count)")
    }
    for word in words {
      guard (1...Self.maxWord).contains(word.count) else {
        throw RegistryPathError("expected words of 1 to \(Self.maxWord) bytes between the \\; got one of \(word.count)")
      }
      guard word.first != UInt8(ascii: " "), word.last != UInt8(ascii: " "),
        word.allSatisfy({ (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "/") })
      else {
        let shown = ReasonText(String(decoding: word, as: UTF8.self)).text
        throw RegistryPathError("expected words of printable ASCII without / and without a blank at either end; got '\(shown)'")
      }
    }
    self.text = text
    self.folded = folded
  }

  /// For paths in the source; stops a test, never a user.
  init(known text: StaticString) {
    self.text = "\(text)"
    folded = Self.fold(self.text)
  }

  /// True for the path itself and all below it.
  package func isAtOrBelow(_ other: RegistryPath) -> Bool { folded == other.folded || folded.utf8.starts(with: "\(other.folded)\\".utf8) }

  package static func == (a: RegistryPath, b: RegistryPath) -> Bool { a.folded == b.folded }
  package static func < (a: RegistryPath, b: RegistryPath) -> Bool { a.folded.utf8.lexicographicallyPrecedes(b.folded.utf8) }
  package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
  package var description: String { text }

  static let example = #"HKLM\Software\Citrix\CloudServices\AgentFoundation\InMaintenance"#

  private static func fold(_ text: String) -> String {
    String(decoding: text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
}

package struct RegistryPathError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  init(_ description: String) { self.description = description }
}

/// A typed value, within the limits that its type says.
package enum RegistryValue: Hashable, Sendable {
  /// At most `maxText` bytes.
  case string(String)
  case integer(Int64)
  case boolean(Bool)
  /// At most `maxStrings`, each of at most `maxText` bytes.
  case strings([String])

  package enum ValueType: String, CaseIterable, Codable, Sendable { case string, integer, boolean, strings }

  package static let maxText = 4096
  package static let maxStrings = 64
  /// Bytes of a list together: it must fit a frame with room to spare.
  package static let maxTotal = 32_768

  package var type: ValueType {
    switch self {
    case .string: .string
    case .integer: .integer
    case .boolean: .boolean
    case .strings: .strings
    }
  }

  /// Nil when it is within its limits, otherwise what is wrong.
  package var fault: String? {
    switch self {
    case .integer, .boolean: nil
    case .string(let text): text.utf8.count <= Self.maxText ? nil : "expected a text of at most \(Self.maxText) bytes; got \(text.utf8.count)"
    case .strings(let texts):
      if texts.count > Self.maxStrings {
        "expected at most \(Self.maxStrings) texts; got \(texts.count)"
      } else if let long = texts.first(where: { $0.utf8.count > Self.maxText }) {
        "expected texts of at most \(Self.maxText) bytes; got one of \(long.utf8.count)"
      } else if texts.reduce(0, { $0 + $1.utf8.count }) > Self.maxTotal {
        "expected at most \(Self.maxTotal) bytes of texts together"
      } else {
        nil
      }
    }
  }

  /// Reads what a person typed as `type`: `1`, `true`, `yes`, `on`; texts of a list are separated by `;`. Nil when it cannot be read so.
  package init?(_ text: String, as type: ValueType) {
    switch type {
    case .string: self = .string(text)
    case .integer:
      guard let number = Int64(text) else { return nil }
      self = .integer(number)
    case .boolean:
      switch text.lowercased() {
      case "true", "yes", "on", "1": self = .boolean(true)
      case "false", "no", "off", "0": self = .boolean(false)
      default: return nil
      }
    case .strings: self = .strings(text.isEmpty ? [] : text.split(separator: ";", omittingEmptySubsequences: false).map(String.init))
    }
  }
}

package struct RegistryEntry: Hashable, Codable, Sendable {
  package var path: RegistryPath
  package var value: RegistryValue

  package init(_ path: RegistryPath, _ value: RegistryValue) {
    self.path = path
    self.value = value
  }
}
