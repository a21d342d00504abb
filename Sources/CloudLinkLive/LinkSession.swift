import CloudAPI
import LinkIdentity
import LinkTransport
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import Synchronization

/// One reversed connection: this end has dialled and is the HTTP/2 server.
struct LinkSession: Sendable {
  private let channel: any Channel
  private let down: EventLoopFuture<LinkFailure>

  /// Dials, shakes hands and waits until the cloud has acknowledged our SETTINGS. A cloud that refuses sends its GOAWAY before it reads anything, so
  /// an acknowledgement says that this connector is let in; with TLS 1.3 the end of the handshake says nothing yet. Throws `LinkFailure`.
  static func dial(
    _ address: LinkAddress, tls: NIOSSLContext, within deadline: Duration, silence: Duration, limits: LinkLimits, on group: any EventLoopGroup,
    answering handler: any LinkRequestHandler, heard: @escaping @Sendable () -> Void
  ) async throws -> LinkSession {
    let (channel, connection) = try await TLSDialer.dial(address, tls: tls, expecting: ConnectorPaths.linkProtocol, within: deadline, on: group) {
      try open($0, at: address, within: deadline, silence: silence, limits: limits, answering: handler, heard: heard)
    }
    let session = LinkSession(channel: channel, down: connection.down)
    return try await withTaskCancellationHandler {
      do { try await connection.up.get() } catch { throw LinkFailure.of(error, at: address.description) }
      return session
    } onCancel: {
      session.close()
    }
  }

  /// Returns when the connection has ended, with the reason. Cancelling the task closes it.
  func ended() async -> LinkFailure {
    await withTaskCancellationHandler {
      (try? await down.get()) ?? LinkFailure(.closed, "the connection ended")
    } onCancel: {
      close()
    }
  }

  func close() { channel.close(promise: nil) }

  private struct Connection: Sendable {
    var up: EventLoopFuture<Void>
    var down: EventLoopFuture<LinkFailure>
  }

  private static func open(
    _ channel: any Channel, at address: LinkAddress, within deadline: Duration, silence: Duration, limits: LinkLimits,
    answering handler: any LinkRequestHandler, heard: @escaping @Sendable () -> Void
  ) throws -> Connection {
    let up = channel.eventLoop.makePromise(of: Void.self)
    let down = channel.eventLoop.makePromise(of: LinkFailure.self)
    let lastRequest = LastRequest()
    let budget = BodyBudget(limits.heldBodies)
    let tuning = LinkTuning.http2(.server)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(FrameRecutter(expectsPreface: true))
    _ = try pipeline.configureHTTP2Pipeline(mode: .server, connectionConfiguration: tuning.connection, streamConfiguration: tuning.stream) { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandlers([
          HTTP2FramePayloadToHTTP1ServerCodec(),
          ExchangeServer(limits: limits, budget: budget, isStream: true) { request in
            lastRequest.touch()
            heard()
            return await handler.respond(to: request)
          },
        ])
      }
    }
    try pipeline.addHandler(LinkGuard(address, within: deadline, silence: silence, lastRequest: lastRequest, up: up, down: down))
    return Connection(up: up.futureResult, down: down.futureResult)
  }
}

/// When the cloud last asked something.
private final class LastRequest: Sendable {
  private let time = Mutex(NIODeadline.now())
  func touch() { time.withLock { $0 = .now() } }
  var value: NIODeadline { time.withLock { $0 } }
}

/// Watches the connection as a whole: its acknowledgement, its GOAWAY, its errors, its silence and its end.
private final class LinkGuard: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame

  private let address: LinkAddress
  private let deadline: TimeAmount
  private let silence: TimeAmount
  private let lastRequest: LastRequest
  private let up: EventLoopPromise<Void>
  private let down: EventLoopPromise<LinkFailure>
  private var acknowledged = false
  private var failure: LinkFailure?
  private var alarm: Scheduled<Void>?

  init(
    _ address: LinkAddress, within deadline: Duration, silence: Duration, lastRequest: LastRequest, up: EventLoopPromise<Void>,
    down: EventLoopPromise<LinkFailure>
  ) {
    self.address = address
    self.deadline = TimeAmount(limit: deadline)
    self.silence = TimeAmount(limit: silence)
    self.lastRequest = lastRequest
    self.up = up
    self.down = down
  }

  func handlerAdded(context: ChannelHandlerContext) {
    alarm = context.eventLoop.assumeIsolated().scheduleTask(in: deadline) {
      self.end(LinkFailure(.timeout, "\(self.address) did not acknowledge within \(self.deadline.nanoseconds / 1_000_000) ms"), context)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
    case .settings(.ack) where !acknowledged:
      acknowledged = true
      alarm?.cancel()
      lastRequest.touch()
      watch(context)
      up.succeed()
    case .goAway(_, let code, let data):
      end(LinkRefusal.failure(inGoAway: data) ?? LinkFailure(.closed, "\(address) said goodbye (\(code))"), context)
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A stream's error ends that stream alone.
    if error is NIOHTTP2Errors.StreamError { return }
    end(.of(error, at: address.description), context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    let reason = failure ?? LinkFailure(.closed, "\(address) closed the connection")
    up.fail(reason)
    down.succeed(reason)
    context.fireChannelInactive()
  }

  private func watch(_ context: ChannelHandlerContext) {
    let due = lastRequest.value + silence
    alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) {
      guard self.lastRequest.value + self.silence <= .now() else { return self.watch(context) }
      self.end(LinkFailure(.timeout, "\(self.address) asked nothing for \(self.silence.nanoseconds / 1_000_000) ms"), context)
    }
  }

  /// The first reason counts; the rest are its consequences.
  private func end(_ reason: LinkFailure, _ context: ChannelHandlerContext) {
    if failure == nil { failure = reason }
    context.close(promise: nil)
  }
}
