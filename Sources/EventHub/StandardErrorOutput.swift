package import EventCatalog
import Glibc

/// Writes each record as one line to standard error, for terminals and for machines without a journal. A line goes out in one `write` where the
/// kernel takes it whole, so the lines of several processes on one terminal do not mix.
package struct StandardErrorOutput: EventOutput {
  package enum Format: String, CaseIterable, Sendable { case human, json }
  private let format: Format
  private let descriptor: Int32
  package let name = "stderr"

  /// - Parameter descriptor: an open descriptor that outlives this output; 2 unless told.
  package init(_ format: Format = .human, descriptor: Int32 = 2) {
    self.format = format
    self.descriptor = descriptor
  }

  package func write(_ record: EventRecord) {
    let form = EventLine(record)
    let text = format == .json ? (try? form.jsonLine()) ?? form.humanLine : form.humanLine
    var line = Array(text.utf8)
    line.append(UInt8(ascii: "\n"))
    var rest = line[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        // Someone made the terminal non-blocking for all who share it: wait for room instead of losing half a line.
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
      } else if !(count < 0 && errno == EINTR) {
        // Nobody reads standard error any more; there is nowhere left to say so.
        return
      }
    }
  }
}
