import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import World

/// The one port of a process of simulated machines, or of a StoreFront: small bodies, on loopback.
package struct SiteServer: Sendable {
  /// Nil: there is no such page.
  package typealias Answering = @Sendable (_ method: String, _ path: [String], _ body: [UInt8]) async -> [UInt8]?

  private let channel: any Channel
  private let gate: ConnectionGate
  /// Such as `http://127.0.0.1:4000`.
  package var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

  /// - Parameter port: 0: any free one.
  /// - Throws: `SiteProblem` when it cannot listen.
  package static func start(port: Int = 0, answering: @escaping Answering) async throws -> SiteServer {
    let gate = ConnectionGate()
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(SiteHandler(answering))
          gate.add(channel)
        }
      }
    do { return SiteServer(channel: try await bootstrap.bind(host: "127.0.0.1", port: port).get(), gate: gate) } catch let error as IOError {
      throw SiteProblem("cannot listen on 127.0.0.1:\(port): \(String(cString: strerror(error.errnoCode)))")
    }
  }

  /// Listens no more and closes what is open.
  package func stop() async {
    try? await channel.close()
    gate.closeAll()
  }
}

/// The connections that are open, to be closed at the end.
private final class ConnectionGate: Sendable {
  private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

  func add(_ channel: any Channel) {
    open.withLock { $0[ObjectIdentifier(channel)] = channel }
    channel.closeFuture.whenComplete { [self] _ in open.withLock { $0[ObjectIdentifier(channel)] = nil } }
  }

  func closeAll() { for channel in open.withLock({ Array($0.values) }) { channel.close(promise: nil) } }
}

/// One request at a time of one connection: the pipeline lets the next one in when this one is answered.
private final class SiteHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart
  private static let longest = 1 << 20

  private let answering: SiteServer.Answering
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(_ answering: @escaping SiteServer.Answering) { self.answering = answering }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): (self.head, body) = (head, [])
    case .body(let part):
      guard body.count + part.readableBytes <= Self.longest else { return context.close(promise: nil) }
      body += part.readableBytesView
    case .end:
      guard let head else { return }
      let path = head.uri.prefix { $0 != "?" }.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
      let (method, body, answering) = (head.method.rawValue, body, answering)
      let answered = context.eventLoop.makeFutureWithTask { await answering(method, path, body) }
      let (bound, keeps) = (NIOLoopBound(context, eventLoop: context.eventLoop), head.isKeepAlive)
      answered.assumeIsolated().whenComplete { result in Self.write((try? result.get()) ?? nil, keeps, bound.value) }
    }
  }

  private static func write(_ answer: [UInt8]?, _ keeps: Bool, _ context: ChannelHandlerContext) {
    let bytes = answer ?? []
    var head = HTTPResponseHead(version: .http1_1, status: answer == nil ? .notFound : .ok)
    head.headers = ["content-type": "application/json", "content-length": "\(bytes.count)"]
    if !keeps { head.headers.add(name: "connection", value: "close") }
    context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
    context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    let sent = context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)))
    if !keeps { sent.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Why simulated machines or a StoreFront cannot do their work, in words for people.
package struct SiteProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}
