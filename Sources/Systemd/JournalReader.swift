import CSystemd
import Glibc

/// Reads connectord's entries back from the machine's journal (sd_journal_open(3)), as far as this user may.
package enum JournalReader {
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String
  }

  /// Each entry that has `CONNECTOR_BOOT`, oldest first, with its fields by name and `__REALTIME_TIMESTAMP` in microseconds since 1970. A field that
  /// occurs twice has its first value. Blocks.
  ///
  /// - Parameter folder: of journal files, such as a copy of another machine's /var/log/journal; nil: this machine's own.
  package static func entries(in folder: String? = nil, _ take: ([String: String]) throws -> Void) throws {
    var opened: OpaquePointer?
    let result = folder.map { sd_journal_open_directory(&opened, $0, 0) } ?? sd_journal_open(&opened, Int32(SD_JOURNAL_LOCAL_ONLY))
    guard result >= 0, let journal = opened else { throw problem("the journal cannot be opened", result) }
    defer { sd_journal_close(journal) }
    // Only entries with one of the boots that there are: what is not connectord's is not even looked at.
    guard sd_journal_query_unique(journal, "CONNECTOR_BOOT") >= 0 else { return }
    var (data, length): (UnsafeRawPointer?, Int) = (nil, 0)
    var matches: [[UInt8]] = []
    while sd_journal_enumerate_unique(journal, &data, &length) > 0, let bytes = data { matches.append(copy(bytes, length)) }
    if matches.isEmpty { return }
    for match in matches {
      let added = match.withUnsafeBytes { sd_journal_add_match(journal, $0.baseAddress, $0.count) }
      guard added >= 0 else { throw problem("the journal cannot be searched", added) }
    }
    // A field of a terabyte is cut off, not read.
    sd_journal_set_data_threshold(journal, 1 << 20)
    while true {
      let step = sd_journal_next(journal)
      guard step >= 0 else { throw problem("the journal cannot be read on", step) }
      if step == 0 { return }
      try take(try fields(journal))
    }
  }

  private static func fields(_ journal: OpaquePointer) throws -> [String: String] {
    var fields: [String: String] = [:]
    var (data, length, time): (UnsafeRawPointer?, Int, UInt64) = (nil, 0, 0)
    sd_journal_restart_data(journal)
    while sd_journal_enumerate_data(journal, &data, &length) > 0, let bytes = data {
      let field = copy(bytes, length)
      guard let sign = field.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: field[..<sign], as: UTF8.self)
      if fields[name] == nil { fields[name] = String(decoding: field[(sign + 1)...], as: UTF8.self) }
    }
    let result = sd_journal_get_realtime_usec(journal, &time)
    guard result >= 0 else { throw problem("an entry of the journal has no time", result) }
    fields["__REALTIME_TIMESTAMP"] = String(time)
    return fields
  }

  private static func copy(_ bytes: UnsafeRawPointer, _ length: Int) -> [UInt8] { [UInt8](UnsafeRawBufferPointer(start: bytes, count: length)) }

  private static func problem(_ what: String, _ result: Int32) -> Problem {
    Problem(description: "\(what): \(String(cString: strerror(-result)))")
  }
}
