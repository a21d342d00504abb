import ActorKernel
import AgentSystem
import AgentSystemHost
import CloudAPI
import ConnectorSettings
import CredentialProviderService
import EventCatalog
import ServiceKit
import SimulatedWorld
import Supervision
import WatchDogService
import World

/// A connector of three services on a simulated disk, wired as the daemon wires them.
final class SimulatedConnector: EventSink, @unchecked Sendable {
  private let run: ScenarioRun
  private let files = MemoryFiles()
  private let draw: SeededRandom
  private var mischief: Int
  /// What the services after the Agent System find; the Agent System itself publishes elsewhere, so that the connections to it can be counted.
  let registry = ServiceRegistry()
  private let hidden = ServiceRegistry()
  private let door: CountingDoor
  private let kept: KeptInterface
  var supervisor: Supervisor?

  init(_ run: ScenarioRun) throws {
    self.run = run
    draw = run.random.fork("services")
    mischief = Int(draw.below(6))
    door = CountingDoor(hidden)
    kept = KeptInterface()
    registry.publish(.agentSystem, door as any AgentSystemReaching, incarnation: 1)
    for name in [ServiceName.agentSystem, .watchDog, .credentialProvider, .configSynchronizer, .highAvailability, .adProvider] {
      try files.makeDirectory("/state/\(name.rawValue)", mode: 0o700)
    }
  }

  func emit(_ event: Event, from service: ServiceName?) { run.note(event.message) }

  func endMischief() { mischief = 0 }

  func context(_ name: ServiceName, uses: [ServiceName]) -> ServiceContext {
    let configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.lab.local", customer: "c", resourceLocation: "r", clientID: "i", clientSecretFile: "/secret"),
      cloud: .init(url: "https://localhost", caFile: "/ca"))
    return ServiceContext(
      service: name, uses: uses, configuration: configuration, clock: run.clock, random: draw.fork("random of \(name.rawValue)"), files: files,
      directory: "/state/\(name.rawValue)", cloud: NoCloud(), log: NoLog(), registry: name == .agentSystem ? hidden : registry, events: self)
  }

  func children() -> [ChildSpec] {
    [ServiceName.agentSystem, .watchDog, .credentialProvider].map { name in
      ChildSpec(
        id: name.rawValue, readyWithin: .seconds(2), pingEvery: .milliseconds(500), pingDeadline: .milliseconds(400), stopWithin: .seconds(8)
      ) { handle in try await self.live(name, handle) }
    }
  }

  /// One incarnation, with its fault beside it, as in the daemon.
  private func live(_ name: ServiceName, _ handle: ChildHandle) async throws {
    let draw = draw.fork("\(name.rawValue) \(handle.incarnation)")
    let fault = takeMischief(draw)
    let hung = Mark()
    let lifecycle = ServiceLifecycle(
      incarnation: handle.incarnation, ready: { handle.ready() },
      onPing: { ping in
        handle.onPing {
          await ping()
          if hung.isSet { await waitForCancellation() }
        }
      })
    let (run, clock) = (run, run.clock)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.start(name, handle.incarnation, lifecycle) }
      group.addTask {
        if fault { try await clock.sleep(for: draw.steps(below: .milliseconds(900))) } else { try await clock.sleep(for: .seconds(100_000)) }
        if draw.below(3) == 0 {
          hung.set()
          try await clock.sleep(for: .seconds(100_000))
        }
        run.note("\(name.rawValue) \(handle.incarnation) crashes")
        throw Mischief(description: "crashed")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func takeMischief(_ draw: SeededRandom) -> Bool {
    guard mischief > 0, draw.below(2) == 0 else { return false }
    mischief -= 1
    return true
  }

  /// Runs one incarnation of a service to its end.
  func start(_ name: ServiceName, _ incarnation: Int, _ lifecycle: ServiceLifecycle) async throws {
    switch name {
    case .agentSystem:
      defer { hidden.withdraw(name, incarnation: incarnation) }
      try await AgentSystemService.run(context(name, uses: AgentSystemService.uses), lifecycle, .none(version: "6.109.0"))
    case .watchDog:
      try await WatchDogService.run(context(name, uses: WatchDogService.uses), lifecycle, monitoring: NoMonitoring())
    default: await CredentialProviderService.run(context(name, uses: []), lifecycle, credentialsDirectory: nil)
    }
  }

  /// Between the WatchDog and the Agent System.
  var connections: Int { door.open.count }
  func breakConnections() { for connection in door.open.values { connection.breakOff() } }

  /// Planted: found once, kept for good.
  private func elevation(_ context: ServiceContext) throws -> any Elevating {
    run.has(.staleInterface) ? try kept.find(context) : try context.find(.elevation)
  }

  /// Keeps the interface early where it is planted.
  func warm() { _ = try? kept.find(context(.highAvailability, uses: [.watchDog])) }

  /// Everything is quiet: every question must be answered now, and alike.
  func judgeRest() async {
    let context = context(.highAvailability, uses: [.watchDog])
    do {
      let elevation = try elevation(context)
      let standing = try await run.activity("the standing is asked for at rest") { try await elevation.standing() }
      let answer = try await run.activity("a setting is read at rest") { try await context.elevate(.registryRead(KnownRegistryKeys.inMaintenance)) }
      run.check(
        answer == .value(.registry(.integer(standing.inMaintenance ? 1 : 0))),
        "at rest the WatchDog says \(standing.inMaintenance ? "" : "no ")maintenance, the Agent System \(answer)")
      run.check(connections <= 1, "at rest the WatchDog holds \(connections) connections to the Agent System")
      _ = try await registry.wire(of: .credentialProvider).call("status", [], from: .control(uid: 0))
    } catch { run.fail("at rest a question was answered: \(error)") }
  }

  func judgeEnd() {
    run.check(connections == 0, "after the stop \(connections) connections to the Agent System are open")
    run.check((try? registry.find(.elevation)) == nil, "after the stop the WatchDog is found")
    run.check((try? registry.wire(of: .credentialProvider)) == nil, "after the stop the Credential Provider's wire is found")
    run.check((try? hidden.find(.agentSystem)) == nil, "after the stop the Agent System is found")
  }
}

