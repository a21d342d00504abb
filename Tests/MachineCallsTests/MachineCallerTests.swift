import Broker
import Foundation
import MachineCalls
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// A machine that answers each request alike, or never.
private final class Machine: ChannelInboundHandler, Sendable {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart
  let status: HTTPResponseStatus
  let headers: HTTPHeaders
  let body: String?

  init(_ status: HTTPResponseStatus, _ body: String?, _ headers: HTTPHeaders = [:]) {
    self.status = status
    self.body = body
    self.headers = headers
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .end = unwrapInboundIn(data), let body else { return }
    var headers = headers
    headers.add(name: "content-length", value: String(body.utf8.count))
    context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}

@Suite("calls of machines", .timeLimit(.minutes(1))) struct MachineCallerTests {
  private static let order = PrepareOrder(machine: "vda-001", session: "s1", user: "S-1-5-21-1")

  /// What comes of a call of such a machine.
  private static func call(_ machine: Machine, limit: TimeAmount = .seconds(20), path: String = "/prepare") async throws -> PrepareReply? {
    let group = MultiThreadedEventLoopGroup.singleton
    let listener = try await ServerBootstrap(group: group).childChannelInitializer { channel in
      channel.pipeline.configureHTTPServerPipeline().flatMapThrowing { try channel.pipeline.syncOperations.addHandler(machine) }
    }.bind(host: "127.0.0.1", port: 0).get()
    let caller = MachineCaller(eventLoops: group, limit: limit)
    let reply = await caller.prepare(order, callback: "http://127.0.0.1:\(listener.localAddress?.port ?? 0)\(path)")
    await caller.stop()
    try await listener.close().get()
    return reply
  }

  @Test func aMachineThatAnswers() async throws {
    let body = String(decoding: try JSONEncoder().encode(PrepareReply(accepted: true, load: 12)), as: UTF8.self)
    #expect(try await Self.call(Machine(.ok, body)) == PrepareReply(accepted: true, load: 12))
  }

  @Test func oneThatRefusesOrTalksNonsenseOrSendsElsewhere() async throws {
    #expect(try await Self.call(Machine(.internalServerError, "{}")) == nil)
    #expect(try await Self.call(Machine(.ok, "no")) == nil)
    #expect(try await Self.call(Machine(.ok, String(repeating: " ", count: 70_000))) == nil)
    #expect(try await Self.call(Machine(.temporaryRedirect, "", ["location": "http://127.0.0.1:1/"])) == nil)
  }

  @Test func oneThatSaysNothingIsNotWaitedForForever() async throws {
    #expect(try await Self.call(Machine(.ok, nil), limit: .milliseconds(200)) == nil)
  }

  @Test(arguments: ["https://127.0.0.1:1/", "file:///etc/passwd", "", "http://", "http://127.0.0.1:1/x", "http://[/"])
  func badCallbacks(callback: String) async {
    let caller = MachineCaller(eventLoops: MultiThreadedEventLoopGroup.singleton, limit: .seconds(5))
    #expect(await caller.prepare(Self.order, callback: callback) == nil)
    await caller.stop()
  }
}
