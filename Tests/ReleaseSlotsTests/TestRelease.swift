import Crypto
import Evergreen
import Releases
import World

/// A release made for a test, and the bundle that it comes in.
struct TestRelease {
  var manifest: ReleaseManifest
  var contents: [String: [UInt8]]
  var bundle: [UInt8]

  var version: ReleaseVersion { manifest.version }
  var slot: SlotName { SlotName(version, digest(manifest.json)) }

  init(
    _ version: String, platform: ReleasePlatform = .current, floors: [String] = [], size: Int = 300,
    manifest change: (inout ReleaseManifest) -> Void = { _ in }, entries tamper: (inout [TarEntry]) -> Void = { _ in }
  ) {
    let contents: [String: [UInt8]] = [
      "bin/connectord": Array("program \(version)".utf8), "etc/defaults.yaml": Array("defaults of \(version)\n".utf8),
      "lib/a/big": (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) },
    ]
    var manifest = ReleaseManifest(
      version: ReleaseVersion(version)!, bootstrapper: ReleaseVersion(1, 0, 0, 0), platform: platform, floors: floors.map { ReleaseVersion($0)! },
      program: "bin/connectord", defaultConfiguration: "etc/defaults.yaml", stateFormat: 1,
      files: contents.keys.sorted().map { path in
        .init(path: path, sha256: digest(contents[path]!), length: Int64(contents[path]!.count), mode: path.hasPrefix("bin/") ? 0o755 : 0o644)
      })
    change(&manifest)
    var entries = [TarEntry(ReleaseManifest.fileName, manifest.json), TarEntry("bin/", type: "5")]
    entries += contents.sorted { $0.key < $1.key }.map { TarEntry($0.key, $0.value) }
    tamper(&entries)
    self.manifest = manifest
    self.contents = contents
    bundle = Tar.archive(entries)
  }

  func order(_ command: String = "c1") -> UpdateOrder {
    UpdateOrder(command: command, version: version, bundle: .init(sha256: digest(bundle), length: Int64(bundle.count)))
  }
}

func digest(_ bytes: [UInt8]) -> ContentDigest { ContentDigest(Hex.encode(SHA256.hash(data: bytes)))! }

/// One entry of a tar file, of any type: `0` a file, `5` a folder, `1` a hard link, `2` a symbolic link, `3` a device, `6` a pipe.
struct TarEntry {
  var name: String
  var bytes: [UInt8]
  var type: Character
  var link: String

  init(_ name: String, _ bytes: [UInt8] = [], type: Character = "0", link: String = "") {
    self.name = name
    self.bytes = bytes
    self.type = type
    self.link = link
  }
}

/// POSIX ustar, without any of the care that a writer of releases takes.
enum Tar {
  static func archive(_ entries: [TarEntry]) -> [UInt8] {
    entries.flatMap(block) + [UInt8](repeating: 0, count: 1_024)
  }

  private static func block(_ entry: TarEntry) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ at: Int) { for (offset, byte) in text.utf8.enumerated() { header[at + offset] = byte } }
    func octal(_ number: Int, _ width: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    put(String(entry.name.prefix(100)), 0)
    put(octal(0o4777, 7), 100)
    put(octal(0, 7), 108)
    put(octal(0, 7), 116)
    put(octal(entry.bytes.count, 11), 124)
    put(octal(0, 11), 136)
    put(String(entry.type), 156)
    put(entry.link, 157)
    put("ustar", 257)
    put("00", 263)
    put("        ", 148)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6), 148)
    header[154] = 0
    return header + entry.bytes + [UInt8](repeating: 0, count: (512 - entry.bytes.count % 512) % 512)
  }
}