/// What was found once. The product looks each time.
final class KeptInterface: @unchecked Sendable {
  private var interface: (any Elevating)?

  func find(_ context: ServiceContext) throws -> any Elevating {
    if let interface { return interface }
    let found = try context.find(.elevation)
    interface = found
    return found
  }
}

/// The door to the Agent System that runs now, counting who comes in.
final class CountingDoor: AgentSystemReaching, @unchecked Sendable {
  private let registry: ServiceRegistry
  fileprivate var open: [Int: CountedTransport] = [:]
  private var lastNumber = 0

  init(_ registry: ServiceRegistry) { self.registry = registry }

  func connect(_ caller: CallingService) throws -> any AgentTransport {
    lastNumber += 1
    let transport = CountedTransport(try registry.find(.agentSystem).connect(caller), self, lastNumber)
    open[lastNumber] = transport
    return transport
  }
}

private final class CountedTransport: AgentTransport, @unchecked Sendable {
  private let inner: any AgentTransport
  private let door: CountingDoor
  private let number: Int

  init(_ inner: any AgentTransport, _ door: CountingDoor, _ number: Int) {
    self.inner = inner
    self.door = door
    self.number = number
  }

  var messages: AsyncStream<[UInt8]> { inner.messages }
  func send(_ message: [UInt8]) throws(AgentTransportError) { try inner.send(message) }
  func close() {
    door.open[number] = nil
    inner.close()
  }
  /// It ends, and neither side has asked for it.
  func breakOff() { inner.close() }
}

struct NoCloud: CloudLink {
  func ask(_ request: LinkRequest) async throws -> LinkResponse { throw LinkFailure(.connect, "there is no cloud here") }
  func status() -> LinkStatus { LinkStatus(state: .stopped, since: WallTime(seconds: 0)) }
}

struct NoLog: ServiceLog {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String) {}
}
