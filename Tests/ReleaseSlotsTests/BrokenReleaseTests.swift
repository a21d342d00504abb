import Evergreen
import EvergreenCheckers
import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import World

/// Broken releases, each with its own ending. Whatever it is, the old release goes on with its own state, and every invariant holds.
@Suite struct BrokenReleaseTests {
  static let old = TestRelease("4.1.0.0")

  struct Broken: Sendable, CustomStringConvertible {
    var description: String
    var behaviour = Behaviour.healthy
    var release: @Sendable () -> TestRelease = { TestRelease("4.2.0.0") }
    var ending: UpdateLogic.State
    /// In the reason.
    var words: String
    /// Not tried again.
    var isRefused: Bool
    var prepare: @Sendable (Rig) throws -> Void = { _ in }
  }

  static func file(_ name: String, type: Character = "0", link: String = "", bytes: [UInt8] = []) -> @Sendable () -> TestRelease {
    { TestRelease("4.2.0.0", entries: { $0.append(TarEntry(name, bytes, type: type, link: link)) }) }
  }
  static func entries(_ tamper: @escaping @Sendable (inout [TarEntry]) -> Void) -> @Sendable () -> TestRelease {
    { TestRelease("4.2.0.0", entries: tamper) }
  }
  static func manifest(_ change: @escaping @Sendable (inout ReleaseManifest) -> Void) -> @Sendable () -> TestRelease {
    { TestRelease("4.2.0.0", manifest: change) }
  }
  static let large: @Sendable () -> TestRelease = { TestRelease("4.2.0.0", size: 30_000) }
  static let elsewhere = ReleasePlatform(os: "linux", arch: ReleasePlatform.current.arch == "x86_64" ? "aarch64" : "x86_64")

  static let all: [Broken] = [
    // What the source of bundles sends is not what was ordered: the download ends it.
    Broken(description: "bad hash", ending: .failed, words: "SHA-256", isRefused: false) { rig in rig.serveInstead { $0[600] ^= 1 } },
    Broken(description: "truncated", ending: .failed, words: "bytes", isRefused: false) { rig in rig.serveInstead { $0.removeLast(700) } },
    Broken(description: "endless", ending: .failed, words: "longer than", isRefused: false) { rig in rig.serveInstead { $0 += $0 } },
    Broken(description: "changed on the disk", ending: .failed, words: "have changed", isRefused: false) { rig in
      rig.beforeInstall = { rig, path in rig.memory?.corrupt(path, byte: 900) }
    },
    // What was ordered cannot be installed here.
    Broken(description: "wrong platform", release: manifest { $0.platform = elsewhere }, ending: .failed, words: "this machine is", isRefused: false),
    Broken(description: "older version", release: { TestRelease("4.0.9.9") }, ending: .failed, words: "older than 4.1.0.0", isRefused: false),
    Broken(
      description: "missing floor", release: { TestRelease("4.2.0.0", floors: ["4.1.5.0"]) }, ending: .failed, words: "must run 4.1.5.0 first",
      isRefused: false),
    Broken(description: "no disk space", release: large, ending: .failed, words: "bytes of room", isRefused: false) { rig in
      rig.memory?.setCapacity(45_000)
    },
    // What was signed is broken or hostile.
    Broken(
      description: "another version inside", release: manifest { $0.version = ReleaseVersion(4, 3, 0, 0) }, ending: .failed, words: "was ordered",
      isRefused: true
    ) { rig in
      rig.orderedVersion = ReleaseVersion(4, 2, 0, 0)
    },
    Broken(description: "no manifest first", release: entries { $0.removeFirst() }, ending: .failed, words: "first entry", isRefused: true),
    Broken(
      description: "invalid manifest", release: entries { $0[0].bytes = Array("{}".utf8) }, ending: .failed, words: "release.json: format",
      isRefused: true),
    Broken(
      description: "configuration invalid: none", release: manifest { $0.defaultConfiguration = "etc/none" }, ending: .failed,
      words: "default-configuration", isRefused: true),
    Broken(description: "a file's bad hash", release: entries { $0[2].bytes[0] ^= 1 }, ending: .failed, words: "another digest", isRefused: true),
    Broken(description: "a file is missing", release: entries { $0.removeLast() }, ending: .failed, words: "not in the bundle", isRefused: true),
    Broken(description: "a file is there twice", release: entries { $0.append($0[2]) }, ending: .failed, words: "there twice", isRefused: true),
    Broken(
      description: "a huge file", release: entries { $0[4].bytes += [UInt8](repeating: 0, count: 100_000) }, ending: .failed, words: "manifest names",
      isRefused: true),
    Broken(
      description: "an archive cut off inside",
      release: {
        var r = TestRelease("4.2.0.0")
        r.bundle.removeLast(1_500)
        return r
      }, ending: .failed, words: "refused", isRefused: true),
    Broken(
      description: "no archive",
      release: {
        var r = TestRelease("4.2.0.0")
        r.bundle = [UInt8](repeating: 65, count: 3_000)
        return r
      }, ending: .failed, words: "cannot be read", isRefused: true),
    Broken(description: "dots", release: file("../../evil"), ending: .failed, words: "not in the manifest", isRefused: true),
    Broken(
      description: "dots instead of a file", release: entries { $0[2].name = "../../evil" }, ending: .failed, words: "not in the manifest",
      isRefused: true),
    Broken(description: "dots in the manifest", release: manifest { $0.files[0].path = "../evil" }, ending: .failed, words: "'..'", isRefused: true),
    Broken(
      description: "absolute", release: entries { $0[2].name = "/etc/cron.d/evil" }, ending: .failed, words: "not in the manifest", isRefused: true),
    Broken(
      description: "a symbolic link", release: entries { $0[2] = TarEntry("bin/connectord", type: "2", link: "/bin/sh") }, ending: .failed,
      words: "is a link", isRefused: true),
    Broken(
      description: "a hard link", release: entries { $0[2] = TarEntry("bin/connectord", type: "1", link: "/etc/shadow") }, ending: .failed,
      words: "is a link", isRefused: true),
    Broken(
      description: "a folder that is a link", release: entries { $0[1] = TarEntry("bin", type: "2", link: "/bin") }, ending: .failed,
      words: "is a link", isRefused: true),
    Broken(
      description: "a device", release: entries { $0[2] = TarEntry("bin/connectord", type: "3") }, ending: .failed, words: "neither a file",
      isRefused: true),
    Broken(
      description: "a pipe", release: entries { $0[2] = TarEntry("bin/connectord", type: "6") }, ending: .failed, words: "neither a file",
      isRefused: true),
    Broken(description: "a folder of its own", release: entries { $0[1].name = "other/" }, ending: .failed, words: "holds no file", isRefused: true),
    Broken(
      description: "very many files", release: entries { for n in 0..<5_000 { $0.append(TarEntry("f\(n)")) } }, ending: .failed,
      words: "not in the manifest", isRefused: true),
    Broken(
      description: "very many folders", release: entries { for _ in 0..<5_000 { $0.insert(TarEntry("bin/", type: "5"), at: 1) } }, ending: .failed,
      words: "more than 8 entries", isRefused: true),
    Broken(
      description: "very many files in the manifest",
      release: manifest { m in m.files += (0..<11_000).map { .init(path: "f\($0)", sha256: m.files[0].sha256, length: 0, mode: 0o644) } },
      ending: .failed, words: "at most 10000 entries", isRefused: true),
    // What runs is broken.
    Broken(description: "crashes at once", behaviour: .crashes, ending: .rolledBack, words: "ended by itself: exit code 70", isRefused: true),
    Broken(description: "hangs before ready", behaviour: .hangs, ending: .rolledBack, words: "not ready within 180 s", isRefused: true),
    Broken(description: "ready but no cloud", behaviour: .noCloud, ending: .rolledBack, words: "not committed", isRefused: true),
    Broken(
      description: "healthy for a while, then fails", behaviour: .failsLater, ending: .rolledBack, words: "the broker does not answer",
      isRefused: true),
    Broken(description: "flaps", behaviour: .flaps, ending: .rolledBack, words: "broke", isRefused: true),
  ]

