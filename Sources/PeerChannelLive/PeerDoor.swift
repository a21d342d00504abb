import CloudAPI
import LinkIdentity
import LinkTransport
import NIOCore
import NIOSSL
import NIOTLS
import ServiceKit
import Synchronization

/// The TLS contexts of one set of credentials.
struct PeerContexts: Sendable {
  var credentials: LinkCredentials
  var server: NIOSSLContext
  var client: NIOSSLContext

  init(_ credentials: LinkCredentials) throws {
    self.credentials = credentials
    server = try LinkTLS.server(
      certificatePEM: credentials.certificatePEM, privateKeyPEM: credentials.privateKeyPEM, clientAuthorityPEM: credentials.authorityPEM,
      protocols: [PeerLine.alpn])
    // Peers are known by customer and id in their certificates, not by host names.
    client = try LinkTLS.client(authorityPEM: credentials.authorityPEM, own: credentials, protocols: [PeerLine.alpn], checkName: false)
  }

  /// Who is at the other end; throws unless it is a connector of the same customer.
  func peer(of channel: any Channel) throws -> ConnectorName {
    guard let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate(),
      let name = try CertificateFacts(der: try certificate.toDERBytes()).name
    else { throw LinkFailure(.certificateUntrusted, "the peer's certificate does not name a connector") }
    guard name.customer == credentials.customer else {
      throw LinkFailure(.wrongCustomer, "the peer is a connector of customer \(name.customer), not of \(credentials.customer)")
    }
    return name
  }
}

/// The answering side.
final class PeerDoor: Sendable {
  private struct State {
    var contexts: PeerContexts?
    var answer: (@Sendable () -> PeerHello)?
    var taker: (@Sendable (PeerParcel) async -> Bool)?
    var channels: [ObjectIdentifier: any Channel] = [:]
  }
  private let credentials: @Sendable () -> LinkCredentials?
  private let state = Mutex(State())

  private let passes: @Sendable (PeerDirection) -> Bool

  init(credentials: @escaping @Sendable () -> LinkCredentials?, passes: @escaping @Sendable (PeerDirection) -> Bool) {
    self.credentials = credentials
    self.passes = passes
  }

  func setAnswer(_ answer: (@Sendable () -> PeerHello)?) { state.withLock { $0.answer = answer } }
  func setTaker(_ taker: (@Sendable (PeerParcel) async -> Bool)?) { state.withLock { $0.taker = taker } }

  /// Nil without credentials; throws `PeerFailure` when they cannot be used.
  func contexts() throws -> PeerContexts? {
    guard let now = credentials() else { return nil }
    if let made = state.withLock({ $0.contexts }), made.credentials == now { return made }
    let made: PeerContexts
    do { made = try PeerContexts(now) } catch { throw PeerFailure(.noIdentity, "\(error)") }
    state.withLock { $0.contexts = made }
    return made
  }

  func receive(_ channel: any Channel) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      guard let contexts = try contexts() else { throw PeerFailure(.noIdentity, "not registered yet") }
      let id = ObjectIdentifier(channel)
      state.withLock { $0.channels[id] = channel }
      channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } }
      try channel.pipeline.syncOperations.addHandlers([
        IdleStateHandler(readTimeout: .seconds(60)), NIOSSLServerHandler(context: contexts.server),
        PeerAnswerer(contexts, passes) { self.state.withLock { ($0.answer, $0.taker) } },
      ])
    }
  }

  func closeAll() async {
    for channel in state.withLock({ Array($0.channels.values) }) {
      channel.close(promise: nil)
      try? await channel.closeFuture.get()
    }
  }
}

/// Answers each hello with ours, as long as the peer is who it says; one with a parcel when that is kept, or is not.
private final class PeerAnswerer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias Parts = (answer: (@Sendable () -> PeerHello)?, taker: (@Sendable (PeerParcel) async -> Bool)?)

  /// Parcels of one connection that are being kept at once; a peer that sends more is not one of ours.
  private static let parcelsAtMost = 256

  private let contexts: PeerContexts
  private let parts: () -> Parts
  private var peer: ConnectorName?
  private var lines = LineBuffer()
  /// Answers go out in the order of the hellos: the other end knows them by that only.
  private var last: EventLoopFuture<Void>?
  private var underWay = 0

  private let passes: @Sendable (PeerDirection) -> Bool

  init(_ contexts: PeerContexts, _ passes: @escaping @Sendable (PeerDirection) -> Bool, parts: @escaping () -> Parts) {
    self.contexts = contexts
    self.passes = passes
    self.parts = parts
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case TLSUserEvent.handshakeCompleted(let negotiated):
      peer = negotiated == PeerLine.alpn ? try? contexts.peer(of: context.channel) : nil
      if peer == nil { context.close(promise: nil) }
    case is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
    default: context.fireUserInboundEventTriggered(event)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var part = unwrapInboundIn(data)
    guard let peer else { return context.close(promise: nil) }
    lines.add(&part)
    do {
      while let line = try lines.next() {
        guard passes(.into) else { continue }
        let parts = parts()
        guard let hello = PeerLine.decode(line), hello.connectorID == peer.connectorID, let answer = parts.answer else {
          return context.close(promise: nil)
        }
        guard let parcel = hello.parcel, parcel.body.utf8.count <= PeerParcel.largest, let taker = parts.taker else {
          if passes(.out) { write(try PeerLine.encode(answer()), context.channel) }
          continue
        }
        guard underWay < Self.parcelsAtMost else { return context.close(promise: nil) }
        keep(parcel, taker, answer, context.channel)
      }
    } catch { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func keep(
    _ parcel: PeerParcel, _ taker: @escaping @Sendable (PeerParcel) async -> Bool, _ answer: @escaping @Sendable () -> PeerHello,
    _ channel: any Channel
  ) {
    underWay += 1
    let kept = channel.eventLoop.makePromise(of: ByteBuffer.self)
    kept.completeWithTask {
      var hello = answer()
      hello.kept = await taker(parcel) ? parcel.number : nil
      return try PeerLine.encode(hello)
    }
    let loop = NIOLoopBound(self, eventLoop: channel.eventLoop)
    let before = last ?? channel.eventLoop.makeSucceededVoidFuture()
    last = before.flatMap { kept.futureResult }.map { line in
      loop.value.underWay -= 1
      if loop.value.passes(.out) { channel.writeAndFlush(line, promise: nil) }
    }
  }

  private func write(_ line: ByteBuffer, _ channel: any Channel) {
    guard underWay > 0, let before = last else { return channel.writeAndFlush(line, promise: nil) }
    last = before.map { channel.writeAndFlush(line, promise: nil) }
  }
}
