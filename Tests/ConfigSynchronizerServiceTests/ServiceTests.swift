import BrokerConfiguration
import CloudAPI
import ConnectorSettings
import EventCatalog
import FoundationEssentials
import ServiceKit
import SimulatedWorld
import Synchronization
import Testing
import World

@testable import ConfigSynchronizerService

/// A cloud that answers from a list, the last answer for ever; it counts the questions.
final class ScriptedCloud: CloudLink {
  private let state = Mutex<(answers: [Result<LinkResponse, LinkFailure>], paths: [String])>(([], []))

  func script(_ answers: Result<LinkResponse, LinkFailure>...) { state.withLock { $0.answers = answers } }
  var paths: [String] { state.withLock { $0.paths } }
  func ask(_ request: LinkRequest) async throws -> LinkResponse {
    try state.withLock { state in
      state.paths.append(request.path)
      return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .failure(LinkFailure(.connect, "nothing scripted"))
    }.get()
  }
  func status() -> LinkStatus { LinkStatus(state: .connected, since: WallTime(seconds: 0)) }
}

/// An import into it ends only when it is given up.
struct SlowDatabase: ConfigurationDatabase {
  let memory = MemoryConfigurationDatabase()
  func open() async -> OpenedConfiguration { await memory.open() }
  func replace(with configuration: BrokerConfiguration) async throws(ConfigurationImportFailed) -> ConfigurationSummary {
    await waitForCancellation()
    return try await memory.replace(with: configuration)
  }
  func replace(by changes: ConfigurationChanges) async throws(ConfigurationImportFailed) -> ConfigurationSummary {
    await waitForCancellation()
    return try await memory.replace(by: changes)
  }
  func read() async throws -> BrokerConfiguration? { try await memory.read() }
}

struct SilentLog: ServiceLog {
  func write(_ level: ConnectorConfiguration.Logger.Level, _ message: @autoclosure () -> String) {}
}

final class EventStream: EventSink {
  let names: AsyncStream<String>
  private let continuation: AsyncStream<String>.Continuation
  init() { (names, continuation) = AsyncStream.makeStream() }
  func emit(_ event: Event, from service: ServiceName?) { continuation.yield(event.definition.name) }
}

@Suite struct ConfigSynchronizerServiceTests {
  static func body(_ revision: Int, machines: Int = 12) throws -> Result<LinkResponse, LinkFailure> {
    var configuration = BrokerConfiguration.generate(machines: machines)
    configuration.edgeServers = [.init(fqdn: "c1.x", uuid: "1", peerAddress: "127.0.0.1:1")]
    return .success(LinkResponse(status: 200, headers: ["configuration-revision": String(revision)], body: try configuration.canonicalBytes()))
  }

