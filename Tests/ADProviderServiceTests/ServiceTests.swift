import ADProviderService
import CloudAPI
import ConnectorSettings
import Directory
import DirectoryYAML
import EventCatalog
import ServiceKit
import SimulatedWorld
import Synchronization
import Testing
import World

@Suite struct ServiceTests {
  private let text = """
    forests:
      - name: a.local
        functionalLevel: 2016
        domains:
          - name: a.local
            netbios: A
            sid: S-1-5-21-1-1-1
            functionalLevel: 2016
            controllers: [{name: DC1, system: 2019}]
            users: [{name: alice, rid: 1101}]
            groups:
              - {name: staff, rid: 2001, scope: global, members: [alice]}
              - {name: all, rid: 2002, scope: universal, members: [staff]}
            computers: [{name: VDA-001, rid: 3001}]
    """

  @Test func itAnswersOverTheWire() async throws {
    let fixture = try Fixture(text)
    try await fixture.running { wire async throws in
      #expect(try await wire.json("find", #"{"name":"alice"}"#).contains(#""sid":"S-1-5-21-1-1-1-1101""#))
      #expect(try await wire.json("find", #"{"sid":"S-1-5-21-1-1-1-3001"}"#).contains(#""dnsHostName":"vda-001.a.local""#))
      #expect(try await wire.json("find", #"{"name":"VDA-001","kind":"computer"}"#, from: .cloud).contains(#""stale":false"#))
      let all = try await wire.json("groups", #"{"of":"A\\alice"}"#)
      #expect(all.contains(#""name":"staff""#) && all.contains(#""name":"all""#) && all.contains(#""missing":[]"#))
      #expect(!(try await wire.json("groups", #"{"of":"S-1-5-21-1-1-1-1101","effective":false}"#)).contains(#""name":"all""#))
      #expect(try await wire.json("domains").contains(#""joined":"a.local""#))
      #expect(try await wire.json("reload").contains(#""joined":"a.local""#))
    }
  }

  @Test func laterServicesGetAUserWithItsGroups() async throws {
    let fixture = try Fixture(text)
    try await fixture.running { _ async throws in
      let directory = try fixture.registry.find(.directory)
      let groups = ["S-1-5-21-1-1-1-2001", "S-1-5-21-1-1-1-2002"]
      for name in [DirectoryUserName.name("alice"), .name(#"A\alice"#), .name(#"a.local\ALICE"#), .sid("S-1-5-21-1-1-1-1101")] {
        let user = try await directory.user(name)
        #expect(user.sid == "S-1-5-21-1-1-1-1101" && Set(user.groups) == Set(groups) && user.name == #"A\alice"# && user.isEnabled)
      }
      for (name, kind) in [
        (DirectoryUserName.name("nobody"), DirectoryLookUpFailed.Kind.notFound), (.name(#"NOWHERE\alice"#), .notFound), (.name(""), .badName),
        (.sid("S-1"), .badName), (.name("staff"), .notFound),
      ] {
        let failure = await #expect(throws: DirectoryLookUpFailed.self) { try await directory.user(name) }
        #expect(failure?.kind == kind, "\(name)")
      }
    }
    let unjoined = try Fixture(nil, isSet: false)
    try await unjoined.running { _ async throws in
      let directory = try unjoined.registry.find(.directory)
      let failure = await #expect(throws: DirectoryLookUpFailed.self) { try await directory.user(.name("alice")) }
      #expect(failure?.kind == .joinedToNothing)
    }
  }

  @Test(arguments: [
    ("find", #"{"name":"nobody"}"#, WireError.Code.notFound), ("find", #"{"name":"alice","kind":"computer"}"#, .notFound),
    ("find", "{}", .badRequest),
    ("find", #"{"name":"a","sid":"S-1-5-1"}"#, .badRequest), ("find", #"{"sid":"S-1"}"#, .badRequest), ("find", #"{"guid":"x"}"#, .badRequest),
    ("find", #"{"name":"alice","kind":"robot"}"#, .badRequest), ("find", "not json", .badRequest), ("groups", "{}", .badRequest),
    ("groups", #"{"of":""}"#, .badRequest), ("reload", "{}", .denied), ("drop", "{}", .unknownOperation),
  ])
  func badRequestsAreNamed(operation: String, body: String, code: WireError.Code) async throws {
    let fixture = try Fixture(text)
    try await fixture.running { wire async throws in
      let error = await #expect(throws: WireError.self) { try await wire.json(operation, body, from: .cloud) }
      #expect(error?.code == code)
    }
  }

  @Test func aWrongFileDoesNotStopItAndIsReadAgain() async throws {
    let fixture = try Fixture("forests: 7")
    try await fixture.running { wire async throws in
      let event = await fixture.sink.next(ADProviderEvents.unavailable)
      #expect(event?.message.contains("/etc/directory.yaml:1:10: forests: expected a list, found '7'") == true)
      let error = await #expect(throws: WireError.self) { try await wire.json("find", #"{"name":"alice"}"#) }
      #expect(error?.code == .unavailable)
      #expect(try await wire.json("health").contains(#""state":"unavailable""#))
      try fixture.write(text)
      await fixture.clock.waitForSleepers(1)
      fixture.clock.advanceToNextSleeper()
      #expect(await fixture.sink.next(ADProviderEvents.loaded)?.values["joined"] == "a.local")
      #expect(try await wire.json("find", #"{"name":"alice"}"#).contains("alice"))
      // A reload that fails changes nothing.
      try fixture.write("forests: [")
      await #expect(throws: WireError.self) { try await wire.json("reload") }
      #expect(await fixture.sink.next(ADProviderEvents.reloadFailed) != nil)
      #expect(try await wire.json("find", #"{"name":"alice"}"#).contains("alice"))
    }
  }

  @Test(arguments: [nil, "missing", "bytes"])
  func withoutAFileItAnswersSo(how: String?) async throws {
    let fixture = try Fixture(nil, isSet: how != nil)
    if how == "bytes" { try fixture.disk.replace("/etc/directory.yaml", with: [0xff, 0xfe], mode: 0o644, step: "test") }
    try await fixture.running { wire async throws in
      let error = await #expect(throws: WireError.self) { try await wire.json("find", #"{"name":"alice"}"#) }
      let expected = how == nil ? "joined to nothing" : how == "missing" ? "no such file" : "expected UTF-8 text"
      #expect(error?.detail.contains(expected) == true)
      #expect(try await wire.json("health").contains(how == nil ? "joinedToNothing" : "unavailable"))
    }
  }

  /// A directory that does not answer: the time limit does.
  @Test func aDirectoryThatHangsTimesOut() async throws {
    let fixture = try Fixture(text)
    let load: @Sendable (String) throws -> any DirectoryReading = { _ in Hanging() }
    try await fixture.running(load: load) { wire async throws in
      async let answer = wire.json("find", #"{"name":"alice"}"#)
      // The health check and the limit of the look-up.
      await fixture.clock.waitForSleepers(2)
      fixture.clock.advance(by: .milliseconds(3000))
      do {
        _ = try await answer
        Issue.record("there was an answer")
      } catch let error as WireError {
        #expect(error == WireError(.unavailable, "the directory did not answer for object 'alice' within 3000 ms"))
      }
      #expect(await fixture.sink.next(ADProviderEvents.lookupTimedOut) != nil)
    }
  }

  @Test func itWatchesTheControllers() async throws {
    let fixture = try Fixture(text)
    try await fixture.running { wire async throws in
      _ = await fixture.sink.next(ADProviderEvents.loaded)
      try fixture.write(text.replacing("system: 2019}", with: "system: 2019, reachable: false}"))
      _ = try await wire.json("reload")
      #expect(await fixture.sink.next(ADProviderEvents.controllerDown)?.message == "Domain controller DC1 of a.local does not answer.")
      #expect(await fixture.sink.next(ADProviderEvents.domainUnreachable) != nil)
      #expect(try await wire.json("health").contains(#""state":"down""#))
      let error = await #expect(throws: WireError.self) { try await wire.json("find", #"{"name":"alice"}"#) }
      #expect(error?.code == .unavailable)
    }
  }
}

/// A directory whose look-ups end only when they are cancelled.
private struct Hanging: DirectoryReading {
  func find(_ query: DirectoryQuery) async throws(DirectoryError) -> Principal {
    await waitForCancellation()
    throw .notFound("cancelled")
  }
  func directGroups(of sid: SID) async throws(DirectoryError) -> [Principal] { [] }
  func effectiveGroups(of sid: SID) async throws(DirectoryError) -> EffectiveGroups { EffectiveGroups(groups: []) }
  func domains() async throws(DirectoryError) -> [DomainView] { [] }
  func domainControllers() async throws(DirectoryError) -> [ControllerHealth] { [] }
}

/// An AD Provider in the real shell, on a simulated disk and clock.
private final class Fixture: Sendable {
  let clock = SimulatedClock()
  let disk = MemoryFiles()
  let sink = Sink()
  let registry = ServiceRegistry()
  let isSet: Bool

  init(_ text: String?, isSet: Bool = true) throws {
    self.isSet = isSet
    try disk.makeDirectory("/etc", mode: 0o755)
    if let text { try write(text) }
  }

  func write(_ text: String) throws { try disk.replace("/etc/directory.yaml", with: Array(text.utf8), mode: 0o644, step: "test") }

  func running(_ body: (any ServiceWire) async throws -> Void) async throws {
    try await running(load: { try DirectoryYAML.directory($0, file: "/etc/directory.yaml", joinedDomain: "A") }, body)
  }

  func running(load: @escaping @Sendable (String) throws -> any DirectoryReading, _ body: (any ServiceWire) async throws -> Void) async throws {
    var configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.lab", customer: "cust", resourceLocation: "rl", clientID: "id", clientSecretFile: "/secret"),
      cloud: .init(url: "https://127.0.0.1:1", caFile: "/ca"))
    if isSet { configuration.directory.file = "/etc/directory.yaml" }
    let context = ServiceContext(
      service: .adProvider, uses: [], configuration: configuration, clock: clock, random: SeededRandom(seed: 1), files: disk, directory: "/state/ad",
      cloud: NoCloud(), log: NoLog(), registry: registry, events: sink)
    let (isReady, ready) = AsyncStream.makeStream(of: Void.self)
    let lifecycle = ServiceLifecycle(incarnation: 1, ready: { ready.yield() }, onPing: { _ in })
    let service = Task { await ADProviderService.run(context, lifecycle, load: load) }
    _ = await isReady.first { _ in true }
    let result: Result<Void, any Error>
    do { result = .success(try await body(registry.wire(of: .adProvider))) } catch { result = .failure(error) }
    service.cancel()
    await service.value
    try result.get()
  }
}

/// Hands the events on to whoever awaits them.
private final class Sink: EventSink {
  private let stream: AsyncStream<EventCatalog.Event>
  private let continuation: AsyncStream<EventCatalog.Event>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func emit(_ event: EventCatalog.Event, from service: ServiceName?) { continuation.yield(event) }
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
  fileprivate func json(_ operation: String, _ body: String = "{}", from caller: WireCaller = .control(uid: 1000)) async throws -> String {
    String(decoding: try await call(operation, Array(body.utf8), from: caller), as: UTF8.self)
  }
}
