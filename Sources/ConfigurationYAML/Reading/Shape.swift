package import ConnectorSettings

/// What a value in a file must be. The reader, the JSON Schema and the reference page all come from one of these.
package indirect enum Shape: Sendable {
  case text(TextForm)
  case integer(ClosedRange<Int>)
  case flag
  /// One of these words.
  case choice([String])
  case duration(TimeSpan, TimeSpan)
  case list(Shape)
  /// Free keys, each with a text, a whole number or a flag.
  case settings
  case record([ShapeField])

  package var isRecord: Bool { if case .record = self { true } else { false } }

  /// As a sentence says it: "a duration from 1ms to 1h".
  package var expected: String {
    switch self {
    case .text(let form): form.expected
    case .integer(let range):
      if range.upperBound == .max {
        "a whole number, \(range.lowerBound) or more"
      } else {
        "a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
    case .flag: "true or false"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .duration(let least, let most): "a duration from \(least) to \(most)"
    case .list(let item): "a list, each item \(item.expected)"
    case .settings: "a block of 'name: value' lines"
    case .record: "a block of 'key: value' lines"
    }
  }
}

/// A key of a record.
package struct ShapeField: Sendable {
  package enum Presence: Sendable {
    case required
    case optional
    case defaulted(Tree)
  }
  package var key: String
  package var shape: Shape
  package var presence: Presence
  /// One or two sentences for the reference page.
  package var doc: String

  package init(_ key: String, _ shape: Shape, _ presence: Presence = .required, _ doc: String = "") {
    self.key = key
    self.shape = shape
    self.presence = presence
    self.doc = doc
  }
}
