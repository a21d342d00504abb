import Dispatch
import EventCatalog
import Synchronization

/// Stands between the hub and one output: a bounded queue and a serial dispatch queue, so that an output that blocks (a full pipe, a stalled
/// journal) costs only its own records. What does not fit is counted and reported once there is room again.
final class OutputPump: Sendable {
  private struct Backlog {
    var waiting = 0
    var lost = 0
  }
  private let output: any EventOutput
  private let limit: Int
  private let queue: DispatchQueue
  private let backlog = Mutex(Backlog())

  init(_ output: any EventOutput, limit: Int) {
    self.output = output
    self.limit = max(1, limit)
    queue = DispatchQueue(label: "events.\(output.name)")
  }

  /// Never waits. The hub calls it in the order of the sequence numbers.
  func offer(_ record: EventRecord, reportingTo hub: EventHub) {
    let fits = backlog.withLock { backlog in
      guard backlog.waiting < limit else {
        backlog.lost += 1
        return false
      }
      backlog.waiting += 1
      return true
    }
    guard fits else { return }
    queue.async { [self] in
      output.write(record)
      let lost = backlog.withLock { backlog in
        backlog.waiting -= 1
        // Half empty, not merely one slot free: otherwise a lasting flood would turn into a flood of reports.
        guard backlog.lost > 0, backlog.waiting <= limit / 2 else { return 0 }
        defer { backlog.lost = 0 }
        return backlog.lost
      }
      if lost > 0 { hub.emit(.eventsLost(output: output.name, count: lost), from: nil) }
    }
  }

  /// Waits until everything offered so far is written; false when that took too long.
  func flush(until deadline: DispatchTime) -> Bool {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    return done.wait(timeout: deadline) == .success
  }
}
