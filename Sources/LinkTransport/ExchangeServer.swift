package import CloudAPI
package import NIOCore
package import NIOHTTP1
import Synchronization

/// Bytes of request bodies that one connection holds; shared by its streams.
package final class BodyBudget: Sendable {
  private let left: Atomic<Int>
  package init(_ bytes: Int) { left = Atomic(bytes) }

  fileprivate func take(_ count: Int) -> Bool {
    if left.subtract(count, ordering: .relaxed).newValue >= 0 { return true }
    give(count)
    return false
  }
  fileprivate func give(_ count: Int) { left.add(count, ordering: .relaxed) }
}

/// Answers HTTP requests, on an HTTP/1.1 connection one after the other, or one on an HTTP/2 stream. The body is taken whole and is bounded.
package final class ExchangeServer: ChannelInboundHandler {
  package typealias InboundIn = HTTPServerRequestPart
  package typealias OutboundOut = HTTPServerResponsePart

  private let limits: LinkLimits
  private let budget: BodyBudget
  private let respond: @Sendable (LinkRequest) async -> LinkResponse
  private let isStream: Bool
  private var lastWrite: EventLoopFuture<Void>?
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var held = 0
  private var refused = false
  private var discarded = 0
  private var task: Task<Void, Never>?
  /// Who sends more than this after a refusal is cut off.
  private static let discardedAtMost = 256 << 20

  /// - Parameter isStream: true on an HTTP/2 stream, which ends by itself once both sides have ended it; closing it earlier would reset it, and the
  ///   reset would overtake the answer.
  package init(limits: LinkLimits, budget: BodyBudget, isStream: Bool, respond: @escaping @Sendable (LinkRequest) async -> LinkResponse) {
    self.limits = limits
    self.budget = budget
    self.isStream = isStream
    self.respond = respond
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      refused = false
      discarded = 0
      if let declared = head.headers.first(name: "content-length").flatMap({ Int($0) }), declared > limits.requestBody { refuse(413, context) }
    case .body(var part):
      guard !refused else { return discard(part.readableBytes, context) }
      guard held + part.readableBytes <= limits.requestBody else { return refuse(413, context) }
      guard budget.take(part.readableBytes) else { return refuse(503, context) }
      held += part.readableBytes
      body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      if refused { closeAfterLastWrite(head, context) } else { answer(head, context) }
    }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    task?.cancel()
    release()
    context.fireChannelInactive()
  }

  package func handlerRemoved(context: ChannelHandlerContext) { release() }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    var headers: [String: String] = [:]
    for (name, value) in head.headers { headers[name.lowercased()] = value }
    let request = LinkRequest(method: head.method.rawValue, path: head.uri, headers: headers, body: Array(body.readableBytesView))
    body = ByteBuffer()
    let promise = context.eventLoop.makePromise(of: LinkResponse.self)
    let respond = respond
    task = Task { promise.succeed(await respond(request)) }
    promise.futureResult.assumeIsolated().whenSuccess { response in
      self.release()
      guard context.channel.isActive else { return }
      self.write(response, closing: !head.isKeepAlive, context)
      self.closeAfterLastWrite(head, context)
    }
  }

  /// Answers at once; the rest of the body is read and forgotten, because closing would overtake the answer.
  private func refuse(_ status: Int, _ context: ChannelHandlerContext) {
    refused = true
    release()
    body = ByteBuffer()
    let detail = status == 413 ? "the body is longer than \(limits.requestBody) bytes" : "this connection holds too many bodies at once; ask again"
    write(LinkResponse(status: status, headers: ["content-type": "text/plain"], body: Array(detail.utf8)), closing: false, context)
  }

  private func discard(_ count: Int, _ context: ChannelHandlerContext) {
    discarded += count
    if discarded > Self.discardedAtMost { context.close(promise: nil) }
  }

  private func closeAfterLastWrite(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard !isStream, !head.isKeepAlive else { return }
    lastWrite?.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
  }

  private func write(_ response: LinkResponse, closing: Bool, _ context: ChannelHandlerContext) {
    var headers = HTTPHeaders()
    for (name, value) in response.headers where name != "content-length" && name != "connection" { headers.add(name: name, value: value) }
    headers.add(name: "content-length", value: String(response.body.count))
    if closing { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    // An empty DATA frame without END_STREAM counts against the connection.
    if !response.body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil) }
    let written = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    lastWrite = written.futureResult
  }

  private func release() {
    budget.give(held)
    held = 0
  }
}
