import BrokerConfiguration
import CloudAPI
import ConnectorSettings
import EventCatalog
import FoundationEssentials
import HighAvailabilityService
import ServiceKit
import SimulatedWorld
import Synchronization
import Testing
import World

/// Peers that answer what the test says, and remember what this connector answers.
final class ScriptedPeers: PeerChannel {
  private let state = Mutex<(answers: [String: PeerHello], own: (@Sendable () -> PeerHello)?, parcels: [String])>(([:], nil, []))
  let address = "127.0.0.1:9001"

  func script(_ address: String, _ hello: PeerHello?) { state.withLock { $0.answers[address] = hello } }
  var parcels: [String] { state.withLock { $0.parcels } }
  var own: PeerHello? { state.withLock { $0.own }?() }
  func probe(_ address: String, hello: PeerHello, timeout: Duration) async throws -> PeerHello {
    let answer = state.withLock { state in
      if let parcel = hello.parcel { state.parcels.append(parcel.body) }
      return state.answers[address]
    }
    guard let answer else { throw PeerFailure(.unreachable, "connection refused") }
    return answer
  }
  func setAnswer(_ hello: (@Sendable () -> PeerHello)?) { state.withLock { $0.own = hello } }
  func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?) {}
}

struct FixedConfiguration: ConfigurationReading {
  var servers: [EdgeServer]?
  func currentRevision() async throws -> Int? { servers == nil ? nil : 1 }
  func edgeServers() async throws -> [EdgeServer] { servers ?? [] }
  func configuration() async throws -> BrokerConfiguration? { nil }
  func revisions() -> AsyncStream<Int> { AsyncStream { $0.finish() } }
}

/// A synchronizer that imports nothing.
struct NoImports: ConfigurationImporting {
  private let stream = AsyncStream.makeStream(of: Bool.self)
  func imports() -> AsyncStream<Bool> { stream.stream }
  func abandonImport() async {}
}

struct NoCloud: CloudLink {
  func ask(_ request: LinkRequest) async throws -> LinkResponse { throw LinkFailure(.closed, "the election never asks the cloud") }
  func status() -> LinkStatus { LinkStatus(state: .stopped, since: WallTime(seconds: 0)) }
}

struct SilentLog: ServiceLog {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String) {}
}

final class EventStream: EventSink {
  let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation
  init() { (events, continuation) = AsyncStream.makeStream() }
  func emit(_ event: Event, from service: ServiceName?) { continuation.yield(event) }
}

@Suite struct HighAvailabilityServiceTests {
  static let servers = (1...2).map { EdgeServer(fqdn: "c\($0).forest1.local", uuid: "id\($0)", peerAddress: "127.0.0.1:900\($0)") }

