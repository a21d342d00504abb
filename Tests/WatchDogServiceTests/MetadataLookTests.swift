import Evergreen
import FoundationEssentials
import ReleaseFetch
import ReleaseSlots
import Releases
import SimulatedWorld
import StrictJSON
import Synchronization
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// A repository whose timestamps are valid for a week, and processes of one connector that look at it one after the other.
private struct Watched {
  static let day: Duration = .seconds(86_400)
  let files = MemoryFiles()
  let clock = SimulatedClock()
  let server = MemoryFetcher()
  var repository: Repository
  private(set) var process: ReleaseFetch
  /// What the processes told.
  private let trace = Trace()

  init() throws {
    var keys: [ExactText: SigningKey] = [:]
    for (number, role) in [ExactText.root, .timestamp, .snapshot, .targets].enumerated() { keys[role] = Self.key(UInt8(number + 1)) }
    repository = Repository(keys: keys, expires: clock.now().wall + Self.day * 300)
    process = Self.process(files, server, clock, trace)
    try files.makeDirectory("/trust", mode: 0o755)
    try files.makeDirectory("/evergreen", mode: 0o755)
    try publish(.root, .targets, .snapshot, .timestamp)
    try files.replace("/trust/root.json", with: try #require(repository.metadata["1.root.json"]), mode: 0o644, step: "test")
  }

  static func key(_ number: UInt8) -> SigningKey? { SigningKey.ed25519(seed: [UInt8](repeating: number, count: 32)) }

  mutating func publish(_ roles: ExactText..., validFor: Duration = day * 7) throws {
    repository.expires[.timestamp] = WallTime(seconds: (clock.now().wall + validFor).seconds)
    try repository.publish(roles)
    server.serve(repository)
  }

  mutating func restart() { process = Self.process(files, server, clock, trace) }

  final class Trace: Sendable {
    private let held = Mutex<[TrustFact]>([])
    var facts: [TrustFact] { held.withLock { $0 } }
    func add(_ fact: TrustFact) { held.withLock { $0.append(fact) } }
  }
  var facts: [TrustFact] { trace.facts }
  /// Of the freeze nobody tells here.
  var violations: [TrustViolation] { TrustInvariant.allCases.filter { $0 != .freeze }.flatMap { TrustCheckers.check($0, facts) } }

  private static func process(_ files: MemoryFiles, _ server: MemoryFetcher, _ clock: SimulatedClock, _ trace: Trace) -> ReleaseFetch {
    ReleaseFetch(
      ReleaseFetch.Settings(root: "/trust/root.json", repository: "http://repository"),
      slots: ReleaseSlots(files: files, root: "/evergreen", settings: ReleaseSlots.Settings()), fetcher: server, clock: clock
    ) { trace.add($0) }
  }

  /// The machine's own clock, which nobody sets.
  func uptime(_ seconds: Int64, boot: String = "b1") throws {
    try files.makeDirectory("/proc/sys/kernel/random", mode: 0o755)
    try files.replace("/proc/sys/kernel/random/boot_id", with: Array(boot.utf8), mode: 0o644, step: "test")
    try files.replace("/proc/uptime", with: Array("\(seconds).00 1.00".utf8), mode: 0o644, step: "test")
  }
}

/// T4: how fresh signed metadata is, and the time at which it is judged.
@Suite struct MetadataLookTests {
  @Test func `Staleness counts from the last newer timestamp, over restarts of the process`() async throws {
    var world = try Watched()
    #expect(await world.process.look() == MetadataLook(stale: .zero))
    world.clock.advance(by: .seconds(7_200))
    #expect(await world.process.look() == MetadataLook(stale: .seconds(7_200)))
    world.restart()
    world.clock.advance(by: .seconds(3_600))
    #expect(await world.process.look() == MetadataLook(stale: .seconds(10_800)))
    try world.publish(.timestamp)
    #expect(await world.process.look() == MetadataLook(stale: .zero))
    world.restart()
    world.clock.advance(by: .seconds(60))
    #expect(await world.process.look() == MetadataLook(stale: .seconds(60)))
  }

