import CloudAPI
import EventCatalog
import Foundation
import Rollouts
import Testing
import World

@testable import SimulatedCloud

/// What is published, what operators order, and what is kept.
@Suite struct UpdateOrderTests {
  private func answer(_ fleet: inout UpdateFleet, _ order: UpdateOrder) -> UpdateAnswer? {
    var said: CloudAnswer = .none
    fleet.ask { said = $0.ask(.update(order)) }
    if case .decided(let answer) = said { return answer }
    return nil
  }

  private func refusal(_ fleet: inout UpdateFleet, _ order: UpdateOrder) -> CloudRefusal.Kind? {
    var said: CloudAnswer = .none
    fleet.ask { said = $0.ask(.update(order)) }
    return said.refusal
  }

  @Test func nowNeedsARelease() {
    var fleet = UpdateFleet(2)
    #expect(refusal(&fleet, .now([])) == .conflict)
    #expect(refusal(&fleet, .now(["c9"])) == .notFound)
    #expect(answer(&fleet, .pause)?.refusals.map(\.kind) == [.orderRefused])
  }

  @Test func nowGoesPastAWindow() throws {
    var fleet = UpdateFleet(2)
    fleet.ask { $0.ask(.operate(customer: "acme", .setWindow(MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .tuesday, start: "18:00:00")))) }
    let schedule = try #require(fleet.logic.locations["acme-rl"]?.schedule)
    #expect(schedule.rule == .preferredDay(.tuesday, TimeOfDay("18:00")!) && schedule.zone.name == "GMT Standard Time")
    fleet.publish("1.0.0.1")
    fleet.beats(5)
    #expect(fleet.orders.isEmpty, "its window is days away")
    let told = try #require(answer(&fleet, .now(["C1"])))
    #expect(told.connectors == ["acme-c1"] && told.refusals.isEmpty)
    #expect(told.lines.contains { $0.kind == .started && $0.rule == .ordered && $0.fqdn == "c1.acme.test" && $0.location == "Berlin" })
    fleet.beats(8)
    #expect(fleet.connectors["c1"]?.version == "1.0.0.1" && fleet.connectors["c2"]?.version == "1.0.0.0")
    #expect(answer(&fleet, .now(["c1.acme.test"]))?.already == ["acme-c1"])
    #expect(answer(&fleet, .now([]))?.already == ["acme-c1"])
    fleet.beats(8)
    #expect(fleet.connectors["c2"]?.version == "1.0.0.1")
    #expect(fleet.violations == [])
    fleet.ask { $0.ask(.operate(customer: "acme", .removeWindow(location: "acme-rl"))) }
    #expect(fleet.logic.locations["acme-rl"]?.nextSchedule?.rule == .atOnce)
  }

  @Test func pauseResumeAndAbort() {
    var fleet = UpdateFleet(2)
    fleet.ask { $0.ask(.operate(customer: "acme", .setWindow(MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .tuesday)))) }
    fleet.publish("1.0.0.1")
    #expect(answer(&fleet, .pause)?.lines.map(\.kind) == [.paused])
    #expect(answer(&fleet, .now(["c1"]))?.refusals.first?.reason.contains("resume it first") == true)
    #expect(answer(&fleet, .resume)?.lines.first?.kind == .resumed)
    #expect(answer(&fleet, .abort)?.lines.first?.kind == .aborted)
    #expect(fleet.orders.isEmpty)
    #expect(fleet.violations == [])
  }

  @Test func aShareStaysAShareUntilItIsPublishedFurther() {
    var fleet = UpdateFleet(20)
    fleet.publish("1.0.0.1", .share(percent: 25))
    let members = (1...20).map { "acme-c\($0)" }.filter { Buckets.bucket($0, version("1.0.0.1")) < 2_500 }
    #expect(!members.isEmpty && members.count < 15)
    fleet.beats(20 * 8)
    #expect(Set(fleet.logic.connectors.values.filter { $0.phase == .updated }.map(\.id)) == Set(members))
    #expect(fleet.logic.rollout?.standing == .done)
    fleet.publish("1.0.0.1", .share(percent: 50))
    fleet.beats(20 * 8)
    let more = (1...20).map { "acme-c\($0)" }.filter { Buckets.bucket($0, version("1.0.0.1")) < 5_000 }
    #expect(Set(fleet.logic.connectors.values.filter { $0.phase == .updated }.map(\.id)) == Set(more))
    fleet.publish("1.0.0.1", .share(percent: 10))
    #expect(fleet.lines.last?.kind == .orderRefused)
    fleet.publish("1.0.0.1", .all)
    fleet.beats(20 * 8)
    #expect(fleet.connectors.values.allSatisfy { $0.version == "1.0.0.1" })
    #expect(fleet.fewestServing == 19)
    #expect(fleet.violations == [])
  }

  @Test func standardRingsOpenUpToTheOneThatWasPublished() {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1", .rings(upTo: "early"))
    #expect(fleet.logic.rollout?.offer.lastRing == 1 && fleet.logic.rollout?.offer.rings.count == 4)
    fleet.publish("1.0.0.1", .rings(upTo: "broad"))
    #expect(fleet.logic.rollout?.offer.lastRing == 2)
    fleet.publish("1.0.0.1", .rings(upTo: "first"))
    #expect(fleet.lines.last?.kind == .orderRefused && fleet.logic.rollout?.offer.lastRing == 2)
    fleet.publish("1.0.0.1")
    #expect(fleet.logic.rollout?.offer.lastRing == nil)
    fleet.publish("1.0.0.2", .rings(upTo: "mine"))
    #expect(fleet.lines.last?.kind == .offerRefused)
  }

  @Test func aRevokedReleaseIsAborted() {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    fleet.beats(2)
    fleet.ask { $0.ask(.releases(PublishedReleases(revoked: [version("1.0.0.1")]))) }
    #expect(fleet.logic.rollout?.standing == .aborted)
    let count = fleet.lines.count
    fleet.ask { $0.ask(.releases(PublishedReleases(revoked: [version("1.0.0.1")]))) }
    #expect(fleet.lines.count == count, "the same again is nothing new")
    #expect(fleet.violations == [])
  }

  /// A revocation does not wait for those who are to go first with another release.
  @Test func aRevocationDoesNotWait() {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    fleet.restart()
    #expect(fleet.logic.rollout?.standing == .running)
    let next = PublishedReleases.Release(version("1.0.0.2"), reach: .rings(upTo: "early"), digest: ObedientConnector.digest(of: "1.0.0.2"))
    fleet.ask { $0.ask(.releases(PublishedReleases(published: [next], revoked: [version("1.0.0.1")]))) }
    #expect(fleet.logic.rollout?.offer.version == version("1.0.0.1"), "nobody was heard yet")
    #expect(fleet.logic.rollout?.standing == .aborted && fleet.logic.revoked == [version("1.0.0.1")])
    fleet.beat()
    #expect(fleet.logic.rollout?.offer.version == version("1.0.0.2"))
    #expect(fleet.lines.count { $0.kind == .revoked } == 1)
  }

  @Test func aReleaseWithCanariesWaitsUntilSomebodyIsHeard() {
    var fleet = UpdateFleet(2)
    fleet.restart()
    fleet.publish("1.0.0.1", .rings(upTo: "early"))
    #expect(fleet.logic.rollout == nil, "nobody was heard yet")
    fleet.beat()
    #expect(fleet.logic.rollout?.standing == .running && fleet.logic.rollout?.canaries.count == 1)
    #expect(fleet.violations == [])
  }

  @Test func tokensRiseEvenWhenTheRecordIsLost() throws {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    let first = try #require(fleet.orders.last?.command.token)
    fleet.cloud.now = Now(moment: fleet.cloud.now.moment + .seconds(60), wall: fleet.cloud.now.wall + .seconds(60))
    fleet.cloud.logic.updates = nil
    fleet.cloud.logic.catchUp(at: fleet.cloud.now)
    for name in ["c1", "c2"] { fleet.cloud.beat(name) }
    fleet.cloud.all = []
    fleet.cloud.ask(.releases(PublishedReleases(published: [.init(version("1.0.0.2"))])))
    let second = fleet.cloud.all.compactMap { if case .order(_, let command) = $0 { command.token } else { nil } }.first
    #expect(try #require(second) > first)
  }

  /// The resource location no longer lists its connectors.
  private func damaged(_ record: RolloutRecord) throws -> RolloutRecord {
    let text = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
    let broken = text.replacing(#""connectors":["acme-c1","acme-c2"]"#, with: #""connectors":[]"#)
    #expect(text != broken)
    return try JSONDecoder().decode(RolloutRecord.self, from: Data(broken.utf8))
  }

  @Test func aRecordThatContradictsItselfIsLeftOut() throws {
    var fleet = UpdateFleet(2)
    fleet.publish("1.0.0.1")
    let record = try damaged(try #require(fleet.cloud.logic.updates))
    var logic = CloudLogic()
    _ = logic.load([.rollout(record)], at: fleet.cloud.now)
    #expect(logic.updates == nil)
    let said = logic.handle(.state, at: fleet.cloud.now).directives
    #expect(said.contains { if case .emit(let event) = $0 { event.definition.name == "cloud.records-dropped" } else { false } })
  }

  @Test func everyDecisionIsAnEventWithItsReason() throws {
    var fleet = UpdateFleet(1)
    fleet.cloud.all = []
    fleet.cloud.ask(.releases(PublishedReleases(published: [.init(version("1.0.0.1"))])))
    let events = fleet.cloud.all.compactMap { if case .emit(let event) = $0 { event } else { nil } }
    let started = try #require(events.first { $0.values["kind"] == .text("started") })
    #expect(started.message == "Update of c1.acme.test (started): it goes into maintenance for 1.0.0.1.")
    #expect(started.values["ring"] == .text("all") && started.values["rule"] == .text("atOnce") && started.values["location"] == .text("Berlin"))
    #expect(started.values["until"] != .text("") && started.values["token"] != .text(""))
    for event in events { #expect(!event.message.contains("?"), "\(event.message)") }
  }
}
