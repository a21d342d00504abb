import Synchronization

/// The supervisor's queue: anyone sends without waiting, one reader takes all there is at once. Nothing in it goes through the runtime's pool.
final class Mailbox<Message: Sendable>: Sendable {
  private struct State {
    var messages: [Message] = []
    var reader: CheckedContinuation<[Message], Never>?
    var isClosed = false
  }
  private let state = Mutex(State())

  func send(_ message: Message) {
    let reader = state.withLock { state -> CheckedContinuation<[Message], Never>? in
      guard !state.isClosed else { return nil }
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      state.messages.append(message)
      return nil
    }
    reader?.resume(returning: [message])
  }

  /// All that has come in since the last call, at least one message. Only one reader may wait at a time.
  func next() async -> [Message] {
    await withCheckedContinuation { continuation in
      let waiting = state.withLock { state -> [Message] in
        if state.messages.isEmpty { state.reader = continuation }
        defer { state.messages = [] }
        return state.messages
      }
      if !waiting.isEmpty { continuation.resume(returning: waiting) }
    }
  }

  /// What is sent from now on is dropped.
  func close() {
    state.withLock {
      $0.isClosed = true
      $0.messages = []
    }
  }
}
