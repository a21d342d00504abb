import CloudAPI
import CloudLinkAcceptor
import CloudLinkLive
import ConnectorSettings
import EventCatalog
import Foundation
import LabCA
import LinkIdentity
import LinkTransport
import LiveWorld
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization
import Testing
import World

@Suite("link: intruders, garbage and wrong protocols", .timeLimit(.minutes(1)))
struct LinkIntruderTests {
  private static let group = MultiThreadedEventLoopGroup.singleton

  private static func credentials(_ ca: LabCA, trusting authority: LabCA, notBefore: Int64 = -60, validity: Int64 = 3_600) throws -> LinkCredentials {
    let key = try KeyAndRequest(fqdn: "x.example.test")
    let now = LiveClock().now().wall
    let signed = try ca.sign(
      requestPEM: key.requestPEM, connectorID: "x", customer: "acme", fqdn: "x.example.test", notBefore: now + .seconds(notBefore),
      validity: .seconds(validity))
    return LinkCredentials(
      customer: "acme", connectorID: "x", certificatePEM: signed.certificatePEM, privateKeyPEM: key.privateKeyPEM,
      authorityPEM: authority.authorityPEM)
  }

  private static func ask(_ address: String, _ own: LinkCredentials?, authority: LabCA, body: [UInt8] = []) async throws -> LinkResponse {
    let place = try #require(LinkAddress(address))
    return try await HTTPAsk.ask(
      LinkRequest(method: "POST", path: "/", body: body), at: place,
      tls: try LinkTLS.client(authorityPEM: authority.authorityPEM, own: own, protocols: ["http/1.1"]), connectWithin: .seconds(10),
      answerWithin: .seconds(10), limits: LinkLimits(), on: group)
  }

  @Test("the listener turns away who cannot prove to be a connector of its authority, and tells him why")
  func turnedAway() async throws {
    try await withLab { lab, acceptor, _ in
      let stranger = try LabCA.create(name: "stranger", clock: LiveClock())
      let cases: [(LinkCredentials?, Set<LinkFailure.Kind>)] = [
        (try Self.credentials(stranger, trusting: lab.ca), [.certificateUntrusted]),
        (try Self.credentials(lab.ca, trusting: lab.ca, notBefore: -7_200, validity: 3_600), [.certificateExpired]),
        (nil, [.certificateUntrusted]),
        (try Self.serverAsClient(lab.ca), [.certificateUntrusted, .closed]),
      ]
      for (own, kinds) in cases {
        let failure = await #expect(throws: LinkFailure.self) { _ = try await Self.ask(acceptor.address, own, authority: lab.ca) }
        #expect(kinds.contains(failure?.kind ?? .dns), "\(String(describing: failure))")
      }
      let good = try await Self.ask(acceptor.address, Self.credentials(lab.ca, trusting: lab.ca), authority: lab.ca)
      #expect(good.status == 200)
    }
  }

  /// A certificate of the right authority that names no connector.
  private static func serverAsClient(_ ca: LabCA) throws -> LinkCredentials {
    let server = try ca.serverCertificate()
    return LinkCredentials(
      customer: "acme", connectorID: "x", certificatePEM: server.certificatePEM, privateKeyPEM: server.privateKeyPEM, authorityPEM: ca.authorityPEM)
  }

