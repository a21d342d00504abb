package import Releases
internal import TUF
package import World

/// How a release's files are called.
package enum BundleFile {
  /// `connectord-4.370.0.1227-linux-x86_64.tar.zst`: of the bundle in the work folder, and the last part of its target path.
  package static func name(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> String {
    "connectord-\(version)-\(platform.os)-\(platform.arch).tar.zst"
  }

  /// Its manifest, to be looked at; the bundle holds the same bytes.
  package static func manifestName(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> String {
    "connectord-\(version)-\(platform.os)-\(platform.arch).json"
  }

  /// `releases/<version>/<name>`: what clients ask for.
  package static func target(_ version: ReleaseVersion, _ platform: ReleasePlatform) -> String {
    "releases/\(version)/\(name(version, platform))"
  }

  /// The length and SHA-256 of a file, read piece by piece; `piece` gets each as it comes.
  static func read(_ path: String, _ files: any Files, _ piece: ([UInt8]) throws(ReleaseProblem) -> Void = { _ in })
    throws(ReleaseProblem) -> (length: Int64, sha256: ContentDigest)
  {
    let reader = try onDisk { () throws(FileError) in try files.reader(of: path) }
    var digest = RunningDigest([.sha256])
    while true {
      let bytes = try onDisk { () throws(FileError) in try reader.read(upTo: 1 << 18) }
      if bytes.isEmpty { break }
      bytes.withUnsafeBytes { digest.update($0) }
      try piece(bytes)
    }
    return (digest.count, try Self.text(digest.value(.sha256) ?? []))
  }

  static func digest(_ bytes: [UInt8]) throws(ReleaseProblem) -> ContentDigest { try text(Digests.sha256(bytes)) }

  private static func text(_ digest: [UInt8]) throws(ReleaseProblem) -> ContentDigest {
    guard let digest = ContentDigest(Hex.encode(digest)) else { throw ReleaseProblem(.disk, "no digest could be made") }
    return digest
  }
}
