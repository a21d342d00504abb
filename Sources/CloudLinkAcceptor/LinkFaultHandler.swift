import CloudAPI
import Glibc
import LinkTransport
import LiveFaults
import NIOCore
import Simulation
import World

/// The network between one connector and this end, as its faults make it: the first handler of a connection, below TLS, so it sees nothing but bytes. It holds them, and hands them on in their order when
/// they would have arrived. Without a fault it is in nobody's way.
///
/// Whose connection it is is known once the handshake has shown the certificate; until then nothing is held. Each lease is kept here by the event loop's own clock.
final class LinkFaultHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// More than this is not taken from the socket while it waits: the sender's own buffers fill, as they would.
  private static let heldAtMost = 256 * 1024

  private struct Piece {
    var bytes: ByteBuffer
    var due: Moment
    var promise: EventLoopPromise<Void>?
  }

  private var weather = LinkWeather()
  private var context: ChannelHandlerContext?
  private var inbound = CircularBuffer<Piece>()
  private var heldIn = 0
  private var outbound = CircularBuffer<Piece>()
  private var wantsRead = false
  /// A close that waits, and since when.
  private var closing: (mode: CloseMode, promise: EventLoopPromise<Void>?, since: Moment)?
  private var isOver = false
  private var alarm: Scheduled<Void>?
  private var waiters: [EventLoopPromise<Void>] = []

  // MARK: What is asked of it

  /// These faults and no others from now on. On the event loop.
  func apply(_ faults: [LinkFault]) {
    guard let context, !isOver else { return }
    weather.set(faults, at: now(context))
    relaxIfCalm(context)
    pump(context)
  }

  /// Succeeds when bytes pass both ways; fails when the connection ends before.
  func whenOpen(on loop: any EventLoop) -> EventLoopFuture<Void> {
    guard context != nil, !isOver else { return loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
    if isOpen { return loop.makeSucceededFuture(()) }
    let promise = loop.makePromise(of: Void.self)
    waiters.append(promise)
    return promise.futureResult
  }

  private var isOpen: Bool { weather.isOpen(.up) && weather.isOpen(.down) }

  // MARK: Bytes

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    finish()
    self.context = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    guard !weather.isClear || !inbound.isEmpty else { return context.fireChannelRead(data) }
    let bytes = unwrapInboundIn(data)
    heldIn += bytes.readableBytes
    enqueue(bytes, .up, nil, context)
    pump(context)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if inbound.isEmpty { context.fireChannelReadComplete() }
  }

  func read(context: ChannelHandlerContext) {
    if heldIn >= Self.heldAtMost { wantsRead = true } else { context.read() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if isOver {
      promise?.fail(ChannelError.ioOnClosedChannel)
    } else if weather.isClear, outbound.isEmpty {
      context.write(data, promise: promise)
    } else {
      enqueue(unwrapOutboundIn(data), .down, promise, context)
    }
  }

  /// What waits is flushed when it goes.
  func flush(context: ChannelHandlerContext) {
    pump(context)
    context.flush()
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if isOver || (weather.isClear && outbound.isEmpty) { return context.close(mode: mode, promise: promise) }
    if let earlier = closing {
      earlier.promise?.futureResult.cascade(to: promise)
      if earlier.promise == nil { closing?.promise = promise }
      return
    }
    closing = (mode, promise, now(context))
    pump(context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    // What was on its way before the other end closed still arrives, unless nothing does.
    if weather.isOpen(.up), !isOver {
      while let piece = inbound.popFirst() { context.fireChannelRead(wrapInboundOut(piece.bytes)) }
    }
    finish()
    context.fireChannelInactive()
  }

  private func enqueue(_ bytes: ByteBuffer, _ direction: LinkDirection, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
    var rest = bytes
    repeat {
      let size = min(weather.pieceSize ?? rest.readableBytes, rest.readableBytes)
      let part = rest.readSlice(length: size) ?? rest
      let isLast = rest.readableBytes == 0 || size == 0
      switch weather.send(direction, bytes: size, at: now(context)) {
      case .reset:
        promise?.fail(ChannelError.ioOnClosedChannel)
        return reset(context, "too much of it was lost")
      case .at(let due):
        let piece = Piece(bytes: part, due: due, promise: isLast ? promise : nil)
        if direction == .up { inbound.append(piece) } else { outbound.append(piece) }
      }
      if isLast { return }
    } while true
  }

  // MARK: Time

  private func now(_ context: ChannelHandlerContext) -> Moment { Moment(nanoseconds: Int64(context.eventLoop.now.uptimeNanoseconds)) }

  /// Hands on whatever is due, and comes back when more is.
  private func pump(_ context: ChannelHandlerContext) {
    guard !isOver else { return }
    let now = now(context)
    if weather.expire(at: now) { relaxIfCalm(context) }
    if let at = weather.resetAt, at <= now { return reset(context, "a fault of the lab resets it") }
    if isOpen {
      for waiter in waiters { waiter.succeed() }
      waiters = []
    }
    var sent = false
    while !isOver, weather.isOpen(.down), let first = outbound.first, first.due <= now {
      outbound.removeFirst()
      context.write(wrapOutboundOut(first.bytes), promise: first.promise)
      sent = true
    }
    if sent { context.flush() }
    var came = false
    while !isOver, weather.isOpen(.up), let first = inbound.first, first.due <= now {
      inbound.removeFirst()
      heldIn -= first.bytes.readableBytes
      context.fireChannelRead(wrapInboundOut(first.bytes))
      came = true
    }
    guard !isOver else { return }
    if came { context.fireChannelReadComplete() }
    if wantsRead, heldIn < Self.heldAtMost {
      wantsRead = false
      context.read()
    }
    guard !isOver else { return }
    if let closing, outbound.isEmpty, isOpen, closing.since + weather.closeDelay <= now {
      self.closing = nil
      isOver = true
      alarm?.cancel()
      return context.close(mode: closing.mode, promise: closing.promise)
    }
    wake(context)
  }

  private func wake(_ context: ChannelHandlerContext) {
    alarm?.cancel()
    alarm = nil
    var next = [weather.nextEnd, weather.resetAt].compactMap(\.self)
    if weather.isOpen(.up), let due = inbound.first?.due { next.append(due) }
    if weather.isOpen(.down), let due = outbound.first?.due { next.append(due) }
    if let closing, isOpen { next.append(closing.since + weather.closeDelay) }
    guard let at = next.min() else { return }
    let pause = max(.nanoseconds(0), at - now(context))
    alarm = context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(pause.nanoseconds)) { self.pump(context) }
  }

  /// When nothing delays any more, what waited goes at once.
  private func relaxIfCalm(_ context: ChannelHandlerContext) {
    guard !weather.delays else { return }
    weather.relax()
    let now = now(context)
    for index in inbound.indices { inbound[index].due = min(inbound[index].due, now) }
    for index in outbound.indices { outbound[index].due = min(outbound[index].due, now) }
  }

  // MARK: The end

  /// The other end sees RST: with nothing to linger for, the kernel drops what is unsent (socket(7), SO_LINGER).
  private func reset(_ context: ChannelHandlerContext, _ why: String) {
    guard !isOver else { return }
    finish()
    if let socket = context.channel as? any SocketOptionProvider { _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)) }
    context.fireErrorCaught(LinkFailure(.closed, "the connection was reset: \(why)"))
    context.close(promise: nil)
  }

  private func finish() {
    isOver = true
    alarm?.cancel()
    alarm = nil
    heldIn = 0
    inbound.removeAll()
    let (lost, waiting, close) = (outbound, waiters, closing)
    outbound.removeAll()
    waiters = []
    closing = nil
    for piece in lost { piece.promise?.fail(ChannelError.ioOnClosedChannel) }
    for waiter in waiting { waiter.fail(ChannelError.ioOnClosedChannel) }
    close?.promise?.succeed()
  }
}
