package import ConnectorSettings
package import ServiceKit
import Synchronization
package import World

/// Between the services, which log at any time and never wait, and the Logger, which may be restarting. The daemon makes one and gives every service
/// its `writer`; each incarnation of the Logger reads the same queue.
package final class LogQueue: Sendable {
  package typealias Level = LogLine.Level

  private struct State {
    var backlog: LogBacklog
    var level: Level
    var levels: [ServiceName: Level] = [:]
    var reader: CheckedContinuation<LogBatch?, Never>?
  }
  private let clock: any WorldClock
  private let state: Mutex<State>

  /// - Parameter limit: lines that may wait for the disk.
  package init(clock: any WorldClock, level: Level, limit: Int) {
    self.clock = clock
    state = Mutex(State(backlog: LogBacklog(limit: limit), level: level))
  }

  package convenience init(clock: any WorldClock, configuration: ConnectorConfiguration.Logger) {
    self.init(clock: clock, level: configuration.level, limit: configuration.queue)
  }

  /// The log of one service, for its `ServiceContext`.
  package func writer(for service: ServiceName) -> any ServiceLog { LogWriter(queue: self, service: service) }

  /// The level of a service's log, or of all of them for nil. It lasts as long as this queue.
  package func setLevel(_ level: Level, for service: ServiceName?) {
    state.withLock { state in
      if let service {
        state.levels[service] = level
      } else {
        state.level = level
        state.levels = [:]
      }
    }
  }

  package func level(of service: ServiceName) -> Level { state.withLock { $0.levels[service] ?? $0.level } }

  fileprivate func write(_ line: LogLine) {
    let woken: (CheckedContinuation<LogBatch?, Never>, LogBatch)? = state.withLock { state in
      guard state.backlog.offer(line), let reader = state.reader, let batch = state.backlog.take() else { return nil }
      state.reader = nil
      return (reader, batch)
    }
    if let (reader, batch) = woken { reader.resume(returning: batch) }
  }

  fileprivate func time() -> WallTime { clock.now().wall }

  /// Waits for lines and takes them all. Nil when the task was cancelled or another reader came. Every batch must be settled.
  func next() async -> LogBatch? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let (previous, batch, waits) = state.withLock { state in
          let previous = state.reader
          state.reader = nil
          if Task.isCancelled { return (previous, LogBatch?.none, false) }
          if let batch = state.backlog.take() { return (previous, batch, false) }
          state.reader = continuation
          return (previous, nil, true)
        }
        previous?.resume(returning: nil)
        if !waits { continuation.resume(returning: batch) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: nil)
    }
  }

  /// Everything that waits, without waiting: for the end.
  func takeNow() -> LogBatch? { state.withLock { $0.backlog.take() } }

  func settle(_ batch: UInt64) { state.withLock { $0.backlog.settle(batch) } }

  /// Takes back what an earlier reader took and did not settle.
  func recover() { state.withLock { $0.backlog.recover() } }

  var droppedSince: Int { state.withLock { $0.backlog.droppedSince } }
}

/// The `ServiceLog` of one service: a level check, a time and a place in the queue, never the disk.
struct LogWriter: ServiceLog {
  let queue: LogQueue
  let service: ServiceName

  func write(_ level: LogLine.Level, _ message: @autoclosure () -> String) {
    guard queue.level(of: service).takes(level) else { return }
    queue.write(LogLine(time: queue.time(), level: level, service: service, message: LogBacklog.cut(message())))
  }
}
