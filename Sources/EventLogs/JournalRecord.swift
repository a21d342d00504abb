package import EventCatalog
import World

/// An entry of the journal as an event.
package enum JournalRecord {
  /// - Parameter fields: by their names in the journal, `__REALTIME_TIMESTAMP` among them, which is microseconds since 1970.
  package static func record(_ fields: [String: String]) throws(EventFault) -> EventRecord {
    func text(_ name: String) throws(EventFault) -> String {
      guard let text = fields[name] else { throw EventFault(text: "an entry with CONNECTOR_CODE has no \(name)") }
      return text
    }
    func number<Number: FixedWidthInteger>(_ name: String) throws(EventFault) -> Number {
      let text = try text(name)
      guard let number = Number(text) else { throw EventFault(text: "\(name) is '\(text.prefix(40))'; expected a whole number") }
      return number
    }
    let (code, sequence): (Int, UInt64) = (try number("CONNECTOR_CODE"), try number("CONNECTOR_SEQUENCE"))
    let event: Event
    if let definition = Catalog.known[code] {
      var values: [String: EventValue] = [:]
      for field in definition.fields {
        guard let value = fields[field.journalName] else { continue }
        values[field.name] = try field.value(value)
      }
      event = Event(definition: definition, values: values)
    } else {
      event = .unknown(code, fields["CONNECTOR_EVENT"] ?? "")
    }
    return EventRecord(
      event: event, sequence: sequence, boot: try text("CONNECTOR_BOOT"), time: WallTime(microseconds: try number("__REALTIME_TIMESTAMP")),
      connector: try text("CONNECTOR_NAME"), service: fields["CONNECTOR_EMITTER"].flatMap(ServiceName.init(rawValue:)))
  }
}
