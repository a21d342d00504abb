import EventCatalog
import HighAvailabilityService
import ServiceKit
import Testing
import World

/// Several connectors in virtual time, joined by a network that can be cut: all of them the logic that runs in production.
struct Cluster {
  private enum Happening {
    case event(Int, HighAvailabilityLogic.Event, life: Int)
    /// A hello arrives at a connector; its answer goes back.
    case hello(from: Int, to: Int, address: String, life: Int)
  }
  private var queue: [(at: Int64, order: Int, what: Happening)] = []
  private var order = 0
  private var now: Int64 = 0
  private var logics: [HighAvailabilityLogic?]
  private var lives: [Int]
  private var answers: [PeerHello?]
  private let servers: [EdgeServer]
  /// One-way cuts.
  var cut: Set<[Int]> = []
  private(set) var elections: [[String]]
  static let step: Int64 = 1_000_000

  init(_ count: Int) {
    servers = (0..<count).map { EdgeServer(fqdn: "c\($0).x", uuid: "id\($0)", peerAddress: "p\($0)") }
    logics = Array(repeating: nil, count: count)
    lives = Array(repeating: 0, count: count)
    answers = Array(repeating: nil, count: count)
    elections = Array(repeating: [], count: count)
    for index in 0..<count { start(index) }
  }

  mutating func start(_ index: Int) {
    lives[index] += 1
    let settings = HighAvailabilityLogic.Settings(
      fqdn: "c\(index).x", boot: "boot\(lives[index])", probeEvery: .seconds(5), peerTimeout: .seconds(15))
    logics[index] = HighAvailabilityLogic(settings)
    put(0, .event(index, .started, life: lives[index]))
  }

  mutating func stop(_ index: Int) {
    logics[index] = nil
    answers[index] = nil
  }

  private mutating func put(_ delay: Int64, _ what: Happening) {
    order += 1
    queue.append((now + delay, order, what))
  }

  mutating func run(seconds: Int64) {
    let end = now + seconds * 1_000_000_000
    while let next = queue.indices.min(by: { (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order) }), queue[next].at <= end {
      let (at, _, what) = queue.remove(at: next)
      now = at
      switch what {
      case .event(let index, let event, let life): handle(index, event, life)
      case .hello(let from, let to, let address, let life): arrive(from, to, address, life)
      }
    }
    now = end
  }

  private mutating func arrive(_ from: Int, _ to: Int, _ address: String, _ life: Int) {
    let fqdn = servers[to].fqdn
    let answer: Result<PeerHello, PeerFailure>
    if cut.contains([from, to]) || cut.contains([to, from]) || logics[to] == nil {
      answer = .failure(PeerFailure(.unreachable, "cut"))
    } else {
      answer = answers[to].map(Result.success) ?? .failure(PeerFailure(.protocolViolation, "closed"))
    }
    put(Self.step, .event(from, .probed(fqdn: fqdn, address: address, answer), life: life))
  }

  private mutating func handle(_ index: Int, _ event: HighAvailabilityLogic.Event, _ life: Int) {
    guard lives[index] == life, var logic = logics[index] else { return }
    let moment = Now(moment: Moment(nanoseconds: now), wall: WallTime(microseconds: now / 1000))
    let directives = logic.handle(event, at: moment)
    logics[index] = logic
    for directive in directives {
      switch directive {
      case .readConfiguration: put(Self.step, .event(index, .configuration(.synced(servers)), life: life))
      case .probe(_, let address, _, _):
        guard let to = servers.firstIndex(where: { $0.peerAddress == address }) else { continue }
        put(Self.step, .hello(from: index, to: to, address: address, life: life))
      case .answerPeers(let hello): answers[index] = hello
      case .wait(let until): put(until.nanoseconds - now, .event(index, .due, life: life))
      case .emit(let event): if event.definition.code == 17000 { elections[index].append(event.values["elected"]?.description ?? "?") }
      case .record, .answer, .outage: break
      }
    }
  }

  /// Whom each of the running connectors holds for elected.
  var elected: [String?] {
    logics.map { logic in
      guard var logic else { return nil }
      let moment = Now(moment: Moment(nanoseconds: now), wall: WallTime(microseconds: now / 1000))
      for case .answer(_, let status) in logic.handle(.asked(RequestID(1)), at: moment) { return status.elected }
      return nil
    }
  }

  mutating func separate(_ side: [Int], from other: [Int]) { for a in side { for b in other { cut.formUnion([[a, b], [b, a]]) } } }
}

@Suite struct PartitionTests {
  /// A peer is dropped within its timeout and one more round.
  static let settled: Int64 = 15 + 5 + 1

  @Test(arguments: [1, 2, 3, 7]) func allAgreeOnTheFirst(count: Int) {
    var cluster = Cluster(count)
    cluster.run(seconds: 6)
    #expect(cluster.elected == Array(repeating: "c0.x", count: count))
    #expect(cluster.elections.allSatisfy { $0 == ["c0.x"] }, "nobody changed its mind at the start: \(cluster.elections)")
  }

  @Test func eachSideOfAPartitionElectsItsOwnAndTheyAgreeAgain() {
    var cluster = Cluster(5)
    cluster.run(seconds: 30)
    cluster.separate([0, 3], from: [1, 2, 4])
    cluster.run(seconds: Self.settled)
    #expect(cluster.elected == ["c0.x", "c1.x", "c1.x", "c0.x", "c1.x"])
    cluster.cut = []
    cluster.run(seconds: 6)
    #expect(cluster.elected == Array(repeating: "c0.x", count: 5))
  }

  @Test func deadFirstIsReplacedAndTakesOverWhenItReturns() {
    var cluster = Cluster(3)
    cluster.run(seconds: 30)
    cluster.stop(0)
    cluster.run(seconds: Self.settled)
    #expect(cluster.elected == [nil, "c1.x", "c1.x"])
    cluster.start(0)
    cluster.run(seconds: 6)
    #expect(cluster.elected == ["c0.x", "c0.x", "c0.x"])
    #expect(cluster.elections[2] == ["c0.x", "c1.x", "c0.x"])
  }

  @Test func restartOfAnotherChangesNothing() {
    var cluster = Cluster(3)
    cluster.run(seconds: 30)
    cluster.stop(2)
    cluster.start(2)
    cluster.run(seconds: Self.settled)
    #expect(cluster.elections[0] == ["c0.x"])
    #expect(cluster.elections[1] == ["c0.x"])
  }

  @Test func shortCutChangesNothing() {
    var cluster = Cluster(3)
    cluster.run(seconds: 30)
    cluster.separate([0], from: [1, 2])
    cluster.run(seconds: 9)
    cluster.cut = []
    cluster.run(seconds: 30)
    #expect(cluster.elections.allSatisfy { $0 == ["c0.x"] })
  }

  /// Any sequence of cuts and restarts: once healed, all agree on the first within one bound.
  @Test(arguments: 1...40) func agreementReturnsAfterAnyFaults(seed: UInt64) {
    var state = seed
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var cluster = Cluster(4)
    for _ in 0..<25 {
      let one = draw(4)
      let other = draw(4)
      switch draw(4) {
      case 0 where one != other: cluster.separate([one], from: [other])
      case 1: cluster.cut = []
      case 2: cluster.stop(one)
      default:
        cluster.stop(one)
        cluster.start(one)
      }
      cluster.run(seconds: Int64(draw(25)))
    }
    cluster.cut = []
    for index in 0..<4 where cluster.elected[index] == nil { cluster.start(index) }
    cluster.run(seconds: 2 * Self.settled)
    #expect(cluster.elected == Array(repeating: "c0.x", count: 4))
  }
}
