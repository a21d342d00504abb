import NIOCore
import NIOHTTP1

/// One connection: collects each request, has it answered off the event loop, and sends the answer. Requests that come before that wait in the pipeline, so answers keep their order.
final class BrokerConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case waiting
    case collecting(HTTPRequestHead, ByteBuffer)
    /// What follows of the request belongs to one that is refused already, or is being answered.
    case answering(HTTPRequestHead)
    case leaving
  }

  private let door: BrokerDoor
  private let watch: RequestWatch
  private let limits: BrokerServer.Limits
  private var state = State.waiting
  private var peerIsGone = false

  init(door: BrokerDoor, watch: RequestWatch, limits: BrokerServer.Limits) {
    self.door = door
    self.watch = watch
    self.limits = limits
  }

  /// One connection too many is told so.
  static func turnAway(_ channel: any Channel, limits: BrokerServer.Limits) -> EventLoopFuture<Void> {
    let text = "too many connections; \(limits.connections) are served\n"
    let answer =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: \(text.utf8.count)\r\nContent-Type: text/plain\r\nConnection: close\r\nRetry-After: 1\r\n\r\n\(text)"
    channel.eventLoop.execute {
      channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }
    return channel.eventLoop.makeSucceededVoidFuture()
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let me = NIOLoopBound(self, eventLoop: context.eventLoop)
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    watch.expired = { me.value.isTooSlow(context.value) }
  }

  func handlerRemoved(context: ChannelHandlerContext) { watch.expired = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .waiting): begin(context, head)
    case (.body(var part), .collecting(let head, var body)):
      guard body.readableBytes + part.readableBytes <= limits.bodyBytes else { return refuse(context, head, tooLarge) }
      // Not held twice while it grows.
      state = .waiting
      body.writeBuffer(&part)
      state = .collecting(head, body)
    case (.end, .collecting(let head, let body)): ask(context, head, body)
    case (.head, _), (.body, _), (.end, _): break
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .some(.inputClosed) = event as? ChannelEvent else { return context.fireUserInboundEventTriggered(event) }
    peerIsGone = true
    // An answer that is owed, or on its way, is still heard.
    if case .answering = state { return }
    if !watch.isSending { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  // MARK: Steps

  private func begin(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
    let bytes = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    guard bytes <= limits.headerBytes else {
      return refuse(context, head, BrokerReply(.requestHeaderFieldsTooLarge, "the headers have \(bytes) bytes; \(limits.headerBytes) are read"))
    }
    if let refusal = door.refusal(head) {
      // A body that is on its way would be taken for the next request, so the connection ends here where one may follow.
      return hasBody(head) ? refuse(context, head, refusal) : answerAfterEnd(context, head, refusal)
    }
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limits.bodyBytes {
      return refuse(context, head, tooLarge)
    }
    if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
      context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
    }
    state = .collecting(head, context.channel.allocator.buffer(capacity: 0))
  }

  private var tooLarge: BrokerReply { BrokerReply(.payloadTooLarge, "a request may have \(limits.bodyBytes) bytes") }

  private func hasBody(_ head: HTTPRequestHead) -> Bool {
    head.headers.contains(name: "transfer-encoding") || (head.headers.first(name: "content-length").map { $0 != "0" } ?? false)
  }

  /// Without a body its end comes with its head.
  private func answerAfterEnd(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ reply: BrokerReply) {
    state = .answering(head)
    watch.requestEnded()
    send(context, head, reply, thenLeave: !head.isKeepAlive)
  }

  private func ask(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ body: ByteBuffer) {
    state = .answering(head)
    watch.requestEnded()
    let (door, loop) = (door, context.eventLoop)
    let here = NIOLoopBound((me: self, context: context), eventLoop: loop)
    Task {
      let reply = await door.answer(head, body)
      loop.execute {
        // Meanwhile the connection may have ended.
        guard case .answering = here.value.me.state, here.value.context.channel.isActive else { return }
        here.value.me.send(here.value.context, head, reply, thenLeave: !head.isKeepAlive)
      }
    }
  }

  /// Answers before the request has come whole: nothing after it can be told apart, so the connection is left.
  private func refuse(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ reply: BrokerReply) {
    state = .answering(head)
    send(context, head, reply, thenLeave: true)
  }

  /// True when the client is told; false when it has sent no whole head, to which nothing can be answered.
  private func isTooSlow(_ context: ChannelHandlerContext) -> Bool {
    guard case .collecting(let head, _) = state else { return false }
    refuse(context, head, BrokerReply(.requestTimeout, "the request did not come whole within \(limits.requestTime)"))
    return true
  }

  private func send(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ reply: BrokerReply, thenLeave: Bool) {
    let leaves = thenLeave || peerIsGone
    watch.answerBegan()
    var headers: HTTPHeaders = ["Server": reply.server, "Date": HTTPDate.now(), "Content-Type": reply.contentType]
    headers.add(name: "Content-Length", value: String(reply.bytes.count))
    for (name, value) in reply.headers { headers.add(name: name, value: value) }
    if leaves {
      headers.add(name: "Connection", value: "close")
    } else if head.version.minor == 0 {
      headers.add(name: "Connection", value: "Keep-Alive")
    }
    context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers))), promise: nil)
    if head.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.bytes)))), promise: nil) }
    let here = NIOLoopBound((me: self, context: context), eventLoop: context.eventLoop)
    state = leaves ? .leaving : .waiting
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { result in
      guard case .success = result else { return here.value.context.close(promise: nil) }
      if leaves || here.value.me.peerIsGone { here.value.me.leave(here.value.context) } else { here.value.me.watch.answerEnded() }
    }
  }

  /// Closing at once would throw away what the client has not read yet when it is still sending: its end is awaited, for a while.
  private func leave(_ context: ChannelHandlerContext) {
    guard !peerIsGone else { return context.close(promise: nil) }
    watch.leave()
    context.close(mode: .output, promise: nil)
  }
}
