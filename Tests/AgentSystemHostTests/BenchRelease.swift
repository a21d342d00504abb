import AgentSystem
import ArchiveLib
import Crypto
import Evergreen
import Releases
import World

/// A small release and the bundle that it comes in.
struct BenchRelease {
  let version: ReleaseVersion
  let bundle: [UInt8]
  let slot: SlotName

  init(_ version: String, floors: [String] = [], platform: ReleasePlatform = .current, change: (inout [UInt8]) -> Void = { _ in }) {
    let contents = ["bin/connectord": Array("program \(version)".utf8), "etc/defaults.yaml": Array("defaults of \(version)\n".utf8)]
    let manifest = ReleaseManifest(
      version: ReleaseVersion(version)!, bootstrapper: ReleaseVersion(1, 0, 0, 0), platform: platform, floors: floors.map { ReleaseVersion($0)! },
      program: "bin/connectord", defaultConfiguration: "etc/defaults.yaml",
      files: contents.keys.sorted().map {
        .init(path: $0, sha256: sha256(contents[$0]!), length: Int64(contents[$0]!.count), mode: $0.hasPrefix("bin/") ? 0o755 : 0o644)
      })
    var entries = [(ReleaseManifest.fileName, manifest.json)] + contents.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    change(&entries[1].1)
    bundle = try! TarGzip.archive(entries.map { ArchiveEntry(name: $0.0, bytes: $0.1, modified: WallTime(seconds: 0)) })
    self.version = manifest.version
    slot = SlotName(manifest.version, sha256(manifest.json))
  }

  var order: UpdateOrder.Bundle { UpdateOrder.Bundle(sha256: sha256(bundle), length: Int64(bundle.count)) }

  func install(by updater: UpdaterGeneration) -> PrivilegedOperation {
    .installRelease(version, digest: order.sha256, length: order.length, by: updater)
  }
}

private func sha256(_ bytes: [UInt8]) -> ContentDigest { ContentDigest(Hex.encode(SHA256.hash(data: bytes)))! }