  @Test(arguments: all) func endsAsItShould_L1_L2_L4_L5_L6_L9_L10_T7_T8(_ broken: Broken) throws {
    let rig = Rig.inMemory()
    try rig.seed(Self.old)
    let release = broken.release()
    rig.serve(release, broken.behaviour)
    try broken.prepare(rig)
    let before = try rig.files.freeSpace("/")
    try rig.update(release)
    #expect(rig.logic.state == broken.ending, "\(rig.logic.reason)")
    #expect(rig.logic.reason.contains(broken.words), "\(rig.logic.reason)")
    let record = try rig.record
    #expect(record.phase == .idle && record.active == Self.old.slot)
    #expect(record.failures[(rig.orderedVersion ?? release.version).description]?.isRefused ?? false == broken.isRefused)
    #expect(try rig.slots.slot(.active) == Self.old.slot)
    #expect(try rig.slots.slot(.trial) == nil)
    #expect(!rig.stateText.contains("4.2."))
    #expect(try String(decoding: rig.files.read("/evergreen/configuration"), as: UTF8.self) == "defaults of 4.1.0.0\n")
    #expect(rig.violations == [])
    if broken.ending == .failed {
      // Nothing of it stays but the memory of it.
      #expect(try rig.slots.installed() == [Self.old.slot])
      #expect(try rig.files.list("/evergreen/staging") == [] && rig.files.list("/evergreen/downloads") == [])
      #expect(try before - rig.files.freeSpace("/") < 1_000)
    }
    // L6: the same order once more does nothing more, unless it was not the release's fault.
    let facts = rig.log.all.count { $0.kind == .trialOpened || $0.kind == .installed }
    if broken.isRefused {
      try rig.update(release)
      #expect(rig.logic.state == .failed && rig.logic.reason.contains("failed here before"))
      #expect(rig.log.all.count { $0.kind == .trialOpened || $0.kind == .installed } == facts)
    }
    // A newer release is not held up by it.
    rig.memory?.setCapacity(.max)
    let next = TestRelease("4.4.0.0")
    rig.serve(next)
    (rig.orderedVersion, rig.beforeInstall) = (nil, nil)
    try rig.runToEnd(next)
    #expect(try rig.record.active == next.slot)
    #expect(rig.violations == [])
  }
}
