import Synchronization

/// The latest of something, for those who must hear of each change without asking again and again: no poll, no hop to an actor.
package final class Latest<Value: Sendable & Equatable>: Sendable {
  private struct State {
    var value: Value?
    var next: UInt64 = 0
    var listeners: [UInt64: AsyncStream<Value>.Continuation] = [:]
    var isOver = false
  }
  private let state = Mutex(State())

  package init() {}

  package var value: Value? { state.withLock { $0.value } }

  /// Tells everybody, unless it is what they know.
  package func set(_ value: Value) {
    state.withLock { state in
      guard !state.isOver, state.value != value else { return }
      state.value = value
      for listener in state.listeners.values { listener.yield(value) }
    }
  }

  /// What is known now, then each change. A listener that is far behind loses the oldest ones, never the last.
  package func changes() -> AsyncStream<Value> {
    let (stream, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingNewest(64))
    let number = state.withLock { state -> UInt64? in
      if let value = state.value { continuation.yield(value) }
      guard !state.isOver else { return nil }
      state.next += 1
      state.listeners[state.next] = continuation
      return state.next
    }
    guard let number else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) } }
    return stream
  }

  /// Every stream ends, also those of who asks later.
  package func finish() {
    let listeners = state.withLock { state -> [AsyncStream<Value>.Continuation] in
      state.isOver = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }
}
