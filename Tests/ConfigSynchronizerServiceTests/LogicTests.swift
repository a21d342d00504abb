import BrokerConfiguration
import EventCatalog
import ServiceKit
import Testing
import World

@testable import ConfigSynchronizerService

/// The logic, told everything by hand; each directive as a short text.
@Suite struct ConfigSynchronizerLogicTests {
  struct Hand {
    var logic = ConfigSynchronizerLogic(interval: .seconds(60), quickChecks: 0)
    var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))

    mutating func pass(_ seconds: Int) { now = Now(moment: now.moment + .seconds(seconds), wall: now.wall + .seconds(seconds)) }
    mutating func tell(_ event: ConfigSynchronizerLogic.Event) -> [String] { logic.handle(event, at: now).map { Self.shown($0, now) } }
    mutating func start(_ current: ConfigurationSummary? = nil) {
      _ = tell(.started)
      _ = tell(.opened(OpenedConfiguration(current: current)))
    }

    static func shown(_ directive: ConfigSynchronizerLogic.Directive, _ now: Now) -> String {
      switch directive {
      case .open: "open"
      case .fetch(let known): "fetch \(known.map(String.init) ?? "-")"
      case .importConfiguration(let revision, let bytes, _): "import \(revision) \(bytes.count)"
      case .wait(let until, let spread): "wait \((until - now.moment).inSeconds)+\(spread.inSeconds)"
      case .emit(let event): event.definition.name
      case .answer(_, .success(let answer)):
        switch answer {
        case .status(let status): "status \(status.state)"
        case .revision(let revision): "revision \(revision.map(String.init) ?? "-")"
        case .edgeServers(let servers): "servers \(servers.count)"
        case .synced(let sync, let revision): "synced \(sync) \(revision.map(String.init) ?? "-")"
        }
      case .answer(_, .failure(let error)): "failed \(error)"
      }
    }
  }

  static func summary(_ revision: Int) -> ConfigurationSummary {
    ConfigurationSummary(
      revision: revision, digest: "d", counts: ["machines": 9], edgeServers: [.init(fqdn: "c1.x", uuid: "1"), .init(fqdn: "c2.x", uuid: "2")])
  }

  @Test func startOpensThenAsksWithTheRevisionInUse() {
    var hand = Hand()
    #expect(hand.tell(.started) == ["open"])
    #expect(hand.tell(.asked(RequestID(1), .revision)) == [], "it waits for the database")
    #expect(hand.tell(.asked(RequestID(2), .status)) == ["status opening"])
    let found = OpenedConfiguration(current: Self.summary(7), damaged: [.init(path: "/x", reason: "cut")])
    #expect(hand.tell(.opened(found)) == ["config-sync.database-damaged", "config-sync.opened", "fetch 7", "revision 7"])
    #expect(hand.tell(.asked(RequestID(3), .edgeServers)) == ["servers 2"])
  }

  @Test func importOfANewerOne() {
    var hand = Hand()
    hand.start()
    #expect(hand.tell(.asked(RequestID(1), .revision)) == ["revision -"])
    #expect(hand.tell(.fetched(.received(revision: 3, [1, 2]))) == ["config-sync.received", "import 3 2"])
    #expect(hand.tell(.imported(revision: 3, .success(Self.summary(3)))) == ["config-sync.imported", "wait 60.0+6.0"])
    hand.pass(61)
    #expect(hand.tell(.due) == ["fetch 3"])
    #expect(hand.tell(.fetched(.notModified)) == ["wait 60.0+6.0"])
  }

  @Test func failedImportKeepsTheOldOneAndIsToldOnce() {
    var hand = Hand()
    hand.start(Self.summary(3))
    let failure = ConfigurationImportFailed(.check, "an orphaned SID")
    _ = hand.tell(.fetched(.received(revision: 4, [1])))
    #expect(hand.tell(.imported(revision: 4, .failure(failure))) == ["config-sync.import-failed", "wait 60.0+6.0"])
    #expect(hand.tell(.asked(RequestID(1), .revision)) == ["revision 3"])
    hand.pass(70)
    #expect(hand.tell(.due) == ["fetch 3"], "it asks again: the fault may be the disk's")
    #expect(hand.tell(.fetched(.received(revision: 4, [1]))) == ["import 4 1"])
    #expect(hand.tell(.imported(revision: 4, .failure(failure))) == ["wait 60.0+6.0"])
    hand.pass(70)
    _ = hand.tell(.due)
    _ = hand.tell(.fetched(.received(revision: 4, [1])))
    #expect(hand.tell(.imported(revision: 4, .failure(.init(.build, "disk full")))) == ["config-sync.import-failed", "wait 60.0+6.0"])
    hand.pass(70)
    _ = hand.tell(.due)
    _ = hand.tell(.fetched(.received(revision: 4, [1])))
    #expect(hand.tell(.imported(revision: 4, .success(Self.summary(4)))) == ["config-sync.imported", "wait 60.0+6.0"])
  }

  @Test func anAbandonedImportIsNoFailureAndIsToldOnce() {
    var hand = Hand()
    hand.start(Self.summary(3))
    let failure = ConfigurationImportFailed(.abandon, "it was given up")
    _ = hand.tell(.fetched(.received(revision: 4, [1])))
    #expect(hand.tell(.imported(revision: 4, .failure(failure))) == ["config-sync.import-abandoned", "wait 60.0+6.0"])
    #expect(hand.tell(.asked(RequestID(1), .revision)) == ["revision 3"])
    hand.pass(70)
    _ = hand.tell(.due)
    #expect(hand.tell(.fetched(.received(revision: 4, [1]))) == ["import 4 1"])
    #expect(hand.tell(.imported(revision: 4, .failure(failure))) == ["wait 60.0+6.0"])
    hand.pass(70)
    _ = hand.tell(.due)
    _ = hand.tell(.fetched(.received(revision: 4, [1])))
    #expect(hand.tell(.imported(revision: 4, .success(Self.summary(4)))) == ["config-sync.imported", "wait 60.0+6.0"])
  }

  @Test func unreachableCloudIsAskedWithGrowingWaitsAndToldOnce() {
    var hand = Hand()
    hand.start(Self.summary(3))
    #expect(hand.tell(.fetched(.unreachable("dns"))) == ["config-sync.unreachable", "wait 0.5+0.5"])
    var waits: [String] = []
    for _ in 0..<9 {
      hand.pass(120)
      #expect(hand.tell(.due) == ["fetch 3"])
      waits += hand.tell(.fetched(.unreachable("dns")))
    }
    #expect(
      waits == ["wait 1.0+1.0", "wait 2.0+2.0", "wait 4.0+4.0", "wait 8.0+8.0", "wait 16.0+16.0"] + Array(repeating: "wait 30.0+30.0", count: 4))
    hand.pass(120)
    _ = hand.tell(.due)
    #expect(hand.tell(.fetched(.notModified)) == ["config-sync.reachable", "wait 60.0+6.0"])
  }

  @Test func firstChecksComeQuickly() {
    var hand = Hand(logic: ConfigSynchronizerLogic(interval: .seconds(10)))
    hand.start(Self.summary(3))
    var waits = hand.tell(.fetched(.notModified))
    for _ in 0..<6 {
      hand.pass(11)
      _ = hand.tell(.due)
      waits += hand.tell(.fetched(.notModified))
    }
    #expect(waits == ["wait 1.0+0.1", "wait 2.0+0.2", "wait 4.0+0.4", "wait 8.0+0.8", "wait 10.0+1.0", "wait 10.0+1.0", "wait 10.0+1.0"])
  }

  @Test func registrationIsWaitedForWithoutAWord() {
    var hand = Hand()
    hand.start()
    #expect(hand.tell(.fetched(.notRegistered)) == ["wait 0.2+0.02"])
    #expect(hand.tell(.asked(RequestID(1), .syncNow)) == ["fetch -"])
    #expect(hand.tell(.fetched(.notRegistered)) == ["failed this connector has not registered with its cloud yet"])
    hand.pass(1)
    #expect(hand.tell(.due) == ["fetch -"])
    #expect(hand.tell(.fetched(.nothing)) == ["config-sync.no-configuration", "wait 60.0+6.0"], "nothing was lost, so nothing is back")
  }

  @Test func missingConfigurationIsToldOnce() {
    var hand = Hand()
    hand.start()
    #expect(hand.tell(.fetched(.nothing)) == ["config-sync.no-configuration", "wait 60.0+6.0"])
    hand.pass(70)
    _ = hand.tell(.due)
    #expect(hand.tell(.fetched(.nothing)) == ["wait 60.0+6.0"])
  }

  @Test func syncNowJoinsTheCheckThatRuns() {
    var hand = Hand()
    hand.start()
    #expect(hand.tell(.asked(RequestID(1), .syncNow)) == [])
    _ = hand.tell(.fetched(.received(revision: 1, [])))
    #expect(hand.tell(.asked(RequestID(2), .syncNow)) == [])
    #expect(
      hand.tell(.imported(revision: 1, .success(Self.summary(1)))) == [
        "config-sync.imported", "synced imported 1", "synced imported 1", "wait 60.0+6.0",
      ])
    #expect(hand.tell(.asked(RequestID(3), .syncNow)) == ["fetch 1"])
    #expect(hand.tell(.fetched(.unreachable("closed"))).contains("failed the cloud could not be asked: closed"))
  }

  @Test func askingOftenLeavesOneWaitPending() {
    var hand = Hand()
    hand.start(Self.summary(1))
    #expect(hand.tell(.fetched(.notModified)) == ["wait 60.0+6.0"])
    for _ in 0..<50 {
      hand.pass(1)
      #expect(hand.tell(.asked(RequestID(1), .syncNow)) == ["fetch 1"])
      #expect(hand.tell(.fetched(.notModified)) == ["synced upToDate 1"], "the earlier wait comes first and is prolonged")
    }
    hand.pass(10)
    #expect(hand.tell(.due) == ["wait 50.0+0.0"])
    hand.pass(50)
    #expect(hand.tell(.due) == ["fetch 1"])
  }

  @Test func lateOrDoubledEventsChangeNothing() {
    var hand = Hand()
    hand.start(Self.summary(1))
    #expect(hand.tell(.due) == [])
    #expect(hand.tell(.imported(revision: 9, .success(Self.summary(9)))) == [])
    _ = hand.tell(.fetched(.notModified))
    #expect(hand.tell(.fetched(.received(revision: 9, [1]))) == [])
    #expect(hand.tell(.opened(OpenedConfiguration(current: nil))) == [])
    #expect(hand.tell(.asked(RequestID(1), .revision)) == ["revision 1"])
  }
}
