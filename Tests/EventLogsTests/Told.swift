import EventCatalog
import EventLogs
import Foundation
import World

/// Events of connectors, for tests: one second apart unless told otherwise.
enum Told {
  static let start = WallTime(seconds: 1_795_000_000)

  static func record(
    _ sequence: UInt64, _ event: Event, of connector: String = "c1", boot: String = "b1", at seconds: Int64? = nil, from service: ServiceName? = nil
  ) -> EventRecord {
    EventRecord(
      event: event, sequence: sequence, boot: boot, time: start + .seconds(seconds ?? Int64(sequence)), connector: connector, service: service)
  }

  /// One boot, numbered from `first` on.
  static func boot(_ connector: String, _ name: String, at seconds: Int64 = 0, first: UInt64 = 1, _ events: [Event]) -> [EventRecord] {
    events.enumerated().map { record(first + UInt64($0.offset), $0.element, of: connector, boot: name, at: seconds + Int64($0.offset)) }
  }

  static func log(_ records: [EventRecord]) -> EventLog {
    var log = EventLog()
    log.records = records
    return log
  }

  static func verdict(_ id: String, _ records: [EventRecord]) -> InvariantVerdict? {
    Verification(VerificationInput(log(records))).invariants.first { $0.id == id }
  }
}

enum Journal {
  /// As `journalctl -o json` writes an entry.
  static func line(_ fields: [(name: String, value: String)], at time: WallTime) -> String {
    var object = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    object["__REALTIME_TIMESTAMP"] = String(time.microseconds)
    object["__CURSOR"] = "s=1"
    guard let data = try? JSONSerialization.data(withJSONObject: object) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }
}
