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
import Synchronization
import Testing
import World

/// A clock that is off by a fixed amount.
struct OffsetClock: WorldClock {
  var offset: Duration
  func now() -> Now {
    let now = LiveClock().now()
    return Now(moment: now.moment, wall: now.wall + offset)
  }
  func sleep(until moment: Moment) async throws { try await LiveClock().sleep(until: moment) }
}

@Suite("link: what goes wrong, and what the connector says", .timeLimit(.minutes(1)))
struct LinkFailureTests {
  @Test("the cloud restarts: the connector says so and is back")
  func restart() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      _ = await connector.wait(for: .connected)
      // One, or more where a slow machine had it ask again.
      let registrations = lab.registrations.count
      let port = LinkAddress(acceptor.address)?.port ?? 0
      await acceptor.stop()
      let said = await connector.events.first(LinkEvents.disconnected)
      #expect(said.values["reason"] == .text("the cloud is stopping"))
      await connector.events.first(LinkEvents.connect)
      let mark = connector.statuses.count
      let again = try await lab.startCloud(port: port)
      let status = await connector.wait(for: .connected, after: mark)
      #expect(status.failure == nil)
      #expect(lab.registrations.count == registrations)
      #expect(connector.events.count(of: LinkEvents.connect) == 1, "the same failure again is no second event")
      await connector.stop()
      await again.stop()
    }
  }

  @Test(
    "a refused registration says why",
    arguments: [
      (LinkFailure.Kind.wrongSecret, "wrong", "location-1"), (.unknownResourceLocation, "s3cret", "location-9"), (.wrongSecret, "", "location-1"),
    ])
  func registration(kind: LinkFailure.Kind, secret: String, location: String) async throws {
    try await withLab { lab, _, endpoint in
      var configuration = lab.configuration(registrationPort: endpoint.port)
      configuration.connector.clientSecretFile = lab.directory + "/other-secret"
      configuration.connector.resourceLocation = location
      try DiskFiles().replace(configuration.connector.clientSecretFile, with: Array(secret.utf8), mode: 0o600, step: "test")
      let connector = TestConnector(configuration)
      let status = await connector.wait(for: .backingOff)
      #expect(status.failure?.kind == kind)
      await connector.events.first(kind.definition)
      await #expect(throws: LinkFailure(.closed, "this connector has not registered yet")) {
        _ = try await connector.link.ask(LinkRequest(path: "/"))
      }
      await connector.stop()
      #expect(connector.events.count(of: LinkEvents.connected) == 0)
    }
  }

  @Test("a secret that others may read is not used")
  func openSecret() async throws {
    try await withLab { lab, _, endpoint in
      let configuration = lab.configuration(registrationPort: endpoint.port)
      try DiskFiles().replace(configuration.connector.clientSecretFile, with: Array("s3cret".utf8), mode: 0o640, step: "test")
      let connector = TestConnector(configuration)
      let event = await connector.events.first(LinkEvents.wrongSecret)
      #expect(event.message.contains("mode 0640"))
      #expect(event.message.contains("chmod 600"))
      #expect(lab.registrations.count == 0)
      await connector.stop()
    }
  }

  @Test("nothing answers at cloud.url; its name is unknown; its certificate is of another authority")
  func registrationTransport() async throws {
    try await withLab { lab, _, endpoint in
      await endpoint.stop()
      let refused = TestConnector(lab.configuration("c1", registrationPort: endpoint.port))
      await refused.events.first(LinkEvents.connect)
      await refused.stop()

      var unknown = lab.configuration("c2", registrationPort: 1)
      unknown.cloud.url = "https://no-such-host.invalid:443"
      let nameless = TestConnector(unknown)
      await nameless.events.first(LinkEvents.dns)
      await nameless.stop()

      let desk = lab.desk()
      let stranger = try await HTTPSEndpoint.start(ca: LabCA.create(clock: LiveClock())) { desk.respond(to: $0) }
      let untrusted = TestConnector(lab.configuration("c3", registrationPort: stranger.port))
      await untrusted.events.first(LinkEvents.certificateUntrusted)
      #expect(lab.registrations.count == 0, "the secret was not sent to a stranger")
      await untrusted.stop()
      await stranger.stop()
    }
  }

  @Test("the cloud says that the certificate has expired: its own event, and a new certificate by itself")
  func expired() async throws {
    let first = Mutex(true)
    // The first certificate ended an hour ago, which a connector whose clock is two hours slow does not see.
    let life: @Sendable () -> (notBefore: Double, validity: Double) = {
      first.withLock { first in
        defer { first = false }
        return first ? (-14_400, 10_800) : (-14_400, 864_000)
      }
    }
    try await withLab(life: life) { lab, acceptor, endpoint in
      var configuration = lab.configuration(registrationPort: endpoint.port)
      configuration.cloud.clockSkewLimit = TimeSpan(.seconds(300))
      let connector = TestConnector(configuration, clock: OffsetClock(offset: .seconds(-7_200)))
      await connector.events.first(LinkEvents.certificateExpired)
      _ = await connector.wait(for: .connected)
      #expect(lab.registrations.count == 2)
      _ = try await connector.link.ask(LinkRequest(path: "/"))
      let skew = await connector.events.first(LinkEvents.clockSkewNoticed)
      if case .milliseconds(let amount)? = skew.values["skew"] { #expect(abs(amount - 7_200_000) < 60_000) } else { Issue.record("no skew") }
      _ = try await connector.link.ask(LinkRequest(path: "/"))
      #expect(connector.events.count(of: LinkEvents.clockSkewNoticed) == 1, "noticed once until it is gone")
      await connector.stop()
    }
  }

  @Test("a certificate that begins in this clock's future is the clock's fault")
  func notYet() async throws {
    try await withLab { lab, _, endpoint in
      let configuration = lab.configuration(registrationPort: endpoint.port)
      let first = TestConnector(configuration)
      _ = await first.wait(for: .connected)
      await first.stop()
      let slow = TestConnector(configuration, clock: OffsetClock(offset: .seconds(-86_400)))
      let status = await slow.wait(for: .backingOff)
      #expect(status.failure?.kind == .clockSkew)
      await slow.events.first(LinkEvents.clockSkew)
      await slow.stop()
    }
  }

  @Test(
    "refused after authentication: never connected, not registered again, and let in once the cloud allows it",
    arguments: [LinkFailure.Kind.certificateRevoked, .wrongCustomer, .refused])
  func refused(kind: LinkFailure.Kind) async throws {
    try await withLab { lab, acceptor, endpoint in
      lab.cloud.verdict.withLock { $0 = { _ in LinkFailure(kind, "because") } }
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let event = await connector.events.first(kind.definition)
      #expect(event.values["detail"] == .text("because"))
      await #expect(throws: LinkFailure(kind, "because")) { _ = try await connector.link.ask(LinkRequest(path: "/")) }
      #expect(connector.events.count(of: LinkEvents.connected) == 0)
      #expect(connector.link.status().state != .connected)
      #expect(await acceptor.connected() == [])
      #expect(lab.cloud.news.count == 0)
      lab.cloud.verdict.withLock { $0 = { _ in nil } }
      _ = await connector.wait(for: .connected)
      #expect(lab.registrations.count == 1)
      await connector.stop()
    }
  }

  @Test("deleted in the cloud: said once, served no more, not registered again by itself, and let in once the record is back")
  func deleted() async throws {
    try await withLab { lab, acceptor, endpoint in
      var configuration = lab.configuration(registrationPort: endpoint.port)
      configuration.cloud.deletedRetry = TimeSpan(.milliseconds(2))
      let connector = TestConnector(configuration)
      _ = await connector.wait(for: .connected)
      let id = connector.link.connectorID
      lab.cloud.verdict.withLock { $0 = { _ in LinkFailure(.connectorDeleted, "because") } }
      await acceptor.drop(id ?? "", reason: "deleted")
      let status = await connector.wait(for: .deleted)
      #expect(status.failure == LinkFailure(.connectorDeleted, "because"))
      #expect(connector.link.connectorID == nil && connector.link.credentials == nil)
      await #expect(throws: LinkFailure.self) { _ = try await connector.link.ask(LinkRequest(path: "/")) }
      let mark = connector.statuses.count
      for more in 0..<3 { _ = await connector.statuses.first(after: mark + more) { $0.state == .deleted } }
      #expect(connector.events.count(of: LinkEvents.connectorDeleted) == 1)
      #expect(connector.statuses.entries.dropFirst(mark).allSatisfy { $0.state == .deleted })
      #expect(lab.registrations.count == 1)
      lab.cloud.verdict.withLock { $0 = { _ in nil } }
      _ = await connector.wait(for: .connected, after: mark)
      #expect(connector.link.connectorID == id)
      await connector.stop()
    }
  }

  @Test("deleted while it did not run, its certificate due for renewal: it hears so and does not register anew")
  func deletedBeforeTheStart() async throws {
    let life: @Sendable () -> (notBefore: Double, validity: Double) = { (-8_000, 10_000) }
    try await withLab(life: life) { lab, _, endpoint in
      lab.cloud.verdict.withLock { $0 = { _ in LinkFailure(.connectorDeleted, "because") } }
      let configuration = lab.configuration(registrationPort: endpoint.port)
      for _ in 0..<2 {
        let connector = TestConnector(configuration)
        _ = await connector.wait(for: .deleted)
        await connector.stop()
      }
      #expect(lab.registrations.count == 1)
    }
  }

  @Test("a cloud of another authority behind the link's address is not talked to")
  func untrustedCloud() async throws {
    try await withLab { lab, acceptor, endpoint in
      await acceptor.stop()
      let rogue = try await lab.startCloud(ca: LabCA.create(clock: LiveClock()))
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      await connector.events.first(LinkEvents.certificateUntrusted)
      // The cloud may have a new authority: it asks for another certificate.
      await lab.registrations.first(after: 1) { _ in true }
      #expect(lab.cloud.news.count == 0)
      await connector.stop()
      await rogue.stop()
    }
  }

  @Test("silence ends the link, and it is dialled anew")
  func silence() async throws {
    try await withLab { lab, _, endpoint in
      var configuration = lab.configuration(registrationPort: endpoint.port)
      configuration.cloud.silenceLimit = TimeSpan(.milliseconds(60))
      let connector = TestConnector(configuration)
      let event = await connector.events.first(LinkEvents.disconnected)
      #expect(event.values["kind"] == .text("timeout"))
      #expect(event.message.contains("asked nothing"))
      let mark = connector.statuses.count
      _ = await connector.wait(for: .connected, after: mark)
      await connector.stop()
    }
  }

  @Test("a newer link of a connector replaces the older one, whose end does not take it down")
  func replaced() async throws {
    try await withLab { lab, acceptor, endpoint in
      var configuration = lab.configuration("twin", registrationPort: endpoint.port)
      configuration.cloud.backoffInitial = TimeSpan(.seconds(3600))
      configuration.cloud.backoffMax = TimeSpan(.seconds(3600))
      let older = TestConnector(configuration)
      _ = await older.wait(for: .connected)
      configuration.state.directory += "-2"
      let newer = TestConnector(configuration)
      _ = await newer.wait(for: .connected)
      let down = await lab.cloud.news.first { if case .down = $0 { true } else { false } }
      guard case .down(let peer, 1, let reason) = down else { return await stop(older, newer, "\(down)") }
      #expect(reason.contains("newer link"))
      let said = await older.events.first(LinkEvents.disconnected)
      #expect(said.message.contains("newer link"))
      let answer = try await acceptor.ask(peer.connectorID, LinkRequest(path: "/"), timeout: .seconds(10))
      #expect(answer.status == 200)
      await stop(older, newer, nil)
    }
  }

  private func stop(_ a: TestConnector, _ b: TestConnector, _ issue: String?) async {
    if let issue { Issue.record("\(issue)") }
    await a.stop()
    await b.stop()
  }

  @Test("two customers' connectors are told apart by their certificates alone")
  func customers() async throws {
    try await withLab { lab, acceptor, endpoint in
      var other = lab.configuration("c9", registrationPort: endpoint.port)
      other.connector.customer = "globex"
      let (acme, globex) = (TestConnector(lab.configuration(registrationPort: endpoint.port)), TestConnector(other))
      _ = await acme.wait(for: .connected)
      _ = await globex.wait(for: .connected)
      lab.cloud.answering.withLock { $0 = { _, peer in LinkResponse(status: 200, body: Array(peer.customer.utf8)) } }
      // What it says of itself in a header does not count.
      let asked = try await globex.link.ask(LinkRequest(path: "/", headers: ["citrix-customerid": "acme"]))
      #expect(String(decoding: asked.body, as: UTF8.self) == "globex")
      let ups = lab.cloud.news.entries.compactMap { if case .up(let peer, _) = $0 { peer } else { nil } }
      #expect(Set(ups.map(\.customer)) == ["acme", "globex"])
      await acme.stop()
      await globex.stop()
    }
  }

  @Test("a port in use is said so")
  func portInUse() async throws {
    try await withLab { lab, acceptor, _ in
      let port = LinkAddress(acceptor.address)?.port ?? 0
      let failure = await #expect(throws: LinkFailure.self) { _ = try await lab.startCloud(port: port) }
      #expect(failure?.kind == .connect)
      #expect(failure?.detail.contains(":\(port)") == true)
    }
  }
}