  @Test func `It counts from the first look, also where none has succeeded yet`() async throws {
    var world = try Watched()
    world.server.fail(MemoryFetcher.metadataURL + "timestamp.json", .unreachable)
    let first = await world.process.look()
    #expect(first.stale == .zero && first.problem?.isPassing == true)
    world.clock.advance(by: .seconds(500))
    world.restart()
    let second = await world.process.look()
    #expect(second.stale == .seconds(500) && second.problem != nil)
    world.server.fail(MemoryFetcher.metadataURL + "timestamp.json", nil)
    #expect(await world.process.look() == MetadataLook(stale: .zero))
  }

  @Test func `A newer timestamp counts although what comes after it fails`() async throws {
    var world = try Watched()
    _ = await world.process.look()
    world.clock.advance(by: .seconds(900))
    try world.publish(.snapshot, .timestamp)
    world.server.put(MemoryFetcher.metadataURL + "2.snapshot.json", nil)
    let look = await world.process.look()
    #expect(look.stale == .zero && look.problem != nil)
  }

  @Test func `A repository that is held still past its timestamp is named, and goes on getting staler`() async throws {
    let world = try Watched()
    _ = await world.process.look()
    world.clock.advance(by: Watched.day * 8)
    let look = await world.process.look()
    #expect(look.stale == Watched.day * 8)
    #expect(look.problem?.description.contains("freeze attack") == true && look.problem?.isPassing == false)
  }