  @Test("a protocol that nobody offers is closed on both sides")
  func wrongALPN() async throws {
    try await withLab { lab, acceptor, _ in
      let place = try #require(LinkAddress(acceptor.address))
      let tls = try LinkTLS.client(authorityPEM: lab.ca.authorityPEM, own: Self.credentials(lab.ca, trusting: lab.ca), protocols: ["h2"])
      let failure = await #expect(throws: LinkFailure.self) {
        _ = try await TLSDialer.dial(place, tls: tls, expecting: "h2", within: .seconds(10), on: Self.group) { _ in () }
      }
      #expect(failure?.kind == .protocolViolation)
      // Who takes no protocol at all is closed by the acceptor.
      let silent = try LinkTLS.client(authorityPEM: lab.ca.authorityPEM, own: Self.credentials(lab.ca, trusting: lab.ca), protocols: [])
      let (channel, _) = try await TLSDialer.dial(place, tls: silent, expecting: "http/1.1", within: .seconds(10), on: Self.group) { _ in () }
      try await channel.closeFuture.get()
      #expect(lab.cloud.news.count == 0)
    }
  }

  @Test("garbage before and after the handshake ends that connection alone")
  func garbage() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      let place = try #require(LinkAddress(acceptor.address))
      let raw = try await ClientBootstrap(group: Self.group).connect(host: place.host, port: place.port).get()
      try await raw.writeAndFlush(ByteBuffer(bytes: SplitMix(seed: 9).bytes(5_000)))
      try await raw.closeFuture.get()

      let tls = try LinkTLS.client(
        authorityPEM: lab.ca.authorityPEM, own: Self.credentials(lab.ca, trusting: lab.ca), protocols: [ConnectorPaths.linkProtocol])
      for seed in UInt64(1)...8 {
        let (channel, _) = try await TLSDialer.dial(place, tls: tls, expecting: ConnectorPaths.linkProtocol, within: .seconds(10), on: Self.group) {
          _ in ()
        }
        channel.writeAndFlush(ByteBuffer(bytes: SplitMix(seed: seed).bytes(200_000)), promise: nil)
        try await channel.closeFuture.get()
      }
      let answer = try await acceptor.ask(peer.connectorID, LinkRequest(path: "/"), timeout: .seconds(10))
      #expect(answer.status == 200)
      #expect(await acceptor.connected() == [peer.connectorID])
      await connector.stop()
    }
  }

  @Test("a connector that never speaks HTTP/2 is given up")
  func mute() async throws {
    var settings = CloudLinkAcceptor.Settings()
    settings.pingDeadline = .milliseconds(50)
    try await withLab(settings: settings) { lab, acceptor, _ in
      let place = try #require(LinkAddress(acceptor.address))
      let tls = try LinkTLS.client(
        authorityPEM: lab.ca.authorityPEM, own: Self.credentials(lab.ca, trusting: lab.ca), protocols: [ConnectorPaths.linkProtocol])
      let (channel, _) = try await TLSDialer.dial(place, tls: tls, expecting: ConnectorPaths.linkProtocol, within: .seconds(10), on: Self.group) {
        _ in ()
      }
      try await channel.closeFuture.get()
      #expect(await acceptor.connected() == [])
      #expect(lab.cloud.news.count == 0)
    }
  }

  @Test("a link answers pings for as long as it lives")
  func pings() async throws {
    var settings = CloudLinkAcceptor.Settings()
    settings.pingEvery = .milliseconds(2)
    try await withLab(settings: settings) { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      for _ in 0..<50 { _ = try await acceptor.ask(peer.connectorID, LinkRequest(path: "/"), timeout: .seconds(10)) }
      #expect(lab.cloud.news.count == 1)
      await connector.stop()
    }
  }

  @Test("a cloud that speaks nonsense on the link: protocol violation, and the connector goes on trying", arguments: [UInt64(1), 2, 3])
  func nonsense(seed: UInt64) async throws {
    try await withLab { lab, acceptor, endpoint in
      await acceptor.stop()
      let server = try lab.ca.serverCertificate()
      let tls = try LinkTLS.server(
        certificatePEM: server.certificatePEM, privateKeyPEM: server.privateKeyPEM, clientAuthorityPEM: lab.ca.authorityPEM,
        protocols: [ConnectorPaths.linkProtocol])
      let listener = try await ServerBootstrap(group: Self.group).childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandlers([NIOSSLServerHandler(context: tls), Babbler(seed)]) }
      }.bind(host: "127.0.0.1", port: 0).get()
      lab.linkAddress = "127.0.0.1:\(listener.localAddress?.port ?? 0)"
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      await connector.events.first(LinkEvents.protocolViolation)
      #expect(connector.events.count(of: LinkEvents.connected) == 0)
      lab.linkAddress = "127.0.0.1:1"
      await connector.stop()
      try await listener.close().get()
    }
  }

  private final class Babbler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let seed: UInt64
    init(_ seed: UInt64) { self.seed = seed }
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event is TLSUserEvent { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: SplitMix(seed: seed).bytes(1_000))), promise: nil) }
    }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }

  @Test("the cloud answers 413 to a body beyond its limit")
  func largeQuestion() async throws {
    var settings = CloudLinkAcceptor.Settings()
    settings.limits.requestBody = 10_000
    try await withLab(settings: settings) { lab, acceptor, _ in
      let own = try Self.credentials(lab.ca, trusting: lab.ca)
      let tooLong = try await Self.ask(acceptor.address, own, authority: lab.ca, body: [UInt8](repeating: 1, count: 2_000_000))
      #expect(tooLong.status == 413)
      let fitting = try await Self.ask(acceptor.address, own, authority: lab.ca, body: [UInt8](repeating: 1, count: 10_000))
      #expect(fitting.status == 200)
    }
  }

  @Test("the connector's end has no code that listens")
  func nothingListens() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources")
    for room in ["CloudLinkLive", "LinkTransport", "LinkIdentity"] {
      let files = try FileManager.default.contentsOfDirectory(
        at: sources.appending(path: room).resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
      #expect(!files.isEmpty)
      for file in files {
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(!text.contains("ServerBootstrap") && !text.contains(".bind("), "\(file.lastPathComponent) listens")
      }
    }
  }
}
