import CloudAPI
import ConnectorSettings
import CredentialProviderService
import EventCatalog
import ServiceKit
import SimulatedWorld
import Synchronization
import World

/// A Credential Provider in the real shell, on a simulated disk and clock.
final class Fixture: Sendable {
  static let directory = "/state/credential-provider"
  let clock = SimulatedClock()
  let disk = MemoryFiles()
  let sink = Sink()
  let registry = ServiceRegistry()
  let random = SeededRandom(seed: 1)
  let rootKeyFile: String?

  init(rootKeyFile: String? = nil) throws {
    self.rootKeyFile = rootKeyFile
    try disk.makeDirectory(Self.directory, mode: 0o700)
  }

  /// Runs one incarnation while `body` runs, and returns when it has stopped.
  func running(incarnation: Int = 1, _ body: (any ServiceWire) async throws -> Void) async throws {
    var configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.lab", customer: "cust", resourceLocation: "rl", clientID: "id", clientSecretFile: "/secret"),
      cloud: .init(url: "https://127.0.0.1:1", caFile: "/ca"))
    configuration.credentials.rootKeyFile = rootKeyFile
    let context = ServiceContext(
      service: .credentialProvider, uses: [], configuration: configuration, clock: clock, random: random, files: disk, directory: Self.directory,
      cloud: NoCloud(), log: NoLog(), registry: registry, events: sink)
    let (isReady, ready) = AsyncStream.makeStream(of: Void.self)
    let lifecycle = ServiceLifecycle(incarnation: incarnation, ready: { ready.yield() }, onPing: { _ in })
    let service = Task { await CredentialProviderService.run(context, lifecycle, credentialsDirectory: nil) }
    _ = await isReady.first { _ in true }
    let result: Result<Void, any Error>
    do { result = .success(try await body(registry.wire(of: .credentialProvider))) } catch { result = .failure(error) }
    service.cancel()
    await service.value
    try result.get()
  }

  var audit: String { (try? disk.read(Self.directory + "/audit.log")).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

/// Keeps the events and hands them on to whoever awaits them.
final class Sink: EventSink {
  private let seen = Mutex<[EventCatalog.Event]>([])
  private let stream: AsyncStream<EventCatalog.Event>
  private let continuation: AsyncStream<EventCatalog.Event>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func emit(_ event: EventCatalog.Event, from service: ServiceName?) {
    seen.withLock { $0.append(event) }
    continuation.yield(event)
  }

  var all: [EventCatalog.Event] { seen.withLock { $0 } }
  var names: [String] { all.map(\.definition.name) }
  func next(_ definition: EventDefinition) async -> EventCatalog.Event? { await stream.first { $0.definition == definition } }
}

private struct NoCloud: CloudLink {
  func ask(_ request: LinkRequest) async throws -> LinkResponse { throw LinkFailure(.connect, "no cloud in this test") }
  func status() -> LinkStatus { LinkStatus(state: .stopped, since: WallTime(seconds: 0)) }
}

private struct NoLog: ServiceLog {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String) {}
}

extension ServiceWire {
  /// Calls with a JSON text and gives a JSON text.
  func json(_ operation: String, _ body: String = "{}", from caller: WireCaller = .control(uid: 1000)) async throws -> String {
    String(decoding: try await call(operation, Array(body.utf8), from: caller), as: UTF8.self)
  }
}
