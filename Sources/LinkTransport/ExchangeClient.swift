package import CloudAPI
package import NIOCore
package import NIOHTTP1

/// Asks one question and takes the answer whole: on an HTTP/2 stream, or on an HTTP/1.1 connection of its own. It fails the promise with `LinkFailure`.
package final class ExchangeClient: ChannelInboundHandler {
  package typealias InboundIn = HTTPClientResponsePart
  package typealias OutboundOut = HTTPClientRequestPart

  private let request: LinkRequest
  private let place: String
  private let limit: Int
  private let promise: EventLoopPromise<LinkResponse>
  private var head: HTTPResponseHead?
  private var body = ByteBuffer()
  private var done = false
  private var asked = false

  /// - Parameter place: the other end, for the host header and for failures.
  package init(_ request: LinkRequest, to place: String, limit: Int, promise: EventLoopPromise<LinkResponse>) {
    self.request = request
    self.place = place
    self.limit = limit
    self.promise = promise
  }

  package func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { ask(context) } }

  package func channelActive(context: ChannelHandlerContext) {
    ask(context)
    context.fireChannelActive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !done else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      // 1xx answers announce the real one.
      if head.status.code >= 200 { self.head = head }
    case .body(var part):
      guard body.readableBytes + part.readableBytes <= limit else {
        return finish(.failure(LinkFailure(.protocolViolation, "\(place) answered with more than \(limit) bytes")), context)
      }
      body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      var headers: [String: String] = [:]
      for (name, value) in head.headers { headers[name.lowercased()] = value }
      finish(.success(LinkResponse(status: Int(head.status.code), headers: headers, body: Array(body.readableBytesView))), context)
    }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(.failure(.of(error, at: place)), context) }

  package func channelInactive(context: ChannelHandlerContext) {
    finish(.failure(LinkFailure(.closed, "\(place) closed before it had answered")), context)
    context.fireChannelInactive()
  }

  /// The channel may go before it has ever been active.
  package func handlerRemoved(context: ChannelHandlerContext) {
    finish(.failure(LinkFailure(.closed, "the connection to \(place) closed before the question was sent")), context)
  }

  private func ask(_ context: ChannelHandlerContext) {
    guard !asked else { return }
    asked = true
    var headers = HTTPHeaders([("host", place)])
    for (name, value) in request.headers where name != "content-length" && name != "host" { headers.add(name: name, value: value) }
    headers.add(name: "content-length", value: String(request.body.count))
    headers.add(name: "connection", value: "close")
    let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.path, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !request.body.isEmpty { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil) }
    let written = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    // An early refusal makes the rest of the writing fail after the answer has come, which `done` hides.
    written.futureResult.assumeIsolated().whenFailure { error in
      if self.head == nil { self.finish(.failure(.of(error, at: self.place)), context) }
    }
  }

  private func finish(_ result: Result<LinkResponse, LinkFailure>, _ context: ChannelHandlerContext) {
    guard !done else { return }
    done = true
    switch result {
    case .success(let response): promise.succeed(response)
    case .failure(let failure): promise.fail(failure)
    }
    context.close(promise: nil)
  }
}
