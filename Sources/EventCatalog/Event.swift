package import World

package enum EventValue: Hashable, Sendable, CustomStringConvertible {
  case text(String)
  case integer(Int)
  case milliseconds(Int)
  case flag(Bool)

  package var description: String {
    switch self {
    case .text(let text): text
    case .integer(let number): String(number)
    case .milliseconds(let number): "\(number) ms"
    case .flag(let flag): flag ? "yes" : "no"
    }
  }
}

extension EventValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
}

/// An occurrence: what a logic asks to have emitted. It has no time and no number until the hub records it.
package struct Event: Hashable, Sendable {
  package var definition: EventDefinition
  package var values: [String: EventValue]

  package init(definition: EventDefinition, values: [String: EventValue]) {
    self.definition = definition
    self.values = values
  }

  /// The summary with its fields filled in; a field that is missing shows as `?`. A value may be a whole sentence: where the summary goes on with a
  /// mark of its own, the value's full stop is left out.
  package var message: String {
    var out = ""
    var rest = definition.summary[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      out += rest[..<open]
      let value = values[String(rest[rest.index(after: open)..<close])]?.description ?? "?"
      rest = rest[rest.index(after: close)...]
      let goesOn = rest.first.map { ".,;:)".contains($0) } ?? false
      out += goesOn ? Sentence.clause(value) : value
    }
    return out + rest
  }
}

/// An event as it was recorded. `sequence` counts from 1 within one boot of one connector without a hole, so a gap can be proved.
package struct EventRecord: Hashable, Sendable {
  package var event: Event
  package var sequence: UInt64
  /// The boot of the daemon that recorded it, a random 128-bit id in hexadecimal.
  package var boot: String
  package var time: WallTime
  package var connector: String
  /// Nil when it comes from the supervisor or the link.
  package var service: ServiceName?

  package init(event: Event, sequence: UInt64, boot: String, time: WallTime, connector: String, service: ServiceName?) {
    self.event = event
    self.sequence = sequence
    self.boot = boot
    self.time = time
    self.connector = connector
    self.service = service
  }
}

/// Where events go. Never blocks, never throws: an event that cannot be delivered is counted.
package protocol EventSink: Sendable {
  func emit(_ event: Event, from service: ServiceName?)
}
