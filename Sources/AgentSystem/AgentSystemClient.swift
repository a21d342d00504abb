package import World

/// Why a privileged request has no answer. Whether it was done is unknown, unless it says otherwise; asking again with the same id is safe.
package enum AgentCallError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The connection ended, or could not carry the request.
  case disconnected(String)
  /// No answer within the time limit.
  case timedOut(operation: String)
  /// The peer speaks no version that this side speaks, or something else than frames.
  case protocolViolation(String)

  package var description: String {
    switch self {
    case .disconnected(let detail): "the connection to the Agent System ended: \(detail); ask again"
    case .timedOut(let operation): "the Agent System did not answer \(operation) in time; connectorctl services shows whether it runs"
    case .protocolViolation(let detail): "the Agent System does not speak this protocol: \(detail); are both of one release?"
    }
  }
}

/// One connection to the Agent System: sends requests, matches answers to them by id, and gives up at the deadline. Many requests can be
/// open at once.
package actor AgentSystemClient {
  /// How much longer than the deadline the typed answer about it may take.
  package static let grace: Duration = .milliseconds(500)
  package static let helloWithin: Duration = .seconds(5)

  private let transport: any AgentTransport
  private let clock: any WorldClock
  private let random: any RandomSource
  private var hello: CheckedContinuation<Void, any Error>?
  private var agreed: UInt16?
  private var open: [AgentRequestID: CheckedContinuation<PrivilegedAnswer, any Error>] = [:]
  private var ended: AgentCallError?
  private var reader: Task<Void, Never>?

  /// `connect` comes first.
  package init(_ transport: any AgentTransport, clock: any WorldClock, random: any RandomSource) {
    self.transport = transport
    self.clock = clock
    self.random = random
  }

  /// Exchanges the hellos. Throws `AgentCallError`, or `CancellationError` when the task is cancelled; the client is of no use then.
  package func connect() async throws {
    let messages = transport.messages
    reader = Task {
      for await message in messages where !take(message) { break }
      end(.disconnected("the Agent System closed it"))
    }
    // The hello may have come while the timer's turn was still to come.
    let limit = timer(Self.helloWithin) { if $0.agreed == nil { $0.end(.timedOut(operation: "hello")) } }
    defer { limit.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        if let ended { return continuation.resume(throwing: ended) }
        hello = continuation
        post(.hello(.ours))
      }
    } onCancel: {
      Task { await self.end(.disconnected("cancelled")) }
    }
  }

  /// False once the connection has ended: make a new client.
  package var isOpen: Bool { ended == nil && agreed != nil }

  /// Throws `AgentCallError`, or `CancellationError` when the task is cancelled.
  ///
  /// - Parameters:
  ///   - id: given again to repeat a request whose answer was lost; nil for a new one.
  ///   - limit: shorter than the operation's own time limit, if given.
  package func call(
    _ operation: PrivilegedOperation, asker: ServiceName, id: AgentRequestID? = nil, limit: Duration? = nil
  ) async throws -> PrivilegedAnswer {
    let id = id ?? AgentRequestID(random)
    let allowed = min(limit ?? operation.kind.rule.timeLimit, operation.kind.rule.timeLimit)
    let deadline = clock.now().moment + allowed
    let timer = timer(allowed + Self.grace) { $0.close(id, throwing: AgentCallError.timedOut(operation: operation.kind.name)) }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<PrivilegedAnswer, any Error>) in
        if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
        if let ended { return continuation.resume(throwing: ended) }
        guard agreed != nil else { return continuation.resume(throwing: AgentCallError.disconnected("it was not opened")) }
        guard open[id] == nil else { return continuation.resume(throwing: AgentCallError.protocolViolation("the id \(id) is in use")) }
        open[id] = continuation
        post(.request(AgentRequest(id: id, asker: asker, operation: operation, deadline: deadline)))
      }
    } onCancel: {
      Task { await self.close(id, throwing: CancellationError()) }
    }
  }

  package func close() { end(.disconnected("closed by this side")) }

  private func post(_ frame: AgentFrame) {
    do { try transport.send(try frame.encoded()) } catch { end(.disconnected("\(error)")) }
  }

  /// False when nothing more is to be read.
  private func take(_ message: [UInt8]) -> Bool {
    do throws(FrameError) {
      switch try AgentFrame(decoding: message) {
      case .hello(let theirs):
        guard agreed == nil, let version = AgentHello.ours.agreed(with: theirs) else {
          return violation(
            "it speaks versions \(theirs.lowest) to \(theirs.highest), this side \(AgentHello.ours.lowest) to \(AgentHello.ours.highest)")
        }
        agreed = version
        hello?.resume()
        hello = nil
      case .answer(let id, let answer):
        guard agreed != nil else { return violation("an answer before the hello") }
        // An answer to a request that was given up is late, not wrong.
        open.removeValue(forKey: id)?.resume(returning: answer)
      case .request: return violation("a request from the Agent System")
      }
      return true
    } catch {
      return violation(error.description)
    }
  }

  private func violation(_ detail: String) -> Bool {
    end(.protocolViolation(detail))
    return false
  }

  private func close(_ id: AgentRequestID, throwing error: any Error) { open.removeValue(forKey: id)?.resume(throwing: error) }

  private func end(_ error: AgentCallError) {
    guard ended == nil else { return }
    ended = error
    transport.close()
    reader?.cancel()
    hello?.resume(throwing: error)
    hello = nil
    for continuation in open.values { continuation.resume(throwing: error) }
    open = [:]
  }

  private func timer(_ duration: Duration, _ act: @escaping @Sendable (isolated AgentSystemClient) -> Void) -> Task<Void, Never> {
    let moment = clock.now().moment + duration
    return Task { [clock] in
      // Cancelled after the sleep and before this turn: what it was for has ended, and its id may be in use again.
      guard (try? await clock.sleep(until: moment)) != nil, !Task.isCancelled else { return }
      act(self)
    }
  }
}
