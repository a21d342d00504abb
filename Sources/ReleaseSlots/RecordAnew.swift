import Evergreen
import Releases
import World

/// A record of which neither copy is left, from the links and the snapshots.
extension ReleaseSlots {
  /// What is active stays active. A trial that the links show to be open goes back (L4): its deadline is not known any more, and nobody would end it. A link of
  /// the trial that leads to the active release is left of a commit, which was decided before `active` led there.
  ///
  /// Which releases failed is lost with both copies, so a person is told, and until somebody clears that no release is tried (L6).
  func madeAnew(at now: WallTime) throws(SlotError) -> EvergreenRecord {
    guard let active = try slot(.active) else { throw .noRecord }
    let (before, trial) = (try slot(.lastGood), try slot(.trial))
    var record = EvergreenRecord(active: active, at: now)
    if let before, before != active {
      record.committed[0].snapshot = try newestState(of: before).map { Self.snapshotName(before, $0) }
      record.committed.insert(EvergreenRecord.Committed(slot: before, at: now), at: 0)
    }
    record.generation = EvergreenRecord.generationAnew(at: now, above: try numbers().max() ?? 0)
    record.escalation = UpdateFact.forgotten
    if let trial, trial != active {
      let number = try newestState(of: active)
      record.phase = .rollingBack(
        EvergreenRecord.Rollback(
          from: trial, to: active, snapshot: number.map { Self.snapshotName(active, $0) }, generation: number ?? record.generation,
          reason: "the record of updates was lost in the middle of a trial", began: now, tries: 0))
    } else if trial != nil {
      try unlinkTrial()
    }
    try save(record, .seed)
    say(.escalated, now, active) { $0.reason = UpdateFact.forgotten }
    if case .rollingBack(let rollback) = record.phase {
      say(.rollbackBegan, now, rollback.to) {
        $0.from = rollback.from
        // Of this record: the one that was lost may have spoken of its own.
        $0.generation = record.generation
        $0.reason = rollback.reason
      }
    }
    return record
  }

  static func snapshotName(_ slot: SlotName, _ generation: UInt64) -> String { "\(slot)-g\(generation)" }

  /// The number of the latest trial for which this release's state was kept. A rollback that has begun to put it back has moved another state aside under
  /// the same number; then an older snapshot that happens to be there is not the one.
  private func newestState(of slot: SlotName) throws(SlotError) -> UInt64? {
    let (kept, moved) = (try numbers(in: snapshots, after: "\(slot)-g"), try numbers(in: root, after: "state-aside-g"))
    return (kept + moved).max()
  }

  /// All that were given to trials of which anything is left.
  private func numbers() throws(SlotError) -> [UInt64] {
    let kept = try onDisk { () throws(FileError) in try names(in: snapshots) }.compactMap { $0.split(separator: "g").last.flatMap { UInt64($0) } }
    return try kept + numbers(in: root, after: "state-aside-g")
  }

  private func numbers(in folder: String, after prefix: String) throws(SlotError) -> [UInt64] {
    try onDisk { () throws(FileError) in try names(in: folder) }.compactMap { $0.hasPrefix(prefix) ? UInt64($0.dropFirst(prefix.count)) : nil }
  }

  private func names(in folder: String) throws(FileError) -> [String] { try files.info(folder) == nil ? [] : files.list(folder) }
}
