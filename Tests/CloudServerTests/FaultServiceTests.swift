import CloudAPI
import EventCatalog
import Foundation
import LiveFaults
import SimulatedCloud
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import CloudServer

/// Remembers what it was told of each link.
private final class StubFaultLinks: LinkFaulting {
  let told = Mutex<[String: [LinkFault]]>([:])
  func set(_ faults: [LinkFault], ofLink connector: String) { told.withLock { $0[connector] = faults } }
  func ids(_ connector: String) -> [Int] { told.withLock { ($0[connector] ?? []).map(\.id) } }
}

private final class KeptEvents: EventSink {
  let list = Mutex<[Event]>([])
  func emit(_ event: Event, from service: ServiceName?) { list.withLock { $0.append(event) } }
  var names: [String] { list.withLock { $0.map(\.definition.name) } }
}

private struct Stand {
  let clock = SimulatedClock(wall: WallTime(seconds: 1_800_000_000))
  let links = StubFaultLinks()
  let events = KeptEvents()
  let faults: FaultService

  init() async {
    faults = FaultService(clock: clock, random: SeededRandom(seed: 1), events: events) {
      ["c1", "c2"].map { name in
        LabState.Connector(
          customer: "acme", id: "id-\(name)", fqdn: "\(name).forest1.local", location: "L", state: .healthy, reason: "", elected: false,
          electionReason: "", version: "1", servicesUp: 7, servicesTotal: 7, lastContact: nil, leaseEnds: nil, configurationRevision: nil,
          problems: [])
      }
    }
    await faults.use(links)
  }

  func order(_ on: String, _ kind: String, _ value: String? = nil, lasts: String = "1m") -> FaultOrder {
    FaultOrder(on: on, kind: kind, value: value, lasts: lasts)
  }
}

@Suite struct FaultServiceTests {
  @Test func aFaultOfALinkHoldsUntilItsLeaseIsOver() async throws {
    let stand = await Stand()
    let one = try await stand.faults.add(stand.order("link:c1.forest1.local", "latency", "300ms"))
    #expect(one.fault.on == "link:c1" && one.standing == .active && one.left == 60_000 && one.fault.seed != nil)
    _ = try await stand.faults.add(stand.order("link:c1", "partition", lasts: "2m"))
    #expect(stand.links.ids("id-c1") == [1, 2] && stand.links.ids("id-c2") == [])
    stand.clock.advance(by: .seconds(60))
    let list = await stand.faults.list()
    #expect(list.faults.map(\.id) == [2] && list.faults[0].left == 60_000)
    #expect(list.ended.map(\.id) == [1] && list.ended[0].reason == "its time was over")
    #expect(stand.links.ids("id-c1") == [2])
    #expect(try await stand.faults.clear(nil).map(\.id) == [2])
    #expect(stand.links.ids("id-c1") == [])
    #expect(stand.events.names == ["fault.began", "fault.began", "fault.ended", "fault.ended"])
  }

  @Test func theRecordOfABeginningOrdersTheSameAgain() async throws {
    let stand = await Stand()
    let order = FaultOrder(
      on: "service:c2/logger/collect", kind: "latency", value: "300ms", jitter: "50ms", probability: "20%", seed: 7, lasts: "1m")
    let report = try await stand.faults.add(order)
    await stand.faults.settle(report.id, FaultVerdict(.active))
    let event = try #require(stand.events.list.withLock { $0.first })
    #expect(event.definition == FaultEvents.began)
    func text(_ name: String) -> String? { event.values[name]?.description }
    #expect(
      FaultOrder(
        on: text("on") ?? "", kind: text("kind") ?? "", value: text("value"), jitter: text("jitter"), probability: text("probability"),
        seed: UInt64(text("seed") ?? ""), lasts: text("lasts")) == order)
  }

  @Test func whatTheLabAppliesWaitsForItsWord() async throws {
    let stand = await Stand()
    for (number, verdict) in [FaultVerdict(.active), .init(.done, "it has struck"), .init(.refused, "no processes")].enumerated() {
      let report = try await stand.faults.add(stand.order("connector:c1", "hang"))
      #expect(report.standing == .waiting)
      await stand.faults.settle(report.id, verdict)
      let list = await stand.faults.list()
      if number == 0 { #expect(list.faults.map(\.standing) == [.active]) } else { #expect(list.ended.last?.id == report.id) }
    }
    #expect(await stand.faults.list().ended.map(\.reason) == ["it has struck", "refused: no processes"])
    #expect(stand.events.names == ["fault.began", "fault.began", "fault.ended", "fault.refused"])
    await stand.faults.settle(99, .init(.active))
    await stand.faults.stop()
    #expect(await stand.faults.list().faults == [])
  }

  @Test func refusalsSayWhatWasExpected() async throws {
    let stand = await Stand()
    let unknown = await #expect(throws: CloudRefusal.self) { try await stand.faults.add(stand.order("link:c9", "reset")) }
    #expect(unknown?.kind == .notFound && unknown?.detail == "there is no connector 'c9'; there are c1, c2")
    let wrong = await #expect(throws: CloudRefusal.self) { try await stand.faults.add(stand.order("link:c1", "reset", lasts: "30d")) }
    #expect(wrong?.kind == .badRequest)
    let absent = await #expect(throws: CloudRefusal.self) { try await stand.faults.clear(3) }
    #expect(absent?.kind == .notFound)
    for _ in 1...FaultService.most { _ = try await stand.faults.add(stand.order("link:c1", "reset")) }
    let many = await #expect(throws: CloudRefusal.self) { try await stand.faults.add(stand.order("link:c1", "reset")) }
    #expect(many?.kind == .conflict)
  }

  @Test func overHTTP() async throws {
    let cloud = try await ServerFixture()
    let stand = await Stand()
    let http = CloudHTTP(service: cloud.service, labToken: "t", faults: stand.faults)
    func call(_ method: String, _ path: String, _ body: String = "") async -> APIResponse {
      await http.answer(APIRequest(method: method, target: path, headers: ["lab-token": "t"], body: Array(body.utf8)))
    }
    #expect(await http.answer(APIRequest(method: "GET", target: "/lab/v1/faults")).status == 401)
    let added = await call("POST", "/lab/v1/faults", #"{"on":"link:c1","kind":"latency","value":"300ms","for":"1m","seed":4}"#)
    #expect(added.status == 200)
    let report = try JSONDecoder().decode(FaultReport.self, from: Data(added.body))
    #expect(report.fault == FaultOrder(on: "link:c1", kind: "latency", value: "300ms", probability: "100%", seed: 4, lasts: "1m"))
    let state = try JSONDecoder().decode(LabState.self, from: Data(await call("GET", "/lab/v1/state").body))
    #expect(state.faults == [report])
    #expect(await call("POST", "/lab/v1/faults", #"{"on":"link:c1"}"#).status == 400)
    #expect(await call("POST", "/lab/v1/faults", #"{"on":"link:c7","kind":"reset"}"#).status == 404)
    #expect(await call("PUT", "/lab/v1/faults/1", #"{"word":"active","detail":""}"#).status == 200)
    #expect(await call("DELETE", "/lab/v1/faults/x").status == 400)
    #expect(await call("DELETE", "/lab/v1/faults/1").status == 200)
    #expect(await call("DELETE", "/lab/v1/faults/1").status == 404)
    #expect(await call("DELETE", "/lab/v1/faults").status == 200)
    let without = await cloud.http.answer(
      APIRequest(method: "GET", target: "/lab/v1/faults", headers: ["lab-token": ServerFixture.labToken]))
    #expect(without.status == 404)
  }
}
