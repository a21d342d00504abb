import AgentSystem
import World

/// The WatchDog's one connection to the Agent System: made when it is first needed, and anew after it ended.
actor AgentLink {
  private let open: @Sendable () throws -> any AgentTransport
  private let clock: any WorldClock
  private let random: any RandomSource
  private var current: AgentSystemClient?
  private var connecting: Task<AgentSystemClient, any Error>?

  init(clock: any WorldClock, random: any RandomSource, open: @escaping @Sendable () throws -> any AgentTransport) {
    self.clock = clock
    self.random = random
    self.open = open
  }

  /// Throws `AgentCallError` or `ServiceUnavailable`. A request whose connection ended is asked once more under the same id, so it is never
  /// done twice.
  func call(_ operation: PrivilegedOperation, asker: ServiceName) async throws -> PrivilegedAnswer {
    let id = AgentRequestID(random)
    do {
      return try await client().call(operation, asker: asker, id: id)
    } catch AgentCallError.disconnected {
      return try await client().call(operation, asker: asker, id: id)
    }
  }

  func close() async {
    await current?.close()
    current = nil
  }

  private func client() async throws -> AgentSystemClient {
    while let candidate = current {
      if await candidate.isOpen { return candidate }
      // Unless another call has put a new one in its place meanwhile: a second connection beside that one would stay open and be nobody's.
      if current === candidate { current = nil }
    }
    if let connecting { return try await connecting.value }
    let task = Task {
      let client = AgentSystemClient(try open(), clock: clock, random: random)
      try await client.connect()
      return client
    }
    connecting = task
    defer { connecting = nil }
    let client = try await task.value
    current = client
    return client
  }
}
