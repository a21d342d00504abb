import Crypto
import Evergreen
package import Releases
import World

/// The state of a release from before the next one's trial (L10), and the settings that an update resets.
extension ReleaseSlots {
  static func snapshotName(_ trial: EvergreenRecord.Trial) -> String { snapshotName(trial.from, trial.generation) }

  /// Copies the state while nobody runs. It has its name only when it is complete, and nothing of it stays when it cannot be completed.
  func takeSnapshot(_ trial: EvergreenRecord.Trial, at now: WallTime) throws(SlotError) {
    let name = Self.snapshotName(trial)
    let (target, temporary) = ("\(snapshots)/\(name)", "\(snapshots)/.next-\(name)")
    // Of what is copied, not of the copy: nobody runs.
    let state = try stateDigest(of: stateFolder)
    if try onDisk({ () throws(FileError) in try files.info(target) }) == nil {
      try takeSnapshot(target, by: temporary)
    } else if try stateDigest(of: target) != state {
      // An earlier start took it and could go no further; what ran meanwhile, because something must, has written since.
      try clean(target)
      try takeSnapshot(target, by: temporary)
    }
    say(.snapshotTaken, now, trial.from) {
      $0.generation = trial.generation
      $0.state = state
    }
  }

  private func takeSnapshot(_ target: String, by temporary: String) throws(SlotError) {
    try clean(temporary)
    do throws(SlotError) {
      try onDisk { () throws(FileError) in
        try files.makeDirectory(temporary, mode: 0o700)
        for path in try stateTree(stateFolder) { try copy("\(stateFolder)/\(path)", to: "\(temporary)/\(path)") }
        try files.rename(temporary, to: target, step: EvergreenStep.snapshot.step)
      }
    } catch {
      try? clean(temporary)
      throw error
    }
  }

  private func copy(_ from: String, to path: String) throws(FileError) {
    // Above the file's folder may be some that are new.
    try files.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), mode: 0o700)
    if let target = try (files.info(from)?.isLink == true ? files.readLink(from) : nil) {
      return try files.replaceLink(path, to: target, step: EvergreenStep.snapshotFile.step)
    }
    let writer = try files.writer(to: path, mode: try files.info(from)?.mode ?? 0o600)
    let reader = try files.reader(of: from)
    while true {
      let piece = try reader.read(upTo: 1 << 18)
      if piece.isEmpty { break }
      try writer.write(piece)
    }
    try writer.commit(step: EvergreenStep.snapshotFile.step)
  }

  func aside(_ rollback: EvergreenRecord.Rollback) -> String { "\(root)/state-aside-g\(rollback.generation)" }

  /// Puts a snapshot in the state's place by two renames, and then brings back what belongs to the machine, by a rename each: no copy, so a full disk does
  /// not stop it. Doing it again after a crash goes on where it was.
  func restore(_ rollback: EvergreenRecord.Rollback, at now: WallTime) throws(SlotError) {
    guard let name = rollback.snapshot else { return }
    let (snapshot, aside) = ("\(snapshots)/\(name)", aside(rollback))
    try onDisk { () throws(FileError) in
      let isAside = try files.info(aside) != nil
      guard try files.info(snapshot) != nil else {
        // Both renames are done already.
        if isAside, try files.info(stateFolder) != nil { return try bringBack(from: aside) }
        throw FileError(.notFound, snapshot, "the state from before the trial is missing")
      }
      if try files.info(stateFolder) != nil {
        if isAside {
          try files.removeTree(stateFolder, step: EvergreenStep.collect.step)
        } else {
          try files.rename(stateFolder, to: aside, step: EvergreenStep.stateAside.step)
        }
      }
      try files.rename(snapshot, to: stateFolder, step: EvergreenStep.stateRestore.step)
      try bringBack(from: aside)
    }
    let state = try stateDigest(of: stateFolder)
    say(.stateRestored, now, rollback.to) { $0.state = state }
  }

  /// Of names and contents of what belongs to a release.
  package func stateDigest(of folder: String) throws(SlotError) -> ContentDigest? {
    var hash = SHA256()
    for path in try onDisk({ () throws(FileError) in try stateTree(folder) }) {
      hash.update(data: Array(path.utf8) + [0])
      let isLink = try onDisk { () throws(FileError) in try files.info("\(folder)/\(path)") }?.isLink == true
      hash.update(data: Array((isLink ? "link" : try digest(of: "\(folder)/\(path)").sha256).utf8))
    }
    return ContentDigest(Hex.encode(hash.finalize()))
  }

  /// Settings altered by hand go back to the defaults at an update (the product's documentation). It is part of opening a trial and of its rollback,
  /// so where no update can run, nothing is reset.
  func resetConfiguration(to slot: SlotName, at now: WallTime) throws(SlotError) {
    guard let manifest = try manifest(of: slot) else { throw .damaged(slot, "its manifest is missing or changed") }
    let isReset = try onDisk { () throws(FileError) in
      let bytes = try files.read("\(folder(of: slot))/\(manifest.defaultConfiguration)")
      if try files.info(configurationPath) != nil, try files.read(configurationPath) == bytes { return false }
      try files.replace(configurationPath, with: bytes, mode: 0o644, step: EvergreenStep.configuration.step)
      return true
    }
    // Also when it was that already: a crash may have come between the file and the word of it.
    let carried = manifest.files.first { $0.path == manifest.defaultConfiguration }?.sha256
    say(.configurationReset, now, slot) { ($0.ok, $0.configuration) = (isReset, carried) }
  }

  /// Of the default configuration as it lies on this machine; nil when there is none, or it cannot be read.
  var configurationDigest: ContentDigest? {
    (try? digest(of: configurationPath).sha256).flatMap { ContentDigest($0) }
  }
}
