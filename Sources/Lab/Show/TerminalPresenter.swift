import Synchronization
package import World

/// A live table at the bottom of a terminal, with what happens scrolling by above it.
package final class TerminalPresenter: LabPresenter {
  private struct State {
    var table: [String] = []
    var drawn = 0
  }
  private let state = Mutex(State())
  private let width: @Sendable () -> Int
  private let clock: any WorldClock
  private let write: @Sendable (String) -> Void

  /// - Parameter write: puts text on the terminal as it stands, without a line end of its own.
  package init(clock: any WorldClock, width: @escaping @Sendable () -> Int, write: @escaping @Sendable (String) -> Void) {
    self.clock = clock
    self.width = width
    self.write = write
  }

  package func banner(_ endpoints: LabEndpoints) { scroll(LabBanner.lines(endpoints)) }

  package func rows(_ rows: [ConnectorRow], now: WallTime) {
    let lines = [""] + LabTable.lines(rows, now: now)
    state.withLock { state in
      guard state.table != lines else { return }
      state.table = lines
      redraw(&state, above: [])
    }
  }

  /// The table has the first states, and who is elected is told by an event.
  package func change(_ change: RowChange, at now: WallTime) {
    guard case .state(_, .some) = change else { return }
    scroll([change.line(now)])
  }

  package func event(_ line: String) { scroll([line]) }
  package func note(_ text: String) { scroll(["\(clock.now().wall) \(text)"]) }

  private func scroll(_ lines: [String]) { state.withLock { redraw(&$0, above: lines) } }

  /// Goes back to the table's first line, clears what is below, writes what scrolls away, and the table again (ECMA-48: CUU and ED).
  private func redraw(_ state: inout State, above: [String]) {
    let columns = max(20, width())
    var text = state.drawn > 0 ? "\u{1b}[\(state.drawn)A\r\u{1b}[J" : ""
    for line in above { text += line + "\n" }
    for line in state.table { text += String(line.prefix(columns)) + "\n" }
    state.drawn = state.table.count
    write(text)
  }
}
