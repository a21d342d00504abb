import Evergreen
import Releases
import World

/// The steps that a start performs while nobody runs. Each can be done again from any point that a crash left.
extension ReleaseSlots {
  /// A rollback that fails so often runs without the restored state, and a person is told (L5).
  static let rollbackTries = 3

  /// The state first, the trial's link last; with the record the trial has begun.
  func open(_ trial: EvergreenRecord.Trial, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    do throws(SlotError) {
      try takeSnapshot(trial, at: now)
      try resetConfiguration(to: trial.slot, at: now)
      try link(.lastGood, to: trial.from, at: now)
      try link(.trial, to: trial.slot, at: now)
    } catch {
      // No room for the snapshot, say: the trial does not begin, and what ran before runs.
      return try cancel(trial, error.description, &record, at: now)
    }
    var begun = trial
    begun.opened = now
    begun.deadline = now + .seconds(trial.lengthSeconds)
    begun.begun = machineTime
    record.generation = max(record.generation, trial.generation) + 1
    record.phase = .trying(begun)
    try save(record, .attempt)
    say(.trialOpened, now, trial.slot) {
      $0.from = trial.from
      $0.generation = trial.generation
      $0.count = trial.attempt
      $0.deadline = begun.deadline
    }
  }

  func cancel(_ trial: EvergreenRecord.Trial, _ reason: String, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    try resetConfiguration(to: trial.from, at: now)
    try unlinkTrial()
    record.generation += 1
    try giveUp(trial, reason, &record, at: now)
  }

  /// The end of a trial that did not begin. Whoever gives it up goes on as the updater that it was.
  func giveUp(_ trial: EvergreenRecord.Trial, _ reason: String, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    noteFailure(trial.slot.version, isRefused: false, reason, in: &record, at: now)
    record.phase = .idle
    try save(record, .cancel)
  }

  func goBack(_ rollback: EvergreenRecord.Rollback, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    do throws(SlotError) {
      try restore(rollback, at: now)
      try finish(rollback, nil, &record, at: now)
    } catch {
      var next = rollback
      next.tries += 1
      say(.rollbackFailed, now, rollback.to) {
        $0.generation = rollback.generation
        $0.count = next.tries
        $0.reason = error.description
      }
      guard next.tries < Self.rollbackTries else {
        if rollback.snapshot != nil { try? bringBack(from: aside(rollback)) }
        let escalation = "the rollback to \(rollback.to) failed \(next.tries) times: \(error). It runs with the state that \(rollback.from) left"
        try finish(rollback, escalation, &record, at: now)
        say(.escalated, now, rollback.to) {
          $0.generation = rollback.generation
          $0.reason = escalation
        }
        return
      }
      record.phase = .rollingBack(next)
      try save(record, .rollBackTry)
    }
  }

  private func finish(
    _ rollback: EvergreenRecord.Rollback, _ escalation: String?, _ record: inout EvergreenRecord, at now: WallTime
  ) throws(SlotError) {
    try resetConfiguration(to: rollback.to, at: now)
    try link(.lastGood, to: rollback.to, at: now)
    try link(.active, to: rollback.to, at: now)
    try unlinkTrial()
    if record.committed.last?.slot == rollback.from { record.committed.removeLast() }
    noteFailure(rollback.from.version, isRefused: true, rollback.reason, in: &record, at: now)
    record.generation += 1
    // What a person was told before is not seen to by a rollback that went well.
    record.escalation = escalation ?? record.escalation
    record.phase = .idle
    try save(record, .rolledBack)
    say(.rolledBack, now, rollback.to) {
      $0.from = rollback.from
      $0.generation = rollback.generation
      $0.ok = escalation == nil
    }
  }
}
