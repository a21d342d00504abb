import Evergreen
package import Releases
import World

/// Whether a release is whole.
extension ReleaseSlots {
  /// What is wrong with a release's files, or nil: every file there with its digest, length and mode, and nothing else.
  package func problem(of slot: SlotName) throws(SlotError) -> String? {
    let folder = folder(of: slot)
    guard let manifest = try manifest(of: slot) else { return "its manifest is missing or changed" }
    for file in manifest.files {
      let path = "\(folder)/\(file.path)"
      guard let info = try onDisk({ () throws(FileError) in try files.info(path) }), !info.isDirectory, !info.isLink else {
        return "'\(file.path)' is missing"
      }
      guard info.size == file.length, info.mode == file.mode, try digest(of: path).sha256 == file.sha256.text else {
        return "'\(file.path)' was changed"
      }
    }
    let count = try onDisk { () throws(FileError) in try tree(folder).count }
    return count == manifest.files.count + 1 ? nil : "it holds \(count - 1) files; its manifest lists \(manifest.files.count)"
  }

  /// Nil when it is missing, or not the one that the release is named after.
  package func manifest(of slot: SlotName) throws(SlotError) -> ReleaseManifest? {
    let path = "\(folder(of: slot))/\(ReleaseManifest.fileName)"
    guard try onDisk({ () throws(FileError) in try files.info(path) }) != nil, try digest(of: path).sha256.hasPrefix(slot.digest) else { return nil }
    let bytes = try onDisk { () throws(FileError) in try files.read(path) }
    return try? ReleaseManifest(parsing: bytes, limits: settings.limits)
  }

  /// The roles whose release is whole, and those releases. One that cannot be read is not. What the record names counts before the links: they follow it.
  func intact(_ record: EvergreenRecord) -> (roles: Set<UpdateFact.Role>, releases: Set<SlotName>) {
    var named: [UpdateFact.Role: SlotName] = [:]
    if let trial = record.trial { (named[.trial], named[.lastGood]) = (trial.slot, trial.from) }
    if case .rollingBack(let rollback) = record.phase { named[.lastGood] = rollback.to }
    var known: [SlotName: Bool] = [:]
    let roles = UpdateFact.Role.allCases.filter { role in
      guard let slot = named[role] ?? (try? self.slot(role)) else { return false }
      let isWhole = known[slot] ?? ((try? problem(of: slot)) == .some(nil))
      known[slot] = isWhole
      return isWhole
    }
    return (Set(roles), Set(known.keys.filter { known[$0] == true }))
  }

  /// The files below a folder, by their paths from it, sorted; nothing when it is missing. Links count as files and are not followed.
  func tree(_ folder: String) throws(FileError) -> [String] {
    var found: [String] = []
    var open = [""]
    while let next = open.popLast() {
      guard try files.info(folder + next) != nil else { continue }
      for name in try files.list(folder + next) {
        let path = "\(next)/\(name)"
        if try files.info(folder + path)?.isDirectory == true { open.append(path) } else { found.append(String(path.dropFirst())) }
      }
    }
    return found.sorted()
  }

  /// Bytes of all files below a folder.
  func size(of folder: String) throws(FileError) -> Int64 {
    var total: Int64 = 0
    for path in try tree(folder) { total += try files.info("\(folder)/\(path)")?.size ?? 0 }
    return total
  }
}
