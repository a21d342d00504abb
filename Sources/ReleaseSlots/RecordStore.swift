package import Evergreen
import FoundationEssentials
import Releases
package import World

/// The record on disk.
extension ReleaseSlots {
  var recordPath: String { root + "/record.json" }
  var runsPath: String { root + "/runs.json" }

  /// A record that cannot be read is kept for a look and made anew from the links: an unreadable record never stops a start
  /// (elastic-agent #9099 and its pull request 14194).
  package func record(at now: WallTime) throws(SlotError) -> EvergreenRecord {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try files.read(recordPath) } catch {
      guard error.kind == .notFound else { throw .files(error) }
      return try rebuilt(at: now)
    }
    if let record = Self.record(bytes) { return record }
    try onDisk { () throws(FileError) in try files.rename(recordPath, to: recordPath + ".unreadable", step: EvergreenStep.setAside.step) }
    return try rebuilt(at: now)
  }

  static func record(_ bytes: [UInt8]) -> EvergreenRecord? { try? JSONDecoder().decode(EvergreenRecord.self, from: Data(bytes)) }

  /// From the links: what is active stays active, an open trial has ended.
  private func rebuilt(at now: WallTime) throws(SlotError) -> EvergreenRecord {
    guard let active = try slot(.active) else { throw .noRecord }
    var record = EvergreenRecord(active: active, at: now)
    if let before = try slot(.lastGood), before != active { record.committed.insert(EvergreenRecord.Committed(slot: before, at: now), at: 0) }
    // Above anything that was counted before.
    record.generation = UInt64(max(1, now.seconds))
    record.escalation = "the record of updates could not be read and was made anew; which releases failed before is not known any more"
    try save(record, .seed)
    return record
  }

  func save(_ record: EvergreenRecord, _ step: EvergreenStep) throws(SlotError) {
    try onDisk { () throws(FileError) in try files.replace(recordPath, with: Self.json(record), mode: 0o644, step: step.step) }
  }

  func runs(of trial: EvergreenRecord.Trial) -> TrialRuns {
    guard let bytes = try? files.read(runsPath), let runs = try? JSONDecoder().decode(TrialRuns.self, from: Data(bytes)),
      runs.generation == trial.generation
    else { return TrialRuns(generation: trial.generation) }
    return runs
  }

  func save(_ runs: TrialRuns) throws(SlotError) {
    try onDisk { () throws(FileError) in try files.replace(runsPath, with: Self.json(runs), mode: 0o644, step: EvergreenStep.runs.step) }
  }

  private static func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Both types consist of texts, numbers and flags: encoding them cannot fail.
    return (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
  }

  /// L7: what a replaced updater wants is not done.
  package func current(_ generation: UInt64, at now: WallTime) throws(SlotError) -> EvergreenRecord {
    let record = try record(at: now)
    guard record.generation == generation else {
      say(.staleIgnored, now) { $0.generation = generation }
      throw .stale(generation, current: record.generation)
    }
    return record
  }

  /// The caller is the updater from now on; every earlier one is stale.
  package func takeOver(at now: WallTime) throws(SlotError) -> UInt64 {
    var record = try record(at: now)
    record.generation += 1
    try save(record, .takeOver)
    return record.generation
  }

  /// L8: false when this command was taken up before; then nothing may be done for it.
  package func take(command: String, by generation: UInt64, at now: WallTime) throws(SlotError) -> Bool {
    var record = try current(generation, at: now)
    let isNew = !record.commands.contains(command)
    if isNew {
      record.remember(command: command)
      try save(record, .command)
    }
    say(.commanded, now) {
      $0.command = command
      $0.ok = isNew
    }
    return isNew
  }

  /// An operator lets a version be tried again, and has seen to what was escalated.
  package func clear(_ version: ReleaseVersion, by generation: UInt64, at now: WallTime) throws(SlotError) {
    var record = try current(generation, at: now)
    guard record.failures.removeValue(forKey: version.description) != nil || record.escalation != nil else { return }
    record.escalation = nil
    // Before the write: after a crash that came between, a retry without the word of it would look like a breach of L6.
    say(.cleared, now) { $0.reason = version.description }
    try save(record, .clear)
  }

  func noteFailure(_ version: ReleaseVersion, isRefused: Bool, _ reason: String, in record: inout EvergreenRecord, at now: WallTime) {
    let before = record.failures[version.description]
    let attempts = (before?.attempts ?? 0) + 1
    let refused = isRefused || before?.isRefused == true
    record.failures[version.description] = EvergreenRecord.Failure(
      attempts: attempts, isRefused: refused, reason: String(reason.prefix(200)), at: now)
    // What is older than the active release can never be tried again anyway.
    guard let active = record.active?.version else { return }
    for name in record.failures.keys {
      if let other = ReleaseVersion(name), other >= active { continue }
      record.failures[name] = nil
    }
  }
}
