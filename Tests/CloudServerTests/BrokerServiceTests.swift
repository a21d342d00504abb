import Broker
import BrokerConfiguration
import CloudAPI
import CloudServer
import Foundation
import NIOHTTP1
import SimulatedCloud
import SimulatedWorld
import Testing
import World

/// Links that carry orders to machines: each machine says what it was told to say.
private actor MachineLinks: ConnectorLinks {
  struct Prepare: Decodable {
    var order: PrepareOrder
    var callback: String
  }
  private(set) var prepared: [(connector: String, order: PrepareOrder, callback: String)] = []
  private var replies: [String: PrepareReply?] = [:]
  private var held: [CheckedContinuation<Void, Never>] = []
  private var isHolding = false

  /// Nil: the machine does not answer.
  func set(_ machine: String, _ reply: PrepareReply?) { replies[machine] = .some(reply) }
  func hold() { isHolding = true }
  func letGo() {
    isHolding = false
    for continuation in held { continuation.resume() }
    held = []
  }

  func connected() async -> [String] { [] }
  func drop(_ connectorID: String, reason: String) async {}
  func ask(_ connectorID: String, _ request: LinkRequest, timeout: Duration) async throws -> LinkResponse {
    guard request.path == ConnectorPaths.service("remote-broker", "prepare"), request.method == "POST" else {
      throw LinkFailure(.closed, "only orders to machines are expected here, and this is \(request.path)")
    }
    let wanted = try JSONDecoder().decode(Prepare.self, from: Data(request.body))
    prepared.append((connectorID, wanted.order, wanted.callback))
    if isHolding { await withCheckedContinuation { held.append($0) } }
    guard let reply = replies[wanted.order.machine] ?? PrepareReply(accepted: true, load: 10) else {
      return LinkResponse(status: 503, body: Array("{}".utf8))
    }
    return LinkResponse(status: 200, body: Array(try JSONEncoder().encode(reply)))
  }
}

/// The cloud's broker, asked as connectors ask it.
@Suite struct BrokerServiceTests {
  private struct Site {
    let cloud: ServerFixture
    let links = MachineLinks()
    var peers: [LinkPeer] = []

    init(_ configuration: BrokerConfiguration? = .generate(machines: 10)) async throws {
      cloud = try await ServerFixture()
      await cloud.service.use(links, address: "127.0.0.1:4443")
      for (index, name) in ["c1", "c2"].enumerated() {
        peers.append(LinkPeer(customer: "acme", connectorID: try await cloud.register(name), serial: String(index + 1)))
      }
      if let configuration { try await publish(configuration) }
    }

    func publish(_ configuration: BrokerConfiguration) async throws {
      _ = try await cloud.service.publish(customer: "acme", location: "acme-rl", configuration: try configuration.canonicalBytes())
    }

    func send(_ body: [UInt8], through connector: Int = 0, _ method: String = "POST") async -> LinkResponse {
      await cloud.service.answer(LinkRequest(method: method, path: ConnectorPaths.broker, body: body), from: peers[connector])
    }

    func ask(_ request: BrokerRequest, through connector: Int = 0) async throws -> BrokerAnswer {
      let response = await send(Array(try JSONEncoder().encode(request)), through: connector)
      #expect(response.status == 200)
      return try JSONDecoder().decode(BrokerAnswer.self, from: Data(response.body))
    }

    func register(_ machine: String, through connector: Int = 0) async throws -> BrokerAnswer {
      try await ask(.register(.init(machine: machine, callback: "http://127.0.0.1:1/\(machine)", sessionSupport: .singleSession)), through: connector)
    }

    func counts() async throws -> BrokerCounts { try #require(await cloud.service.brokerStates().first?.counts) }
  }
  /// In the group that the generator entitles to the pooled desktops.
  private let user = UserIdentity(sid: "S-1-5-21-9", groups: ["S-1-5-21-1004336348-1177238915-682003330-1201"])

  private func refusal(_ answer: BrokerAnswer) -> BrokerRefusal? { if case .refused(let refusal) = answer { refusal } else { nil } }
  private func launch(_ answer: BrokerAnswer) -> BrokeredLaunch? { if case .launched(let launch) = answer { launch } else { nil } }

