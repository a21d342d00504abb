import FoundationEssentials
package import World

/// A record as programs read it, the console and the lab among them: one JSON object. Its keys are stable; `fields` are typed as the catalog says.
/// `sequence` counts without a hole within one `boot`: a missing number is a lost event.
package struct EventLine: Hashable, Codable, Sendable {
  package var time: WallTime
  package var boot: String
  package var sequence: UInt64
  package var code: Int
  package var name: String
  package var messageID: String
  package var provider: String
  /// A syslog severity's name, such as `notice`.
  package var severity: String
  package var connector: String
  /// Absent when it comes from the supervisor or the link.
  package var service: ServiceName?
  package var message: String
  package var advice: String
  package var fields: [String: Value]
  /// The number that the modelled product documents for the same occurrence, where one is known.
  package var vendor: VendorEvent?

  private enum CodingKeys: String, CodingKey {
    case time, boot, sequence, code, name
    case messageID = "message_id"
    case provider, severity, connector, service, message, advice, fields, vendor
  }

  package init(_ record: EventRecord) {
    let definition = record.event.definition
    time = record.time
    boot = record.boot
    sequence = record.sequence
    code = definition.code
    name = definition.name
    messageID = definition.messageID
    provider = definition.provider.rawValue
    severity = definition.severity.name
    connector = record.connector
    service = record.service
    message = record.event.message
    advice = definition.advice
    fields = record.event.values.mapValues(Value.init)
    vendor = definition.vendor
  }

  /// One line of JSON without a line feed at its end; keys in alphabetical order, so equal records give equal lines.
  package func jsonLine() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Reads what `jsonLine` writes; throws `DecodingError`.
  package init(jsonLine line: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(line.utf8)) }

  /// One line for people: `2026-11-21T09:30:00.123Z notice 10000 link.connected c1 Connected to …`; an event of a service says `c1/logger`.
  package var humanLine: String {
    let who = service.map { "\(connector)/\($0.rawValue)" } ?? connector
    return OneLine.escape("\(time.iso8601(fraction: 3)) \(severity) \(code) \(name) \(who) \(message)")
  }
}

extension EventLine {
  /// A field's value: text, a number (milliseconds are one too) or true and false.
  package enum Value: Hashable, Codable, Sendable, CustomStringConvertible {
    case text(String)
    case number(Int)
    case flag(Bool)

    init(_ value: EventValue) {
      switch value {
      case .text(let text): self = .text(text)
      case .integer(let number), .milliseconds(let number): self = .number(number)
      case .flag(let flag): self = .flag(flag)
      }
    }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .number(let number): try container.encode(number)
      case .flag(let flag): try container.encode(flag)
      }
    }

    package var description: String {
      switch self {
      case .text(let text): text
      case .number(let number): String(number)
      case .flag(let flag): flag ? "true" : "false"
      }
    }
  }
}
