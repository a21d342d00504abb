package import Evergreen
package import Releases
package import World

/// What the launcher says and asks while the connector runs.
extension ReleaseSlots {
  /// The trial's process says that it is ready.
  package func noteReady(at now: WallTime) throws(SlotError) {
    guard case .trying(let trial)? = seen?.phase else { return }
    var runs = runs(of: trial)
    guard !runs.isReady else { return }
    runs.isReady = true
    try save(runs)
  }

  /// The process ended without having been asked to. After a stop that was asked for, do not call this.
  package func noteEnd(_ how: String, at now: WallTime) throws(SlotError) {
    say(.ended, now) { $0.reason = how }
    guard case .trying(let trial)? = seen?.phase else { return }
    var runs = runs(of: trial)
    runs.end = how
    try save(runs)
  }

  /// What the dead man says now, while the connector runs. Reads and changes nothing.
  ///
  /// - Parameter running: what was started, where that may be another than what should run.
  package func look(at now: WallTime, running: SlotName? = nil) -> DeadManDecision {
    // Whoever cannot read the record cannot commit the trial either; the next start makes a record from the links.
    guard let record = seen else {
      return DeadManDecision(run: .active, step: .rollBack, reason: "the record of updates cannot be read", checkAgainIn: nil)
    }
    let runs = record.trial.map { self.runs(of: $0) } ?? TrialRuns(generation: 0)
    return deadManDecision(record, now: now, machine: machineTime, runs: runs, isRunning: true, running: running)
  }

  /// `look`, and its verdict is kept in the launcher's own file before anything is done about it: a launcher that dies before it has ended the process does
  /// not start the trial again. A full disk loses the verdict and stops nothing. When the step is `rollBack`, `finishRollback` or `startAnew`, end the process, and
  /// then `boot`, which goes the way back. Every other step waits for the next start.
  package func check(at now: WallTime, running: SlotName? = nil) -> DeadManDecision {
    let decision = look(at: now, running: running)
    if decision.step == .rollBack, case .trying(let trial)? = seen?.phase {
      var runs = runs(of: trial)
      runs.verdict = decision.reason
      try? save(runs)
    }
    return decision
  }

  /// While something makeshift runs: true when an update is under way that a start can finish, because the disk takes what is written; nil when there is
  /// none any more. Writes `runs.json` alone.
  package func canFinish() -> Bool? {
    guard let record = seen else { return isWritable(TrialRuns(generation: 0)) }
    if record.phase == .idle { return nil }
    return isWritable(record.trial.map { runs(of: $0) } ?? TrialRuns(generation: 0))
  }

  private func isWritable(_ runs: TrialRuns) -> Bool { (try? save(runs)) != nil }
}
