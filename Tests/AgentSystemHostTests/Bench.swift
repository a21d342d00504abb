import AgentSystem
import AgentSystemHost
import EventCatalog
import FoundationEssentials
import SimulatedWorld
import Synchronization
import World

/// One machine for an Agent System: its disk, its clock, what it emitted and what it was told to restart.
final class Bench: Sendable {
  static let directory = "/state/agent-system"
  static let record = "\(directory)/registry.state"
  static let auditFile = "\(directory)/audit.log"

  let files: MemoryFiles
  let clock = SimulatedClock()
  let random = SeededRandom(seed: 7)
  private let emitted = Mutex<[Event]>([])
  private let told = Mutex<[String]>([])
  private let effect = Mutex<@Sendable (ServiceName) async throws -> Void>({ _ in })
  let restarts: AsyncStream<String>
  private let announce: AsyncStream<String>.Continuation

  init() throws {
    files = MemoryFiles()
    (restarts, announce) = AsyncStream.makeStream(of: String.self)
    try files.makeDirectory(Self.directory, mode: 0o700)
  }

  var ports: AgentSystemPorts {
    AgentSystemPorts(version: "6.109.0") { [self] name in
      try await effect.withLock { $0 }(name)
      told.withLock { $0.append(name.rawValue) }
      announce.yield(name.rawValue)
    } restartProcess: { [self] _, reason in
      told.withLock { $0.append("process: \(reason)") }
      announce.yield("process: \(reason)")
    }
  }

  /// What restarting a service does, besides being noted.
  func whenRestarting(_ body: @escaping @Sendable (ServiceName) async throws -> Void) { effect.withLock { $0 = body } }

  /// An Agent System that has started on this disk: the first one, or the one after a crash.
  func started() async -> AgentSystemHost {
    let host = AgentSystemHost(directory: Self.directory, files: files, clock: clock, ports: ports) { [self] event in
      emitted.withLock { $0.append(event) }
    }
    await host.start()
    return host
  }

  func request(_ operation: PrivilegedOperation, asker: ServiceName = .watchDog, id: AgentRequestID? = nil, within: Duration = .seconds(60))
    -> AgentRequest
  {
    AgentRequest(id: id ?? AgentRequestID(random), asker: asker, operation: operation, deadline: clock.now().moment + within)
  }

  /// Names of the events since the last call.
  func events() -> [String] { taken().map(\.definition.name) }

  /// The events since the last call.
  func taken() -> [Event] {
    emitted.withLock { events in
      defer { events = [] }
      return events
    }
  }

  /// Everything that was restarted so far.
  var restarted: [String] { told.withLock { $0 } }

  func nextRestart() async -> String? {
    for await restart in restarts { return restart }
    return nil
  }

  struct AuditLine: Decodable, Equatable {
    var phase: String
    var request: String
    var asker: String
    var caller: String
    var operation: String
    var detail: String
    var outcome: String?
    var milliseconds: Int?
  }

  func audit() throws -> [AuditLine] {
    try files.read(Self.auditFile).split(separator: 10).map { try JSONDecoder().decode(AuditLine.self, from: Data($0)) }
  }
}

extension AgentSystemHost {
  /// As the WatchDog asks.
  func ask(_ request: AgentRequest) async -> PrivilegedAnswer { await perform(request, from: .watchDog) }
}

extension PrivilegedAnswer {
  var refusal: Refusal.Reason? { if case .refused(let refusal) = self { refusal.reason } else { nil } }
  var failure: PrivilegedFailure.Reason? { if case .failed(let failure) = self { failure.reason } else { nil } }
  var registry: RegistryValue? { if case .value(.registry(let value)) = self { value } else { nil } }
}
