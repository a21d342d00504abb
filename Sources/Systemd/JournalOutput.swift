import CSystemd
package import EventCatalog
import EventHub
import Glibc
import Synchronization

/// Writes records to the journal with `sd_journal_sendv`, one entry each.
package final class JournalOutput: EventOutput {
  package static let socketPath = "/run/systemd/journal/socket"

  /// Whether there is a journal. Without its socket `sd_journal_sendv` returns 0 and the entry is lost (measured, systemd 252 and 257).
  package static var isAvailable: Bool {
    var status = stat()
    return stat(socketPath, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  package let name = "journal"
  private let identifier: String
  private let refused = Atomic<Int>(0)

  /// - Parameter identifier: the first part of SYSLOG_IDENTIFIER.
  package init(identifier: String = "connectord") { self.identifier = identifier }

  /// Entries that the journal's client returned an error for.
  package var failures: Int { refused.load(ordering: .relaxed) }

  package func write(_ record: EventRecord) {
    var (bytes, ends) = JournalEntry(record, identifier: identifier).encoded()
    let result = bytes.withUnsafeMutableBytes { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      var start = 0
      let vector = ends.map { end in
        defer { start = end }
        return iovec(iov_base: base + start, iov_len: end - start)
      }
      return sd_journal_sendv(vector, Int32(vector.count))
    }
    if result < 0 { refused.wrappingAdd(1, ordering: .relaxed) }
  }
}