  @Test func `A rotated timestamp key is a sign of life, though versions begin anew`() async throws {
    var world = try Watched()
    try world.publish(.timestamp)
    _ = await world.process.look()
    world.clock.advance(by: .seconds(900))
    world.repository.roles[.timestamp] = RoleDraft(keys: [try #require(Watched.key(9))])
    world.repository.versions[.timestamp] = 0
    try world.publish(.root, .timestamp)
    #expect(await world.process.look() == MetadataLook(stale: .zero))
  }

  @Test func `A timestamp that is fetched again because the disk was damaged is not newer`() async throws {
    let world = try Watched()
    _ = await world.process.look()
    world.clock.advance(by: .seconds(900))
    world.files.corrupt("/evergreen/metadata/timestamp.json", byte: 40)
    #expect(await world.process.look() == MetadataLook(stale: .seconds(900)))
  }

  // MARK: The time

  @Test func `A clock that is set back makes nothing good that had expired`() async throws {
    var world = try Watched()
    world.clock.advance(by: Watched.day * 6)
    #expect(await world.process.look().problem == nil)
    world.clock.stepWall(by: Watched.day * -5)
    // Good by that clock, and expired at a time that this connector has seen.
    try world.publish(.timestamp, validFor: Watched.day * 2)
    for _ in 1...2 {
      #expect(await world.process.look().problem?.description.contains("freeze attack") == true)
      await #expect(throws: ReleaseFetchProblem.self) { try await world.process.find(ReleaseVersion(4, 1, 0, 0)) }
      world.restart()
    }
    try world.publish(.timestamp)
    #expect(await world.process.look() == MetadataLook(stale: .zero))
    #expect(world.violations == [])
  }

  @Test func `A clock that was set ahead for a while locks nothing out`() async throws {
    var world = try Watched()
    for days in [3, 40] {
      world.clock.stepWall(by: Watched.day * days)
      // Within the timestamp's validity it raises the time; beyond it nothing succeeds, and nothing is raised.
      #expect(await (world.process.look().problem == nil) == (days == 3))
      world.clock.stepWall(by: Watched.day * -days)
      #expect(await world.process.look().problem == nil, "\(days)")
      world.restart()
      world.clock.advance(by: .seconds(60))
      // Whatever is signed from now on is valid for longer than any timestamp that could have raised the time.
      try world.publish(.timestamp)
      #expect(await world.process.look() == MetadataLook(stale: .zero), "\(days)")
    }
  }

  @Test func `Staleness is counted by the machine's own clock where it can be`() async throws {
    let world = try Watched()
    try world.uptime(100)
    _ = await world.process.look()
    try world.uptime(4_100)
    world.clock.stepWall(by: Watched.day * -30)
    #expect(await world.process.look().stale == .seconds(4_000))
    // Another start of the machine knows only the wall clock, which does not go back here.
    try world.uptime(5, boot: "b2")
    world.clock.stepWall(by: Watched.day * 31)
    #expect(await world.process.look().stale == Watched.day)
  }

  // MARK: The record

  @Test(arguments: ["one digit", "cut off", "nothing", "too long", "a folder"])
  func `A record that cannot be read is moved aside and stops nothing`(_ fault: String) async throws {
    var world = try Watched()
    let path = "/evergreen/trust-time.json"
    _ = await world.process.look()
    let good = try world.files.read(path)
    #expect(String(decoding: good, as: UTF8.self).contains(world.clock.now().wall.iso8601(fraction: 6)))
    switch fault {
    case "one digit": world.files.corrupt(path, byte: 14)
    case "cut off": world.files.truncate(path, to: good.count / 2)
    case "nothing": world.files.truncate(path, to: 0)
    case "too long": try world.files.replace(path, with: good + Array(repeating: 10, count: 10_000), mode: 0o644, step: "test")
    default:
      try world.files.remove(path)
      try world.files.makeDirectory(path, mode: 0o755)
    }
    world.restart()
    #expect(await world.process.look() == MetadataLook(stale: .zero))
    #expect(try world.files.info(path + ".unreadable") != nil)
    #expect(try world.files.read(path) == good)
    #expect(world.facts.contains { $0.what == .timeLost })
    #expect(world.violations == [])
  }

  /// What the live client tells of a bundle holds T1, and a bundle that is another is told to nobody as one that was taken.
  @Test(arguments: [true, false])
  func `A bundle is told of once its bytes are those that were found`(_ isRight: Bool) async throws {
    var world = try Watched()
    let version = ReleaseVersion(4, 1, 0, 0)
    let path = ExactText(BundleFile.target(version, .current))
    world.repository.addTarget(path, Array("a bundle".utf8))
    try world.publish(.targets, .snapshot, .timestamp)
    let bundle = try await world.process.find(version)
    if !isRight {
      world.server.put(MemoryFetcher.targetsURL + Quoting.requestedPath(path, hash: ExactText(bundle.sha256.text)), Array("a bundlE".utf8))
    }
    let failed = await Self.problem { () throws(ReleaseFetchProblem) in try await world.process.download(version, bundle) }
    #expect((failed == nil) == isRight)
    let taken = world.facts.count { if case .artifactActivated = $0.what { true } else { false } }
    #expect(taken == (isRight ? 1 : 0))
    #expect(world.violations == [])
    let withoutFind = world.facts.filter { if case .targetFound = $0.what { false } else { true } }
    #expect(TrustCheckers.check(.t1, withoutFind).isEmpty != isRight)
  }

  private static func problem(_ body: () async throws(ReleaseFetchProblem) -> Void) async -> ReleaseFetchProblem? {
    do throws(ReleaseFetchProblem) {
      try await body()
      return nil
    } catch { return error }
  }

  @Test func `A record that cannot be written stops nothing`() async throws {
    let world = try Watched()
    _ = await world.process.look()
    world.clock.advance(by: .seconds(60))
    world.files.fail(.replace, with: .noSpace, times: 1)
    #expect(await world.process.look() == MetadataLook(stale: .seconds(60)))
    #expect(await NoReleases().look().problem != nil)
  }
}
