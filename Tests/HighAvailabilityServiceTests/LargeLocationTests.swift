import ServiceKit
import Testing
import World

@testable import HighAvailabilityService

/// A location with many connectors: each watches a handful, and still finds the first by name that answers.
@Suite struct LargeLocationTests {
  static let servers = (0..<60).map { EdgeServer(fqdn: "c\($0 + 100).x", uuid: "id\($0)", peerAddress: "127.0.0.1:\($0 + 9000)") }

  private struct Node {
    var logic = HighAvailabilityLogic(.init(fqdn: "c159.x", boot: "b", probeEvery: .seconds(5), peerTimeout: .seconds(15)))
    var now = Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 1_795_000_000))
    var probes = 0

    /// Tells the logic an event and answers its probes at once: `alive` says which of the others are there.
    mutating func tell(_ event: HighAvailabilityLogic.Event, alive: Range<Int>) {
      var open = logic.handle(event, at: now)
      while !open.isEmpty {
        guard case .probe(let fqdn, let address, _, _) = open.removeFirst() else { continue }
        probes += 1
        let number = LargeLocationTests.servers.firstIndex { $0.fqdn == fqdn } ?? 0
        let hello = PeerHello(fqdn: fqdn, connectorID: "id\(number)", boot: "b", elected: nil)
        let result: Result<PeerHello, PeerFailure> = alive.contains(number) ? .success(hello) : .failure(PeerFailure(.unreachable, "gone"))
        open += logic.handle(.probed(fqdn: fqdn, address: address, result), at: now)
      }
    }

    mutating func round(alive: Range<Int>) {
      now = Now(moment: now.moment + .seconds(5), wall: now.wall + .seconds(5))
      probes = 0
      tell(.due, alive: alive)
    }

    var elected: String? {
      var copy = logic
      for case .answer(_, let status) in copy.handle(.asked(RequestID(1)), at: now) { return status.elected }
      return nil
    }
  }

  @Test func aHandfulIsWatchedAndTheFirstThatAnswersIsElected() {
    var node = Node()
    node.tell(.started, alive: 0..<60)
    node.tell(.configuration(.synced(Self.servers)), alive: 0..<60)
    for _ in 1...3 { node.round(alive: 0..<60) }
    #expect(node.elected == "c100.x")
    #expect(node.probes <= HighAvailabilityLogic.width)
  }

  @Test func theDeathOfAllThatAreWatchedIsFoundOut() {
    var node = Node()
    node.tell(.started, alive: 0..<60)
    node.tell(.configuration(.synced(Self.servers)), alive: 0..<60)
    for _ in 1...3 { node.round(alive: 0..<60) }
    // The first thirty go; some rounds later the thirty-first is the first that answers.
    for _ in 1...20 { node.round(alive: 30..<60) }
    #expect(node.elected == "c130.x")
    for _ in 1...5 { node.round(alive: 0..<60) }
    #expect(node.elected == "c100.x")
    for _ in 1...20 { node.round(alive: 60..<60) }
    #expect(node.elected == "c159.x")
  }
}
