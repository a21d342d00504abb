package import Evergreen
package import Releases
package import World

/// What the updater of a running connector may order. Each call is one record; the next start does the rest.
extension ReleaseSlots {
  /// Orders the trial of an installed release: the next start opens it. Ordering what is ordered already changes nothing.
  package func openTrial(_ slot: SlotName, by generation: UInt64, at now: WallTime, command: String? = nil) throws(SlotError) {
    var record = try current(generation, at: now)
    if let trial = record.trial, trial.slot == slot { return }
    guard record.phase == .idle, let active = record.active else { throw .busy("another update") }
    if slot.version <= active.version { throw .refused(.older(slot.version, than: active.version)) }
    if let refusal = record.refusal(of: slot.version, attempts: settings.update.attempts) { throw .refused(refusal) }
    guard let manifest = try manifest(of: slot) else { throw .notInstalled("\(slot)") }
    if let refusal = UpdateRule.refusal(of: manifest, after: active.version, on: settings.platform, isFIPS: settings.isFIPS) {
      throw .refused(refusal)
    }
    if let problem = try problem(of: slot) { throw .damaged(slot, problem) }
    try preflight(slot, needs: 0, at: now)
    let trial = settings.update.trial
    let attempt = (record.failures[slot.version.description]?.attempts ?? 0) + 1
    record.phase = .opening(
      EvergreenRecord.Trial(
        slot: slot, from: active, generation: record.generation + 1, attempt: attempt, opened: now, deadline: now + trial.openWithin,
        readyWithinSeconds: trial.readyWithin.components.seconds, lengthSeconds: trial.length.components.seconds, runs: trial.runs))
    try save(record, .open)
    if let command { say(.changed, now, slot) { $0.command = command } }
  }

  /// Makes the trial the active release. Committing what is committed already changes nothing (L8).
  ///
  /// - Parameter evidence: of the judge; it goes into the facts.
  package func commit(_ evidence: Evidence, by generation: UInt64, at now: WallTime) throws(SlotError) {
    var record = try current(generation, at: now)
    // The disk failed between the decision and its end.
    if case .committing(let trial) = record.phase { return try finishCommit(trial, &record, at: now) }
    guard case .trying(let trial) = record.phase else {
      if case .idle = record.phase, record.committed.count > 1 { return }
      throw .noTrial
    }
    guard evidence.endToEndProbes > 0, trial.left(at: now, machineTime) > .zero else { throw .noTrial }
    if let problem = try problem(of: trial.slot) { throw .damaged(trial.slot, problem) }
    record.phase = .committing(trial)
    try save(record, .commit)
    say(.committed, now, trial.slot) {
      $0.from = trial.from
      $0.generation = trial.generation
      $0.count = evidence.probes
    }
    try finishCommit(trial, &record, at: now)
  }

  func finishCommit(_ trial: EvergreenRecord.Trial, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    try link(.active, to: trial.slot, at: now)
    try unlinkTrial()
    record.committed.append(EvergreenRecord.Committed(slot: trial.slot, at: now, snapshot: Self.snapshotName(trial)))
    record.committed.removeFirst(max(0, record.committed.count - EvergreenRecord.rememberedReleases))
    record.failures[trial.slot.version.description] = nil
    record.escalation = nil
    record.phase = .idle
    try save(record, .committed)
  }

  /// Orders the way back: from the trial, or from the active release to the one committed before it. The next start goes it, without the network. A trial
  /// that no start has opened is only given up: it counts as an attempt and not as a failure of the release.
  package func orderRollBack(_ reason: String, by generation: UInt64, at now: WallTime) throws(SlotError) {
    var record = try current(generation, at: now)
    // A start that the disk stopped may have begun to open it.
    if case .opening(let trial) = record.phase, try slot(.trial) == nil { return try giveUp(trial, reason, &record, at: now) }
    try orderRollBack(reason, &record, at: now)
  }

  func orderRollBack(_ reason: String, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    let (from, to, snapshot, generation): (SlotName, SlotName, String?, UInt64)
    switch record.phase {
    case .rollingBack: return
    case .opening(let trial): (from, to, snapshot, generation) = (trial.slot, trial.from, nil, trial.generation)
    case .trying(let trial), .committing(let trial):
      (from, to, snapshot, generation) = (trial.slot, trial.from, Self.snapshotName(trial), trial.generation)
    case .idle:
      // T7: only to what this connector itself had committed.
      guard let last = record.committed.last, let before = record.committed.dropLast().last else { throw .nothingToGoBackTo }
      guard try slot(.lastGood) == before.slot else { throw .notKept(before.slot) }
      (from, to, snapshot, generation) = (last.slot, before.slot, last.snapshot, record.generation + 1)
    }
    record.generation += 1
    record.phase = .rollingBack(
      EvergreenRecord.Rollback(
        from: from, to: to, snapshot: snapshot, generation: generation, reason: String(reason.prefix(200)), began: now, tries: 0))
    try save(record, .rollBack)
    say(.rollbackBegan, now, to) {
      $0.from = from
      $0.generation = generation
      $0.reason = reason
    }
  }
}
