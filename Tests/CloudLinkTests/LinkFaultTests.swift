import CloudAPI
import CloudLinkAcceptor
import CloudLinkLive
import EventCatalog
import LinkTransport
import LiveFaults
import Testing
import World

@Suite("link: faults over real sockets", .timeLimit(.minutes(1)))
struct LinkFaultTests {
  private func fault(_ id: Int, _ kind: String, _ value: String? = nil) throws -> LinkFault {
    LinkFault(id: id, rule: try FaultRule(FaultOrder(on: "link:c1", kind: kind, value: value, seed: 5, lasts: "1h")), left: .seconds(3600))
  }

  /// Limits that are short, so that silence is noticed soon.
  private var impatient: CloudLinkAcceptor.Settings {
    var settings = CloudLinkAcceptor.Settings()
    settings.pingEvery = .milliseconds(50)
    settings.pingDeadline = .seconds(2)
    return settings
  }

  @Test("a partition takes the link down by its own limits, admits nobody, and the link is back after it")
  func partition() async throws {
    try await withLab(settings: impatient) { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      let mark = lab.cloud.news.count
      acceptor.set([try fault(1, "partition")], ofLink: peer.connectorID)
      let down = await lab.cloud.news.first(after: mark) { if case .down = $0 { true } else { false } }
      guard case .down(_, _, let reason) = down else { return }
      #expect(reason.contains("did not answer a ping"), "the silence was found by the cloud's own limit: \(reason)")
      #expect(await acceptor.connected() == [])
      let healed = lab.cloud.news.count
      #expect(healed == mark + 1, "nobody was let in meanwhile")
      acceptor.set([], ofLink: peer.connectorID)
      await lab.cloud.waitForUp(after: healed)
      await connector.stop()
    }
  }

  @Test("a reset ends each connection as soon as it is known whose it is, and the link is back after it")
  func reset() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      let mark = lab.cloud.news.count
      let statuses = connector.statuses.count
      acceptor.set([try fault(1, "reset")], ofLink: peer.connectorID)
      let down = await lab.cloud.news.first(after: mark) { if case .down = $0 { true } else { false } }
      guard case .down(_, _, let reason) = down else { return }
      #expect(reason.contains("was reset"))
      // Lost, and then at least two tries that failed.
      for more in 0..<3 { _ = await connector.statuses.first(after: statuses + more) { $0.state == .backingOff } }
      #expect(lab.cloud.news.count == mark + 1, "no new link came up")
      await #expect(throws: LinkFailure.self) { _ = try await connector.link.ask(LinkRequest(path: "/")) }
      acceptor.set([], ofLink: peer.connectorID)
      await lab.cloud.waitForUp(after: mark + 1)
      await connector.stop()
    }
  }

  @Test("a fault of one connector's link is nobody else's; an end that stops does not wait for what it holds")
  func others() async throws {
    try await withLab { lab, acceptor, endpoint in
      let first = TestConnector(lab.configuration("c1", registrationPort: endpoint.port))
      let one = await lab.cloud.waitForUp()
      let mark = lab.cloud.news.count
      let second = TestConnector(lab.configuration("c2", registrationPort: endpoint.port))
      let other = await lab.cloud.waitForUp(after: mark)
      acceptor.set([try fault(1, "partition")], ofLink: one.connectorID)
      let answer = try await acceptor.ask(other.connectorID, LinkRequest(path: "/v1/heartbeat"), timeout: .seconds(30))
      #expect(answer.status == 200)
      await acceptor.stop()
      await first.stop()
      await second.stop()
    }
  }
}
