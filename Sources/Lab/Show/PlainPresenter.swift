import Synchronization
package import World

/// Plain lines, for files, pipes and continuous integration: a line for each thing that happens, never a line that changes.
package final class PlainPresenter: LabPresenter {
  private let write: @Sendable (String) -> Void
  private let clock: any WorldClock
  private let known = Mutex<[String: ConnectorRow]>([:])

  package init(clock: any WorldClock, write: @escaping @Sendable (String) -> Void) {
    self.clock = clock
    self.write = write
  }

  package func banner(_ endpoints: LabEndpoints) {
    for line in LabBanner.lines(endpoints) { write(line) }
    write("")
  }

  package func rows(_ rows: [ConnectorRow], now: WallTime) {
    for row in rows {
      let before = known.withLock { known in
        defer { known[row.name] = row }
        return known[row.name]
      }
      if before?.state != row.state {
        write("\(now) \(row.name) is \(row.state)\(row.reason.isEmpty ? "" : ": \(row.reason)")")
      }
      if row.elected, before?.elected != true { write("\(now) \(row.name) is elected") }
    }
  }

  package func change(_ line: String) {}
  package func event(_ line: String) { write(line) }
  package func note(_ text: String) { write("\(clock.now().wall) \(text)") }
}
