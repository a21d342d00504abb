import CloudAPI
import CloudServer
import Foundation
import SimulatedCloud
import SimulatedWorld
import Synchronization
import Testing
import World

@Suite struct ServiceTests {
  /// Waits for the next change of a connector's state.
  private func next(_ changes: inout AsyncStream<CloudChange>.Iterator) async -> ConnectorState? {
    while let change = await changes.next(isolation: #isolation) {
      if case .health(_, _, _, let from, let to, _) = change, from != to { return to }
    }
    return nil
  }

  @Test func heartbeatsBeginWithTheLinkAndKeepTheLease() async throws {
    let cloud = try await ServerFixture()
    let id = try await cloud.register("c1")
    let peer = LinkPeer(customer: "acme", connectorID: id, serial: "1")
    var changes = await cloud.service.changes().makeAsyncIterator()
    await cloud.service.start()
    #expect(await cloud.service.admit(peer) == nil)
    await cloud.links.set(id, cloud.report(id, "c1"))
    await cloud.service.linkUp(peer, link: 1)
    #expect(await next(&changes) == .healthy)
    await cloud.links.set(id, nil)
    // From here on nobody answers: the lease of 15 s ends, whatever order the sleepers wake in.
    while await cloud.service.state().connectors.first?.state == .healthy {
      await cloud.clock.waitForSleepers(2)
      cloud.clock.advance(by: .seconds(1))
      await Task.yield()
    }
    #expect(await next(&changes) == .notInContact)
    #expect(cloud.events.names.contains("cloud.lease-expired"))
    await cloud.links.set(id, cloud.report(id, "c1"))
    while await cloud.service.state().connectors.first?.state != .healthy {
      await cloud.clock.waitForSleepers(2)
      cloud.clock.advance(by: .seconds(1))
      await Task.yield()
    }
    #expect(await next(&changes) == .healthy)
    #expect(cloud.events.names.contains("cloud.contact-again"))
    await cloud.service.linkDown(peer, link: 1, reason: "reset")
    #expect(await next(&changes) == .notInContact)
    await cloud.service.stop()
    #expect(await next(&changes) == nil, "the stream ends with the service")
    #expect(cloud.clock.sleepers.isEmpty, "no task is left")
  }

  @Test(.timeLimit(.minutes(1))) func aConnectorThatIsStartingIsAskedAgainSoon() async throws {
    var settings = CloudSettings()
    (settings.heartbeatEvery, settings.leaseLength) = (.seconds(20), .seconds(60))
    let cloud = try await ServerFixture(settings)
    let id = try await cloud.register("c1")
    var changes = await cloud.service.changes().makeAsyncIterator()
    var starting = cloud.report(id, "c1")
    starting.services = [.init(name: .logger, state: "starting", restarts: 0)]
    await cloud.links.set(id, starting)
    await cloud.service.linkUp(LinkPeer(customer: "acme", connectorID: id, serial: "1"), link: 1)
    #expect(await next(&changes) == .error)
    await cloud.links.set(id, cloud.report(id, "c1"))
    await cloud.clock.waitForSleepers(1)
    cloud.clock.advance(by: settings.earlyHeartbeatEvery)
    #expect(await next(&changes) == .healthy)
    await cloud.service.stop()
  }

