/// What a field takes. The reader, its messages and the schema all follow from it.
package indirect enum FieldType: Hashable, Sendable {
  case text
  case duration
  /// ISO 8601, UTC.
  case time
  case version
  case flag
  case number(ClosedRange<Int>)
  case seeds
  case zone
  case schedule
  case window
  case counts
  case countRange
  case choice([String])
  case shape(String)
  case list(FieldType)
  /// One, or a list of them.
  case some(FieldType)

  package var expected: String {
    switch self {
    case .text: "a text"
    case .duration: DurationText.form
    case .time: "a time in UTC such as 2026-03-05T05:00:00Z"
    case .version: "a version such as 4.370.0.1227"
    case .flag: "true or false"
    case .number(let range): "a whole number from \(range.lowerBound)" + (range.upperBound == .max ? "" : " to \(range.upperBound)")
    case .seeds: "a seed such as 7, or seeds such as 1..20 (at most a million)"
    case .zone: "a time zone such as Europe/Berlin or GMT Standard Time"
    case .schedule: "'now', a time such as '18:00', or a day and a time such as 'Tue 18:00'"
    case .window: "a duration from 1m to 23h"
    case .counts: "a mapping of names of counts to numbers"
    case .countRange: "a number or a range such as 3, 2..4, 1.. or ..5"
    case .choice(let names): "one of " + names.joined(separator: ", ")
    case .shape(let name): "a mapping (\(name))"
    case .list(let item): "a list, each item \(item.expected)"
    case .some(let item): "\(item.expected), or a list of that"
    }
  }
}

/// One field of a mapping.
package struct Field: Hashable, Sendable {
  package var key: String
  package var type: FieldType
  package var isRequired: Bool
  /// For people, in a sentence or two.
  package var says: String

  init(_ key: String, _ type: FieldType, required: Bool = false, _ says: String) {
    (self.key, self.type, self.isRequired, self.says) = (key, type, required, says)
  }
}

/// A mapping of a scenario file: all fields that it may have.
package struct Shape: Hashable, Sendable {
  package var name: String
  package var says: String
  package var fields: [Field]

  init(_ name: String, _ says: String, _ fields: [Field]) { (self.name, self.says, self.fields) = (name, says, fields) }

  func field(_ key: String) -> Field? { fields.first { $0.key == key } }
}
