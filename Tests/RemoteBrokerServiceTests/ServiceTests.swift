import AgentSystem
import Broker
import BrokerConfiguration
import BrokerXML
import CloudAPI
import ConnectorSettings
import EventCatalog
import FoundationEssentials
import ServiceKit
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import RemoteBrokerService

@Suite struct ServiceTests {
  @Test func inNormalModeTheCloudAnswersAndIsToldOf() async throws {
    let world = World()
    world.cloud.answer = .success(.farm(FarmData(name: "Cloud", isOutage: false)))
    try await world.running { broker in
      #expect(await broker.ask(.farm, from: .storeFront) == .farm(FarmData(name: "Cloud", isOutage: false)))
      var heard: Set<String> = []
      for await told in world.outage.heard {
        heard.insert(told)
        if heard == ["storeFront", "enumeration true"] { break }
      }
      #expect(world.cloud.requests == [.farm])
    }
  }

  @Test func aCloudThatFailsIsToldOf() async throws {
    let world = World()
    world.cloud.answer = .failure(LinkFailure(.connect, "no route"))
    try await world.running { broker in
      guard case .refused(let refusal) = await broker.ask(.resources(Desk.user), from: .machine) else { return #expect(Bool(false)) }
      #expect(refusal.kind == .cloudUnreachable && refusal.detail.contains("no route"))
      var heard = world.outage.heard.makeAsyncIterator()
      #expect(await heard.next() == "enumeration false")
    }
  }

  @Test func aCloudThatSaysNothingFailsAfterTheLimit() async throws {
    let world = World()
    world.cloud.isSilent = true
    try await world.running { broker in
      async let answer = broker.ask(.farm, from: .machine)
      await world.cloud.isAsked()
      await world.clock.waitForSleepers(1)
      world.clock.advance(by: RemoteBrokerLogic.relayLimit)
      guard case .refused(let refusal) = await answer else { return #expect(Bool(false)) }
      #expect(refusal.kind == .cloudUnreachable && refusal.detail.contains("8 s"))
    }
  }

  @Test func inAnOutageTheElectedOneBrokersAndForgetsAtItsEnd() async throws {
    let world = World()
    try await world.running { broker in
      await world.sink.wait(for: RemoteBrokerEvents.configured)
      world.outage.stand(OutageView(mode: "initialHA", brokersHere: true, elected: "c1.x"))
      await world.sink.wait(for: RemoteBrokerEvents.route)
      let machine = try #require(world.configuration.machines.first { $0.deliveryGroup != nil })
      let catalog = try #require(world.configuration.machineCatalogs.first { $0.name == machine.catalog })
      var wanted = Desk.registration(machine.name)
      wanted.sessionSupport = catalog.sessionSupport == .singleSession ? .singleSession : .multiSession
      #expect(await broker.ask(.register(wanted), from: .machine) == .registered(heartbeatSeconds: 300))
      world.outage.stand(OutageView(mode: "extendedHA", brokersHere: false, elected: "c0.x"))
      await world.sink.wait(for: RemoteBrokerEvents.servingEnded)
      guard case .refused(let refusal) = await broker.ask(.heartbeat(machine: machine.name), from: .machine) else { return #expect(Bool(false)) }
      #expect(refusal.kind == .notElected && refusal.detail.contains("c0.x"))
    }
  }

  @Test func ticketsGoToPeersBeforeTheyAreGivenOut() async throws {
    let world = World()
    try await world.running { broker in
      await world.sink.wait(for: RemoteBrokerEvents.configured)
      world.outage.stand(OutageView(mode: "initialHA", brokersHere: true, elected: "c1.x"))
      await world.sink.wait(for: RemoteBrokerEvents.route)
      let order = TicketOrder(ticket: Desk.ticket("A"), values: ["ICAAddress": "h:1494"])
      guard case .ticket(order.ticket, "STA0123456789AB", 100) = await broker.ask(.ticket(order), from: .gateway) else {
        return #expect(Bool(false), "an id of the connector's own")
      }
      let parcel = try #require(world.outage.parcels.first)
      #expect(parcel.kind == "ticket")
      // The same, as it comes from a peer: kept, and given out.
      var held = try JSONDecoder().decode(HeldTicket.self, from: Data(parcel.body.utf8))
      held.ticket = Desk.ticket("B")
      let body = String(decoding: try JSONEncoder().encode(held), as: UTF8.self)
      let taker = try #require(world.outage.taker)
      #expect(await taker(PeerParcel(kind: "ticket", number: 7, body: body)))
      #expect(await taker(PeerParcel(kind: "ticket", number: 8, body: "{")) == false)
      #expect(await taker(PeerParcel(kind: "of a later release", number: 9, body: body)) == false)
      #expect(await broker.ask(.ticketData(ticket: held.ticket), from: .gateway) == .ticketData(values: order.values))
      // Who was away gets both.
      world.outage.arrive("c2.x")
      var heard = world.outage.heard.makeAsyncIterator()
      while world.outage.handed(to: "c2.x").count < 2, await heard.next() != nil {}
      let given = try world.outage.handed(to: "c2.x").map { try JSONDecoder().decode(HeldTicket.self, from: Data($0.body.utf8)).ticket }
      #expect(Set(given) == [order.ticket, held.ticket])
    }
    #expect(world.outage.taker == nil, "a stopped service takes none")
  }

  @Test func aDoorThatIsTakenIsToldOnceAndTriedAgain() async throws {
    let world = World(refusals: 3)
    try await world.running { _ in
      await world.sink.wait(for: RemoteBrokerEvents.listening)
      #expect(world.sink.count(RemoteBrokerEvents.cannotListen) == 1)
      let status = try await world.status()
      #expect(status.address == "127.0.0.1:8080" && status.problem == nil)
    }
    #expect(world.isShut, "the door is shut at the end")
  }

  @Test func identifyAsksTheDirectory() async throws {
    let world = World()
    try await world.running { broker async throws in
      #expect(try await broker.identify("alice", domain: "A", sid: nil, password: nil) == UserIdentity(sid: "S-1-5-21-1", groups: ["S-1-5-21-2"]))
      #expect(try await broker.identify("", domain: nil, sid: "S-1-5-21-1", password: nil).sid == "S-1-5-21-1")
      for (name, password, kind) in [("nobody", nil, BrokerRefusal.Kind.notEntitled), ("off", nil, .disabled), ("alice", "secret", .notSimulated)] {
        let refusal = await #expect(throws: BrokerRefusal.self) { try await broker.identify(name, domain: nil, sid: nil, password: password) }
        #expect(refusal?.kind == kind)
        #expect(refusal?.detail.contains("secret") == false)
      }
    }
  }

  @Test func theCloudOrdersMachinesThroughItAndNobodyElse() async throws {
    let world = World()
    try await world.running { _ in
      let wire = try world.registry.wire(of: .remoteBroker)
      let body = Array(
        try JSONEncoder().encode(PrepareCall(order: PrepareOrder(machine: "m", session: "s", user: "u"), callback: "http://h/x")))
      let reply = try JSONDecoder().decode(PrepareReply.self, from: Data(await wire.call("prepare", body, from: .cloud)))
      #expect(reply == PrepareReply(accepted: true, load: 7))
      for (operation, bytes, caller, code) in [
        ("prepare", body, WireCaller.control(uid: 0), WireError.Code.denied), ("prepare", [1], .cloud, .badRequest),
        ("status", [1, 2, 3], .cloud, .badRequest),
        ("x", [], .cloud, .unknownOperation),
      ] {
        let error = await #expect(throws: WireError.self) { try await wire.call(operation, bytes, from: caller) }
        #expect(error?.code == code)
      }
    }
  }

  @Test(arguments: [
    (200, #"{"noted":{}}"#, "answered"), (200, "{", "failed"), (404, "", "noBroker"), (501, "", "noBroker"), (400, "", "answered"),
    (503, "", "failed"),
    (500, "", "failed"),
  ]) func answersOfTheCloud(status: Int, body: String, kind: String) {
    let outcome = RemoteBrokerPerformer.interpret(LinkResponse(status: status, body: Array(body.utf8)))
    #expect("\(outcome)".hasPrefix(kind))
  }
}
