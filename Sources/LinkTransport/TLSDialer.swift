import CloudAPI
package import NIOCore
import NIOPosix
package import NIOSSL
import NIOTLS
import Synchronization

/// Dials a TLS connection and sets up what follows once the handshake has agreed on the protocol.
package enum TLSDialer {
  /// Connects, shakes hands and then, on the channel's event loop, calls `configure`. Fails with `LinkFailure`; the channel is closed then.
  /// - Parameter deadline: for connecting, and as much again for the handshake.
  package static func dial<Made: Sendable>(
    _ address: LinkAddress, tls: NIOSSLContext, expecting alpn: String, within deadline: Duration, on group: any EventLoopGroup,
    configure: @escaping @Sendable (any Channel) throws -> Made
  ) async throws -> (channel: any Channel, made: Made) {
    let loop = group.next()
    let attempts = Attempts()
    let timeout = TimeAmount(limit: deadline)
    return try await withTaskCancellationHandler {
      do {
        let channel = try await ClientBootstrap(group: loop).connectTimeout(timeout)
          .channelOption(.socketOption(.tcp_nodelay), value: 1)
          .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try attempts.add(channel) } }
          .connect(host: address.host, port: address.port).get()
        let made = try await shakeHands(channel, address, tls, alpn, timeout, configure).get()
        return (channel, made)
      } catch {
        attempts.closeAll()
        throw LinkFailure.of(error, at: address.description)
      }
    } onCancel: {
      attempts.closeAll()
    }
  }

  /// The handlers are added to the connection that has won: a name with several addresses is dialled on all of them.
  private static func shakeHands<Made: Sendable>(
    _ channel: any Channel, _ address: LinkAddress, _ tls: NIOSSLContext, _ alpn: String, _ timeout: TimeAmount,
    _ configure: @escaping @Sendable (any Channel) throws -> Made
  ) -> EventLoopFuture<Made> {
    let promise = channel.eventLoop.makePromise(of: Made.self)
    let alarm = channel.eventLoop.scheduleTask(in: timeout) {
      promise.fail(LinkFailure(.timeout, "the TLS handshake with \(address) was not done within \(timeout.nanoseconds / 1_000_000) ms"))
      channel.close(promise: nil)
    }
    channel.eventLoop.submit {
      try channel.pipeline.syncOperations.addHandlers([
        try NIOSSLClientHandler(context: tls, serverHostname: isAddress(address.host) ? nil : address.host),
        Handshake(address, alpn, promise, configure),
      ])
      if !channel.isActive { throw LinkFailure(.closed, "\(address) closed the connection at once") }
    }.cascadeFailure(to: promise)
    promise.futureResult.whenComplete { _ in alarm.cancel() }
    return promise.futureResult
  }

  private static func isAddress(_ host: String) -> Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }
}

/// The channels of one dialling, so that it can be given up at any time.
private final class Attempts: Sendable {
  private let state = Mutex<(channels: [any Channel], givenUp: Bool)>(([], false))

  func add(_ channel: any Channel) throws {
    let givenUp = state.withLock { state in
      state.channels.append(channel)
      return state.givenUp
    }
    if givenUp { throw CancellationError() }
  }

  func closeAll() {
    let channels = state.withLock { state in
      state.givenUp = true
      return state.channels
    }
    for channel in channels { channel.close(promise: nil) }
  }
}

/// Waits for the handshake; whatever goes wrong before its end is the reason of the failure.
private final class Handshake<Made: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let address: LinkAddress
  private let alpn: String
  private let promise: EventLoopPromise<Made>
  private let configure: @Sendable (any Channel) throws -> Made

  init(_ address: LinkAddress, _ alpn: String, _ promise: EventLoopPromise<Made>, _ configure: @escaping @Sendable (any Channel) throws -> Made) {
    self.address = address
    self.alpn = alpn
    self.promise = promise
    self.configure = configure
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .handshakeCompleted(let negotiated) = event as? TLSUserEvent else { return context.fireUserInboundEventTriggered(event) }
    // A server without ALPN speaks HTTP/1.1.
    guard negotiated ?? "http/1.1" == alpn else {
      return fail(LinkFailure(.protocolViolation, "\(address) does not speak \(alpn), it chose \(negotiated ?? "nothing")"), context)
    }
    do {
      let made = try configure(context.channel)
      promise.succeed(made)
      context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    } catch { fail(.of(error, at: address.description), context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(.of(error, at: address.description), context) }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(LinkFailure(.closed, "\(address) closed the connection during the TLS handshake"))
    context.fireChannelInactive()
  }

  private func fail(_ failure: LinkFailure, _ context: ChannelHandlerContext) {
    promise.fail(failure)
    context.close(promise: nil)
  }
}
