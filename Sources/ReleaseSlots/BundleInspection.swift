import Crypto
package import Releases
package import World

/// A bundle that holds exactly what its manifest says.
package struct InspectedBundle: Hashable, Sendable {
  package var manifest: ReleaseManifest
  /// Of the manifest's bytes: it names the release on every machine.
  package var manifestDigest: ContentDigest
  /// Of the bundle as a whole.
  package var sha256: ContentDigest
  /// Bytes of the bundle.
  package var length: Int64

  package init(manifest: ReleaseManifest, manifestDigest: ContentDigest, sha256: ContentDigest, length: Int64) {
    self.manifest = manifest
    self.manifestDigest = manifestDigest
    self.sha256 = sha256
    self.length = length
  }
}

/// Reads a bundle as an installation does, and installs nothing: for whoever is about to sign it.
package enum BundleInspection {
  /// Throws `SlotError` `.hostile` or `.manifest` when a connector would refuse the bundle, `.files` when it cannot be read.
  package static func inspect(_ path: String, files: any Files, limits: ReleaseManifest.Limits = .init()) throws(SlotError) -> InspectedBundle {
    let reader = try BundleReader(try onDisk { () throws(FileError) in try files.reader(of: path) })
    guard case .file(ReleaseManifest.fileName, let length)? = try reader.next(atMost: 1) else {
      throw .hostile("its first entry is not \(ReleaseManifest.fileName)")
    }
    guard length <= limits.manifestBytes else { throw .hostile("its manifest has \(length) bytes") }
    var bytes: [UInt8] = []
    try reader.content(ReleaseManifest.fileName, length: length) { bytes.append(contentsOf: $0) }
    let manifest = try parse(bytes, limits)
    try check(manifest, reader)
    let whole = try reader.finish()
    guard let digest = ContentDigest(whole.sha256), let manifestDigest = ContentDigest(Hex.encode(SHA256.hash(data: bytes))) else {
      throw .hostile("no digest")
    }
    return InspectedBundle(manifest: manifest, manifestDigest: manifestDigest, sha256: digest, length: whole.length)
  }

  private static func parse(_ bytes: [UInt8], _ limits: ReleaseManifest.Limits) throws(SlotError) -> ReleaseManifest {
    do throws(ManifestError) { return try ReleaseManifest(parsing: bytes, limits: limits) } catch { throw .manifest(error) }
  }

  private static func check(_ manifest: ReleaseManifest, _ reader: BundleReader) throws(SlotError) {
    var wanted = Dictionary(uniqueKeysWithValues: manifest.files.map { ($0.path, $0) })
    while let entry = try reader.next(atMost: manifest.files.count + manifest.folders.count + 1) {
      guard case .file(let path, let length) = entry else { continue }
      guard let file = wanted.removeValue(forKey: path) else { throw .hostile("'\(path.prefix(80))' is not in the manifest, or there twice") }
      guard length == file.length else { throw .hostile("'\(path)' has \(length) bytes; the manifest names \(file.length)") }
      var hash = SHA256()
      try reader.content(path, length: length) { hash.update(bufferPointer: $0) }
      guard Hex.encode(hash.finalize()) == file.sha256.text else { throw .hostile("'\(path)' has another digest than the manifest names") }
    }
    if let missing = wanted.keys.min() { throw .hostile("'\(missing)' is in the manifest and not in the bundle") }
  }
}
