import EventCatalog
import ServiceKit
import Testing
import World

@testable import HighAvailabilityService

@Suite struct ElectionTests {
  typealias Row = (
    name: String, own: String, listed: Bool, unsynced: String?, answering: [String], silent: [String], elected: String?, says: String
  )
  static let table: [Row] = [
    ("first by name", "c2.x", true, nil, ["c1.x", "c3.x"], [], "c1.x", "first by name of the 3 connectors that answer"),
    ("itself first", "c1.x", true, nil, ["c2.x"], [], "c1.x", "first by name of the 2 connectors that answer"),
    ("without case", "b.x", true, nil, ["C.x", "A.x"], [], "A.x", "first by name"),
    ("10 stands before 2", "c2.x", true, nil, ["c10.x"], [], "c10.x", "first by name"),
    ("only one", "c1.x", true, nil, [], [], "c1.x", "it is the only connector of the resource location"),
    (
      "others silent", "c9.x", true, nil, [], ["c1.x", "c2.x"], "c9.x",
      "it is the only one of 3 connectors that takes part; silent: c1.x (gone), c2.x (gone)"
    ),
    ("one silent", "c9.x", true, nil, ["c5.x"], ["c1.x"], "c5.x", "first by name of the 2 connectors that answer; silent: c1.x (gone)"),
    ("never synced", "c9.x", true, "it knows no peer", ["c1.x"], [], "c9.x", "this connector elects only itself, because it knows no peer"),
    ("not named", "c1.x", false, nil, ["c2.x"], [], nil, "does not name this connector"),
  ]

  @Test(arguments: table.indices) func choice(index: Int) {
    let row = Self.table[index]
    let election = Election.decide(
      .init(own: row.own, isListed: row.listed, unsynced: row.unsynced, answering: row.answering, silent: row.silent.map { ($0, "gone") }))
    #expect(election.elected == row.elected, "\(row.name)")
    #expect(election.reason.contains(row.says), "\(row.name): \(election.reason)")
  }
}

/// One connector's logic, told everything by hand.
@Suite struct HighAvailabilityLogicTests {
  static let servers = (1...3).map { EdgeServer(fqdn: "c\($0).x", uuid: "id\($0)", peerAddress: "127.0.0.1:900\($0)") }

