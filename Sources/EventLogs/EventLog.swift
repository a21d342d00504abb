package import EventCatalog
import World

/// Events that were read back from where they were kept.
package struct EventLog: Sendable {
  /// In the order in which they stand there.
  package var records: [EventRecord] = []
  /// Entries of the journal that are not connectord's.
  package var foreign = 0
  /// Lines that a crash cut off, or that are just being written.
  package var cutOff = 0

  package init() {}

  package mutating func add(_ other: EventLog) {
    records += other.records
    foreign += other.foreign
    cutOff += other.cutOff
  }
}

/// What keeps a file from being read as events.
package struct EventLogProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// From 1.
  package var line: Int
  package var text: String

  package var description: String { "\(file):\(line): \(text)" }
}

extension EventRecord {
  /// - Throws: `EventFault` when a field is not what the catalog says. An event that this version does not know keeps its number, and no meaning.
  package init(_ line: EventLine) throws(EventFault) {
    guard let definition = Catalog.known[line.code] else {
      self.init(
        event: .unknown(line.code, line.name), sequence: line.sequence, boot: line.boot, time: line.time, connector: line.connector,
        service: line.service)
      return
    }
    var values: [String: EventValue] = [:]
    for field in definition.fields {
      guard let value = line.fields[field.name] else { continue }
      let text = if case .flag(let flag) = value { flag ? "yes" : "no" } else { value.description }
      values[field.name] = try field.value(text)
    }
    self.init(
      event: Event(definition: definition, values: values), sequence: line.sequence, boot: line.boot, time: line.time, connector: line.connector,
      service: line.service)
  }
}

/// Why something is no event.
package struct EventFault: Error, Hashable, Sendable {
  package var text: String
}

extension Catalog {
  static let known = Dictionary(all.map { ($0.code, $0) }) { first, _ in first }
}

extension Event {
  static func unknown(_ code: Int, _ name: String) -> Event {
    EventDefinition(code, name, id: "", .agent, .info, "An event that this version does not know.", advice: "").event()
  }

  var isKnown: Bool { !definition.messageID.isEmpty }
}

extension EventField {
  /// A value from its text in the journal.
  func value(_ text: String) throws(EventFault) -> EventValue {
    func number() throws(EventFault) -> Int {
      guard let number = Int(text) else { throw EventFault(text: "the field \(name) is '\(text.prefix(40))'; expected a whole number") }
      return number
    }
    switch kind {
    case .text: return .text(text)
    case .integer: return .integer(try number())
    case .milliseconds: return .milliseconds(try number())
    case .flag:
      guard text == "yes" || text == "no" else { throw EventFault(text: "the field \(name) is '\(text.prefix(40))'; expected yes or no") }
      return .flag(text == "yes")
    }
  }
}
