import AgentSystem
import ArchiveLib
import CloudAPI
import ConnectorSettings
import Crypto
import Evergreen
import FoundationEssentials
import ReleaseFetch
import ReleaseSlots
import Releases
import ServiceKit
import SimulatedWorld
import StrictJSON
import Synchronization
import TUF
import TUFRepository
import Testing
import WatchDogService
import World

/// A small release and its bundle.
struct UpdateRelease: Sendable {
  let version: ReleaseVersion
  var bundle: [UInt8]
  let slot: SlotName

  init(_ version: String, floors: [String] = [], platform: ReleasePlatform = .current, change: (inout [UInt8]) -> Void = { _ in }) throws {
    let contents = ["bin/connectord": Array("program \(version)".utf8), "etc/defaults.yaml": Array("defaults of \(version)\n".utf8)]
    let manifest = ReleaseManifest(
      version: ReleaseVersion(version)!, bootstrapper: ReleaseVersion(1, 0, 0, 0), platform: platform, floors: floors.map { ReleaseVersion($0)! },
      program: "bin/connectord", defaultConfiguration: "etc/defaults.yaml",
      files: contents.keys.sorted().map {
        .init(path: $0, sha256: sha256(contents[$0]!), length: Int64(contents[$0]!.count), mode: $0.hasPrefix("bin/") ? 0o755 : 0o644)
      })
    var entries = [(ReleaseManifest.fileName, manifest.json)] + contents.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    change(&entries[1].1)
    bundle = try TarGzip.archive(entries.map { ArchiveEntry(name: $0.0, bytes: $0.1, modified: WallTime(seconds: 0)) })
    self.version = manifest.version
    slot = SlotName(manifest.version, sha256(manifest.json))
  }

  var order: UpdateOrder.Bundle { UpdateOrder.Bundle(sha256: sha256(bundle), length: Int64(bundle.count)) }
  var target: ExactText { ExactText(BundleFile.target(version, .current)) }
  var url: String { MemoryFetcher.targetsURL + Quoting.requestedPath(target, hash: ExactText(order.sha256.text)) }
}

private func sha256(_ bytes: [UInt8]) -> ContentDigest { ContentDigest(Hex.encode(SHA256.hash(data: bytes)))! }

/// What the trial's probes see, set by hand.
final class Probes: TrialProbing {
  private let seen = Mutex(Probe(isHealthy: true, reachedTheCloud: true))
  func set(_ probe: Probe) { seen.withLock { $0 = probe } }
  func probe() async -> Probe { seen.withLock { $0 } }
}

/// A machine whose connector is started from its releases: the launcher, a repository of releases, and one process after the other, each with a real
/// Agent System and a real WatchDog.
final class UpdateMachine {
  static let every: Duration = .seconds(30)
  let files = MemoryFiles()
  let clock = SimulatedClock()
  let server = MemoryFetcher()
  let probes = Probes()
  let slots: ReleaseSlots
  var repository: Repository
  private(set) var process: Rig?
  private(set) var running: BootChoice?
  private var boots = 0
  private var token: UInt64 = 1

  init() throws {
    var keys: [ExactText: SigningKey] = [:]
    for (number, role) in [ExactText.root, .timestamp, .snapshot, .targets].enumerated() {
      keys[role] = SigningKey.ed25519(seed: [UInt8](repeating: UInt8(number + 1), count: 32))
    }
    repository = Repository(keys: keys, expires: WallTime(seconds: 1_895_000_000))
    var settings = ReleaseSlots.Settings()
    settings.stateFolder = Rig.directory
    settings.update = Self.settings
    slots = ReleaseSlots(files: files, root: Rig.releases, settings: settings)
  }

  static var settings: UpdateSettings {
    var settings = UpdateSettings()
    settings.trial.healthyFor = .seconds(60)
    settings.trial.probes = 3
    settings.trial.probeEvery = every
    settings.trial.readyWithin = .seconds(60)
    settings.trial.length = .seconds(200)
    settings.attempts = 2
    settings.retryPauses = [.seconds(40)]
    return settings
  }

