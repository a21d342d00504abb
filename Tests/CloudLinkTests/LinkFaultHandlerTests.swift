import CloudAPI
import LiveFaults
import NIOCore
import NIOEmbedded
import Testing
import World

@testable import CloudLinkAcceptor

/// One connection on an event loop whose time the test moves.
private struct Wire {
  let loop = EmbeddedEventLoop()
  let handler = LinkFaultHandler()
  let channel: EmbeddedChannel

  init() throws {
    channel = EmbeddedChannel(handler: handler, loop: loop)
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  func fault(_ id: Int, _ kind: String, _ value: String? = nil, for lease: Duration = .seconds(60)) throws -> LinkFault {
    let order = FaultOrder(on: "link:c1", kind: kind, value: value, seed: 5, lasts: "1m")
    return LinkFault(id: id, rule: try FaultRule(order), left: lease)
  }

  func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
  func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

  /// What went out to the connector, and what came in from it, until now.
  func out() throws -> String {
    var text = ""
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
    return text
  }
  func both() throws -> [String] { [try out(), try came()] }
  func came() throws -> String {
    var text = ""
    while let buffer = try channel.readInbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
    return text
  }
}

@Suite("link: faults of one connection") struct LinkFaultHandlerTests {
  @Test("without a fault it is in nobody's way") func clear() throws {
    let wire = try Wire()
    wire.send("a")
    try wire.receive("b")
    #expect(try wire.both() == ["a", "b"])
    wire.channel.close(promise: nil)
    #expect(!wire.channel.isActive)
  }

  @Test("a latency holds each way, in order, and what waits goes at once when it is healed") func latency() throws {
    let wire = try Wire()
    wire.handler.apply([try wire.fault(1, "latency", "300ms")])
    wire.send("a")
    try wire.receive("b")
    wire.loop.advanceTime(by: .milliseconds(299))
    #expect(try wire.both() == ["", ""])
    wire.send("c")
    wire.loop.advanceTime(by: .milliseconds(1))
    #expect(try wire.both() == ["a", "b"])
    wire.handler.apply([])
    #expect(try wire.out() == "c")
    wire.send("d")
    #expect(try wire.out() == "d")
  }

  @Test("a lease ends by the connection's own clock") func lease() throws {
    let wire = try Wire()
    wire.handler.apply([try wire.fault(1, "partition", for: .seconds(5))])
    wire.send("a")
    wire.loop.advanceTime(by: .milliseconds(4_999))
    #expect(try wire.out() == "")
    wire.loop.advanceTime(by: .milliseconds(1))
    #expect(try wire.out() == "a")
  }

  @Test("a partition holds its way and no other; nobody is admitted over it, and a close waits for its end") func partition() throws {
    let wire = try Wire()
    wire.handler.apply([try wire.fault(1, "partition", "up")])
    wire.send("a")
    try wire.receive("b")
    #expect(try wire.both() == ["a", ""])
    var isOpen = false
    wire.handler.whenOpen(on: wire.loop).assumeIsolated().whenSuccess { isOpen = true }
    wire.channel.close(promise: nil)
    wire.loop.run()
    #expect(!isOpen && wire.channel.isActive, "silence, and no word of the close")
    wire.handler.apply([])
    #expect(isOpen && !wire.channel.isActive)
    #expect(try wire.came() == "b", "what was held arrives when the network is back")
  }

  @Test("a slow link carries so many bytes a second, a little at a time") func slow() throws {
    let wire = try Wire()
    wire.handler.apply([try wire.fault(1, "slow-link", "1000B/s")])
    wire.send(String(repeating: "x", count: 1000))
    wire.loop.advanceTime(by: .milliseconds(250))
    #expect(try wire.out().count == 200)
    wire.loop.advanceTime(by: .milliseconds(750))
    #expect(try wire.out().count == 800)
  }

  @Test("a slow close comes later; a reset comes at once, or after its time") func ends() throws {
    let slow = try Wire()
    slow.handler.apply([try slow.fault(1, "slow-close", "2s")])
    slow.channel.close(promise: nil)
    slow.loop.advanceTime(by: .milliseconds(1_999))
    #expect(slow.channel.isActive)
    slow.loop.advanceTime(by: .milliseconds(1))
    #expect(!slow.channel.isActive)

    let late = try Wire()
    late.handler.apply([try late.fault(1, "reset", "3s")])
    late.loop.advanceTime(by: .milliseconds(2_999))
    #expect(late.channel.isActive)
    late.loop.advanceTime(by: .milliseconds(1))
    #expect(!late.channel.isActive)
    let failure = #expect(throws: LinkFailure.self) { try late.channel.throwIfErrorCaught() }
    #expect(failure?.detail.contains("reset") ?? false)
  }

  @Test("what is lost comes after TCP's time-outs, or the connection is over") func loss() throws {
    let wire = try Wire()
    wire.handler.apply([try wire.fault(1, "loss", "100%")])
    let written = wire.channel.writeAndFlush(ByteBuffer(string: "a"))
    #expect(!wire.channel.isActive)
    #expect(throws: (any Error).self) { try written.wait() }
    #expect(throws: LinkFailure.self) { try wire.channel.throwIfErrorCaught() }
  }

  @Test("a connection that ends lets go of everything that waits") func inactive() throws {
    let wire = try Wire()
    wire.handler.apply([try wire.fault(1, "partition")])
    let written = wire.channel.writeAndFlush(ByteBuffer(string: "a"))
    let open = wire.handler.whenOpen(on: wire.loop)
    wire.channel.pipeline.fireChannelInactive()
    #expect(throws: (any Error).self) { try written.wait() }
    #expect(throws: (any Error).self) { try open.wait() }
  }
}
