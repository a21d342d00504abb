import StrictJSON
internal import TUF
internal import TUFRepository
internal import World

/// The development keys on disk, one file for each, readable by their owner only: Ed25519, so that the same record gives the same signatures.
///
/// They are as safe as the folder. A repository for real customers keeps those of root and targets elsewhere, offline.
struct RepositoryKeys {
  let files: any Files
  let folder: String

  private func path(_ id: String) -> String { "\(folder)/\(id).key" }

  func make(_ count: Int, _ random: any RandomSource) throws(ReleaseProblem) -> [String] {
    var ids: [String] = []
    for _ in 0..<count {
      let seed = random.bytes(32)
      guard let key = SigningKey.ed25519(seed: seed) else { throw ReleaseProblem(.disk, "no key could be made of 32 random bytes") }
      let id = key.keyID.description
      try onDisk { () throws(FileError) in
        try files.replace(path(id), with: Array((Hex.encode(seed) + "\n").utf8), mode: 0o600, step: "releases.key")
      }
      ids.append(id)
    }
    return ids
  }

  /// All keys that the record needs but those of the root that are gone: enough others may sign a root, and `MetadataFiles` says when they are too few.
  func load(_ record: RepositoryRecord) throws(ReleaseProblem) -> [String: SigningKey] {
    var keys: [String: SigningKey] = [:]
    for id in record.keyIDs.sorted() {
      do throws(ReleaseProblem) { keys[id] = try load(id) } catch {
        if record.rootKeyIDs.contains(id) { continue }
        throw error
      }
    }
    return keys
  }

  private func load(_ id: String) throws(ReleaseProblem) -> SigningKey {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try files.read(path(id)) } catch {
      throw ReleaseProblem(.damaged, "a key of the repository cannot be read: \(error). Restore it; without it nothing can be signed")
    }
    // Pairs of digits and the end of the line.
    guard let seed = HexDigits.bytes(bytes.dropLast()), let key = SigningKey.ed25519(seed: seed), key.keyID.description == id else {
      throw ReleaseProblem(.damaged, "\(path(id)) is damaged: it does not hold the key that its name says. Restore it")
    }
    return key
  }

  /// Keys that no record needs: of a rotation that is over, or of one that a crash cut off.
  func forget(allBut ids: Set<String>) throws(ReleaseProblem) {
    let names = try onDisk { () throws(FileError) in try files.list(folder) }
    for name in names where name.hasSuffix(".key") && !ids.contains(String(name.dropLast(4))) {
      try onDisk { () throws(FileError) in try files.remove("\(folder)/\(name)") }
    }
  }
}
