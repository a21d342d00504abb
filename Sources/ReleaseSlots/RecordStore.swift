package import Evergreen
import FoundationEssentials
import Releases
package import World

/// What the record says, and the starts of a trial.
extension ReleaseSlots {
  var runsPath: String { root + "/runs.json" }

  func runs(of trial: EvergreenRecord.Trial) -> TrialRuns {
    guard let bytes = try? files.read(runsPath), let runs = try? JSONDecoder().decode(TrialRuns.self, from: Data(bytes)),
      runs.generation == trial.generation
    else { return TrialRuns(generation: trial.generation) }
    return runs
  }

  func save(_ runs: TrialRuns) throws(SlotError) {
    try onDisk { () throws(FileError) in try files.replace(runsPath, with: Self.json(runs), mode: 0o644, step: EvergreenStep.runs.step) }
  }

  static func json(_ value: some Encodable) -> [UInt8] {
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
