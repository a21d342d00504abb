import AgentSystem
import AgentSystemHost
import CloudAPI
import ConnectorSettings
import EventCatalog
import FoundationEssentials
import ServiceKit
import SimulatedWorld
import Synchronization
import WatchDogService
import World

/// A connector with an Agent System and a WatchDog, both real, over simulated time and disk.
final class Rig: Sendable {
  static let directory = "/state"
  static let releases = "/evergreen"
  let files: MemoryFiles
  let clock: SimulatedClock
  let random: SeededRandom
  /// What the daemon around it gives to the updater, and how the connector is configured.
  let updates: UpdaterPorts
  let configure: @Sendable (inout ConnectorConfiguration) -> Void
  let registry = ServiceRegistry()
  let sink = Sink()
  let monitoring = Board()
  let restarts: AsyncStream<String>
  private let announce: AsyncStream<String>.Continuation
  private let tasks = Mutex<[ServiceName: Task<Void, Never>]>([:])

  /// Another process of the same connector has the same files and clock.
  init(
    files: MemoryFiles = MemoryFiles(), clock: SimulatedClock = SimulatedClock(), seed: UInt64 = 11, updates: UpdaterPorts = .none,
    configure: @escaping @Sendable (inout ConnectorConfiguration) -> Void = { _ in }
  ) throws {
    self.files = files
    self.clock = clock
    random = SeededRandom(seed: seed)
    self.updates = updates
    self.configure = configure
    (restarts, announce) = AsyncStream.makeStream(of: String.self)
    for name in [ServiceName.agentSystem, .watchDog, .adProvider] { try files.makeDirectory("\(Self.directory)/\(name.rawValue)", mode: 0o700) }
  }

  func context(_ name: ServiceName, uses: [ServiceName]) -> ServiceContext {
    let identity = ConnectorConfiguration.Identity(fqdn: "c1.example", customer: "c", resourceLocation: "r", clientID: "i", clientSecretFile: "/s")
    var configuration = ConnectorConfiguration(connector: identity, cloud: .init(url: "https://localhost", caFile: "/ca"))
    configuration.state.releases = Self.releases
    configure(&configuration)
    return ServiceContext(
      service: name, uses: uses, configuration: configuration, clock: clock, random: random, files: files,
      directory: "\(Self.directory)/\(name.rawValue)", cloud: NoCloud(), log: NoLog(), registry: registry,
      events: sink)
  }

  /// A service after the WatchDog, as it would ask.
  var adProvider: ServiceContext { context(.adProvider, uses: [.watchDog]) }
  var highAvailability: ServiceContext { context(.highAvailability, uses: [.watchDog]) }

  func start(_ incarnation: Int = 1) async {
    await startAgentSystem(incarnation)
    await startWatchDog(incarnation)
    // The last thing that it looks at when it starts, with releases and without.
    _ = await sink.first("agent-system.operation-finished") {
      $0.values["operation"] == .text("releaseStatus") || $0.values["detail"] == .text(KnownRegistryKeys.maintenanceReason.text)
    }
  }

  func startAgentSystem(_ incarnation: Int) async {
    let ports = AgentSystemPorts(version: "6.109.0") { [self] name in
      if name == .webRelay { throw NotSimulated("service \(name.rawValue)") }
      announce.yield(name.rawValue)
    } restartProcess: { [self] _, reason in
      announce.yield("process: \(reason)")
    }
    await run(.agentSystem, incarnation) { [self] lifecycle in
      try await AgentSystemService.run(context(.agentSystem, uses: AgentSystemService.uses), lifecycle, ports)
    }
  }

  func startWatchDog(_ incarnation: Int) async {
    await run(.watchDog, incarnation) { [self] lifecycle in
      try await WatchDogService.run(context(.watchDog, uses: WatchDogService.uses), lifecycle, monitoring: monitoring, updates: updates)
    }
  }

  private func run(_ name: ServiceName, _ incarnation: Int, _ body: @escaping @Sendable (ServiceLifecycle) async throws -> Void) async {
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      try? await body(ServiceLifecycle(incarnation: incarnation, ready: { isReady.finish() }, onPing: { _ in }))
      isReady.finish()
    }
    tasks.withLock { $0[name] = task }
    for await _ in ready {}
  }

  func stop(_ name: ServiceName) async {
    let task = tasks.withLock { $0.removeValue(forKey: name) }
    task?.cancel()
    await task?.value
  }

  func stop() async {
    await stop(.watchDog)
    await stop(.agentSystem)
  }

  func nextRestart() async -> String? {
    for await restart in restarts { return restart }
    return nil
  }

  /// Asks the WatchDog's wire; the answer as text.
  func wire(_ operation: String, _ body: String = "", from caller: WireCaller = .control(uid: 1000)) async throws -> String {
    String(decoding: try await registry.wire(of: .watchDog).call(operation, Array(body.utf8), from: caller), as: UTF8.self)
  }

  func audit() throws -> String { String(decoding: try files.read("\(Self.directory)/agent-system/audit.log"), as: UTF8.self) }
}

/// Runs `body` with a rig that has started, and stops it afterwards.
func withRig(_ body: (Rig) async throws -> Void) async throws {
  let rig = try Rig()
  await rig.start()
  do {
    try await body(rig)
  } catch {
    await rig.stop()
    throw error
  }
  await rig.stop()
}

/// Collects events; lets a test await one.
final class Sink: EventSink {
  typealias Test = @Sendable (Event) -> Bool
  private struct State {
    var events: [Event] = []
    var waiters: [(test: Test, continuation: CheckedContinuation<Event, Never>)] = []
  }
  private let state = Mutex(State())

  func emit(_ event: Event, from service: ServiceName?) {
    let woken = state.withLock { state in
      let waiting = state.waiters.filter { $0.test(event) }
      state.waiters.removeAll { $0.test(event) }
      state.events.append(event)
      return waiting
    }
    for waiter in woken { waiter.continuation.resume(returning: event) }
  }

  var names: [String] { state.withLock { $0.events.map(\.definition.name) } }

  func clear() { state.withLock { $0.events = [] } }

  /// The first event of this name, and of which this is true, since the last `clear`.
  func first(_ name: String, where isIt: @escaping Test = { _ in true }) async -> Event {
    await withCheckedContinuation { continuation in
      let test: Test = { $0.definition.name == name && isIt($0) }
      let found: Event? = state.withLock { state in
        if let event = state.events.first(where: test) { return event }
        state.waiters.append((test, continuation))
        return nil
      }
      if let found { continuation.resume(returning: found) }
    }
  }
}

/// What the supervisor would say, set by hand.
final class Board: ServiceMonitoring {
  private let rows = Mutex<[ServiceCondition]>([])
  func set(_ conditions: [ServiceCondition]) { rows.withLock { $0 = conditions } }
  func conditions() async -> [ServiceCondition] { rows.withLock { $0 } }
}

struct NoCloud: CloudLink {
  func ask(_ request: LinkRequest) async throws -> LinkResponse { throw LinkFailure(.connect, "there is no cloud here") }
  func status() -> LinkStatus { LinkStatus(state: .stopped, since: WallTime(seconds: 0)) }
}

struct NoLog: ServiceLog {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String) {}
}
