import EventCatalog
import Outage
import ServiceKit
import Testing
import World

@testable import HighAvailabilityService

/// The outage state machine in its service: what it is told, what of it is seen outside.
@Suite struct OutageHostTests {
  /// One connector of two, with a link that is up or not.
  struct Connector {
    var logic: HighAvailabilityLogic
    var now = Moment(nanoseconds: 0)
    var link: Bool? = true
    var forced = false
    var events: [EventCatalog.Event] = []
    var flags: [OutageFlag: Bool] = [:]
    var answer: PeerHello?
    var status: HighAvailabilityStatus?
    var views: [OutageView] = []
    var abandoned = 0
    private var timers: [(Moment, HighAvailabilityLogic.Event)] = []

    init(needsStoreFront: Bool = false) {
      logic = HighAvailabilityLogic(
        .init(
          fqdn: "c1.x", boot: "b", probeEvery: .seconds(5), peerTimeout: .seconds(15),
          outage: OutageLogic.Settings(.cloud60, needsStoreFront: needsStoreFront)))
      tell(.started)
    }

    /// What comes of a directive is told after all directives were performed, as the service's shell does.
    mutating func tell(_ first: HighAvailabilityLogic.Event) {
      var waiting = [first]
      while !waiting.isEmpty {
        let event = waiting.removeFirst()
        let at = Now(moment: now, wall: WallTime(microseconds: now.nanoseconds / 1_000))
        for directive in logic.handle(event, at: at) { if let next = perform(directive) { waiting.append(next) } }
      }
    }

    private mutating func perform(_ directive: HighAvailabilityLogic.Directive) -> HighAvailabilityLogic.Event? {
      switch directive {
      case .readConfiguration:
        return .configuration(.synced((1...2).map { EdgeServer(fqdn: "c\($0).x", uuid: "id\($0)", peerAddress: "127.0.0.1:900\($0)") }))
      case .answerPeers(let hello): answer = hello
      case .wait(let until): timers.append((until, .due))
      case .emit(let event): events.append(event)
      case .answer(_, let status): self.status = status
      case .record(let isElected): return .recorded(isElected: isElected, true)
      case .probe: break
      case .outage(.lookAtCloud): return .outage(.looked(link))
      case .outage(.readForced(let order)): return .outage(.forceRead(forced, order: order))
      case .outage(.wait(let until)): timers.append((until, .outage(.due)))
      case .outage(.record(let flag, let value)):
        flags[flag] = value
        return .outage(.recorded(flag, value, isDone: true))
      case .outage(.tell(let standing)): if views.last != standing.view { views.append(standing.view) }
      case .outage(.abandonImport): abandoned += 1
      }
      return nil
    }

    mutating func pass(_ seconds: Int64) {
      let end = now + .seconds(seconds)
      while let index = timers.indices.min(by: { timers[$0].0 < timers[$1].0 }), timers[index].0 <= end {
        let (at, event) = timers.remove(at: index)
        now = max(now, at)
        tell(event)
      }
      now = end
    }

    mutating func shown() -> HighAvailabilityStatus? {
      tell(.asked(RequestID(1)))
      return status
    }
    func codes(_ wanted: ClosedRange<Int>) -> [Int] { events.map(\.definition.code).filter { wanted.contains($0) } }
  }

  @Test func aLinkThatIsLostLeadsThroughAWholeOutage() {
    var connector = Connector()
    connector.pass(60)
    #expect(connector.codes(17_005...17_010) == [])
    #expect(connector.flags == [.entered: false, .enabled: true])
    #expect(connector.answer?.reachesCloud == true && connector.answer?.mode == "workingNormally")
    connector.link = false
    connector.pass(5)
    #expect(connector.shown()?.mode == .pendingHA)
    #expect(connector.answer?.reachesCloud == false && connector.answer?.mode == "pendingHA", "peers hear of it at once")
    connector.pass(60)
    #expect(connector.shown()?.mode == .initialHA && connector.shown()?.brokersHere == true && connector.flags[.entered] == true)
    connector.pass(700)
    #expect(connector.shown()?.mode == .extendedHA)
    connector.link = true
    connector.pass(640)
    #expect(connector.shown()?.mode == .workingNormally && connector.flags[.entered] == false)
    let changes = connector.events.filter { $0.definition == OutageEvents.modeChanged }.map { $0.values["rule"]?.description ?? "" }
    #expect(changes == ["probeFailed", "checkFailed", "initialOver", "wellAgain", "recovered"])
    #expect(connector.codes(17_006...17_007) == [17_006, 17_007])
    #expect(connector.codes(17_008...17_008).count >= 6)
  }

