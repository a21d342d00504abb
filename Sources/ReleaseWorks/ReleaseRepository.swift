internal import StrictJSON
internal import TUF
package import World

/// A TUF repository of releases on disk, with its development keys. One folder:
///
/// ```
/// record.json    what the repository is (RepositoryRecord)
/// keys/          one file for each private key, 0600
/// metadata/      what clients read: <n>.root.json, <n>.targets.json, <n>.snapshot.json, timestamp.json
/// targets/       releases/<version>/<sha256>.connectord-<version>-<os>-<arch>.tar.zst
/// unsigned/      bundles that were built and are not signed
/// ```
///
/// A command writes the record first, which decides it, and then what follows from it, what lists something after what it lists. `open` finishes
/// what a crash left, so that a client reads a whole old or a whole new repository at any moment. Calls block. One process at a time
/// writes here; others may read.
package struct ReleaseRepository: Sendable {
  package let files: any Files
  package let folder: String
  package private(set) var record: RepositoryRecord
  let random: any RandomSource

  /// Opens the repository, makes it when there is none, and finishes what was under way.
  package static func open(_ folder: String, files: any Files, random: any RandomSource, now: WallTime) throws(ReleaseProblem) -> ReleaseRepository {
    try onDisk { () throws(FileError) in
      try files.makeDirectory(folder, mode: 0o700)
      try files.makeDirectory("\(folder)/keys", mode: 0o700)
      for name in ["metadata", "targets/releases", "unsigned"] { try files.makeDirectory("\(folder)/\(name)", mode: 0o700) }
    }
    if let record = try read(folder, files: files) {
      let repository = ReleaseRepository(files: files, folder: folder, record: record, random: random)
      try repository.settle(try repository.metadata(record))
      return repository
    }
    guard try onDisk({ () throws(FileError) in try files.list("\(folder)/metadata") }).isEmpty else {
      throw ReleaseProblem(
        .damaged, "\(recordPath(folder)) is missing, though the metadata beside it is there. Restore it, or remove \(folder) to begin with new keys")
    }
    let record = try begin(RepositoryKeys(files: files, folder: "\(folder)/keys"), random, now)
    var repository = ReleaseRepository(files: files, folder: folder, record: record, random: random)
    try repository.commit(record)
    return repository
  }

  /// The record as it is; nil when there is no repository yet. Changes nothing.
  package static func read(_ folder: String, files: any Files) throws(ReleaseProblem) -> RepositoryRecord? {
    let path = recordPath(folder)
    guard try onDisk({ () throws(FileError) in try files.info(path) }) != nil else { return nil }
    return try RepositoryRecord(json: try onDisk { () throws(FileError) in try files.read(path) }, at: path)
  }

  /// Whether clients see what the record says. Not while a command is under way, or one that was cut off waits for the next to finish it: whoever acts on
  /// the record then sends connectors to what they cannot find yet.
  package static func isShown(_ record: RepositoryRecord, in folder: String, files: any Files) throws(ReleaseProblem) -> Bool {
    let path = "\(folder)/metadata/\(MetadataFiles.fileName(.timestamp, record))"
    // The root is written last.
    for path in [path, "\(folder)/metadata/\(MetadataFiles.fileName(.root, record))"] {
      guard try onDisk({ () throws(FileError) in try files.info(path) }) != nil else { return false }
    }
    let timestamp = try? JSONTree.parse(try onDisk { () throws(FileError) in try files.read(path) })
    return timestamp?.top["signed"]?["version"]?.integer == record.roles[.timestamp]?.current.version
  }

  private static func recordPath(_ folder: String) -> String { "\(folder)/record.json" }

  private static func begin(_ keys: RepositoryKeys, _ random: any RandomSource, _ now: WallTime) throws(ReleaseProblem) -> RepositoryRecord {
    var roles: [RepositoryRole: RoleRecord] = [:]
    for role in RepositoryRole.allCases {
      let ids = try keys.make(role.keys.count, random)
      roles[role] = RoleRecord(
        keys: ids, threshold: role.keys.threshold, current: SignedVersion(version: 1, expires: expiry(role, now), signedBy: ids))
    }
    return RepositoryRecord(roles: roles)
  }

  /// In whole seconds, as metadata has it.
  static func expiry(_ role: RepositoryRole, _ now: WallTime) -> WallTime { WallTime(seconds: (now + role.life).seconds) }

  var keys: RepositoryKeys { RepositoryKeys(files: files, folder: "\(folder)/keys") }

  private func metadata(_ record: RepositoryRecord) throws(ReleaseProblem) -> MetadataFiles {
    try MetadataFiles(record, try keys.load(record)) { (name) throws(ReleaseProblem) in
      try onDisk { () throws(FileError) in try files.info("\(folder)/metadata/\(name)") } != nil
    }
  }

  /// Decides: after this the change is made, whatever happens.
  mutating func commit(_ record: RepositoryRecord) throws(ReleaseProblem) {
    let bytes: [UInt8]
    do { bytes = try record.json } catch { throw ReleaseProblem(.damaged, "the record cannot be written: \(error)") }
    // Nothing is decided that cannot be signed.
    let metadata = try metadata(record)
    try onDisk { () throws(FileError) in
      try files.replace(Self.recordPath(folder), with: bytes, mode: 0o600, step: "releases.record")
    }
    self.record = record
    try settle(metadata)
  }

  /// Makes the folder what the record says.
  private func settle(_ metadata: MetadataFiles) throws(ReleaseProblem) {
    for file in metadata.inOrder {
      let path = "\(folder)/metadata/\(file.name)"
      try onDisk { () throws(FileError) in
        if try files.info(path) != nil, try files.read(path) == file.bytes { return }
        try files.replace(path, with: file.bytes, mode: 0o644, step: file.step)
      }
    }
    try keys.forget(allBut: record.keyIDs)
    try forgetBundles()
  }

  /// Bundles that nobody lists any more: of a revoked release, or of one that a crash kept from being signed.
  private func forgetBundles() throws(ReleaseProblem) {
    let wanted = Dictionary(grouping: record.published + record.signed) { $0.version.text }.mapValues { Set($0.map(\.place)) }
    try onDisk { () throws(FileError) in
      for version in try files.list("\(folder)/targets/releases") {
        let path = "\(folder)/targets/releases/\(version)"
        guard let places = wanted[version] else {
          try files.removeTree(path, step: "releases.forget")
          continue
        }
        for name in try files.list(path) where !places.contains("releases/\(version)/\(name)") {
          try files.removeTree("\(path)/\(name)", step: "releases.forget")
        }
      }
    }
  }
}
