package import World

/// Plain lines, for files, pipes and continuous integration: a line for each thing that happens, never a line that changes.
package final class PlainPresenter: LabPresenter {
  private let write: @Sendable (String) -> Void
  private let clock: any WorldClock

  package init(clock: any WorldClock, write: @escaping @Sendable (String) -> Void) {
    self.clock = clock
    self.write = write
  }

  package func banner(_ endpoints: LabEndpoints) {
    for line in LabBanner.lines(endpoints) { write(line) }
    write("")
  }

  package func rows(_ rows: [ConnectorRow], now: WallTime) {}
  package func change(_ change: RowChange, at now: WallTime) {
    // Of faults tells an event.
    if case .fault = change { return }
    write(change.line(now))
  }
  package func event(_ line: String) { write(line) }
  package func note(_ text: String) { write("\(clock.now().wall) \(text)") }
}
