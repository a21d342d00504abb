import Evergreen
import Foundation
import LiveWorld
import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import World

/// Release archives changed at random, the same for each seed: nothing traps, nothing is written outside of the releases' folder, and no content is
/// accepted that is not the signed one.
@Suite struct BundleMutationTests {
  static let good = TestRelease("4.1.0.0", size: 1_500)
  static let names = [
    "../x", "/x", "bin/../../x", "./x", "bin//x", "bin/connectord", "etc/defaults.yaml", "release.json", "RELEASE.json", "", "a\u{e9}",
  ]

  /// Entries changed before the archive is made, so that its checksums are right.
  static func hostile(_ random: SeededRandom) -> [UInt8] {
    // Sometimes the manifest names the hostile path too, so that only its own rules stand against it.
    let path = random.below(3) == 0 ? names[Int(random.below(UInt64(names.count)))] : nil
    return TestRelease(
      "4.1.0.0", size: 1_500, manifest: { if let path { $0.files[2].path = path } },
      entries: { entries in
        if let path {
          entries[4].name = path
          return
        }
        for _ in 0...random.below(2) {
          let at = Int(random.below(UInt64(entries.count)))
          let name = names[Int(random.below(UInt64(names.count)))]
          switch random.below(6) {
          case 0: entries[at].name = name
          case 1: entries[at].type = Array("0123456LxgSV")[Int(random.below(12))]
          case 2: (entries[at].type, entries[at].link) = (random.below(2) == 0 ? "1" : "2", name)
          case 3: entries.insert(TarEntry(name, [UInt8](repeating: 65, count: Int(random.below(600)))), at: at)
          case 4: entries.swapAt(at, Int(random.below(UInt64(entries.count))))
          default:
            if !entries[at].bytes.isEmpty { entries[at].bytes[Int(random.below(UInt64(entries[at].bytes.count)))] ^= 1 << UInt8(random.below(8)) }
          }
        }
      }
    ).bundle
  }

  /// Bytes changed anywhere.
  static func torn(_ random: SeededRandom) -> [UInt8] {
    var bytes = good.bundle
    for _ in 0...random.below(3) {
      let at = Int(random.below(UInt64(bytes.count)))
      let length = min(bytes.count - at, Int(random.below(700)))
      switch random.below(4) {
      case 0: bytes[at] ^= 1 << UInt8(random.below(8))
      case 1: bytes.removeSubrange(at..<at + length)
      case 2: bytes.insert(contentsOf: Array(bytes[at..<at + length]), at: Int(random.below(UInt64(bytes.count))))
      default: bytes.removeLast(min(bytes.count - 1, length))
      }
    }
    return bytes
  }

  /// Every path of a disk with its bytes, without the folder `but`.
  static func tree(_ files: any Files, _ folder: String, but: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in try files.list(folder) {
      let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
      guard path != but, let info = try files.info(path) else { continue }
      if info.isDirectory { found.merge(try tree(files, path, but: but)) { $1 } } else { found[path] = info.isLink ? [] : try files.read(path) }
    }
    return found
  }

  /// A bundle whose signed digest is that of these very bytes: whoever signed it is hostile.
  @Test(arguments: 0..<6) func whateverIsSignedStaysInItsFolder_L1(_ seed: Int) throws {
    let random = SeededRandom(seed: UInt64(seed))
    for turn in 0..<60 {
      let files = MemoryFiles()
      try files.makeDirectory("/a", mode: 0o755)
      try files.makeDirectory("/a/b", mode: 0o755)
      try files.replace("/a/x", with: [1], mode: 0o644, step: "test")
      let before = try Self.tree(files, "/", but: "/a/b")
      (turn % 2 == 0 ? Self.hostile(random) : Self.torn(random)).withUnsafeBytes { fuzzBundle($0, files: files, root: "/a/b") }
      #expect(try Self.tree(files, "/", but: "/a/b") == before)
    }
  }

  /// The same on a real disk, where links and devices are real.
  @Test func onADiskToo_L1() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/bundle-mutations-" + SystemRandom().uuid()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = DiskFiles()
    let random = SeededRandom(seed: 77)
    for turn in 0..<24 {
      let root = "\(folder)/\(turn)"
      try files.makeDirectory(folder, mode: 0o755)
      try files.makeDirectory(root, mode: 0o755)
      try files.replace("\(root)/x", with: [1], mode: 0o644, step: "test")
      Self.hostile(random).withUnsafeBytes { fuzzBundle($0, files: files, root: "\(root)/slots") }
      #expect(try Self.tree(files, root, but: "\(root)/slots") == ["\(root)/x": [1]])
      #expect(try files.list(folder).count == turn + 1)
    }
  }

  /// The signed digest is the good bundle's: nothing else is believed, whether it comes that way or changes on the disk (T1).
  @Test(arguments: 0..<4) func noOtherContentIsAccepted_T1(_ seed: Int) throws {
    let random = SeededRandom(seed: 500 + UInt64(seed))
    let bundle = Self.good.order().bundle
    for turn in 0..<40 {
      let changed = turn % 2 == 0 ? Self.hostile(random) : Self.torn(random)
      guard changed != Self.good.bundle else { continue }
      let slots = ReleaseSlots(files: MemoryFiles(), root: "/slots")
      #expect(throws: SlotError.self) { try slots.take(changed, as: bundle) }
      // A disk that rots between the download and the installation.
      try slots.take(Self.good.bundle, as: bundle)
      try slots.files.replace(slots.bundlePath(bundle), with: changed, mode: 0o600, step: "test")
      #expect(throws: SlotError.self) { _ = try slots.seed(bundle, version: Self.good.version, at: WallTime(seconds: 1)) }
      #expect(try slots.installed() == [])
    }
    let slots = ReleaseSlots(files: MemoryFiles(), root: "/slots")
    try slots.take(Self.good.bundle, as: bundle)
    #expect(try slots.seed(bundle, version: Self.good.version, at: WallTime(seconds: 1)) == Self.good.slot)
  }
}

extension ReleaseSlots {
  fileprivate func take(_ bytes: [UInt8], as bundle: UpdateOrder.Bundle) throws {
    var rest = [bytes]
    try download(bundle, at: WallTime(seconds: 1)) { rest.isEmpty ? [] : rest.removeFirst() }
  }
}
