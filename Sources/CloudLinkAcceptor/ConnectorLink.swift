import CloudAPI
import LinkTransport
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// One reversed link, from the side that asks.
struct ConnectorLink: Sendable {
  let peer: LinkPeer
  let number: UInt64
  let channel: any Channel
  let streams: NIOHTTP2Handler.StreamMultiplexer
  /// Completed with the reason when the connection has ended.
  let lost: EventLoopPromise<String>

  init(peer: LinkPeer, number: UInt64, channel: any Channel, streams: NIOHTTP2Handler.StreamMultiplexer) {
    self.peer = peer
    self.number = number
    self.channel = channel
    self.streams = streams
    lost = channel.eventLoop.makePromise()
  }

  func ask(_ request: LinkRequest, timeout: Duration, limit: Int) async throws -> LinkResponse {
    let place = peer.connectorID
    let promise = channel.eventLoop.makePromise(of: LinkResponse.self)
    let stream: any Channel
    do {
      stream = try await streams.createStreamChannel { stream in
        stream.eventLoop.makeCompletedFuture {
          try stream.pipeline.syncOperations.addHandlers([
            HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https), ExchangeClient(request, to: place, limit: limit, promise: promise),
          ])
        }
      }.get()
    } catch {
      let failure = LinkFailure(.closed, "the link of connector \(place) is gone")
      promise.fail(failure)
      throw failure
    }
    return try await Answer(promise).value(on: stream, within: timeout, from: "connector \(place)")
  }

  /// Says goodbye with the reason and closes.
  func end(_ reason: LinkFailure) {
    let goodbye = HTTP2Frame.FramePayload.goAway(
      lastStreamID: .rootStream, errorCode: .noError, opaqueData: ByteBuffer(bytes: LinkRefusal.body(reason)))
    lost.succeed(reason.detail)
    channel.writeAndFlush(HTTP2Frame(streamID: .rootStream, payload: goodbye), promise: nil)
    channel.close(promise: nil)
  }
}

/// Watches a link as a whole: it is up when the connector's SETTINGS have come; it is pinged, and what ends it is remembered.
final class LinkKeeper: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundOut = HTTP2Frame

  private let pingEvery: TimeAmount
  private let pingDeadline: TimeAmount
  private let lost: EventLoopPromise<String>
  private let up: @Sendable () -> Void
  private var isUp = false
  private var sent: UInt64 = 0
  private var answered: UInt64 = 0
  private var alarm: Scheduled<Void>?

  init(pingEvery: Duration, pingDeadline: Duration, lost: EventLoopPromise<String>, up: @escaping @Sendable () -> Void) {
    self.pingEvery = TimeAmount(limit: pingEvery)
    self.pingDeadline = TimeAmount(limit: pingDeadline)
    self.lost = lost
    self.up = up
  }

  func handlerAdded(context: ChannelHandlerContext) { expect(within: pingDeadline, "sent no SETTINGS", context) { self.isUp } }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
    case .settings(.settings) where !isUp:
      isUp = true
      up()
      pingLater(context)
    case .ping(let data, ack: true):
      answered = max(answered, data.integer)
      if answered == sent { pingLater(context) }
    case .goAway: end("the connector said goodbye", context)
    default: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is NIOHTTP2Errors.StreamError { return }
    end("\(error)", context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    alarm?.cancel()
    lost.succeed("the connector closed the connection")
    context.fireChannelInactive()
  }

  private func pingLater(_ context: ChannelHandlerContext) {
    alarm?.cancel()
    alarm = context.eventLoop.assumeIsolated().scheduleTask(in: pingEvery) {
      self.sent += 1
      let number = self.sent
      let ping = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(withInteger: number), ack: false))
      context.writeAndFlush(self.wrapOutboundOut(ping), promise: nil)
      self.expect(within: self.pingDeadline, "did not answer a ping", context) { self.answered >= number }
    }
  }

  private func expect(within limit: TimeAmount, _ omission: String, _ context: ChannelHandlerContext, _ fulfilled: @escaping () -> Bool) {
    alarm?.cancel()
    alarm = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
      if !fulfilled() { self.end("the connector \(omission) within \(limit.nanoseconds / 1_000_000) ms", context) }
    }
  }

  private func end(_ reason: String, _ context: ChannelHandlerContext) {
    lost.succeed(reason)
    context.close(promise: nil)
  }
}
