import AgentSystem
import SimulatedWorld
import Testing
import World

/// The client against a peer that the test plays by hand.
@Suite struct ClientTests {
  let clock = SimulatedClock()
  let ours: InProcessTransport
  let peer: InProcessTransport

  init() { (ours, peer) = InProcessTransport.pair() }

  private func makeClient() -> AgentSystemClient { AgentSystemClient(ours, clock: clock, random: SeededRandom(seed: 1)) }

  private func opened() async throws -> AgentSystemClient {
    let client = makeClient()
    try peer.send(try AgentFrame.hello(.ours).encoded())
    try await client.connect()
    #expect(try AgentFrame(decoding: await received()) == .hello(.ours))
    return client
  }

  /// The next message that the client sent.
  private func received() async -> [UInt8] {
    for await message in peer.messages { return message }
    return []
  }

  private func request() async throws -> AgentRequest {
    guard case .request(let request) = try AgentFrame(decoding: await received()) else { throw FrameError(.badValue, "no request") }
    return request
  }

  @Test func answersAreMatchedByIdWhateverTheirOrder() async throws {
    let client = try await opened()
    async let first = client.call(.cancelRestart, asker: .watchDog)
    let one = try await request()
    async let second = client.call(.registryRead(Samples.path), asker: .highAvailability)
    let two = try await request()
    #expect(one.id != two.id)
    #expect(two.asker == .highAvailability)
    #expect(two.deadline == clock.now().moment + PrivilegedOperation.Kind.registryRead.rule.timeLimit)
    try peer.send(try AgentFrame.answer(two.id, .value(.registry(.integer(2)))).encoded())
    try peer.send(try AgentFrame.answer(one.id, .value(.flag(false))).encoded())
    #expect(try await first == .value(.flag(false)))
    #expect(try await second == .value(.registry(.integer(2))))
    await client.close()
  }

  @Test func gaveUpAfterTheDeadlineAndIgnoredTheLateAnswer() async throws {
    let client = try await opened()
    let call = Task { try await client.call(.cancelRestart, asker: .watchDog, limit: .seconds(2)) }
    let late = try await request()
    clock.advance(by: .seconds(2) + AgentSystemClient.grace)
    await #expect(throws: AgentCallError.timedOut(operation: "cancelRestart")) { try await call.value }
    try peer.send(try AgentFrame.answer(late.id, .done).encoded())
    let next = Task { try await client.call(.cancelRestart, asker: .watchDog) }
    let asked = try await request()
    try peer.send(try AgentFrame.answer(asked.id, .value(.flag(true))).encoded())
    #expect(try await next.value == .value(.flag(true)))
    await client.close()
  }

  @Test func openRequestsEndWithTheConnection() async throws {
    let client = try await opened()
    let call = Task { try await client.call(.takeOverUpdates, asker: .watchDog) }
    _ = try await request()
    peer.close()
    await #expect(throws: AgentCallError.self) { try await call.value }
    #expect(await client.isOpen == false)
    await #expect(throws: AgentCallError.self) { try await client.call(.cancelRestart, asker: .watchDog) }
  }

  @Test func aCancelledAskerDoesNotWait() async throws {
    let client = try await opened()
    let call = Task { try await client.call(.takeOverUpdates, asker: .watchDog) }
    _ = try await request()
    call.cancel()
    await #expect(throws: CancellationError.self) { try await call.value }
    await client.close()
  }

  @Test(
    arguments: [
      ("no version in common", .hello(AgentHello(lowest: 2, highest: 9))),
      ("an answer before the hello", .answer(Samples.id, .done)),
      (
        "a request from the wrong side",
        .request(AgentRequest(id: Samples.id, asker: .watchDog, operation: .cancelRestart, deadline: Moment(nanoseconds: 0)))
      ),
    ] as [(String, AgentFrame)])
  func aPeerThatSpeaksAnotherProtocolIsLeft(_ what: String, _ frame: AgentFrame) async throws {
    try peer.send(try frame.encoded())
    let client = makeClient()
    do {
      try await client.connect()
      Issue.record("\(what) was accepted")
    } catch AgentCallError.protocolViolation(let detail) {
      #expect(!detail.isEmpty)
    }
  }

  @Test func bytesThatAreNoFrameEndTheConnection() async throws {
    try peer.send([0xff, 0xff])
    let client = makeClient()
    await #expect(throws: AgentCallError.self) { try await client.connect() }
  }

  @Test func aSilentPeerIsLeft() async throws {
    let client = makeClient()
    let connecting = Task { try await client.connect() }
    await clock.waitForSleepers(1)
    clock.advance(by: AgentSystemClient.helloWithin)
    await #expect(throws: AgentCallError.timedOut(operation: "hello")) { try await connecting.value }
  }

  @Test func theTransportIsBounded() throws {
    for _ in 0..<InProcessTransport.depth { try ours.send([1]) }
    #expect(throws: AgentTransportError.full) { try ours.send([1]) }
    #expect(throws: AgentTransportError.tooLarge) { try ours.send(Array(repeating: 0, count: AgentFrame.maxSize + 1)) }
    ours.close()
    #expect(throws: AgentTransportError.closed) { try ours.send([1]) }
  }
}