  @Test func aConnectorFetchesItsConfigurationWithItsPeers() async throws {
    let cloud = try await ServerFixture()
    let id = try await cloud.register("c1")
    let peer = LinkPeer(customer: "acme", connectorID: id, serial: "1")
    func get(_ path: String, method: String = "GET", as peer: LinkPeer? = nil) async -> LinkResponse {
      await cloud.service.answer(LinkRequest(method: method, path: path), from: peer ?? LinkPeer(customer: "acme", connectorID: id, serial: "1"))
    }
    #expect(await get(ConnectorPaths.configuration).status == 404)
    #expect(
      try await cloud.service.publish(customer: "acme", location: "acme-rl", configuration: Array(#"{"machines":[1],"edgeServers":[]}"#.utf8)) == 1)
    let full = await get(ConnectorPaths.configuration)
    #expect(full.status == 200 && full.headers["configuration-revision"] == "1")
    let text = String(decoding: full.body, as: UTF8.self)
    #expect(text.contains(#""fqdn":"c1.acme.test""#) && text.contains(#""revision":1"#) && text.contains(#""machines":[1]"#))
    let same = await get(ConnectorPaths.configuration + "?revision=1")
    #expect(same.status == 304 && same.body.isEmpty && same.headers["configuration-revision"] == "1")
    #expect(await get(ConnectorPaths.configuration + "?revision=0").status == 200)
    #expect(await get(ConnectorPaths.configuration + "?revision=x").status == 400)
    #expect(await get(ConnectorPaths.configuration, method: "POST").status == 405)
    #expect(await get("/connector/v1/other").status == 404)
    #expect(await get(ConnectorPaths.configuration, as: LinkPeer(customer: "bolt", connectorID: id, serial: "1")).status == 403)
    _ = try await cloud.register("c2")
    let later = await get(ConnectorPaths.configuration + "?revision=1")
    #expect(later.status == 200 && String(decoding: later.body, as: UTF8.self).contains("c2.acme.test"))
    try await cloud.service.deleteConnector(customer: "acme", id)
    #expect(await get(ConnectorPaths.configuration).status == 403)
    #expect(await cloud.service.admit(peer)?.kind == .connectorDeleted)
  }

  @Test func whatCannotBeSavedDidNotHappen() async throws {
    let cloud = try await ServerFixture()
    let token = try await cloud.token()
    cloud.store.failing.withLock { $0 = true }
    let refused = await cloud.call("POST", "/resourcelocations", token: token, #"{"name":"Paris"}"#)
    #expect(refused.status == 503 && refused.text.contains("the disk is full"))
    #expect(!(await cloud.call("GET", "/resourcelocations", token: token).text.contains("Paris")))
    let registration = await cloud.call("POST", ConnectorPaths.register(customer: "acme"), customer: nil, cloud.registration("c1"))
    #expect(registration.status == 503)
    #expect(cloud.signer.revoked == ["1"], "the certificate that nobody got is worth nothing")
    #expect(cloud.events.names.count { $0 == "cloud.store-failed" } == 1, "said once")
    cloud.store.failing.withLock { $0 = false }
    #expect(await cloud.call("POST", "/resourcelocations", token: token, #"{"name":"Paris"}"#).status == 200)
  }

  @Test func whatAConnectorDidIsSavedLaterWhenItCouldNotBeSavedAtOnce() async throws {
    let cloud = try await ServerFixture()
    let id = try await cloud.register("c1")
    var changes = await cloud.service.changes().makeAsyncIterator()
    cloud.store.failing.withLock { $0 = true }
    await cloud.links.set(id, cloud.report(id, "c1"))
    await cloud.service.linkUp(LinkPeer(customer: "acme", connectorID: id, serial: "1"), link: 1)
    #expect(await next(&changes) == .healthy, "the disk's trouble is not the connector's")
    cloud.store.failing.withLock { $0 = false }
    _ = try await cloud.token()
    let kept = cloud.store.kept.withLock { $0[CloudRecordKey(.connector, "acme", id)] }
    guard case .save(.connector(let record)) = kept else {
      Issue.record("the connector was not saved")
      return
    }
    #expect(record.lastContact == cloud.clock.now().wall && record.peerAddress == "127.0.0.1:9")
    await cloud.service.stop()
  }

  @Test func noSecretAndNoTokenIsEverSaved() async throws {
    let cloud = try await ServerFixture()
    let token = try await cloud.token()
    _ = try await cloud.register("c1")
    let all = cloud.store.kept.withLock { String(describing: $0) }
    #expect(all.contains("acme-client"))
    #expect(!all.contains("acme+secret&=") && !all.contains(token))
  }
}
