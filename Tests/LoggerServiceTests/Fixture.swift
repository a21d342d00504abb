import CloudAPI
import ConnectorSettings
import EventCatalog
import LoggerService
import ServiceKit
import SimulatedWorld
import World

/// A Logger on a simulated disk and clock, and what is seen of it.
final class Fixture: Sendable {
  let clock = SimulatedClock()
  let disk: MemoryFiles
  let sink = Sink()
  let registry = ServiceRegistry()
  let configuration: ConnectorConfiguration
  let queue: LogQueue

  init(capacity: Int = .max, _ change: (inout ConnectorConfiguration.Logger) -> Void = { _ in }) throws {
    disk = MemoryFiles(capacity: capacity)
    var configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.lab", customer: "cust", resourceLocation: "rl", clientID: "id", clientSecretFile: "/secret"),
      cloud: .init(url: "https://127.0.0.1:1", caFile: "/ca"))
    configuration.state.directory = "/state"
    change(&configuration.logger)
    self.configuration = configuration
    queue = LogQueue(clock: clock, configuration: configuration.logger)
    try disk.makeDirectory("/state", mode: 0o700)
  }

  /// Runs one incarnation while `body` runs, and returns when it has stopped.
  func running(incarnation: Int = 1, _ body: (any ServiceWire) async throws -> Void) async throws {
    let context = ServiceContext(
      service: .logger, uses: [], configuration: configuration, clock: clock, random: SeededRandom(seed: 1), files: disk, directory: "/state/logger",
      cloud: NoCloud(), log: queue.writer(for: .logger), registry: registry, events: sink)
    let (isReady, ready) = AsyncStream.makeStream(of: Void.self)
    let queue = queue
    let lifecycle = ServiceLifecycle(incarnation: incarnation, ready: { ready.yield() }, onPing: { _ in })
    let service = Task { try await LoggerService.run(context, lifecycle, queue: queue) }
    _ = await isReady.first { _ in true }
    do {
      try await body(try registry.wire(of: .logger))
    } catch {
      service.cancel()
      try await service.value
      throw error
    }
    service.cancel()
    try await service.value
  }

  func log(_ service: ServiceName, _ age: Int = 0) -> String {
    let path = "/state/logs/\(service.rawValue).log" + (age > 0 ? ".\(age)" : "")
    return (try? disk.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// Hands the events on to whoever awaits them.
final class Sink: EventSink {
  private let stream: AsyncStream<EventCatalog.Event>
  private let continuation: AsyncStream<EventCatalog.Event>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func emit(_ event: EventCatalog.Event, from service: ServiceName?) { continuation.yield(event) }

  /// The next event of this kind; those before it are passed over.
  func next(_ definition: EventDefinition) async -> EventCatalog.Event? { await stream.first { $0.definition == definition } }
}

private struct NoCloud: CloudLink {
  func ask(_ request: LinkRequest) async throws -> LinkResponse { throw LinkFailure(.connect, "no cloud in this test") }
  func status() -> LinkStatus { LinkStatus(state: .stopped, since: WallTime(seconds: 0)) }
}
