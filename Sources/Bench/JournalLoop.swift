import EventCatalog
import Foundation
import Systemd
import World

/// Records to the journal's socket, each rendered and encoded anew, as the hub's pump does it.
enum JournalLoop {
  static func record(_ sequence: UInt64) -> EventRecord {
    EventRecord(
      event: .linkConnected(cloud: "cloud.forest1.local:443", elapsed: 42), sequence: sequence, boot: "0123456789abcdef0123456789abcdef",
      time: WallTime(seconds: 1_700_000_000), connector: "c1", service: nil)
  }

  static func run(_ count: Int) {
    let output = JournalOutput()
    for sequence in 0..<UInt64(count / 10) { output.write(record(sequence)) }
    let start = Measurement.Mark.now
    for sequence in 0..<UInt64(count) { output.write(record(sequence)) }
    Measurement("journal", count: count, since: start).show()
    if output.failures > 0 { FileHandle.standardError.write(Data("the journal's client refused \(output.failures) entries\n".utf8)) }
  }

  /// The fields of one record, a line each, so that the peer in C sends the same bytes.
  static func showFields() {
    for field in JournalEntry(record(0), identifier: "connectord").fields { print("\(field.name)=\(field.value)") }
  }
}