  struct Hand {
    var logic: HighAvailabilityLogic
    var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))

    init(_ fqdn: String) {
      logic = HighAvailabilityLogic(.init(fqdn: fqdn, boot: "b", probeEvery: .seconds(5), peerTimeout: .seconds(15)))
    }
    mutating func pass(_ seconds: Int) { now = Now(moment: now.moment + .seconds(seconds), wall: now.wall + .seconds(seconds)) }
    mutating func tell(_ event: HighAvailabilityLogic.Event) -> [HighAvailabilityLogic.Directive] { logic.handle(event, at: now) }
    mutating func answer(_ number: Int, elected: String? = nil, id: String? = nil) -> [HighAvailabilityLogic.Directive] {
      let hello = PeerHello(fqdn: "c\(number).x", connectorID: id ?? "id\(number)", boot: "b\(number)", elected: elected)
      return tell(.probed(fqdn: "c\(number).x", address: "127.0.0.1:900\(number)", .success(hello)))
    }
    mutating func silence(_ number: Int) -> [HighAvailabilityLogic.Directive] {
      tell(.probed(fqdn: "c\(number).x", address: "127.0.0.1:900\(number)", .failure(PeerFailure(.timeout, "no answer"))))
    }
    mutating func status() -> HighAvailabilityStatus {
      for case .answer(_, let status) in tell(.asked(RequestID(1))) { return status }
      fatalStatus()
    }
    private func fatalStatus() -> Never { preconditionFailure("a question must be answered at once") }
  }

  private func events(_ directives: [HighAvailabilityLogic.Directive]) -> [String] {
    directives.compactMap { if case .emit(let event) = $0 { event.definition.name } else { nil } }
  }
  private func probed(_ directives: [HighAvailabilityLogic.Directive]) -> [String] {
    directives.compactMap { if case .probe(let fqdn, _, _, _) = $0 { fqdn } else { nil } }
  }

  @Test func nobodyIsElectedBeforeEachPeerWasAsked() {
    var hand = Hand("c2.x")
    #expect(probed(hand.tell(.started)) == [])
    #expect(probed(hand.tell(.configuration(.synced(Self.servers)))) == ["c1.x", "c3.x"])
    #expect(hand.status().elected == nil)
    #expect(events(hand.answer(3)) == ["availability.peer-joined"])
    #expect(hand.status().elected == nil)
    #expect(events(hand.answer(1)) == ["availability.peer-joined", "availability.elected"])
    #expect(hand.status().elected == "c1.x")
    #expect(hand.status().sentence == "c1.x is elected since 2026-11-18T11:06:40Z: first by name of the 3 connectors that answer.")
  }

  @Test func silentPeerLeavesAfterTheTimeoutAndComesBack() {
    var hand = Hand("c2.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(Self.servers)))
    _ = hand.answer(1)
    _ = hand.answer(3)
    for _ in 1...2 {
      hand.pass(5)
      #expect(probed(hand.tell(.due)).count == 2)
      #expect(events(hand.silence(1)) == [])
      _ = hand.answer(3)
    }
    #expect(hand.status().elected == "c1.x", "10 s of silence are within the limit")
    hand.pass(5)
    #expect(events(hand.tell(.due)) == ["availability.peer-lost", "availability.elected"])
    #expect(hand.status().elected == "c2.x")
    #expect(hand.status().reason == "first by name of the 2 connectors that answer; silent: c1.x (for 15 s)")
    #expect(events(hand.silence(1)) == [])
    #expect(events(hand.answer(1)) == ["availability.peer-joined", "availability.elected"])
    #expect(hand.status().elected == "c1.x", "the first by name takes over again")
  }

  @Test func peerThatIsBeingAskedIsNotAskedAgain() {
    var hand = Hand("c2.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(Self.servers)))
    hand.pass(5)
    #expect(probed(hand.tell(.due)) == [])
    _ = hand.answer(1)
    hand.pass(5)
    #expect(probed(hand.tell(.due)) == ["c1.x"])
  }

  @Test func neverSyncedElectsOnlyItselfAndAnswersNobody() {
    var hand = Hand("c2.x")
    _ = hand.tell(.started)
    #expect(events(hand.tell(.configuration(.neverSynced))) == [], "a first synchronization is waited for")
    hand.pass(15)
    let directives = hand.tell(.due)
    #expect(events(directives) == ["availability.elected"])
    #expect(hand.status().isSelf)
    #expect(hand.status().reason.contains("no configuration has been synced yet"))
    for case .answerPeers(let hello) in directives + hand.tell(.due) { #expect(hello == nil) }
  }

  @Test func unreadableConfigurationIsWaitedForAndThenSaid() {
    var hand = Hand("c2.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.unavailable("config-synchronizer is not running")))
    #expect(hand.status().elected == nil)
    hand.pass(15)
    #expect(events(hand.tell(.due)) == ["availability.elected"])
    #expect(hand.status().reason.contains("config-synchronizer is not running"))
    #expect(events(hand.tell(.configuration(.synced(Self.servers)))) == ["availability.peers-changed"])
  }

  @Test func unavailableSynchronizerDoesNotForgetThePeers() {
    var hand = Hand("c1.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(Self.servers)))
    _ = hand.answer(2)
    _ = hand.answer(3)
    #expect(events(hand.tell(.configuration(.unavailable("restarting")))) == [])
    #expect(hand.status().candidates == ["c1.x", "c2.x", "c3.x"])
  }

  @Test func anotherConnectorAtThePeersAddressIsNoAnswer() {
    var hand = Hand("c2.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(Self.servers)))
    _ = hand.answer(3)
    #expect(events(hand.answer(1, id: "someone")) == ["availability.elected"])
    #expect(hand.status().elected == "c2.x")
    #expect(hand.status().peers.first?.failure?.contains("someone") == true)
  }

  @Test func movedPeerIsAskedAtItsNewAddressAndTheOldAnswerCountsNoMore() {
    var hand = Hand("c2.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(Self.servers)))
    var moved = Self.servers
    moved[0].peerAddress = "127.0.0.1:9999"
    #expect(probed(hand.tell(.configuration(.synced(moved)))) == ["c1.x"])
    #expect(events(hand.answer(1)) == [], "it came from the old address")
    #expect(hand.status().peers.first?.answers == false)
  }

  @Test func peerWithoutAnAddressIsWaitedForAndNeverCalledLost() {
    var hand = Hand("c2.x")
    var servers = Self.servers
    servers[0].peerAddress = nil
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(servers)))
    #expect(events(hand.answer(3)) == ["availability.peer-joined"])
    hand.pass(14)
    _ = hand.answer(3)
    hand.pass(1)
    #expect(events(hand.tell(.due)) == ["availability.elected"])
    #expect(hand.status().reason.contains("c1.x (it has told the cloud no address)"))
  }

  @Test func whetherItIsElectedIsRecordedOnceAndAgainAfterAFailure() {
    func records(_ directives: [HighAvailabilityLogic.Directive]) -> [Bool] {
      directives.compactMap { if case .record(let isElected) = $0 { isElected } else { nil } }
    }
    var hand = Hand("c1.x")
    #expect(records(hand.tell(.started)) == [false])
    #expect(records(hand.tell(.due)) == [], "one is under way")
    _ = hand.tell(.recorded(isElected: false, true))
    _ = hand.tell(.configuration(.synced(Array(Self.servers.prefix(1)))))
    #expect(records(hand.tell(.due)) == [true])
    _ = hand.tell(.recorded(isElected: true, false))
    #expect(records(hand.tell(.due)) == [true], "the first could not be written")
    _ = hand.tell(.recorded(isElected: true, true))
    #expect(records(hand.tell(.due)) == [])
  }

  @Test func lastingDisagreementIsToldOnce() {
    var hand = Hand("c1.x")
    _ = hand.tell(.started)
    _ = hand.tell(.configuration(.synced(Array(Self.servers.prefix(2)))))
    var told: [String] = []
    for _ in 0..<12 {
      told += events(hand.answer(2, elected: "c2.x"))
      hand.pass(5)
      told += events(hand.tell(.due))
    }
    #expect(told.filter { $0 == "availability.disagreement" }.count == 1)
    #expect(events(hand.answer(2, elected: "c1.x")) == [])
  }
}