  @Test func whoBrokersIsToldWhenItChangesAndNotOtherwise() {
    var connector = Connector()
    connector.pass(60)
    connector.link = false
    connector.pass(70)
    connector.link = true
    connector.pass(1400)
    #expect(
      connector.views == [
        OutageView(mode: "workingNormally", brokersHere: false), OutageView(mode: "workingNormally", brokersHere: false, elected: "c1.x"),
        OutageView(mode: "pendingHA", brokersHere: false, elected: "c1.x"), OutageView(mode: "initialHA", brokersHere: true, elected: "c1.x"),
        OutageView(mode: "pendingRecovery", brokersHere: true, elected: "c1.x"),
        OutageView(mode: "workingNormally", brokersHere: false, elected: "c1.x"),
      ])
  }

  @Test func anImportThatMeetsAnOutageIsAbandoned() {
    var connector = Connector()
    connector.tell(.outage(.importing(true)))
    connector.pass(60)
    #expect(connector.abandoned == 0, "in normal mode it goes on")
    connector.link = false
    connector.pass(70)
    #expect(connector.abandoned == 1)
    connector.tell(.outage(.importing(false)))
    connector.pass(10)
    connector.tell(.outage(.importing(true)))
    #expect(connector.abandoned == 2, "and so is one that begins in the outage")
  }

  @Test func withoutStoreFrontItStaysAndSaysWhy() {
    var connector = Connector(needsStoreFront: true)
    connector.link = false
    connector.pass(600)
    #expect(connector.shown()?.mode == .workingNormally)
    #expect(connector.codes(17_005...17_010) == [17_009])
    #expect(connector.flags[.enabled] == false)
    #expect(connector.shown()?.sentence.contains("StoreFront has asked nothing here yet") == true)
    connector.tell(.outage(.storeFrontAsked))
    #expect(connector.shown()?.mode == .pendingHA && connector.flags[.enabled] == true)
  }

  @Test func aPeersHelloVouches() {
    var connector = Connector()
    for _ in 0..<30 {
      connector.tell(
        .probed(
          fqdn: "c2.x", address: "127.0.0.1:9002",
          .success(PeerHello(fqdn: "c2.x", connectorID: "id2", boot: "b", elected: "c1.x", reachesCloud: true, mode: "workingNormally"))))
      connector.link = false
      connector.pass(5)
    }
    #expect(connector.shown()?.mode == .workingNormally)
    #expect(connector.codes(17_005...17_010) == [17_009])
    connector.tell(
      .probed(
        fqdn: "c2.x", address: "127.0.0.1:9002",
        .success(PeerHello(fqdn: "c2.x", connectorID: "id2", boot: "b", elected: "c1.x", reachesCloud: false, mode: "pendingHA"))))
    #expect(connector.shown()?.mode == .pendingHA)
  }

  @Test func anOrderOvertakesAReadingOfTheRegistry() {
    var connector = Connector()
    connector.tell(.outage(.forced(true, reason: "a drill")))
    #expect(connector.shown()?.forced == true && connector.shown()?.forcedReason == "a drill" && connector.shown()?.mode == .initialHA)
    connector.tell(.outage(.forceRead(false, order: 0)))
    #expect(connector.shown()?.forced == true, "it was read before the order")
    connector.tell(.outage(.forceRead(nil, order: 1)))
    #expect(connector.shown()?.forced == true, "not read at all")
    connector.tell(.outage(.forceRead(false, order: 1)))
    #expect(connector.shown()?.forced == false && connector.shown()?.forcedReason == nil)
    #expect(connector.codes(17_010...17_010) == [17_010, 17_010])
  }

  @Test func whatTheRegistrySaysIsNoticedWithinAMinute() {
    var connector = Connector()
    connector.pass(30)
    connector.forced = true
    connector.pass(60)
    #expect(connector.shown()?.mode == .initialHA && connector.shown()?.rule == .forced)
  }

  @Test func aConnectorThatOnlyElectsTellsNothingOfOutages() {
    var logic = HighAvailabilityLogic(.init(fqdn: "c1.x", boot: "b", probeEvery: .seconds(5), peerTimeout: .seconds(15)))
    let out = logic.handle(.started, at: Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 0)))
    #expect(!out.contains { if case .outage = $0 { true } else { false } })
  }
}