  /// Runs `release`, and trusts the repository, in which it is listed.
  func seed(_ release: UpdateRelease) async throws {
    try publish(release)
    try files.makeDirectory("/trust", mode: 0o755)
    try files.replace("/trust/root.json", with: try #require(repository.metadata["1.root.json"]), mode: 0o644, step: "test")
    var rest = release.bundle[...]
    try slots.download(release.order, at: clock.now().wall) {
      defer { rest = [] }
      return Array(rest)
    }
    _ = try slots.seed(release.order, version: release.version, at: clock.now().wall)
    try await powerOn()
  }

  func publish(_ releases: UpdateRelease...) throws {
    for release in releases { repository.addTarget(release.target, release.bundle) }
    try serve()
  }

  func serve() throws {
    try repository.publishAll()
    server.serve(repository)
  }

  /// What whoever starts the connector does.
  func powerOn() async throws {
    await process?.stop()
    clock.advance(by: .seconds(2))
    let choice = try slots.boot(at: clock.now().wall)
    running = choice
    boots += 1
    let fetch = ReleaseFetch(
      ReleaseFetch.Settings(root: "/trust/root.json", repository: "http://repository"), slots: slots, fetcher: server, clock: clock)
    let ports = UpdaterPorts(fetching: fetch, probing: probes, version: choice.slot.version, boot: "boot \(boots)", settings: Self.settings)
    let process = try Rig(files: files, clock: clock, seed: UInt64(boots), updates: ports) {
      $0.updates.root = "/trust/root.json"
      $0.updates.trialHealthyFor = TimeSpan(Self.settings.trial.healthyFor)
      $0.updates.trialLength = TimeSpan(Self.settings.trial.length)
    }
    self.process = process
    await process.start()
    if choice.role == .trial { try slots.noteReady(at: clock.now().wall) }
    while try await standing.isRestartPending == nil { await Task.yield() }
  }

  var sink: Sink { get throws { try #require(process).sink } }
  var standing: ConnectorStanding {
    get async throws { try await #require(process).registry.find(ServiceKey<any Elevating>.elevation).standing() }
  }
  var record: EvergreenRecord { get throws { try slots.record(at: clock.now().wall) } }

  @discardableResult
  func order(_ action: UpdateCommand.Action, _ version: String? = nil, token: UInt64? = nil) async throws -> UpdateStanding {
    let command = UpdateCommand(action, token: token ?? self.token, lasts: action == .leaveMaintenance ? nil : 7_200, version: version)
    let body = String(decoding: try JSONEncoder().encode(command), as: UTF8.self)
    while true {
      do {
        let answer = try await #require(process).wire("update-order", body, from: .cloud)
        return try JSONDecoder().decode(UpdateStanding.self, from: Data(answer.utf8))
      } catch let error as WireError where error.detail.contains("has just started") {
        await Task.yield()
      }
    }
  }

  /// A lease, and the order to install under it.
  func update(to release: UpdateRelease) async throws {
    token += 1
    #expect(try await order(.enterMaintenance).stage == .drained)
    #expect(try await order(.install, release.version.text).stage == .installing)
  }

  /// The process is told to restart, ends, and the launcher starts what it is told to.
  func restart() async throws {
    let process = try #require(process)
    await pass(.seconds(1))
    _ = await process.nextRestart()
    try await powerOn()
  }

  /// Until somebody sleeps until then, and then until then.
  func pass(_ duration: Duration) async {
    let due = clock.now().moment + duration
    await clock.waitForSleeper(until: due)
    clock.advance(to: due)
  }
}

/// Runs `body` with a machine that runs 4.1.0.0, and stops its process afterwards.
func withMachine(_ body: (UpdateMachine) async throws -> Void) async throws {
  let machine = try UpdateMachine()
  try await machine.seed(try UpdateRelease("4.1.0.0"))
  do {
    try await body(machine)
  } catch {
    await machine.process?.stop()
    throw error
  }
  await machine.process?.stop()
}
