import NIOCore

/// Watches the clock of one connection, below HTTP: it sees each byte. One timer at a time: idle between requests, from a request's first byte to its last (a byte
/// now and then does not help), from there to the answer, and while the answer is taken.
final class RequestWatch: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum Phase { case idle, reading, answering, sending, leaving }

  private let limits: BrokerServer.Limits
  private var phase = Phase.idle
  private var timer: Scheduled<Void>?
  private var context: ChannelHandlerContext?
  /// Bytes have come since the request that is answered now ended: of the next one.
  private var hasMore = false
  /// Asked when a request takes too long; true: an answer says so and the connection is left in order.
  var expired: (() -> Bool)?

  init(limits: BrokerServer.Limits) { self.limits = limits }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { enter(.idle) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    self.context = nil
    expired = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    enter(.idle)
    context.fireChannelActive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch phase {
    case .idle: enter(.reading)
    case .answering, .sending: hasMore = true
    case .reading, .leaving: break
    }
    context.fireChannelRead(data)
  }

  /// The request has come whole.
  func requestEnded() {
    hasMore = false
    if phase != .leaving { enter(.answering) }
  }

  /// Its answer is being sent.
  func answerBegan() { if phase != .leaving { enter(.sending) } }

  var isSending: Bool { phase == .sending }

  /// Its answer is sent; the next request may be on its way, or being answered already.
  func answerEnded() {
    guard phase == .sending else { return }
    enter(hasMore ? .reading : .idle)
    hasMore = false
  }

  /// Nothing more is answered here; what still comes is passed over for a while, so that the last answer is heard.
  func leave() { enter(.leaving) }

  private func enter(_ next: Phase) {
    timer?.cancel()
    phase = next
    guard let context else { return }
    let time =
      switch next {
      case .idle: limits.idleTime
      case .reading: limits.requestTime
      case .answering: limits.answerTime
      case .sending, .leaving: limits.sendTime
      }
    let me = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: TimeAmount(time)) { me.value.end(next) }
  }

  private func end(_ phase: Phase) {
    if phase == .reading, expired?() == true { return }
    context?.close(promise: nil)
  }
}
