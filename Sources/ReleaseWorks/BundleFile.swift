import Releases
internal import TUF
import World

/// The bytes of files, as signed metadata speaks of them.
extension BundleFile {
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
