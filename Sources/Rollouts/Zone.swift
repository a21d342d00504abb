import Foundation

/// The time zone of a resource location. Knows the machine's zone data and nothing of the machine's own zone.
package struct Zone: Hashable, Sendable {
  /// As it was given.
  package let name: String
  private let rules: TimeZone

  /// Takes an IANA name (`Europe/Berlin`) or one of the Windows names that the product uses (`GMT Standard Time`); nil when it is neither.
  package init?(_ name: String) {
    guard let rules = TimeZone(identifier: WindowsZones.iana[name] ?? name) else { return nil }
    self.name = name
    self.rules = rules
  }

  private init() {
    name = "UTC"
    rules = .gmt
  }
  package static let utc = Zone()

  package static func == (a: Zone, b: Zone) -> Bool { a.name == b.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Seconds that the wall is ahead of UTC.
  func offset(at utc: Int64) -> Int64 { Int64(rules.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc)))) }
}

extension Zone: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let zone = Zone(name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(name)' is no known time zone; expected a name such as Europe/Berlin or GMT Standard Time")
    }
    self = zone
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
