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

/// High Availability as the test plays it.
final class PlayedOutage: OutageSensing, PeerKeeping {
  private struct State {
    var parcels: [PeerParcel] = []
    /// To one peer only, as far as it takes them.
    var handed: [String: [PeerParcel]] = [:]
    var taker: (@Sendable (PeerParcel) async -> Bool)?
  }
  let heard: AsyncStream<String>
  private let telling: AsyncStream<String>.Continuation
  private let latest = Latest<OutageView>()
  private let state = Mutex(State())

  private let comers: AsyncStream<String>
  private let coming: AsyncStream<String>.Continuation

  init() {
    (heard, telling) = AsyncStream.makeStream()
    (comers, coming) = AsyncStream.makeStream()
  }

  func arrive(_ peer: String) { coming.yield(peer) }
  func arrivals() -> AsyncStream<String> { comers }
  func handed(to peer: String) -> [PeerParcel] { state.withLock { $0.handed[peer] ?? [] } }

  func stand(_ view: OutageView) { latest.set(view) }
  var parcels: [PeerParcel] { state.withLock { $0.parcels } }
  var taker: (@Sendable (PeerParcel) async -> Bool)? { state.withLock { $0.taker } }

  func brokered(_ what: BrokeringKind, ok: Bool) async { telling.yield("\(what.rawValue) \(ok)") }
  func storeFrontAsked() async { telling.yield("storeFront") }
  func outage() async throws -> OutageView { OutageView(mode: "workingNormally", brokersHere: false) }
  func views() -> AsyncStream<OutageView> { latest.changes() }
  func keep(_ parcel: PeerParcel, by fqdn: String?, within limit: Duration) async -> PeersKept {
    if let fqdn {
      state.withLock { $0.handed[fqdn, default: []].append(parcel) }
      telling.yield("\(fqdn) has one")
      return PeersKept(kept: 1, failed: 0)
    }
    state.withLock { $0.parcels.append(parcel) }
    return PeersKept(kept: 1, failed: 1)
  }
  func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?) { state.withLock { $0.taker = take } }
}

/// A cloud with one answer.
final class PlayedCloud: CloudLink {
  private struct State {
    var answer: Result<BrokerAnswer, LinkFailure> = .success(.noted)
    var requests: [BrokerRequest] = []
    var isSilent = false
  }
  private let state = Mutex(State())
  private let (questions, asking) = AsyncStream.makeStream(of: Void.self)

  var answer: Result<BrokerAnswer, LinkFailure> {
    get { state.withLock { $0.answer } }
    set { state.withLock { $0.answer = newValue } }
  }
  var isSilent: Bool {
    get { state.withLock { $0.isSilent } }
    set { state.withLock { $0.isSilent = newValue } }
  }
  var requests: [BrokerRequest] { state.withLock { $0.requests } }
  func isAsked() async { for await _ in questions { return } }

  func ask(_ request: LinkRequest) async throws -> LinkResponse {
    #expect(request.path == "/connector/v1/broker" && request.method == "POST")
    let decoded = try JSONDecoder().decode(BrokerRequest.self, from: Data(request.body))
    state.withLock { $0.requests.append(decoded) }
    asking.yield()
    if isSilent { await waitForCancellation() }
    return LinkResponse(status: 200, body: Array(try JSONEncoder().encode(answer.get())))
  }
  func status() -> LinkStatus { LinkStatus(state: .connected, since: WallTime(seconds: 0)) }
}

struct PlayedConfiguration: ConfigurationReading {
  let whole: BrokerConfiguration
  func currentRevision() async throws -> Int? { whole.revision }
  func edgeServers() async throws -> [EdgeServer] { [] }
  func configuration() async throws -> BrokerConfiguration? { whole }
  func revisions() -> AsyncStream<Int> {
    AsyncStream { $0.yield(whole.revision) }
  }
}

struct PlayedDirectory: DirectoryLooking {
  func user(_ name: DirectoryUserName) async throws -> DirectoryUser {
    switch name {
    case .name("A\\alice"), .name("alice"), .sid("S-1-5-21-1"): DirectoryUser(sid: "S-1-5-21-1", name: "A\\alice", groups: ["S-1-5-21-2"])
    case .name("off"): DirectoryUser(sid: "S-1-5-21-3", name: "A\\off", groups: [], isEnabled: false)
    default: throw DirectoryLookUpFailed(.notFound, "no such user")
    }
  }
}

