import CloudAPI
import CloudLinkAcceptor
import CloudLinkLive
import ConnectorSettings
import Foundation
import LabCA
import LinkTransport
import LiveWorld
import Synchronization
import Testing
import World

/// What the cloud's side was told.
enum CloudNews: Sendable, Equatable {
  case up(LinkPeer, UInt64)
  case down(LinkPeer, UInt64, String)
}

/// A cloud that lets everybody in unless `verdict` says otherwise, and answers what the connector asks with `answer`.
final class TestCloud: ConnectorLinkDelegate {
  let news = Journal<CloudNews>()
  let verdict = Mutex<@Sendable (LinkPeer) -> LinkFailure?>({ _ in nil })
  let answering = Mutex<@Sendable (LinkRequest, LinkPeer) -> LinkResponse>({ request, _ in LinkResponse(status: 200, body: request.body) })

  func admit(_ peer: LinkPeer) async -> LinkFailure? { verdict.withLock { $0 }(peer) }
  func linkUp(_ peer: LinkPeer, link: UInt64) async { news.add(.up(peer, link)) }
  func linkDown(_ peer: LinkPeer, link: UInt64, reason: String) async { news.add(.down(peer, link, reason)) }
  func answer(_ request: LinkRequest, from peer: LinkPeer) async -> LinkResponse { answering.withLock { $0 }(request, peer) }

  @discardableResult
  func waitForUp(after skip: Int = 0) async -> LinkPeer {
    let up = await news.first(after: skip) { if case .up = $0 { true } else { false } }
    guard case .up(let peer, _) = up else { return LinkPeer(customer: "", connectorID: "", serial: "") }
    return peer
  }
}

/// Both ends of a link in one process, over real sockets on 127.0.0.1 and with real TLS. `cleanUp` ends everything.
final class LinkLab: Sendable {
  let ca: LabCA
  let cloud = TestCloud()
  let registrations = Journal<RegistrationRequest>()
  let directory: String
  private let acceptorAddress = Mutex("127.0.0.1:1")
  let settings: CloudLinkAcceptor.Settings

  init(settings: CloudLinkAcceptor.Settings = CloudLinkAcceptor.Settings()) throws {
    ca = try LabCA.create(clock: LiveClock())
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("link-\(UUID().uuidString)").path
    self.settings = settings
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try DiskFiles().replace(directory + "/ca.pem", with: Array(ca.authorityPEM.utf8), mode: 0o644, step: "test")
    try DiskFiles().replace(directory + "/secret", with: Array("s3cret\n".utf8), mode: 0o600, step: "test")
  }

  func startCloud(port: Int = 0, ca other: LabCA? = nil) async throws -> CloudLinkAcceptor {
    let server = try (other ?? ca).serverCertificate()
    let acceptor = try await CloudLinkAcceptor.start(
      port: port, certificatePEM: server.certificatePEM, privateKeyPEM: server.privateKeyPEM, authorityPEM: (other ?? ca).authorityPEM,
      delegate: cloud,
      clock: LiveClock(), settings: settings)
    acceptorAddress.withLock { $0 = acceptor.address }
    return acceptor
  }

  var linkAddress: String {
    get { acceptorAddress.withLock { $0 } }
    set { acceptorAddress.withLock { $0 = newValue } }
  }

  func desk(life: (@Sendable () -> (notBefore: Double, validity: Double))? = nil) -> RegistrationDesk {
    RegistrationDesk(ca: ca, linkAddress: { self.linkAddress }, life: life, seen: registrations)
  }

  func configuration(_ name: String = "c1", registrationPort: Int) -> ConnectorConfiguration {
    var configuration = ConnectorConfiguration(
      connector: .init(
        fqdn: "\(name).example.test", customer: "acme", resourceLocation: "location-1", clientID: "client", clientSecretFile: directory + "/secret"),
      cloud: .init(url: "https://localhost:\(registrationPort)", caFile: directory + "/ca.pem"))
    configuration.state.directory = directory + "/" + name
    configuration.cloud.backoffInitial = TimeSpan(.milliseconds(2))
    configuration.cloud.backoffMax = TimeSpan(.milliseconds(20))
    return configuration
  }

  func cleanUp() { try? FileManager.default.removeItem(atPath: directory) }
}

/// A connector: its link, its task and what it said.
final class TestConnector: Sendable {
  let link: LiveCloudLink
  let events: EventJournal
  let statuses: Journal<LinkStatus>
  private let task: Task<Void, Never>

  init(
    _ configuration: ConnectorConfiguration, clock: any WorldClock = LiveClock(), files: any Files = DiskFiles(), limits: LinkLimits = LinkLimits(),
    handler: any LinkRequestHandler = Echo()
  ) {
    let (events, statuses) = (EventJournal(), Journal<LinkStatus>())
    let link = LiveCloudLink(
      configuration: configuration, version: "1.0.0", files: files, clock: clock, random: SystemRandom(), events: events, limits: limits
    ) { statuses.add($0) }
    (self.events, self.statuses, self.link) = (events, statuses, link)
    task = Task { await link.run(answering: handler) }
  }

  func wait(for state: LinkStatus.State, after skip: Int = 0) async -> LinkStatus { await statuses.first(after: skip) { $0.state == state } }

  func stop() async {
    task.cancel()
    await task.value
  }
}

/// Answers with what it was asked.
struct Echo: LinkRequestHandler {
  func respond(to request: LinkRequest) async -> LinkResponse {
    LinkResponse(status: 200, headers: ["x-path": request.path, "x-method": request.method], body: request.body)
  }
}

/// Runs a body with a lab, a cloud and a registration desk, and cleans up.
func withLab(
  settings: CloudLinkAcceptor.Settings = CloudLinkAcceptor.Settings(), life: (@Sendable () -> (notBefore: Double, validity: Double))? = nil,
  _ body: (LinkLab, CloudLinkAcceptor, HTTPSEndpoint) async throws -> Void
) async throws {
  let lab = try LinkLab(settings: settings)
  defer { lab.cleanUp() }
  let acceptor = try await lab.startCloud()
  let desk = lab.desk(life: life)
  let endpoint = try await HTTPSEndpoint.start(ca: lab.ca) { desk.respond(to: $0) }
  do { try await body(lab, acceptor, endpoint) } catch {
    await acceptor.stop()
    await endpoint.stop()
    throw error
  }
  await acceptor.stop()
  await endpoint.stop()
}
