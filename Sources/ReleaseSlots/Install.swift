import Crypto
package import Evergreen
package import Releases
package import World

/// From a bundle to a complete release under its name.
extension ReleaseSlots {
  /// What stands against an order as far as it can be told without its bundle: T7, L6, FIPS.
  package func refusal(of order: UpdateOrder, at now: WallTime) throws(SlotError) -> UpdateRefusal? {
    let record = try record(at: now)
    guard let active = record.active?.version else { return nil }
    if order.version == active { return .runsAlready(active) }
    if order.version < active { return .older(order.version, than: active) }
    if settings.isFIPS, active < UpdateRule.fipsFloor { return .tooOldForFIPS(active) }
    return record.refusal(of: order.version, attempts: settings.update.attempts)
  }

  /// Unpacks and verifies. The release is there whole under its name, or nothing of it is; one that is there whole already is left alone.
  /// A bundle that cannot be installed is removed; when that is the release's fault, its version is not tried again (L6).
  package func install(_ order: UpdateOrder, by generation: UInt64, at now: WallTime) throws(SlotError) -> SlotName {
    var record = try current(generation, at: now)
    if let refusal = try refusal(of: order, at: now) {
      say(.refused, now) { $0.reason = refusal.description }
      throw .refused(refusal)
    }
    do throws(SlotError) {
      let slot = try unpack(order.bundle, version: order.version, after: record.active?.version, at: now)
      drop(order.bundle)
      return slot
    } catch {
      // A crash ends here as well, as a failing disk: then nothing more is written.
      if case .files = error { throw error }
      drop(order.bundle)
      say(.installFailed, now) { $0.reason = error.description }
      if case .wrongBundle = error { noteFailure(order.version, isRefused: false, error.description, in: &record, at: now) }
      if error.isTheReleasesFault { noteFailure(order.version, isRefused: true, error.description, in: &record, at: now) }
      try save(record, .failure)
      throw error
    }
  }

  /// The first release of a machine, with nothing to compare it with; or another one in its place while nobody runs (an installation anew, which keeps the
  /// state and what failed here). Not while an update is under way.
  package func seed(_ bundle: UpdateOrder.Bundle, version: ReleaseVersion, at now: WallTime) throws(SlotError) -> SlotName {
    try makeFolders()
    let before = seen
    if let before, before.phase != .idle { throw .busy("an update") }
    let slot = try unpack(bundle, version: version, after: nil, at: now)
    try resetConfiguration(to: slot, at: now)
    try link(.lastGood, to: slot, at: now)
    try link(.active, to: slot, at: now)
    var record = EvergreenRecord(active: slot, at: now)
    if let before {
      record.generation = before.generation + 1
      record.failures = before.failures
      record.commands = before.commands
    }
    try save(record, .seed)
    drop(bundle)
    return slot
  }

  private func unpack(
    _ bundle: UpdateOrder.Bundle, version: ReleaseVersion, after current: ReleaseVersion?, at now: WallTime
  ) throws(SlotError) -> SlotName {
    // All of it is hashed before any of it is interpreted.
    let found = try digest(of: bundlePath(bundle))
    guard found.sha256 == bundle.sha256.text, found.length == bundle.length else { throw .wrongBundle("its bytes on the disk have changed") }
    say(.verified, now)
    let reader = try BundleReader(try onDisk { () throws(FileError) in try files.reader(of: bundlePath(bundle)) })
    let (manifest, bytes) = try manifest(reader)
    guard manifest.version == version else { throw .hostile("it holds version \(manifest.version); \(version) was ordered") }
    let refusal =
      current.map { UpdateRule.refusal(of: manifest, after: $0, on: settings.platform, isFIPS: settings.isFIPS) }
      ?? (manifest.platform == settings.platform ? nil : .wrongPlatform(release: manifest.platform, here: settings.platform))
    if let refusal {
      say(.refused, now) { $0.reason = refusal.description }
      throw .refused(refusal)
    }
    guard let digest = ContentDigest(Hex.encode(SHA256.hash(data: bytes))) else { throw .hostile("no digest") }
    let slot = SlotName(manifest.version, digest)
    if try problem(of: slot) == nil { return slot }
    // A file fills its last block.
    let blocks = Int64(manifest.files.count + manifest.folders.count + 2) * 4_096
    try preflight(slot, needs: manifest.totalLength + Int64(bytes.count) + blocks, at: now)
    try remove(slot, at: now)
    try fill(slot, manifest, bytes, reader, bundle)
    say(.installed, now, slot) { $0.platform = manifest.platform }
    return slot
  }