struct SilentLog: ServiceLog {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String) {}
}

/// Keeps events, and lets a test wait for one.
final class EventKeeper: EventSink {
  private let events = Mutex<[Event]>([])
  private let changed = Latest<Int>()

  func emit(_ event: Event, from service: ServiceName?) {
    changed.set(
      events.withLock {
        $0.append(event)
        return $0.count
      })
  }
  func count(_ definition: EventDefinition) -> Int { events.withLock { $0.count { $0.definition == definition } } }
  func wait(for definition: EventDefinition) async {
    for await _ in changed.changes() where count(definition) > 0 { return }
  }
}

/// The service among simulated ports.
final class World: Sendable {
  let cloud = PlayedCloud()
  let outage = PlayedOutage()
  let sink = EventKeeper()
  let clock = SimulatedClock()
  let registry = ServiceRegistry()
  let configuration = BrokerConfiguration.generate(machines: 40)
  private let desk = Mutex<(any BrokerAsking)?>(nil)
  private let (opened, opening) = AsyncStream.makeStream(of: Void.self)
  private let refusals: Mutex<Int>
  private let shut = Mutex(false)

  init(refusals: Int = 0) { self.refusals = Mutex(refusals) }

  var isShut: Bool { shut.withLock { $0 } }

  private var ports: RemoteBrokerPorts {
    RemoteBrokerPorts(
      connectorID: { "0123456789ab-cdef" }, prepare: { _, _ in PrepareReply(accepted: true, load: 7) },
      listen: { [self] address, asking in
        struct Taken: Error {}
        let isTaken = refusals.withLock { left in
          defer { left -= 1 }
          return left > 0
        }
        if isTaken { throw Taken() }
        desk.withLock { $0 = asking }
        opening.yield()
        return OpenDoor(address: address) { [self] in shut.withLock { $0 = true } }
      })
  }

  func status() async throws -> RemoteBrokerStatus {
    try JSONDecoder().decode(RemoteBrokerStatus.self, from: Data(await registry.wire(of: .remoteBroker).call("status", [], from: .control(uid: 0))))
  }

  /// Runs the service for as long as `use` needs it.
  func running(_ use: @Sendable @escaping (any BrokerAsking) async throws -> Void) async throws {
    let tries = refusals.withLock { $0 }
    registry.publish(.outage, outage as any OutageSensing, incarnation: 1)
    registry.publish(.peerKeeping, outage as any PeerKeeping, incarnation: 1)
    registry.publish(.configuration, PlayedConfiguration(whole: configuration) as any ConfigurationReading, incarnation: 1)
    registry.publish(.directory, PlayedDirectory() as any DirectoryLooking, incarnation: 1)
    var settings = ConnectorConfiguration(
      connector: .init(fqdn: "c1.x", customer: "a", resourceLocation: "r", clientID: "i", clientSecretFile: "/s"),
      cloud: .init(url: "https://x", caFile: "/c"))
    settings.remoteBroker.listen = "127.0.0.1:8080"
    let context = ServiceContext(
      service: .remoteBroker, uses: RemoteBrokerService.uses, configuration: settings, clock: clock, random: SeededRandom(seed: 1),
      files: MemoryFiles(), directory: "/state/rb", cloud: cloud, log: SilentLog(), registry: registry, events: sink)
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let lifecycle = ServiceLifecycle(incarnation: 1, ready: { isReady.finish() }, onPing: { _ in })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [ports] in await RemoteBrokerService.run(context, lifecycle, ports: ports) }
      for await _ in ready {}
      for _ in 0..<tries {
        await clock.waitForSleepers(1)
        clock.advanceToNextSleeper()
      }
      for await _ in opened { break }
      if let desk = desk.withLock({ $0 }) { try await use(desk) }
      group.cancelAll()
    }
    #expect((try? registry.wire(of: .remoteBroker)) == nil, "what was published is withdrawn")
  }
}
