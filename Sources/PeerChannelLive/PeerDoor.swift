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
    var channels: [ObjectIdentifier: any Channel] = [:]
  }
  private let credentials: @Sendable () -> LinkCredentials?
  private let state = Mutex(State())

  init(credentials: @escaping @Sendable () -> LinkCredentials?) { self.credentials = credentials }

  func setAnswer(_ answer: (@Sendable () -> PeerHello)?) { state.withLock { $0.answer = answer } }

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
        PeerAnswerer(contexts) { self.state.withLock { $0.answer } },
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

/// Answers each hello with ours, as long as the peer is who it says.
private final class PeerAnswerer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let contexts: PeerContexts
  private let answer: () -> (@Sendable () -> PeerHello)?
  private var peer: ConnectorName?
  private var lines = LineBuffer()

  init(_ contexts: PeerContexts, answer: @escaping @Sendable () -> (@Sendable () -> PeerHello)?) {
    self.contexts = contexts
    self.answer = answer
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
        guard let hello = PeerLine.decode(line), hello.connectorID == peer.connectorID, let answer = answer() else {
          return context.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(try PeerLine.encode(answer())), promise: nil)
      }
    } catch { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
