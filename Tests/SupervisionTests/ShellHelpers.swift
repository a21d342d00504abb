import EventCatalog
import Supervision
import Synchronization
import Testing
import World

/// Collects events and what children say of themselves, in order.
final class Witness: EventSink {
  private let lines = Mutex<[String]>([])
  func emit(_ event: Event, from service: ServiceName?) {
    guard case .text(let id) = event.values["service"] else { return note(event.definition.name) }
    note("\(event.definition.name) \(id)")
  }
  func note(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
  func with(_ prefix: String) -> [String] { all.filter { $0.hasPrefix(prefix) } }
}

/// Opens once; whoever waits, even cancelled, goes on only then: a child that ignores its cancellation.
final class Gate: Sendable {
  private let state = Mutex<(open: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))
  func wait() async {
    await withCheckedContinuation { continuation in
      let open = state.withLock { state in
        if !state.open { state.waiting.append(continuation) }
        return state.open
      }
      if open { continuation.resume() }
    }
  }
  func open() {
    let waiting = state.withLock { state in
      state.open = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

/// A child that is ready at once and ends when it is cancelled.
func obedient(_ handle: ChildHandle) async {
  handle.ready()
  await untilCancelled()
}

func untilCancelled() async {
  let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
  await withTaskCancellationHandler {
    for await _ in stream {}
  } onCancel: {
    continuation.finish()
  }
}

extension Supervisor {
  /// Returns the first snapshot, from now on, of which `holds` is true; nil when the run ends first.
  @discardableResult
  func reaches(_ holds: (SupervisorSnapshot) -> Bool) async -> SupervisorSnapshot? {
    for await snapshot in changes() where holds(snapshot) { return snapshot }
    return nil
  }
}
