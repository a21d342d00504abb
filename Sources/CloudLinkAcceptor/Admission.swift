import NIOCore
import NIOTLS

/// Holds a new connection back until it is decided what becomes of it: nothing more is read meanwhile, and what has come already waits.
///
/// NIO's own negotiation handler is not used: a connection that is closed while that handler hands on what it has held ends the whole process
/// (swift-nio 2.101, `ProtocolNegotiationHandlerStateMachine.unbuffer`), and any connector could bring that about.
final class Admission: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum State { case handshake, deciding, decided }
  private var state = State.handshake
  private var held: [ByteBuffer] = []
  private var wantsRead = false
  private let decide: (_ alpn: String?, any Channel) -> EventLoopFuture<Void>

  /// - Parameter decide: called once, after the handshake. When its future succeeds, the handlers that it has added get what was held; when it
  ///   fails, the connection is closed.
  init(decide: @escaping (_ alpn: String?, any Channel) -> EventLoopFuture<Void>) { self.decide = decide }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .handshakeCompleted(let alpn) = event as? TLSUserEvent, state == .handshake else {
      return context.fireUserInboundEventTriggered(event)
    }
    state = .deciding
    decide(alpn, context.channel).assumeIsolated().whenComplete { result in
      guard context.channel.isActive, case .success = result else { return context.close(promise: nil) }
      self.letIn(context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if state == .decided { context.fireChannelRead(data) } else { held.append(unwrapInboundIn(data)) }
  }

  func read(context: ChannelHandlerContext) {
    if state == .deciding { wantsRead = true } else { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if state == .decided { context.fireErrorCaught(error) } else { context.close(promise: nil) }
  }

  private func letIn(_ context: ChannelHandlerContext) {
    state = .decided
    for buffer in held where context.channel.isActive { context.fireChannelRead(wrapInboundOut(buffer)) }
    held = []
    guard context.channel.isActive else { return }
    context.fireChannelReadComplete()
    if wantsRead { context.read() }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }
}