  @Test("A machine is prepared through the connector that relayed its registration, whoever asks for the launch") func relays() async throws {
    let site = try await Site()
    #expect(try await site.register("VDA-001", through: 1) == .registered(heartbeatSeconds: 300))
    #expect(try await site.ask(.farm) == .farm(.init(name: "Forest1", isOutage: false)))
    let answer = try await site.ask(.launch(.init(id: "l", user: user, resource: "Office desktops")), through: 0)
    #expect(launch(answer)?.machine == "VDA-001" && launch(answer)?.session == "l")
    let order = try #require(await site.links.prepared.first)
    #expect(order.connector == site.peers[1].connectorID && order.callback == "http://127.0.0.1:1/VDA-001")
    #expect(order.order == .init(machine: "VDA-001", session: "l", user: user.sid))
    let ticket = String(repeating: "A1", count: 16)
    #expect(
      try await site.ask(.ticket(.init(ticket: ticket, values: ["ICAAddress": "h"])))
        == .ticket(ticket: ticket, authority: "CWSSTA", lifetimeSeconds: 100))
    #expect(try await site.ask(.ticketData(ticket: ticket), through: 1) == .ticketData(values: ["ICAAddress": "h"]))
    let counts = try await site.counts()
    #expect(counts.registered == 1 && counts.sessionsPrepared == 1 && counts.tickets == 1 && counts.launched == 1)
    await site.cloud.service.stop()
    #expect(site.cloud.clock.sleepers.isEmpty, "no timer is left")
  }

  @Test("A machine that speaks through another connector is reached through that one") func otherConnector() async throws {
    let site = try await Site()
    _ = try await site.register("VDA-001", through: 1)
    #expect(try await site.ask(.heartbeat(machine: "vda-001.forest1.local"), through: 0) == .noted)
    _ = try await site.ask(.launch(.init(id: "l", user: user, resource: "Office desktops")), through: 1)
    #expect(await site.links.prepared.map(\.connector) == [site.peers[0].connectorID])
    await site.cloud.service.stop()
  }

