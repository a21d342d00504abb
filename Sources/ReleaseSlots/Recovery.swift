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

  /// A trial makes the release that it is tried instead of the one to go back to; after the trial went back that one is active, and the release before it is
  /// again what an operator's order leads to, as long as it is whole and its state is kept. By the link alone, and only while no update is under way: a crash
  /// leaves it to the next start, and so does a disk that does not take it.
  func showTheWayBack(_ record: EvergreenRecord, at now: WallTime) {
    guard record.phase == .idle, let active = record.active, let before = record.committed.dropLast().last?.slot,
      let snapshot = record.committed.last?.snapshot, (try? slot(.lastGood)) == active,
      (try? files.info("\(snapshots)/\(snapshot)")).flatMap({ $0 }) != nil, (try? problem(of: before)) == .some(nil)
    else { return }
    try? link(.lastGood, to: before, at: now)
  }

  func goBack(_ rollback: EvergreenRecord.Rollback, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) {
    do throws(SlotError) {
      try restore(rollback, at: now)
      try finish(rollback, nil, &record, at: now)
    } catch {
      var next = rollback
      next.tries += 1
      guard next.tries < Self.rollbackTries else {
        if rollback.snapshot != nil { try? bringBack(from: aside(rollback)) }
        let escalation = "the rollback to \(rollback.to) failed \(next.tries) times: \(error). It runs with the state that \(rollback.from) left"
        // Before it is so: after a crash that came between, what runs with another state would have come back without a word.
        say(.escalated, now, rollback.to) {
          $0.generation = rollback.generation
          $0.reason = escalation
        }
        return try finish(rollback, escalation, &record, at: now)
      }
      record.phase = .rollingBack(next)
      try save(record, .rollBackTry)
      // After it: what a crash makes undone is no try.
      say(.rollbackFailed, now, rollback.to) {
        $0.generation = rollback.generation
        $0.count = next.tries
        $0.reason = error.description
      }
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
