import AgentSystem
import AgentSystemHost
import EventCatalog
import Evergreen
import ReleaseSlots
import Releases
import SimulatedWorld
import Synchronization
import Testing
import World

final class Told: Sendable {
  private let events = Mutex<[Event]>([])
  func add(_ event: Event) { events.withLock { $0.append(event) } }
  var all: [Event] { events.withLock { $0 } }
}

/// The power went in the middle of something.
struct PowerCut: Error {}

/// A machine whose connector was started from a release folder: what starts the connector, and the connector's Agent System.
final class ReleaseBench: Sendable {
  static let (root, state) = ("/evergreen", "/state")
  static let (one, two, three) = (BenchRelease("4.1.0.0"), BenchRelease("4.2.0.0"), BenchRelease("4.3.0.0"))
  static let evidence = TrialEvidence(healthySeconds: 600, probes: 20, endToEndProbes: 1)

  let files: MemoryFiles
  let clock = SimulatedClock()
  let random: SeededRandom
  let slots: ReleaseSlots
  private let events = Told()
  private let now = Mutex<(host: AgentSystemHost?, running: BootChoice?)>((nil, nil))
  private var host: AgentSystemHost? { now.withLock { $0.host } }
  var running: BootChoice? { now.withLock { $0.running } }

  init(_ files: MemoryFiles = MemoryFiles(), seed: UInt64 = 7, settings change: (inout ReleaseSlots.Settings) -> Void = { _ in }) {
    self.files = files
    random = SeededRandom(seed: seed)
    var settings = ReleaseSlots.Settings()
    settings.reserve = 1_000
    settings.stateFolder = Self.state
    change(&settings)
    let events = events
    slots = ReleaseSlots(files: files, root: Self.root, settings: settings) { fact in
      if let event = Event(fact) { events.add(event) }
    }
  }

  /// One that runs 4.1.0.0, as it was installed.
  static func seeded(_ files: MemoryFiles = MemoryFiles(), settings change: (inout ReleaseSlots.Settings) -> Void = { _ in }) async throws
    -> ReleaseBench
  {
    let bench = ReleaseBench(files, settings: change)
    try files.makeDirectory(state, mode: 0o700)
    try bench.download(one)
    _ = try bench.slots.seed(one.order, version: one.version, at: bench.clock.now().wall)
    try await bench.powerOn()
    return bench
  }

  /// What starts the connector chooses the release; the connector notes in its state which one ran.
  func powerOn() async throws {
    await host?.stop()
    now.withLock { $0.host = nil }
    clock.advance(by: .seconds(2))
    let choice = try guarded { try slots.boot(at: clock.now().wall) }
    now.withLock { $0.running = choice }
    try guarded {
      try files.makeDirectory(Bench.directory, mode: 0o700)
      try files.append(Self.state + "/db", Array("\(choice.slot.version);".utf8), mode: 0o600, sync: true)
      if choice.role == .trial { try slots.noteReady(at: clock.now().wall) }
    }
    try await startService()
  }

  /// The Agent System alone starts again, as after its own failure.
  func startService() async throws {
    await host?.stop()
    let host = AgentSystemHost(
      directory: Bench.directory, files: files, clock: clock, ports: .none(version: "6.109.0"), releases: ReleaseOperations(slots)
    ) { _ in }
    await host.start()
    now.withLock { $0.host = host }
  }

  func powerCut() async {
    await host?.stop()
    now.withLock { $0.host = nil }
    files.recover()
  }

  func request(_ operation: PrivilegedOperation) -> AgentRequest {
    AgentRequest(id: AgentRequestID(random), asker: .watchDog, operation: operation, deadline: clock.now().moment + .seconds(600))
  }

  /// Through frames, as the WatchDog asks. Throws `PowerCut` when the machine went down meanwhile.
  func ask(_ request: AgentRequest) async throws -> PrivilegedAnswer {
    guard case .request(let carried) = try AgentFrame(decoding: try AgentFrame.request(request).encoded()), let host else { throw PowerCut() }
    let answer = await host.perform(carried, from: .watchDog)
    if files.isDown { throw PowerCut() }
    guard case .answer(_, let back) = try AgentFrame(decoding: try AgentFrame.answer(request.id, answer).encoded()) else { throw PowerCut() }
    return back
  }

  func ask(_ operation: PrivilegedOperation) async throws -> PrivilegedAnswer { try await ask(request(operation)) }

  func takeOver() async throws -> UpdaterGeneration {
    guard case .value(.updater(let updater)) = try await ask(.takeOverUpdates) else { throw PowerCut() }
    return updater
  }

  func status() async throws -> ReleaseStatus {
    guard case .value(.releases(let status)) = try await ask(.releaseStatus) else { throw PowerCut() }
    return status
  }

  func download(_ release: BenchRelease) throws {
    var rest = release.bundle[...]
    try guarded {
      try slots.download(release.order, at: clock.now().wall) {
        defer { rest = rest.dropFirst(100) }
        return Array(rest.prefix(100))
      }
    }
  }

  /// Up to the trial's first start.
  func tryOut(_ release: BenchRelease) async throws -> UpdaterGeneration {
    let updater = try await takeOver()
    try download(release)
    #expect(try await ask(release.install(by: updater)) == .done)
    #expect(try await ask(.activateRelease(release.version, by: updater)) == .done)
    try await powerOn()
    #expect(running?.slot == release.slot && running?.role == .trial)
    return try await takeOver()
  }

  /// What administrators were told of updates.
  var told: [Event] { events.all }
  /// Which releases wrote to the state, oldest first.
  var stateText: String { (try? files.read(Self.state + "/db")).map { String(decoding: $0, as: UTF8.self) } ?? "" }
  /// Of everything below the release folder: names and contents.
  func digest() throws -> ContentDigest? { try slots.stateDigest(of: Self.root) }

  private func guarded<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      let value = try body()
      if files.isDown { throw PowerCut() }
      return value
    } catch {
      if files.isDown { throw PowerCut() }
      throw error
    }
  }
}