  private func manifest(_ reader: BundleReader) throws(SlotError) -> (ReleaseManifest, [UInt8]) {
    guard case .file(ReleaseManifest.fileName, let length)? = try reader.next(atMost: 1) else {
      throw .hostile("its first entry is not \(ReleaseManifest.fileName)")
    }
    guard length <= settings.limits.manifestBytes else { throw .hostile("its manifest has \(length) bytes") }
    var bytes: [UInt8] = []
    try reader.content(ReleaseManifest.fileName, length: length) { bytes.append(contentsOf: $0) }
    do throws(ManifestError) { return (try ReleaseManifest(parsing: bytes, limits: settings.limits), bytes) } catch { throw .manifest(error) }
  }

  /// L9: room for the release, for the snapshot that its trial takes, and for what is kept free; asked before the first byte is written, and again before
  /// a trial, for the release may have been here for long.
  ///
  /// - Parameter bytes: of the release; none when it is installed already.
  func preflight(_ slot: SlotName, needs bytes: Int64, at now: WallTime) throws(SlotError) {
    let (free, state) = try onDisk { () throws(FileError) in (try files.freeSpace(root), try size(of: stateFolder)) }
    let needed = bytes + state + settings.reserve
    let left = try onDisk { () throws(FileError) in try files.list(staging) }.count
    say(.preflight, now, slot) {
      $0.ok = free >= needed
      $0.count = left
    }
    guard free >= needed else { throw .noSpace(needed: needed, free: free) }
  }

  private func fill(
    _ slot: SlotName, _ manifest: ReleaseManifest, _ manifestBytes: [UInt8], _ reader: BundleReader, _ bundle: UpdateOrder.Bundle
  ) throws(SlotError) {
    let folder = "\(staging)/\(slot)"
    try clean(folder)
    do throws(SlotError) {
      try unpackFiles(manifest, reader, into: folder)
      let whole = try reader.finish()
      guard whole.sha256 == bundle.sha256.text, whole.length == bundle.length else { throw .wrongBundle("its bytes changed while it was unpacked") }
      try onDisk { () throws(FileError) in
        try files.replace("\(folder)/\(ReleaseManifest.fileName)", with: manifestBytes, mode: 0o644, step: EvergreenStep.unpackManifest.step)
        try files.rename(folder, to: self.folder(of: slot), step: EvergreenStep.install.step)
      }
    } catch {
      // No residue, unless the disk itself fails; then the next start cleans up.
      try? clean(folder)
      throw error
    }
    if let problem = try problem(of: slot) { throw .damaged(slot, problem) }
  }

  private func unpackFiles(_ manifest: ReleaseManifest, _ reader: BundleReader, into folder: String) throws(SlotError) {
    let folders = Set(manifest.folders)
    try onDisk { () throws(FileError) in
      try files.makeDirectory(folder, mode: 0o755)
      for name in folders.sorted() { try files.makeDirectory("\(folder)/\(name)", mode: 0o755) }
    }
    var wanted = Dictionary(uniqueKeysWithValues: manifest.files.map { ($0.path, $0) })
    let limit = manifest.files.count + folders.count + 1
    while let entry = try reader.next(atMost: limit) {
      switch entry {
      case .folder(let name):
        guard folders.contains(name) else { throw .hostile("the folder '\(name.prefix(80))' holds no file of the manifest") }
      case .file(let path, let length):
        guard let file = wanted.removeValue(forKey: path) else { throw .hostile("'\(path.prefix(80))' is not in the manifest, or there twice") }
        guard length == file.length else { throw .hostile("'\(path)' has \(length) bytes; the manifest names \(file.length)") }
        try unpack(file, reader, into: folder)
      }
    }
    if let missing = wanted.keys.min() { throw .hostile("'\(missing)' is in the manifest and not in the bundle") }
  }

  private func unpack(_ file: ReleaseManifest.File, _ reader: BundleReader, into folder: String) throws(SlotError) {
    let writer = try onDisk { () throws(FileError) in try files.writer(to: "\(folder)/\(file.path)", mode: file.mode) }
    defer { writer.discard() }
    var hash = SHA256()
    try reader.content(file.path, length: file.length) { (piece) throws(SlotError) in
      hash.update(bufferPointer: piece)
      try onDisk { () throws(FileError) in try writer.write(piece) }
    }
    guard Hex.encode(hash.finalize()) == file.sha256.text else { throw .hostile("'\(file.path)' has another digest than the manifest names") }
    try onDisk { () throws(FileError) in try writer.commit(step: EvergreenStep.unpack.step) }
  }
}
