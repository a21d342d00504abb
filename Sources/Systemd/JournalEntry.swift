package import EventCatalog
import World

/// A record as the fields of one journal entry. Names and values follow systemd.journal-fields(7).
///
/// An event's own fields are `CONNECTOR_` and their name; `Catalog.reservedFields` keeps them from hiding the envelope's.
package struct JournalEntry: Sendable {
  package var fields: [(name: String, value: String)]

  /// - Parameter identifier: the program's name; an event of a service is logged as `connectord-ad-provider`, one of the daemon as `connectord`.
  package init(_ record: EventRecord, identifier: String) {
    let definition = record.event.definition
    fields = [
      ("MESSAGE", record.event.message),
      ("MESSAGE_ID", definition.messageID),
      ("PRIORITY", String(definition.severity.rawValue)),
      ("SYSLOG_IDENTIFIER", record.service.map { "\(identifier)-\($0.rawValue)" } ?? identifier),
      ("CONNECTOR_NAME", record.connector),
      ("CONNECTOR_BOOT", record.boot),
      ("CONNECTOR_SEQUENCE", String(record.sequence)),
      ("CONNECTOR_CODE", String(definition.code)),
      ("CONNECTOR_EVENT", definition.name),
      ("CONNECTOR_PROVIDER", definition.provider.rawValue),
      ("CONNECTOR_EMITTER", record.service?.rawValue ?? "daemon"),
      ("CONNECTOR_ADVICE", definition.advice),
    ]
    if let vendor = definition.vendor {
      fields.append(("CONNECTOR_VENDOR_PROVIDER", vendor.provider))
      fields.append(("CONNECTOR_VENDOR_ID", String(vendor.id)))
    }
    // In the catalog's order, so equal events give equal entries; numbers without a unit, so they can be compared.
    for field in definition.fields {
      guard let value = record.event.values[field.name] else { continue }
      if case .milliseconds(let number) = value {
        fields.append((field.journalName, String(number)))
      } else {
        fields.append((field.journalName, value.description))
      }
    }
  }

  /// `NAME=value` of all fields in one buffer, and where each ends: what `sd_journal_sendv` takes. Values may hold any byte, line feeds too.
  func encoded() -> (bytes: [UInt8], ends: [Int]) {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for field in fields {
      bytes.append(contentsOf: field.name.utf8)
      bytes.append(UInt8(ascii: "="))
      bytes.append(contentsOf: field.value.utf8)
      ends.append(bytes.count)
    }
    return (bytes, ends)
  }
}
