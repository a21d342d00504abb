package import ControlAPI
package import NIOCore

/// What comes in on a control connection.
package enum ControlInput: Hashable, Sendable {
  case frame([UInt8])
  /// Nothing can be read after this.
  case broken(FrameError)
  /// The peer took too long: over its hello, or over the rest of a frame.
  case silent(midFrame: Bool)
}

/// Bytes to frames and back, with one timer: it runs from the connection's start to its first whole frame, and from the first byte of any frame to
/// its last. Progress does not restart it, so a peer cannot hold a place by sending a byte at a time.
package final class ControlFrameHandler: ChannelDuplexHandler {
  package typealias InboundIn = ByteBuffer
  package typealias InboundOut = ControlInput
  package typealias OutboundIn = [UInt8]
  package typealias OutboundOut = ByteBuffer

  private let timeout: TimeAmount
  private var decoder = FrameDecoder()
  private var timer: Scheduled<Void>?
  private var greeted = false
  private var ended = false

  package init(timeout: TimeAmount) { self.timeout = timeout }

  package func channelActive(context: ChannelHandlerContext) {
    arm(context)
    context.fireChannelActive()
  }

  package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !ended else { return }
    decoder.append(unwrapInboundIn(data).readableBytesView)
    do {
      while let payload = try decoder.next() {
        greeted = true
        disarm()
        context.fireChannelRead(wrapInboundOut(.frame(payload)))
      }
      if decoder.isMidFrame || !greeted { arm(context) }
    } catch {
      end(context, .broken(error))
    }
  }

  package func channelInactive(context: ChannelHandlerContext) {
    if !ended {
      do { try decoder.finish() } catch { end(context, .broken(error)) }
    }
    disarm()
    context.fireChannelInactive()
  }

  package func handlerRemoved(context: ChannelHandlerContext) { disarm() }

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    context.write(wrapOutboundOut(ByteBuffer(bytes: unwrapOutboundIn(data))), promise: promise)
  }

  private func arm(_ context: ChannelHandlerContext) {
    guard timer == nil else { return }
    let context = NIOLoopBound(context, eventLoop: context.eventLoop)
    let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
    timer = context.value.eventLoop.scheduleTask(in: timeout) { handler.value.expired(context.value) }
  }

  private func disarm() {
    timer?.cancel()
    timer = nil
  }

  private func expired(_ context: ChannelHandlerContext) {
    timer = nil
    if !ended { end(context, .silent(midFrame: decoder.isMidFrame)) }
  }

  private func end(_ context: ChannelHandlerContext, _ last: ControlInput) {
    ended = true
    disarm()
    context.fireChannelRead(wrapInboundOut(last))
    context.fireChannelReadComplete()
  }
}
