import CloudAPI
import LinkIdentity
import LinkTransport
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import World

/// Takes a new connection from TCP to what it came for, or closes it.
struct Reception: Sendable {
  var tls: NIOSSLContext
  var delegate: any ConnectorLinkDelegate
  var registry: LinkRegistry
  var clock: any WorldClock
  var settings: CloudLinkAcceptor.Settings
  var faults: LinkFaultTable

  func receive(_ channel: any Channel) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      guard registry.enter(channel) else { throw ChannelError.ioOnClosedChannel }
      let alarm = channel.eventLoop.scheduleTask(in: TimeAmount(limit: settings.admitWithin)) { channel.close(promise: nil) }
      channel.closeFuture.whenComplete { _ in alarm.cancel() }
      let admission = Admission { alpn, channel in
        guard let alpn, alpn == ConnectorPaths.linkProtocol || alpn == "http/1.1" else {
          return channel.eventLoop.makeFailedFuture(LinkFailure(.protocolViolation, "no protocol of ours was chosen"))
        }
        return admit(channel).flatMapThrowing { peer, refusal in
          alarm.cancel()
          if alpn == "http/1.1" { try answer(channel, peer, refusal) } else { try link(channel, peer, refusal) }
        }
      }
      try channel.pipeline.syncOperations.addHandlers([LinkFaultHandler(), NIOSSLServerHandler(context: tls), admission])
    }
  }

  /// Reads the peer from its certificate and asks the delegate. What the peer sends meanwhile waits.
  private func admit(_ channel: any Channel) -> EventLoopFuture<(LinkPeer, LinkFailure?)> {
    let (delegate, faults) = (delegate, faults)
    return channel.eventLoop.makeCompletedFuture {
      guard let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate() else { throw CertificateProblem("no client certificate") }
      let facts = try CertificateFacts(der: try certificate.toDERBytes())
      guard let name = facts.name else { throw CertificateProblem("the client certificate does not name a connector") }
      return LinkPeer(customer: name.customer, connectorID: name.connectorID, serial: facts.serial)
    }.flatMap { (peer: LinkPeer) in
      // Over a network that is cut nobody is admitted: silence, until somebody's limit is over.
      guard let weather = try? channel.pipeline.syncOperations.handler(type: LinkFaultHandler.self) else {
        return channel.eventLoop.makeSucceededFuture(peer)
      }
      faults.enter(weather, of: peer.connectorID, channel)
      return weather.whenOpen(on: channel.eventLoop).map { peer }
    }.flatMap { (peer: LinkPeer) in
      channel.eventLoop.makeFutureWithTask { (peer, await delegate.admit(peer)) }
    }
  }

  /// The connector asks: HTTP/1.1, one request after the other.
  private func answer(_ channel: any Channel, _ peer: LinkPeer, _ refusal: LinkFailure?) throws {
    let (delegate, clock) = (delegate, clock)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(IdleStateHandler(allTimeout: TimeAmount(limit: settings.idleLimit)))
    try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
    try pipeline.addHandler(
      ExchangeServer(limits: settings.limits, budget: BodyBudget(settings.limits.heldBodies), isStream: false) { request in
        var response: LinkResponse
        if let refusal {
          response = LinkResponse(
            status: 403, headers: ["content-type": "application/json", LinkRefusal.header: refusal.kind.rawValue], body: LinkRefusal.body(refusal))
        } else {
          response = await delegate.answer(request, from: peer)
          response.headers[LinkRefusal.header] = nil
        }
        response.headers[LinkRefusal.timeHeader] = clock.now().wall.iso8601()
        return response
      })
    try pipeline.addHandler(CloseWhenIdle())
  }

  /// The reversed link: this end is the HTTP/2 client. A refused connector gets SETTINGS and GOAWAY before anything that it has sent is read.
  private func link(_ channel: any Channel, _ peer: LinkPeer, _ refusal: LinkFailure?) throws {
    let tuning = LinkTuning.http2(.client)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(FrameRecutter(expectsPreface: false))
    let streams = try pipeline.configureHTTP2Pipeline(
      mode: .client, connectionConfiguration: tuning.connection, streamConfiguration: tuning.stream
    ) { $0.close() }
    let link = ConnectorLink(peer: peer, number: registry.nextNumber(), channel: channel, streams: streams)
    if let refusal { return link.end(refusal) }
    let (delegate, registry) = (delegate, registry)
    try pipeline.addHandler(
      LinkKeeper(pingEvery: settings.pingEvery, pingDeadline: settings.pingDeadline, lost: link.lost) {
        registry.up(link, telling: delegate)
      })
  }
}

/// Closes on a long silence and on errors that nobody has handled.
private final class CloseWhenIdle: ChannelInboundHandler {
  typealias InboundIn = Any
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
  }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