  @Test("A machine that does not answer, and one that refuses, are passed over") func nextMachine() async throws {
    let site = try await Site()
    for machine in ["VDA-001", "VDA-002", "VDA-003"] { #expect(refusal(try await site.register(machine)) == nil) }
    await site.links.set("VDA-001", nil)
    await site.links.set("VDA-002", PrepareReply(accepted: false, reason: "busy"))
    let answer = try await site.ask(.launch(.init(id: "l", user: user, resource: "Office desktops")))
    #expect(launch(answer)?.machine == "VDA-003")
    #expect(try await site.counts().inSinBin == 2)
    await site.cloud.service.stop()
  }

  @Test("Machines that are silent for the whole period are dropped: the broker's one timer wakes it") func heartbeats() async throws {
    let site = try await Site()
    _ = try await site.register("VDA-001")
    await site.cloud.clock.waitForSleeper(until: site.cloud.clock.now().moment + .seconds(600))
    site.cloud.clock.advance(by: .seconds(599))
    #expect(try await site.counts().registered == 1)
    site.cloud.clock.advance(by: .seconds(1))
    while try await site.counts().registered > 0 { await Task.yield() }
    #expect(refusal(try await site.ask(.heartbeat(machine: "VDA-001")))?.kind == .notRegistered)
    await site.cloud.service.stop()
  }

  @Test("What is published is what is brokered, from the next question on; what cannot be used says why") func configuration() async throws {
    let site = try await Site(nil)
    #expect(refusal(try await site.register("VDA-001"))?.kind == .noConfiguration)
    _ = try await site.cloud.service.publish(customer: "acme", location: "acme-rl", configuration: Array(#"{"machines":[1]}"#.utf8))
    let unusable = try #require(refusal(try await site.register("VDA-001")))
    #expect(unusable.kind == .noConfiguration && unusable.detail.contains("cannot be used"), "\(unusable.detail)")
    #expect(await site.cloud.service.brokerStates().first?.problem?.isEmpty == false)
    try await site.publish(.generate(machines: 10))
    #expect(refusal(try await site.register("VDA-001")) == nil)
    // Another connector is a new revision with the same contents: nothing is dropped.
    _ = try await site.cloud.register("c3")
    #expect(try await site.ask(.heartbeat(machine: "VDA-001")) == .noted)
    var smaller = BrokerConfiguration.generate(machines: 10)
    smaller.machines.removeFirst()
    try await site.publish(smaller)
    #expect(refusal(try await site.ask(.heartbeat(machine: "VDA-001")))?.kind == .unknownMachine)
    #expect(try await site.counts().registered == 0)
    #expect(await site.cloud.service.brokerStates().first?.problem == nil)
    await site.cloud.service.stop()
  }

  @Test("Only a connector of the location is answered, and only a good question") func refusals() async throws {
    var site = try await Site()
    let wrong = await site.send(Array(#"{"heartbeat":{}}"#.utf8))
    #expect(wrong.status == 400)
    let body = try JSONDecoder().decode(RefusalBody.self, from: Data(wrong.body))
    #expect(body.failure == .protocolViolation && body.detail.contains("machine"), "\(body.detail)")
    for text in ["", "null", "[]", "{\"nothing\":{}}", String(repeating: "[", count: 100_000)] {
      #expect(await site.send(Array(text.utf8)).status == 400, "\(text.prefix(20))")
    }
    #expect(await site.send(Array(repeating: 32, count: (1 << 20) + 1)).status == 413)
    #expect(await site.send([], "GET").status == 405)
    let farm = Array(try JSONEncoder().encode(BrokerRequest.farm))
    site.peers.append(LinkPeer(customer: "bolt", connectorID: site.peers[0].connectorID, serial: "1"))
    #expect(await site.send(farm, through: 2).status == 403)
    try await site.cloud.service.deleteConnector(customer: "acme", site.peers[1].connectorID)
    #expect(await site.send(farm, through: 1).status == 403)
    #expect(await site.send(farm).status == 200)
    await site.cloud.service.stop()
  }

  @Test("Nobody waits for a slow machine so long that its connector takes the cloud for gone; the launch goes on") func patience() async throws {
    let site = try await Site()
    _ = try await site.register("VDA-001")
    await site.links.hold()
    let order = BrokerRequest.launch(.init(id: "l", user: user, resource: "Office desktops"))
    let asked = site.cloud.clock.now().moment
    let first = Task { try await site.ask(order) }
    await site.cloud.clock.waitForSleeper(until: asked + .seconds(20))
    site.cloud.clock.advance(by: .seconds(20))
    let slow = refusal(try await first.value)
    #expect(slow?.kind == .prepareFailed && slow?.retryAfterSeconds == 5, "\(slow as Any)")
    let second = Task { try await site.ask(order) }
    await site.links.letGo()
    #expect(launch(try await second.value)?.session == "l")
    #expect(await site.links.prepared.count == 1, "it is the same launch")
    await site.cloud.service.stop()
    #expect(site.cloud.clock.sleepers.isEmpty)
  }

  @Test("Whoever waits for a machine when the cloud stops has an answer") func stops() async throws {
    let site = try await Site()
    _ = try await site.register("VDA-001")
    await site.links.hold()
    async let answer = site.ask(.launch(.init(id: "l", user: user, resource: "Office desktops")))
    while await site.links.prepared.isEmpty { await Task.yield() }
    async let stopped: Void = site.cloud.service.stop()
    #expect(refusal(try await answer)?.kind == .notServing)
    await site.links.letGo()
    await stopped
    #expect(await site.send(Array(try JSONEncoder().encode(BrokerRequest.farm))).status == 503)
  }

  @Test("The lab's page counts, over a real socket") func page() async throws {
    try await SocketTests().withServer { server in
      let cloud = server.cloud
      let peer = LinkPeer(customer: "acme", connectorID: try await cloud.register("c1"), serial: "1")
      let bytes = try BrokerConfiguration.generate(machines: 10).canonicalBytes()
      _ = try await cloud.service.publish(customer: "acme", location: "acme-rl", configuration: bytes)
      let registration = MachineRegistration(machine: "vda-001", callback: "http://127.0.0.1:1/", sessionSupport: .singleSession)
      let body = Array(try JSONEncoder().encode(BrokerRequest.register(registration)))
      #expect(await cloud.service.answer(LinkRequest(method: "POST", path: ConnectorPaths.broker, body: body), from: peer).status == 200)
      #expect(try await server.send(.GET, "/lab/v1/broker").status == 401)
      let page = try await server.send(.GET, "/lab/v1/broker", ["Lab-Token": ServerFixture.labToken])
      let rows = try JSONDecoder().decode(ItemList<CloudBrokerState>.self, from: Data(page.text.utf8)).items
      #expect(rows.map(\.location) == ["acme-rl"] && rows.first?.counts.registered == 1 && rows.first?.counts.unregistered == 9)
      #expect(rows.first?.counts.revision == 1, "\(page.text)")
      await cloud.service.stop()
    }
  }
}