  /// Runs the service over simulated ports for as long as `use` needs it.
  func running(
    _ cloud: ScriptedCloud, _ database: any ConfigurationDatabase,
    _ use: @Sendable @escaping (ServiceRegistry, EventStream, SimulatedClock) async throws -> Void
  ) async throws {
    let registry = ServiceRegistry()
    let events = EventStream()
    let clock = SimulatedClock()
    let configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.x", customer: "a", resourceLocation: "r", clientID: "i", clientSecretFile: "/s"),
      cloud: .init(url: "https://x", caFile: "/c"))
    let context = ServiceContext(
      service: .configSynchronizer, uses: [], configuration: configuration, clock: clock, random: SeededRandom(seed: 1), files: MemoryFiles(),
      directory: "/state/config", cloud: cloud, log: SilentLog(), registry: registry, events: events)
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    let lifecycle = ServiceLifecycle(incarnation: 1, ready: { isReady.finish() }, onPing: { _ in })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await ConfigSynchronizerService.run(context, lifecycle, database: database) }
      for await _ in ready {}
      try await use(registry, events, clock)
      group.cancelAll()
    }
    #expect((try? registry.find(.configuration)) == nil, "what was published is withdrawn")
  }

  @Test func syncsAtStartAndServesWhatItImported() async throws {
    let cloud = ScriptedCloud()
    cloud.script(try Self.body(5), .success(LinkResponse(status: 304)))
    try await running(cloud, MemoryConfigurationDatabase()) { registry, events, clock in
      var names = events.names.makeAsyncIterator()
      #expect(await names.next() == "config-sync.received")
      #expect(await names.next() == "config-sync.imported")
      let reading = try registry.find(.configuration)
      #expect(try await reading.currentRevision() == 5)
      #expect(try await reading.edgeServers() == [EdgeServer(fqdn: "c1.x", uuid: "1", peerAddress: "127.0.0.1:1")])
      await clock.waitForSleepers(1)
      clock.advanceToNextSleeper()
      let wire = try registry.wire(of: .configSynchronizer)
      let answer = try JSONDecoder().decode(ConfigSynchronizerWire.Synced.self, from: Data(await wire.call("sync-now", [], from: .control(uid: 0))))
      #expect(answer == .init(outcome: .upToDate, revision: 5))
      let status = try JSONDecoder().decode(ConfigSynchronizerStatus.self, from: Data(await wire.call("status", Array("{}".utf8), from: .cloud)))
      #expect(status.revision == 5)
      #expect(status.counts["machines"] == 12)
      #expect(status.problem == nil)
    }
    #expect(cloud.paths.first == "/connector/v1/configuration")
    #expect(cloud.paths.dropFirst().allSatisfy { $0 == "/connector/v1/configuration?revision=5" })
  }

  @Test func badImportKeepsTheOldOne() async throws {
    let cloud = ScriptedCloud()
    cloud.script(.success(LinkResponse(status: 200, headers: ["configuration-revision": "9"], body: Array("{\"format\":1".utf8))))
    let database = MemoryConfigurationDatabase()
    var first = BrokerConfiguration.generate(machines: 3)
    first.revision = 8
    _ = try await database.replace(with: first)
    try await running(cloud, database) { registry, events, _ in
      var names = events.names.makeAsyncIterator()
      for expected in ["config-sync.opened", "config-sync.received", "config-sync.import-failed"] { #expect(await names.next() == expected) }
      let reading = try registry.find(.configuration)
      #expect(try await reading.currentRevision() == 8)
      let wire = try registry.wire(of: .configSynchronizer)
      let error = await #expect(throws: WireError.self) { try await wire.call("sync-now", [], from: .cloud) }
      #expect(error?.code == .failed)
      #expect(error?.detail.contains("revision 9") == true)
    }
  }

  /// A database with revision 8, and what the cloud answers about the change to revision 9.
  private func changed() async throws -> (MemoryConfigurationDatabase, BrokerConfiguration, BrokerConfiguration) {
    let database = MemoryConfigurationDatabase()
    var first = BrokerConfiguration.generate(machines: 30)
    first.revision = 8
    _ = try await database.replace(with: first)
    var later = first
    later.revision = 9
    later.machines[4].inMaintenance.toggle()
    return (database, first, later)
  }

  private func answer(_ revision: Int, _ body: [UInt8], isChanges: Bool) -> Result<LinkResponse, LinkFailure> {
    let type = isChanges ? ConfigurationChanges.contentType : "application/json"
    return .success(LinkResponse(status: 200, headers: ["configuration-revision": String(revision), "content-type": type], body: body))
  }

  @Test func changesAreAppliedToWhatIsInUse() async throws {
    let (database, first, later) = try await changed()
    let cloud = ScriptedCloud()
    cloud.script(
      answer(9, try Canonical.bytes(try first.changes(to: later, MemoryConfigurationDatabase.fnv)), isChanges: true),
      .success(LinkResponse(status: 304)))
    try await running(cloud, database) { registry, events, _ in
      var names = events.names.makeAsyncIterator()
      for expected in ["config-sync.opened", "config-sync.received", "config-sync.imported"] { #expect(await names.next() == expected) }
      let revision = try await registry.find(.configuration).currentRevision()
      #expect(revision == 9)
      let found = try await database.read()
      #expect(found == later)
    }
  }

  @Test func changesThatDoNotFitAreFetchedWhole() async throws {
    let (database, _, later) = try await changed()
    var other = later
    other.machines[7].inMaintenance.toggle()
    other.revision = 8
    let cloud = ScriptedCloud()
    cloud.script(
      answer(9, try Canonical.bytes(try other.changes(to: later, MemoryConfigurationDatabase.fnv)), isChanges: true),
      answer(9, try later.canonicalBytes(), isChanges: false), .success(LinkResponse(status: 304)))
    try await running(cloud, database) { _, events, _ in
      var names = events.names.makeAsyncIterator()
      for expected in ["config-sync.opened", "config-sync.received", "config-sync.changes-refused", "config-sync.imported"] {
        #expect(await names.next() == expected)
      }
      let found = try await database.read()
      #expect(found == later)
    }
    #expect(Array(cloud.paths.prefix(2)) == ["/connector/v1/configuration?revision=8", "/connector/v1/configuration"])
  }

  @Test func anImportIsToldOfAndCanBeAbandoned() async throws {
    let cloud = ScriptedCloud()
    cloud.script(try Self.body(9))
    let database = SlowDatabase()
    var first = BrokerConfiguration.generate(machines: 3)
    first.revision = 8
    _ = try await database.memory.replace(with: first)
    try await running(cloud, database) { registry, events, _ in
      let importing = try registry.find(.imports)
      let reading = try registry.find(.configuration)
      var revisions = reading.revisions().makeAsyncIterator()
      #expect(await revisions.next() == 8)
      for await isImporting in importing.imports() where isImporting { break }
      await importing.abandonImport()
      for await isImporting in importing.imports() where !isImporting { break }
      var names = events.names.makeAsyncIterator()
      for expected in ["config-sync.opened", "config-sync.received", "config-sync.import-abandoned"] { #expect(await names.next() == expected) }
      #expect(try await reading.currentRevision() == 8)
      #expect(try await reading.configuration()?.revision == 8)
      let wire = try registry.wire(of: .configSynchronizer)
      let status = try JSONDecoder().decode(ConfigSynchronizerStatus.self, from: Data(await wire.call("status", [], from: .cloud)))
      #expect(status.failedImports == 0 && status.problem?.contains("given up for an outage") == true)
    }
  }

  @Test func whoFollowsTheConfigurationHearsOfEachRevision() async throws {
    let cloud = ScriptedCloud()
    cloud.script(try Self.body(5), try Self.body(6, machines: 20))
    try await running(cloud, MemoryConfigurationDatabase()) { registry, _, clock in
      let reading = try registry.find(.configuration)
      var revisions = reading.revisions().makeAsyncIterator()
      #expect(await revisions.next() == 5)
      await clock.waitForSleepers(1)
      clock.advanceToNextSleeper()
      #expect(await revisions.next() == 6)
      #expect(try await reading.configuration()?.machines.count == 20)
    }
  }

  @Test func unreachableCloudIsAskedAgain() async throws {
    let cloud = ScriptedCloud()
    cloud.script(.failure(LinkFailure(.dns, "no such host")), try Self.body(2))
    try await running(cloud, MemoryConfigurationDatabase()) { registry, events, clock in
      var names = events.names.makeAsyncIterator()
      #expect(await names.next() == "config-sync.unreachable")
      await clock.waitForSleepers(1)
      clock.advance(by: .seconds(1))
      for expected in ["config-sync.reachable", "config-sync.received", "config-sync.imported"] { #expect(await names.next() == expected) }
      let reading = try registry.find(.configuration)
      #expect(try await reading.currentRevision() == 2)
    }
  }

  @Test(arguments: [("x", "", WireError.Code.unknownOperation), ("status", "{\"a\":1}", .badRequest)])
  func badWireRequestsAreRefused(operation: String, body: String, code: WireError.Code) async throws {
    try await running(ScriptedCloud(), MemoryConfigurationDatabase()) { registry, _, _ in
      let wire = try registry.wire(of: .configSynchronizer)
      let error = await #expect(throws: WireError.self) { try await wire.call(operation, Array(body.utf8), from: .cloud) }
      #expect(error?.code == code)
    }
  }

  @Test(arguments: [
    (304, nil, 0, "notModified"), (404, nil, 0, "nothing"), (204, nil, 0, "nothing"), (200, "7", 3, "received"), (200, nil, 3, "rejected"),
    (200, "-1", 3, "rejected"), (200, "many", 3, "rejected"), (200, "7", BrokerConfiguration.sizeLimit + 1, "rejected"), (503, "7", 3, "unreachable"),
  ]) func answersOfTheCloud(status: Int, revision: String?, size: Int, kind: String) {
    let headers = revision.map { ["configuration-revision": $0] } ?? [:]
    let found = ConfigSynchronizerPerformer.interpret(LinkResponse(status: status, headers: headers, body: Array(repeating: 32, count: size)))
    #expect("\(found)".prefix(kind.count) == kind)
  }
}
