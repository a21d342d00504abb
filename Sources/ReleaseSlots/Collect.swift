import Evergreen
package import Releases
package import World

/// Removing what nobody needs.
extension ReleaseSlots {
  /// Removes releases, bundles, snapshots and leftovers that nothing refers to. Never the active release, the one to go back to, or one on trial,
  /// whatever phase an update is in (L2); nor the snapshot that an operator's way back needs. For after a commit, while nothing is downloaded.
  ///
  /// - Parameter keeping: such as one that is installed and waits for its trial.
  package func collect(keeping: [SlotName] = [], by generation: UInt64, at now: WallTime) throws(SlotError) {
    let record = try current(generation, at: now)
    let kept = try protected(record).union(keeping)
    for slot in try installed() where !kept.contains(slot) { try remove(slot, at: now) }
    guard record.phase == .idle else { return }
    try onDisk { () throws(FileError) in for folder in [staging, root + "/downloads"] { try empty(folder) { _ in true } } }
    try collectStates(record)
  }

  /// What trials and rollbacks left that are over, for an updater that has just taken over. The newest release stays: it may wait for its trial, or for a
  /// clear after it failed. Bundles stay, for they may be on their way to an installation. Nothing while an update is under way.
  package func collectLeftovers(by generation: UInt64, at now: WallTime) throws(SlotError) {
    let record = try current(generation, at: now)
    guard record.phase == .idle else { return }
    let there = try installed()
    var kept = try protected(record)
    if let newest = there.max(by: { $0.version < $1.version }) { kept.formUnion(there.filter { $0.version == newest.version }) }
    for slot in there where !kept.contains(slot) { try remove(slot, at: now) }
    try collectStates(record)
  }

  private func collectStates(_ record: EvergreenRecord) throws(SlotError) {
    // The state of a release that nobody can go back to is a copy of everything that nobody needs.
    var snapshot: String?
    if let before = record.committed.dropLast().last?.slot, try slot(.lastGood) == before { snapshot = record.committed.last?.snapshot }
    try onDisk { () throws(FileError) in
      try empty(snapshots) { $0 != snapshot }
      try empty(root + "/releases") { $0.hasPrefix(".trash-") }
      try empty(root) { $0.hasPrefix("state-aside-") }
    }
  }

  /// Removes one release by its version.
  package func remove(_ version: ReleaseVersion, by generation: UInt64, at now: WallTime) throws(SlotError) {
    let kept = try protected(try current(generation, at: now))
    let found = try installed().filter { $0.version == version }
    guard !found.isEmpty else { throw .notInstalled("\(version)") }
    if let used = found.first(where: kept.contains) { throw .inUse(used) }
    for slot in found { try remove(slot, at: now) }
  }

  private func protected(_ record: EvergreenRecord) throws(SlotError) -> Set<SlotName> {
    var kept: Set<SlotName> = []
    for role in UpdateFact.Role.allCases { if let slot = try slot(role) { kept.insert(slot) } }
    if let active = record.active { kept.insert(active) }
    if let trial = record.trial { kept.formUnion([trial.slot, trial.from]) }
    if case .rollingBack(let rollback) = record.phase { kept.formUnion([rollback.from, rollback.to]) }
    return kept
  }

  /// First it loses its name, so that a half-removed release is never taken for a whole one; and never one that a link leads to (L2).
  func remove(_ slot: SlotName, at now: WallTime) throws(SlotError) {
    let folder = folder(of: slot)
    guard try onDisk({ () throws(FileError) in try files.info(folder) }) != nil else { return }
    for role in UpdateFact.Role.allCases { if try self.slot(role) == slot { throw .inUse(slot) } }
    let trash = "\(root)/releases/.trash-\(slot)"
    try clean(trash)
    try onDisk { () throws(FileError) in try files.rename(folder, to: trash, step: EvergreenStep.collectAside.step) }
    say(.removed, now, slot)
    try clean(trash)
  }

  func clean(_ path: String) throws(SlotError) {
    try onDisk { () throws(FileError) in try files.removeTree(path, step: EvergreenStep.collect.step) }
  }

  private func empty(_ folder: String, _ isGarbage: (String) -> Bool) throws(FileError) {
    guard try files.info(folder) != nil else { return }
    for name in try files.list(folder) where isGarbage(name) { try files.removeTree("\(folder)/\(name)", step: EvergreenStep.collect.step) }
  }
}
