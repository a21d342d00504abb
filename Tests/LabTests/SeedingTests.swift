import Evergreen
import Foundation
import Glibc
import LiveWorld
import ReleaseSlots
import ReleaseWorks
import Releases
import Synchronization
import Testing
import World

@testable import Lab

/// The first release of a connector, and what `up` does when another build lies there.
@Suite(.serialized) struct SeedingTests {
  private final class Rig {
    let folder = LauncherRig.temporaryFolder()
    let slots: ReleaseSlots

    init() throws {
      try DiskFiles().makeDirectory("\(folder)/programs", mode: 0o700)
      var settings = ReleaseSlots.Settings()
      settings.reserve = 0
      settings.stateFolder = "\(folder)/state"
      slots = ReleaseSlots(files: DiskFiles(), root: "\(folder)/evergreen", settings: settings)
      try DiskFiles().makeDirectory("\(folder)/state", mode: 0o700)
      try DiskFiles().replace("\(folder)/state/db", with: [1], mode: 0o600, step: "test")
      try build("one")
    }

    var now: WallTime { LiveClock().now().wall }
    var packer: ReleasePacker { ReleasePacker(files: DiskFiles(), daemon: "\(folder)/programs/connectord", folder: "\(folder)/built") }

    func build(_ text: String) throws {
      for name in ["connectord", "connectorctl"] {
        try DiskFiles().replace("\(folder)/programs/\(name)", with: Array("#!/bin/sh\n# \(text)\n".utf8), mode: 0o755, step: "test")
      }
    }

    func seed() async throws -> String? {
      let packed = packer.packed()
      let built = if let packed { packed } else { try await packer.pack() }
      return try Seeding(slots: slots, built: built).perform(at: now)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
  }

  @Test func theBuildIsTheFirstReleaseAndIsPackedOnce() async throws {
    let rig = try Rig()
    #expect(rig.packer.packed() == nil)
    #expect(try await rig.seed()?.contains("installed from this build") == true)
    let packed = try #require(rig.packer.packed())
    #expect(packed.version.text == ConnectorVersion.connector && Set(packed.programs.keys) == ["bin/connectord", "bin/connectorctl"])
    #expect(try rig.slots.slot(.active) == packed.slot)
    let choice = try rig.slots.boot(at: rig.now)
    #expect(choice.slot == packed.slot && choice.role == .active && choice.escalation == nil)
    #expect(FileManager.default.isExecutableFile(atPath: choice.program))
    #expect(try await rig.seed() == nil)
    // A bundle that was cut off is not used again.
    truncate(packed.bundle, off_t(packed.length / 2))
    #expect(rig.packer.packed() == nil)
  }

  /// A disk that was full while it was packed: asked again before the next start, and a connector that has a release runs that one.
  @Test func whatCouldNotBePackedIsAskedForAgain() async throws {
    let rig = try Rig()
    #expect(throws: SlotError.noRecord) { try Seeding(slots: rig.slots, built: nil).perform(at: rig.now) }
    #expect(try await rig.seed()?.contains("installed from this build") == true)
    #expect(try Seeding(slots: rig.slots, built: nil).perform(at: rig.now) == nil)
    #expect(try rig.slots.boot(at: rig.now).escalation == nil)
  }

  @Test func anotherBuildIsInstalledAnewAndTheStateStays() async throws {
    let rig = try Rig()
    _ = try await rig.seed()
    let before = try #require(try rig.slots.slot(.active))
    try rig.build("two")
    #expect(try await rig.seed()?.contains("installed anew") == true)
    let after = try #require(try rig.slots.slot(.active))
    #expect(before != after && before.version == after.version)
    #expect(try rig.slots.installed() == [after])
    #expect(try DiskFiles().read("\(rig.folder)/state/db") == [1])
    #expect(try rig.slots.boot(at: rig.now).slot == after)
    #expect(try await rig.seed() == nil)
  }

  @Test func whatTheRepositoryBroughtStays() async throws {
    let rig = try Rig()
    _ = try await rig.seed()
    let slots = rig.slots
    let source = "\(rig.folder)/next"
    try DiskFiles().makeDirectory("\(source)/bin", mode: 0o700)
    try DiskFiles().replace("\(source)/bin/connectord", with: Array("#!/bin/sh\n# one\n".utf8), mode: 0o755, step: "test")
    let version = try #require(rig.packer.packed()?.version.successor)
    let built = try BundleMaker(files: DiskFiles()).make(
      .init(version: version, bootstrapper: version, folder: source), into: "\(rig.folder)/bundles")
    let order = UpdateOrder(command: "c", version: version, bundle: .init(sha256: built.sha256, length: built.length))
    let reader = try DiskFiles().reader(of: built.path)
    try slots.download(order.bundle, at: rig.now) { try reader.read(upTo: 1 << 18) }
    let by = try slots.takeOver(at: rig.now)
    try slots.openTrial(try slots.install(order, by: by, at: rig.now), by: by, at: rig.now)
    // While an update is under way nothing is changed.
    try rig.build("two")
    #expect(try await rig.seed() == nil)
    _ = try slots.boot(at: rig.now)
    try slots.commit(
      Evidence(healthyFor: .seconds(1), probes: 1, endToEndProbes: 1), by: try slots.takeOver(at: rig.now), at: rig.now)
    let note = try await rig.seed()
    #expect(note?.contains("\(version)") == true && note?.contains("make release") == true, "\(note ?? "")")
    #expect(try slots.slot(.active)?.version == version)
    // The same programs under another version are no difference.
    try rig.build("one")
    #expect(try await rig.seed() == nil)
  }

  @Test func aLabWithoutARepositoryGetsOneWithItsFirstRoot() async throws {
    let rig = try Rig()
    let notes = Mutex<[String]>([])
    let paths = LabPaths(root: "\(rig.folder)/lab")
    try DiskFiles().makeDirectory(paths.root, mode: 0o700)
    let stock = ReleaseStock(daemon: "\(rig.folder)/programs/connectord", files: DiskFiles(), clock: LiveClock()) { note in
      notes.withLock { $0.append(note) }
    }
    await stock.begin(paths)
    #expect(await stock.built(paths)?.version.text == ConnectorVersion.connector)
    #expect(try DiskFiles().info(paths.firstRoot) != nil)
    let record = try #require(try ReleaseReading.record(paths))
    #expect(try #require(record.next(.current, above: ReleaseVersion(ConnectorVersion.connector))) > ReleaseVersion(ConnectorVersion.connector)!)
    #expect(notes.withLock { $0 }.contains { $0.hasPrefix("packed release") })
  }

  private enum ReleaseReading {
    static func record(_ paths: LabPaths) throws -> RepositoryRecord? { try ReleaseRepository.read(paths.releases, files: DiskFiles()) }
  }
}
