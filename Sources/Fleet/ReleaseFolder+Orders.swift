import Evergreen
import Releases
import Simulation
import World

/// What the updater of a running connector may order. Each call is one record; the next start does the rest.
extension ReleaseFolder {
  /// What stands against an update, before a byte is downloaded.
  mutating func refusal(of version: ReleaseVersion, _ settings: UpdateSettings, at now: WallTime) -> UpdateRefusal? {
    guard let record = try? current(at: now), let active = record.active?.version else { return nil }
    if active == version { return .runsAlready(version) }
    let isOlder = mutant == .versionComparedAsText ? version.text < active.text : version < active
    if isOlder, mutant != .olderAccepted { return .older(version, than: active) }
    return mutant == .failedVersionAgain ? nil : record.refusal(of: version, attempts: settings.attempts)
  }

  mutating func install(_ slot: SlotName, at now: WallTime) throws(FolderError) {
    if mutant != .noPreflight {
      let hasRoom = !disk.isFull
      say(.preflight, now, slot) {
        $0.ok = hasRoom
        $0.count = 0
      }
      if disk.isFull { throw .disk }
    }
    if !installed.contains(slot) { installed.append(slot) }
    damaged.remove(slot)
    let isForeign = mutant == .foreignPlatform
    say(.installed, now, slot) { if isForeign { $0.platform = ReleasePlatform(os: "another", arch: "machine") } }
  }

  /// What nobody needs any more goes: neither what runs, nor what comes back, nor what is tried.
  mutating func collect(keeping: SlotName?, at now: WallTime) {
    if mutant == .removedDuringTrial { return }
    let kept = [links.active, links.lastGood, links.trial, keeping]
    for slot in installed where !kept.contains(slot) { say(.removed, now, slot) }
    installed.removeAll { !kept.contains($0) }
  }

  mutating func openTrial(
    _ slot: SlotName, by generation: UInt64, command: UInt64, _ settings: UpdateSettings, at now: WallTime
  ) throws(FolderError) {
    var record = try current(generation, at: now)
    if let trial = record.trial, trial.slot == slot { return }
    guard record.phase == .idle, let active = record.active else { throw .busy }
    if let refusal = refusal(of: slot.version, settings, at: now) { throw .refused(refusal) }
    guard installed.contains(slot) else { throw .notInstalled }
    guard isWhole(slot) else { throw .damaged }
    let attempt = (record.failures[slot.version.description]?.attempts ?? 0) + 1
    record.phase = .opening(
      EvergreenRecord.Trial(
        slot: slot, from: active, generation: record.generation + 1, attempt: attempt, opened: now, deadline: now + settings.trial.openWithin,
        readyWithinSeconds: settings.trial.readyWithin.components.seconds, lengthSeconds: settings.trial.length.components.seconds,
        runs: settings.trial.runs))
    try save(record)
    say(.changed, now, slot, command: command)
  }

  /// Makes the trial the active release. Committing what is committed already changes nothing (L8).
  mutating func commit(_ evidence: Evidence, by generation: UInt64, at now: WallTime, _ machine: MachineTime) throws(FolderError) {
    var record = try current(generation, at: now)
    if case .committing(let trial) = record.phase { return try finishCommit(trial, &record, at: now) }
    guard case .trying(let trial) = record.phase else {
      if case .idle = record.phase, record.committed.count > 1 { return }
      throw .noTrial
    }
    guard evidence.endToEndProbes > 0, trial.left(at: now, machine) > .zero || mutant == .deadManOff else { throw .noTrial }
    guard isWhole(trial.slot) else { throw .damaged }
    record.phase = .committing(trial)
    try save(record)
    say(.committed, now, trial.slot) {
      $0.from = trial.from
      $0.generation = trial.generation
      $0.count = evidence.probes
    }
    try finishCommit(trial, &record, at: now)
    collect(keeping: nil, at: now)
  }

  mutating func finishCommit(_ trial: EvergreenRecord.Trial, _ record: inout EvergreenRecord, at now: WallTime) throws(FolderError) {
    link(.active, to: trial.slot, at: now)
    links.trial = nil
    record.committed.append(EvergreenRecord.Committed(slot: trial.slot, at: now, snapshot: "before \(trial.slot.version)"))
    record.committed.removeFirst(max(0, record.committed.count - EvergreenRecord.rememberedReleases))
    record.failures[trial.slot.version.description] = nil
    record.escalation = nil
    record.phase = .idle
    try save(record)
  }

  mutating func orderRollBack(_ reason: String, by generation: UInt64, at now: WallTime) throws(FolderError) {
    var record = try current(generation, at: now)
    if case .opening(let trial) = record.phase, links.trial == nil { return try giveUp(trial, reason, &record, at: now) }
    try orderRollBack(reason, &record, at: now)
  }

  mutating func orderRollBack(_ reason: String, _ record: inout EvergreenRecord, at now: WallTime) throws(FolderError) {
    let (from, to, snapshot, generation): (SlotName, SlotName, String?, UInt64)
    switch record.phase {
    case .rollingBack: return
    case .opening(let trial): (from, to, snapshot, generation) = (trial.slot, trial.from, nil, trial.generation)
    case .trying(let trial), .committing(let trial):
      (from, to, snapshot, generation) = (trial.slot, trial.from, "before \(trial.slot.version)", trial.generation)
    case .idle:
      // T7: only to what this connector itself had committed.
      guard record.committed.count > 1, let last = record.committed.last, let before = record.committed.dropLast().last,
        links.lastGood == before.slot
      else { throw .nothingToGoBackTo }
      (from, to, snapshot, generation) = (last.slot, before.slot, last.snapshot, record.generation + 1)
    }
    record.generation += 1
    record.phase = .rollingBack(
      EvergreenRecord.Rollback(
        from: from, to: to, snapshot: snapshot, generation: generation, reason: String(reason.prefix(200)), began: now, tries: 0))
    try save(record)
    say(.rollbackBegan, now, to) {
      $0.from = from
      $0.generation = generation
    }
    if mutant == .rollbackNeedsNetwork { say(.networkUsed, now) }
  }
}
