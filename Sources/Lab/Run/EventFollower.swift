import ControlAPI
import EventCatalog
import Foundation
import Synchronization
import World

/// Reads along the events of one connector over its control socket, each once, over restarts of the connector, until `stop`.
///
/// A thread of its own: the control client blocks, and a connector that hangs must not hold up anything else.
final class EventFollower: Sendable {
  private let stopped = Atomic<Bool>(false)
  private let name: String
  private let socket: String
  private let onEvent: @Sendable (String, EventLine) -> Void
  private let clock: any WorldClock

  init(name: String, socket: String, clock: any WorldClock, onEvent: @escaping @Sendable (String, EventLine) -> Void) {
    self.name = name
    self.socket = socket
    self.clock = clock
    self.onEvent = onEvent
    let thread = Thread { [self] in follow() }
    thread.stackSize = 512 * 1024
    thread.start()
  }

  func stop() { stopped.store(true, ordering: .relaxed) }

  private func follow() {
    var boot = ""
    var last: UInt64 = 0
    var since = clock.now().wall
    while !stopped.load(ordering: .relaxed) {
      if let client = try? ControlClient(path: socket, software: "connector-lab", timeout: .seconds(2)) {
        _ = try? client.events(EventQuery(since: since, follow: true)) { line in
          if line.boot != boot { (boot, last) = (line.boot, 0) }
          if line.sequence > last {
            last = line.sequence
            since = line.time
            onEvent(name, line)
          }
          return !stopped.load(ordering: .relaxed)
        }
      }
      // A connector that is starting has no socket yet; four tries a second are cheap and soon enough for a person.
      Thread.sleep(forTimeInterval: 0.25)
    }
  }
}
