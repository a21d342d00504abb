import CloudAPI
import CloudServer
import Foundation
import Rollouts
import SimulatedCloud
import SimulatedWorld
import Synchronization
import Testing
import World

/// What is published, as a test says.
private final class ListedReleases: ReleaseListing {
  let releases = Mutex(PublishedReleases())

  func publish(_ version: ReleaseVersion) { releases.withLock { $0.published = [.init(version)] } }

  func look(unless mark: String?) throws -> ReleaseLook? {
    let now = releases.withLock { $0 }
    let newest = now.newest?.version.text ?? "none"
    return mark == newest ? nil : ReleaseLook(releases: now, mark: newest)
  }
}

/// Orders on their way to connectors, and the lab's pages about updates.
@Suite struct UpdateServiceTests {
  private struct Cloud {
    let fixture: ServerFixture
    let releases = ListedReleases()
    let service: CloudService
    let http: CloudHTTP
    var id = ""

    init() async throws {
      fixture = try await ServerFixture()
      var settings = CloudSettings()
      settings.rollout.splay = .zero
      service = CloudService(
        settings: settings, records: [],
        ports: .init(
          clock: fixture.clock, random: SeededRandom(seed: 1), events: fixture.events, certificates: fixture.signer, store: fixture.store,
          releases: releases))
      http = CloudHTTP(service: service, labToken: "t")
      try await service.seed(
        customers: [CustomerRecord(id: "acme", name: "Acme")],
        clients: [.init(customer: "acme", id: "acme-client", name: "installer", secret: "acme+secret&=")],
        locations: [LocationRecord(customer: "acme", model: ResourceLocationModel(id: "acme-rl", name: "Berlin"))])
      await service.use(fixture.links, address: "127.0.0.1:4443")
      let answer = await http.answer(
        APIRequest(method: "POST", target: ConnectorPaths.register(customer: "acme"), body: Array(fixture.registration("c1").utf8)))
      id = try answer.decode(RegistrationAnswer.self).id
      await fixture.links.set(id, fixture.report(id, "c1"))
      await service.linkUp(LinkPeer(customer: "acme", connectorID: id, serial: "1"), link: 1)
      while await service.state().connectors.first?.state != .healthy { await Task.yield() }
    }

    func lab(_ method: String, _ path: String, _ body: String = "", token: String = "t") async -> APIResponse {
      await http.answer(APIRequest(method: method, target: "/lab/v1/updates\(path)", headers: ["lab-token": token], body: Array(body.utf8)))
    }

    func updates() async throws -> UpdatesState { try await lab("GET", "").decode(UpdatesState.self) }

    /// The orders that were sent, once there are so many.
    func orders(_ count: Int) async throws -> [UpdateCommand] {
      while true {
        let sent = await fixture.links.asked.filter { $0.path == ConnectorPaths.service("watchdog", "update-order") }
        if sent.count >= count { return try sent.map { try JSONDecoder().decode(UpdateCommand.self, from: Data($0.body)) } }
        await Task.yield()
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func anOrderGoesOverTheLinkAndItsAnswerIsTaken() async throws {
    let cloud = try await Cloud()
    cloud.releases.publish(ReleaseVersion(1, 0, 0, 1))
    await cloud.fixture.links.answer { command in
      UpdateStanding(token: command.token, stage: command.action == .enterMaintenance ? .drained : .installing, version: command.version)
    }
    let answer = try await cloud.lab("POST", "/look").decode(UpdateAnswer.self)
    #expect(answer.lines.first?.kind == .published)
    let orders = try await cloud.orders(2)
    #expect(orders.map(\.action) == [.enterMaintenance, .install] && orders[1].version == "1.0.0.1" && orders[0].token == orders[1].token)
    #expect(orders[0].expires != nil && orders[0].token > 1_000_000, "above whatever a lost record gave out")
    while try await cloud.updates().status.rows.first?.phase != .installing { await Task.yield() }
    #expect(cloud.fixture.events.names.contains("rollout.step"))
    await cloud.service.stop()
  }

  @Test(.timeLimit(.minutes(1))) func aRefusalEndsIt() async throws {
    let cloud = try await Cloud()
    cloud.releases.publish(ReleaseVersion(1, 0, 0, 1))
    await cloud.fixture.links.refuse(404, #"{"code":"unknownOperation","detail":"there is no operation update-order"}"#)
    _ = await cloud.lab("POST", "/look")
    while try await cloud.updates().status.rows.first?.phase != .failed { await Task.yield() }
    #expect(try await cloud.updates().lines.contains { $0.reason.contains("there is no operation update-order") })
    await cloud.service.stop()
  }

  @Test func nothingLeavesThatIsNotSaved() async throws {
    let cloud = try await Cloud()
    cloud.fixture.store.failing.withLock { $0 = true }
    cloud.releases.publish(ReleaseVersion(1, 0, 0, 1))
    #expect(await cloud.lab("POST", "/look").status == 503)
    #expect(await cloud.fixture.links.asked.allSatisfy { $0.path == ConnectorPaths.heartbeat })
    #expect(try await cloud.updates().status.release == nil)
    cloud.fixture.store.failing.withLock { $0 = false }
    #expect(try await cloud.lab("POST", "/look").decode(UpdateAnswer.self).lines.contains { $0.kind == .started })
    #expect(cloud.fixture.store.kept.withLock { $0.keys.contains { $0.kind == .rollout } })
    await cloud.service.stop()
  }

  @Test func thePagesAnswerOrSayWhatIsWrong() async throws {
    let cloud = try await Cloud()
    #expect(await cloud.lab("GET", "", token: "x").status == 401)
    #expect(await cloud.lab("POST", "/now").status == 409)
    #expect(await cloud.lab("GET", "/now").status == 405)
    #expect(await cloud.lab("POST", "/explode").status == 404)
    #expect(await cloud.lab("POST", "/clear", "{}").status == 400)
    #expect(await cloud.lab("POST", "/widen", #"{"ring":"all","upTo":0}"#).status == 400)
    #expect(await cloud.lab("POST", "/pause", "{").status == 400)
    let refused = try await cloud.lab("POST", "/pause").decode(UpdateAnswer.self)
    #expect(refused.refusals.first?.reason == "no rollout is running; there is nothing to pause")
    let state = try await cloud.updates()
    #expect(state.status.rows.map(\.connector) == [cloud.id] && state.fqdns[cloud.id] == "c1.acme.test" && state.locations["acme-rl"] == "Berlin")
    #expect(await cloud.lab("POST", "/clear", #"{"connector":"c9"}"#).status == 404)
    await cloud.service.stop()
  }
}
