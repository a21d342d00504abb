import World

enum Outcome: Sendable {
  case returned
  case threw(String)
  case late
}

/// What comes of `work` by `deadline`. Work that goes on beyond it is cancelled and left behind: the answer does not wait for it.
func outcome(by deadline: Moment, _ clock: any WorldClock, _ work: @escaping @Sendable () async throws -> Void) async -> Outcome {
  let (stream, continuation) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
  let working = Task {
    do {
      try await work()
      continuation.yield(.returned)
    } catch {
      continuation.yield(.threw("\(error)"))
    }
  }
  let waiting = Task {
    if (try? await clock.sleep(until: deadline)) != nil { continuation.yield(.late) }
  }
  defer {
    working.cancel()
    waiting.cancel()
  }
  for await outcome in stream { return outcome }
  return .threw("the Agent System stopped meanwhile")
}