  func running(
    _ peers: ScriptedPeers, servers: [EdgeServer]?, _ use: @Sendable @escaping (ServiceRegistry, EventStream, SimulatedClock) async throws -> Void
  ) async throws {
    let registry = ServiceRegistry()
    let events = EventStream()
    let clock = SimulatedClock()
    registry.publish(.configuration, FixedConfiguration(servers: servers) as any ConfigurationReading, incarnation: 1)
    registry.publish(.imports, NoImports() as any ConfigurationImporting, incarnation: 1)
    let configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c2.forest1.local", customer: "a", resourceLocation: "r", clientID: "i", clientSecretFile: "/s"),
      cloud: .init(url: "https://x", caFile: "/c"))
    let context = ServiceContext(
      service: .highAvailability, uses: HighAvailabilityService.uses, configuration: configuration, clock: clock, random: SeededRandom(seed: 1),
      files: MemoryFiles(), directory: "/state/ha", cloud: NoCloud(), log: SilentLog(), registry: registry, events: events)
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let lifecycle = ServiceLifecycle(incarnation: 1, ready: { isReady.finish() }, onPing: { _ in })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await HighAvailabilityService.run(context, lifecycle, peers: peers, boot: "boot") }
      for await _ in ready {}
      try await use(registry, events, clock)
      group.cancelAll()
    }
    #expect(peers.own == nil, "a stopped service answers no peer")
    #expect((try? registry.find(.election)) == nil, "what was published is withdrawn")
  }

  @Test func electsThePeerThatAnswersAndTakesOverWhenItFallsSilent() async throws {
    let peers = ScriptedPeers()
    peers.script("127.0.0.1:9001", PeerHello(fqdn: "c1.forest1.local", connectorID: "id1", boot: "b", elected: nil))
    try await running(peers, servers: Self.servers) { registry, events, clock in
      var stream = events.events.makeAsyncIterator()
      for code in [17003, 17002, 17000] { #expect(await stream.next()?.definition.code == code) }
      let electing = try registry.find(.election)
      let first = try await electing.election()
      #expect(first.elected == "c1.forest1.local")
      #expect(!first.isSelf)
      #expect(
        peers.own == PeerHello(fqdn: "c2.forest1.local", connectorID: "id2", boot: "boot", elected: "c1.forest1.local", mode: "workingNormally"))
      peers.script("127.0.0.1:9001", nil)
      var lost: Event?
      while lost?.definition.code != 17001 {
        await clock.waitForSleepers(1)
        clock.advanceToNextSleeper()
        if clock.now().moment >= Moment(nanoseconds: 0) + .seconds(15) { lost = await stream.next() }
      }
      #expect(lost?.message.hasPrefix("The peer c1.forest1.local has answered nothing for 15000 ms: ") == true)
      #expect(
        await stream.next()?.message
          == "c2.forest1.local is the elected connector: it is the only one of 2 connectors that takes part; silent: c1.forest1.local (for 15 s).")
      let wire = try registry.wire(of: .highAvailability)
      let why = try JSONDecoder().decode(HighAvailabilityWire.Why.self, from: Data(await wire.call("why", [], from: .control(uid: 0))))
      #expect(why.why.hasPrefix("c2.forest1.local, this connector, is elected since "))
      let status = try JSONDecoder().decode(HighAvailabilityStatus.self, from: Data(await wire.call("status", [], from: .cloud)))
      #expect(status.isSelf)
      #expect(status.peers.map(\.answers) == [false])
      let error = await #expect(throws: WireError.self) { try await wire.call("elect", [], from: .cloud) }
      #expect(error?.code == .unknownOperation)
    }
  }

  @Test func parcelsGoToThePeersThatAnswer() async throws {
    let peers = ScriptedPeers()
    let older = PeerHello(fqdn: "c1.forest1.local", connectorID: "id1", boot: "b", elected: nil)
    peers.script("127.0.0.1:9001", older)
    try await running(peers, servers: Self.servers) { registry, events, _ in
      var hello = older
      var views = try registry.find(.outage).views().makeAsyncIterator()
      while let view = await views.next(), view.elected != "c1.forest1.local" {}
      let keeping = try registry.find(.peerKeeping)
      #expect(
        await keeping.keep(PeerParcel(kind: "ticket", number: 5, body: "x"), by: nil, within: .seconds(1)) == PeersKept(kept: 0, failed: 1),
        "an older one")
      hello.kept = 5
      peers.script("127.0.0.1:9001", hello)
      #expect(await keeping.keep(PeerParcel(kind: "ticket", number: 5, body: "x"), by: nil, within: .seconds(1)) == PeersKept(kept: 1, failed: 0))
      #expect(peers.parcels == ["x", "x"])
      hello.connectorID = "somebody else"
      peers.script("127.0.0.1:9001", hello)
      #expect(await keeping.keep(PeerParcel(kind: "ticket", number: 5, body: "x"), by: nil, within: .seconds(1)).failed == 1)
    }
  }

  @Test func neverSyncedConnectorElectsItselfAndSaysSo() async throws {
    let peers = ScriptedPeers()
    try await running(peers, servers: nil) { registry, events, clock in
      var stream = events.events.makeAsyncIterator()
      while clock.now().moment < Moment(nanoseconds: 0) + .seconds(15) {
        await clock.waitForSleepers(1)
        clock.advanceToNextSleeper()
      }
      #expect(await stream.next()?.definition.vendor?.id == 3504)
      let view = try await registry.find(.election).election()
      #expect(view.isSelf)
      #expect(view.reason.contains("no configuration has been synced yet"))
      #expect(peers.own == nil)
    }
  }
}
