import AgentSystem
import AgentSystemHost
import SimulatedWorld
import Testing
import World

/// Client and host over the frames, end to end.
@Suite struct ConnectionTests {
  /// Runs `body` at the near end of a connection that the host serves.
  private func connected(
    _ bench: Bench, caller: ServiceName = .watchDog, _ body: (InProcessTransport) async throws -> Void
  ) async throws {
    let host = await bench.started()
    let (near, far) = InProcessTransport.pair()
    let connection = AgentConnection(far, caller: caller, host: host)
    let serving = Task { await connection.serve() }
    try await body(near)
    near.close()
    await serving.value
  }

  private func received(_ transport: InProcessTransport) async throws -> AgentFrame? {
    for await message in transport.messages { return try AgentFrame(decoding: message) }
    return nil
  }

  @Test func requestsSideBySide() async throws {
    let bench = try Bench()
    try await connected(bench) { transport in
      let client = AgentSystemClient(transport, clock: bench.clock, random: bench.random)
      try await client.connect()
      try await withThrowingTaskGroup(of: PrivilegedAnswer.self) { group in
        for number in 0..<50 {
          let path = try RegistryPath(#"HKLM\Software\Citrix\N"# + "\(number)")
          group.addTask { try await client.call(.registryWrite(path, .integer(Int64(number))), asker: .watchDog) }
        }
        for try await answer in group { #expect(answer == .done) }
      }
      let path = try RegistryPath(#"HKLM\Software\Citrix\N49"#)
      #expect(try await client.call(.registryRead(path), asker: .adProvider) == .value(.registry(.integer(49))))
      await client.close()
    }
  }

  /// The caller is who made the connection, whatever the frames say.
  @Test func anotherCallerIsRefusedEverything() async throws {
    let bench = try Bench()
    try await connected(bench, caller: .adProvider) { transport in
      let client = AgentSystemClient(transport, clock: bench.clock, random: bench.random)
      try await client.connect()
      let answer = try await client.call(.setMaintenance(true, reason: ""), asker: .watchDog)
      #expect(answer.refusal == .notTheWatchDog)
      await client.close()
    }
    #expect(try bench.audit().map(\.phase) == ["deny", "result"])
  }

  @Test func aRequestThatIsNotOneIsRefusedByItsId() async throws {
    let bench = try Bench()
    try await connected(bench) { transport in
      try transport.send(try AgentFrame.hello(.ours).encoded())
      #expect(try await received(transport) == .hello(.ours))
      let request = bench.request(.cancelRestart)
      var bytes = try AgentFrame.request(request).encoded()
      bytes[bytes.count - 1] = 0xff
      try transport.send(bytes)
      guard case .answer(let id, .refused(let refusal)) = try await received(transport) else {
        Issue.record("no refusal")
        return
      }
      #expect(id == request.id && refusal.reason == .unknownOperation)
      // The connection goes on.
      try transport.send(try AgentFrame.request(request).encoded())
      #expect(try await received(transport) == .answer(request.id, .value(.flag(false))))
    }
    #expect(bench.events().contains("agent-system.frame-rejected"))
  }

  @Test(
    arguments: [
      ("no frame", [0xff], false),
      ("nothing", [], true),
      ("a second hello", [1, 67, 65, 71, 84, 0, 1, 0, 1], true),
      ("an answer", [3] + Array(repeating: 0, count: 17), true),
      ("another version", [1, 67, 65, 71, 84, 0, 7, 0, 9], false),
    ] as [(String, [UInt8], Bool)])
  func whatIsNoRequestEndsTheConnection(_ what: String, _ bytes: [UInt8], _ greets: Bool) async throws {
    let bench = try Bench()
    try await connected(bench) { transport in
      if greets {
        try transport.send(try AgentFrame.hello(.ours).encoded())
        #expect(try await received(transport) == .hello(.ours))
      }
      try transport.send(bytes)
      var last: AgentFrame?
      while let frame = try await received(transport) { last = frame }
      #expect(last == nil || last == .hello(.ours), "\(what)")
    }
    #expect(bench.events().contains("agent-system.frame-rejected"))
  }

  @Test func aRequestBeforeTheHelloEndsTheConnection() async throws {
    let bench = try Bench()
    try await connected(bench) { transport in
      try transport.send(try AgentFrame.request(bench.request(.setMaintenance(true, reason: ""))).encoded())
      #expect(try await received(transport) == nil)
    }
    #expect(try bench.files.info(Bench.record) == nil)
  }
}
