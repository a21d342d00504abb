package import CloudAPI
import LinkIdentity
package import LinkTransport
package import LiveFaults
package import NIOCore
import NIOPosix
import NIOSSL
package import World

/// The cloud's end of every link: one listener with mutual TLS. The connector's ALPN id says what it came for: `connectord-link/1`, and this end is
/// the HTTP/2 client that asks it; `http/1.1`, and it asks the cloud. Anything else is closed.
package final class CloudLinkAcceptor: ConnectorLinks, LinkFaulting {
  /// `host:port` that connectors dial.
  package let address: String
  private let listener: any Channel
  private let registry: LinkRegistry
  private let settings: Settings
  private let faults: LinkFaultTable

  package struct Settings: Sendable {
    package var limits = LinkLimits()
    /// How often a link is pinged, and how long it may take to answer.
    package var pingEvery: Duration = .seconds(10)
    package var pingDeadline: Duration = .seconds(10)
    /// From accepting to the end of the TLS handshake and the delegate's verdict.
    package var admitWithin: Duration = .seconds(10)
    /// An asking connection that says nothing for this long is closed.
    package var idleLimit: Duration = .seconds(60)

    package init() {}
  }

  /// Binds and starts accepting. Throws `LinkFailure.connect` when the port is in use, and `CertificateProblem` for unusable PEM.
  /// - Parameters:
  ///   - authorityPEM: the authority of the connectors' certificates.
  ///   - port: 0 for any free one.
  package static func start(
    host: String = "127.0.0.1", port: Int, certificatePEM: String, privateKeyPEM: String, authorityPEM: String,
    delegate: any ConnectorLinkDelegate, clock: any WorldClock, settings: Settings = Settings(),
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) async throws -> CloudLinkAcceptor {
    let tls = try LinkTLS.server(
      certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM, clientAuthorityPEM: authorityPEM,
      protocols: [ConnectorPaths.linkProtocol, "http/1.1"])
    let registry = LinkRegistry()
    let faults = LinkFaultTable(clock: clock)
    let reception = Reception(tls: tls, delegate: delegate, registry: registry, clock: clock, settings: settings, faults: faults)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in reception.receive(channel) }
    let listener: any Channel
    do { listener = try await bootstrap.bind(host: host, port: port).get() } catch {
      throw LinkFailure(.connect, "the link cannot listen on \(LinkAddress(host: host, port: port)): \(NetworkWords.words(error))")
    }
    return CloudLinkAcceptor(listener, host: host, registry, settings, faults)
  }

  private init(_ listener: any Channel, host: String, _ registry: LinkRegistry, _ settings: Settings, _ faults: LinkFaultTable) {
    self.listener = listener
    self.registry = registry
    self.settings = settings
    self.faults = faults
    address = LinkAddress(host: host, port: listener.localAddress?.port ?? 0).description
  }

  package func connected() async -> [String] { registry.connected() }

  package func ask(_ connectorID: String, _ request: LinkRequest, timeout: Duration) async throws -> LinkResponse {
    guard let link = registry.find(connectorID) else { throw LinkFailure(.closed, "connector \(connectorID) has no link") }
    return try await link.ask(request, timeout: timeout, limit: settings.limits.answerBody)
  }

  package func drop(_ connectorID: String, reason: String) async { registry.find(connectorID)?.end(LinkFailure(.closed, reason)) }

  package func set(_ faults: [LinkFault], ofLink connector: String) { self.faults.set(faults, of: connector) }

  /// Stops listening, heals every fault, says goodbye on every link and returns when the delegate has been told of each one's end.
  package func stop() async {
    try? await listener.close().get()
    faults.clear()
    await registry.stop(LinkFailure(.closed, "the cloud is stopping"))
  }
}
