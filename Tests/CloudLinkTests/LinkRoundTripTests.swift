import CloudAPI
import CloudLinkAcceptor
import CloudLinkLive
import EventCatalog
import LinkTransport
import Synchronization
import Testing
import World

@Suite("link: both ends over real sockets and TLS", .timeLimit(.minutes(1)))
struct LinkRoundTripTests {
  @Test("a connector registers, connects, and each side asks the other")
  func roundTrip() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      _ = await connector.wait(for: .connected)
      #expect(peer.customer == "acme")
      #expect(peer.connectorID == "id-c1.example.test")
      #expect(connector.link.connectorID == peer.connectorID)
      #expect(await acceptor.connected() == [peer.connectorID])

      let answer = try await acceptor.ask(
        peer.connectorID, LinkRequest(method: "POST", path: "/v1/x?a=b", body: Array("hello".utf8)), timeout: .seconds(10))
      #expect(answer.status == 200)
      #expect(String(decoding: answer.body, as: UTF8.self) == "hello")
      #expect(answer.headers["x-path"] == "/v1/x?a=b")
      #expect(answer.headers["x-method"] == "POST")

      lab.cloud.answering.withLock { $0 = { request, from in LinkResponse(status: 207, body: Array("\(request.path) \(from.connectorID)".utf8)) } }
      let asked = try await connector.link.ask(LinkRequest(path: ConnectorPaths.configuration))
      #expect(asked.status == 207)
      #expect(String(decoding: asked.body, as: UTF8.self) == "\(ConnectorPaths.configuration) \(peer.connectorID)")

      #expect(connector.link.status().lastContact != nil)
      #expect(lab.registrations.entries.map(\.fqdn) == ["c1.example.test"])
      await connector.stop()
      #expect(connector.link.status().state == .stopped)
      await lab.cloud.news.first { if case .down(let gone, _, _) = $0 { gone == peer } else { false } }
      #expect(connector.events.journal.entries.map(\.definition.code) == [10002, 10000, 10024])
    }
  }

  @Test("a hundred questions at once over one connection")
  func parallel() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      let answers = try await withThrowingTaskGroup(of: (Int, LinkResponse).self) { group in
        for number in 0..<100 {
          group.addTask {
            let body = Array(repeating: UInt8(truncatingIfNeeded: number), count: 10_000 + number)
            return (
              number, try await acceptor.ask(peer.connectorID, LinkRequest(method: "POST", path: "/\(number)", body: body), timeout: .seconds(20))
            )
          }
        }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      for number in 0..<100 {
        #expect(answers[number]?.headers["x-path"] == "/\(number)")
        #expect(answers[number]?.body == Array(repeating: UInt8(truncatingIfNeeded: number), count: 10_000 + number))
      }
      #expect(await acceptor.connected().count == 1)
      await connector.stop()
    }
  }

  @Test("a body of 8 MiB goes there and back, and to the cloud and back")
  func largeBody() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port))
      let peer = await lab.cloud.waitForUp()
      _ = await connector.wait(for: .connected)
      let block = SplitMix(seed: 1).bytes(65_537)
      var body: [UInt8] = []
      while body.count < 8 << 20 { body += block }
      let answer = try await acceptor.ask(peer.connectorID, LinkRequest(method: "POST", path: "/", body: body), timeout: .seconds(30))
      #expect(answer.body == body)
      let asked = try await connector.link.ask(LinkRequest(method: "PUT", path: "/", body: body))
      #expect(asked.body == body)
      await connector.stop()
    }
  }

  @Test("a body beyond the limit is refused with 413, one too many with 503, and the link goes on")
  func oversized() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(
        lab.configuration(registrationPort: endpoint.port), limits: LinkLimits(requestBody: 100_000, answerBody: 50_000, heldBodies: 60_000))
      let peer = await lab.cloud.waitForUp()
      _ = await connector.wait(for: .connected)
      var statuses: [Int] = []
      for size in [3_000_000, 100_001, 80_000, 40_000, 40_000] {
        let request = LinkRequest(method: "POST", path: "/", body: [UInt8](repeating: 7, count: size))
        statuses.append(try await acceptor.ask(peer.connectorID, request, timeout: .seconds(10)).status)
      }
      #expect(statuses == [413, 413, 503, 200, 200])
      lab.cloud.answering.withLock { $0 = { _, _ in LinkResponse(status: 200, body: [UInt8](repeating: 1, count: 50_001)) } }
      await #expect(throws: LinkFailure.self) { _ = try await connector.link.ask(LinkRequest(path: "/")) }
      #expect(await acceptor.connected() == [peer.connectorID])
      await connector.stop()
    }
  }

  @Test("a connector that does not answer in time costs the question only")
  func timeout() async throws {
    try await withLab { lab, acceptor, endpoint in
      let connector = TestConnector(lab.configuration(registrationPort: endpoint.port), handler: Stuck())
      let peer = await lab.cloud.waitForUp()
      await #expect(throws: LinkFailure(.timeout, "connector \(peer.connectorID) did not answer within 50 ms")) {
        _ = try await acceptor.ask(peer.connectorID, LinkRequest(path: "/stuck"), timeout: .milliseconds(50))
      }
      let next = try await acceptor.ask(peer.connectorID, LinkRequest(path: "/"), timeout: .seconds(10))
      #expect(next.status == 204)
      await #expect(throws: LinkFailure(.closed, "connector nobody has no link")) {
        _ = try await acceptor.ask("nobody", LinkRequest(path: "/"), timeout: .seconds(1))
      }
      await connector.stop()
    }
  }

  private struct Stuck: LinkRequestHandler {
    func respond(to request: LinkRequest) async -> LinkResponse {
      guard request.path == "/stuck" else { return LinkResponse(status: 204) }
      // Until the stream's end cancels it.
      for await _ in AsyncStream<Never>.makeStream().stream {}
      return LinkResponse(status: 200)
    }
  }
}

/// A small seeded generator for test data.
struct SplitMix {
  var seed: UInt64
  func bytes(_ count: Int) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }
}
