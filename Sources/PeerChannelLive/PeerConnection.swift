import CloudAPI
import LinkIdentity
import LinkTransport
import NIOCore
import ServiceKit

/// A connection that this connector has dialled to a peer: a line out, a line in, in order.
final class PeerConnection: Sendable {
  let credentials: LinkCredentials
  private let channel: any Channel
  private let asker: NIOLoopBound<PeerAsker>

  private init(_ channel: any Channel, _ asker: NIOLoopBound<PeerAsker>, _ credentials: LinkCredentials) {
    self.channel = channel
    self.asker = asker
    self.credentials = credentials
  }

  static func dial(_ place: LinkAddress, tls: PeerContexts, until deadline: NIODeadline, on group: any EventLoopGroup) async throws -> PeerConnection
  {
    do {
      let (channel, asker) = try await TLSDialer.dial(
        place, tls: tls.client, expecting: PeerLine.alpn, within: .nanoseconds(max(0, (deadline - .now()).nanoseconds)), on: group
      ) { channel in
        let asker = PeerAsker(try tls.peer(of: channel), at: place.description)
        try channel.pipeline.syncOperations.addHandler(asker)
        return NIOLoopBound(asker, eventLoop: channel.eventLoop)
      }
      return PeerConnection(channel, asker, tls.credentials)
    } catch { throw PeerFailure.of(error, at: place.description) }
  }

  /// Throws `PeerFailure`; after a timeout or a cancellation the connection is closed.
  func ask(_ line: ByteBuffer, until deadline: NIODeadline) async throws -> PeerHello {
    let promise = channel.eventLoop.makePromise(of: PeerHello.self)
    let asker = asker
    let channel = channel
    let alarm = channel.eventLoop.scheduleTask(deadline: deadline) {
      promise.fail(PeerFailure(.timeout, "\(asker.value.place) did not answer in time"))
      channel.close(promise: nil)
    }
    channel.eventLoop.execute { asker.value.ask(line, promise) }
    defer { alarm.cancel() }
    return try await withTaskCancellationHandler {
      try await promise.futureResult.get()
    } onCancel: {
      channel.close(promise: nil)
    }
  }

  func close() { channel.close(promise: nil) }
  func whenClosed(_ body: @escaping @Sendable () -> Void) { channel.closeFuture.whenComplete { _ in body() } }
}

/// Hands answers to who asked, first come, first served.
private final class PeerAsker: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let place: String
  private let peer: ConnectorName
  private var context: ChannelHandlerContext?
  private var waiting: CircularBuffer<EventLoopPromise<PeerHello>> = []
  private var lines = LineBuffer()

  init(_ peer: ConnectorName, at place: String) {
    self.peer = peer
    self.place = place
  }

  func ask(_ line: ByteBuffer, _ promise: EventLoopPromise<PeerHello>) {
    guard let context, context.channel.isActive else { return promise.fail(PeerFailure(.unreachable, "\(place) has closed the connection")) }
    waiting.append(promise)
    context.writeAndFlush(wrapOutboundOut(line), promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    fail(PeerFailure(.unreachable, "\(place) closed the connection"))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var part = unwrapInboundIn(data)
    lines.add(&part)
    do {
      while let line = try lines.next() {
        guard let hello = PeerLine.decode(line) else { throw PeerFailure(.protocolViolation, "\(place) answered something that is not a hello") }
        guard hello.connectorID == peer.connectorID else {
          throw PeerFailure(.untrusted, "\(place) says that it is connector \(hello.connectorID), its certificate says \(peer.connectorID)")
        }
        guard let promise = waiting.popFirst() else { throw PeerFailure(.protocolViolation, "\(place) answered without being asked") }
        promise.succeed(hello)
      }
    } catch {
      fail(PeerFailure.of(error, at: place))
      context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(PeerFailure.of(error, at: place))
    context.close(promise: nil)
  }

  private func fail(_ failure: PeerFailure) {
    while let promise = waiting.popFirst() { promise.fail(failure) }
  }
}

extension PeerFailure {
  static func of(_ error: any Error, at place: String) -> PeerFailure {
    if let failure = error as? PeerFailure { return failure }
    let failure = LinkFailure.of(error, at: place)
    let kind: Kind =
      switch failure.kind {
      case .timeout: .timeout
      case .tls, .certificateExpired, .certificateRevoked, .certificateUntrusted, .wrongCustomer, .connectorDeleted: .untrusted
      case .protocolViolation: .protocolViolation
      default: .unreachable
      }
    return PeerFailure(kind, failure.detail)
  }
}
