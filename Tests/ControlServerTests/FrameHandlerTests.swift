import ControlAPI
import ControlServer
import NIOCore
import NIOEmbedded
import Testing

/// The handler on a channel without a socket, with a clock that the test moves.
@Suite struct FrameHandlerTests {
  let channel = EmbeddedChannel()

  init() throws {
    try channel.pipeline.syncOperations.addHandler(ControlFrameHandler(timeout: .seconds(5)))
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
  }

  private func send(_ bytes: [UInt8]) throws { try channel.writeInbound(ByteBuffer(bytes: bytes)) }
  private func next() throws -> ControlInput? { try channel.readInbound(as: ControlInput.self) }
  private func pass(_ seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

  @Test func framesComeWhole() throws {
    try send([0, 0, 0, 2, 123])
    #expect(try next() == nil)
    try send([125, 0, 0, 0, 1, 49])
    #expect(try next() == .frame([123, 125]))
    #expect(try next() == .frame([49]))
  }

  @Test func aPeerThatSaysNothingIsSilent() throws {
    pass(4)
    #expect(try next() == nil)
    pass(1)
    #expect(try next() == .silent(midFrame: false))
  }

  @Test func afterItsHelloAPeerMayBeIdle() throws {
    try send([0, 0, 0, 1, 49])
    #expect(try next() == .frame([49]))
    pass(3_600)
    #expect(try next() == nil)
  }

  @Test func aByteAtATimeDoesNotHoldTheTimer() throws {
    try send([0, 0, 0, 1, 49])
    _ = try next()
    try send([0])
    for byte in [0, 0, 9] as [UInt8] {
      pass(1)
      try send([byte])
    }
    pass(1)
    #expect(try next() == nil)
    pass(1)
    #expect(try next() == .silent(midFrame: true))
    // What comes after that is not read.
    try send([0, 0, 0, 1, 49])
    #expect(try next() == nil)
  }

  @Test func theTimerStartsAnewWithEachFrame() throws {
    try send([0, 0, 0, 1, 49, 0])
    _ = try next()
    pass(4)
    try send([0, 0, 1, 50, 0])
    #expect(try next() == .frame([50]))
    pass(4)
    #expect(try next() == nil)
    pass(1)
    #expect(try next() == .silent(midFrame: true))
  }

  @Test func anOversizedFrameIsRefusedAtItsLength() throws {
    try send([0, 0x20, 0, 0])
    #expect(try next() == .broken(.oversized(length: 2_097_152, limit: 1_048_576)))
    pass(10)
    #expect(try next() == nil)
  }

  @Test func anEndWithinAFrameIsTold() throws {
    try send([0, 0, 0, 9, 49])
    channel.pipeline.fireChannelInactive()
    #expect(try next() == .broken(.truncated(have: 5, want: 13)))
  }

  @Test func anEndBetweenFramesIsNothing() throws {
    try send([0, 0, 0, 1, 49])
    _ = try next()
    channel.pipeline.fireChannelInactive()
    #expect(try next() == nil)
  }

  @Test(arguments: [(UInt32(1000), true), (0, true), (1001, false), (.max, false)])
  func theOwnerAndRootMayAsk(_ uid: UInt32, _ may: Bool) { #expect(PeerCredential(pid: 1, uid: uid, gid: 1000).mayAsk(owner: 1000) == may) }
}
