package import Releases
package import World

/// What whoever starts the connector knows of the trial's process. It is kept beside the record, because it changes at every start.
package struct TrialRuns: Hashable, Sendable, Codable {
  /// Of the trial that it counts for; another trial starts from nothing.
  package var generation: UInt64
  package var starts: Int
  package var startedAt: WallTime
  /// The same by a clock that nobody sets.
  package var startedOn: MachineTime?
  package var isReady: Bool
  /// How the process ended by itself; nil while it runs, after a power cut and after a stop that was asked for.
  package var end: String?
  /// Why the dead man ended the process; kept before the process is ended, so that the trial is not started again whatever happens then.
  package var verdict: String?

  package init(
    generation: UInt64, starts: Int = 0, startedAt: WallTime = WallTime(seconds: 0), startedOn: MachineTime? = nil, isReady: Bool = false,
    end: String? = nil, verdict: String? = nil
  ) {
    self.generation = generation
    self.starts = starts
    self.startedAt = startedAt
    self.startedOn = startedOn
    self.isReady = isReady
    self.end = end
    self.verdict = verdict
  }
}

/// What to run now, why, and what must be made durable before.
package struct DeadManDecision: Hashable, Sendable {
  package enum Step: Hashable, Sendable {
    case none
    case openTrial
    /// The trial never started: no failure of the release.
    case cancelTrial
    case rollBack
    case finishRollback
    case finishCommit
    /// What runs is not what should: nobody would watch it. Only said while it runs.
    case startAnew
  }
  package var run: UpdateFact.Role
  package var step: Step
  /// For people.
  package var reason: String
  /// While a trial runs: when to decide anew. Never later than the deadline.
  package var checkAgainIn: Duration?

  package init(run: UpdateFact.Role, step: Step, reason: String, checkAgainIn: Duration?) {
    self.run = run
    self.step = step
    self.reason = reason
    self.checkAgainIn = checkAgainIn
  }
}

/// L4: whatever became of the WatchDog, the agent or the machine, a trial that is not committed ends here. One pure function for every launcher:
/// asked before each start (`isRunning` false) and while a trial runs, at `checkAgainIn` at the latest. It needs no network.
///
/// The time of a trial is counted by a clock that nobody sets. That clock ends with the machine's start, and what the other one says after a restart cannot be known
/// to be true: so does the trial, as an experiment of systemd units does (updates.md, Datadog's experiment unit).
///
/// - Parameters:
///   - machine: nil where there is no such clock; then `now` must do.
///   - running: what was started as a trial, while it runs; nil where nobody knows.
///   - intact: the roles whose files are all there with their digests.
package func deadManDecision(
  _ record: EvergreenRecord, now: WallTime, machine: MachineTime? = nil, runs: TrialRuns, isRunning: Bool = false, running: SlotName? = nil,
  intact: Set<UpdateFact.Role> = Set(UpdateFact.Role.allCases)
) -> DeadManDecision {
  switch record.phase {
  case .idle:
    if isRunning, let running, let active = record.active, running != active {
      return decided(.active, .startAnew, "\(running) runs, of whose trial nothing is known any more; \(active) is active")
    }
    return standing(intact)
  case .committing:
    guard intact.contains(.trial) else { return back(.rollBack, "files of the trial are missing or changed", intact) }
    return decided(.trial, .finishCommit, "the trial was committed")
  case .rollingBack(let rollback): return back(.finishRollback, rollback.reason, intact)
  case .opening(let trial):
    if let reason = clockProblem(trial, now) ?? (now >= trial.deadline ? "the trial was not opened in time" : nil) {
      return decided(intact.contains(.active) ? .active : .lastGood, .cancelTrial, reason)
    }
    guard intact.contains(.trial) else { return back(.rollBack, "files of the trial are missing or changed", intact) }
    return decided(.trial, .openTrial, "an update was ordered")
  case .trying(let trial):
    let runs = runs.generation == trial.generation ? runs : TrialRuns(generation: trial.generation)
    if let reason = problem(trial, now, machine, runs, isRunning, intact) { return back(.rollBack, reason, intact) }
    var left = trial.left(at: now, machine)
    if isRunning, !runs.isReady { left = min(left, leftToBeReady(trial, now, machine, runs)) }
    if !isRunning { left = min(left, .seconds(trial.readyWithinSeconds)) }
    return DeadManDecision(run: .trial, step: .none, reason: "a trial is open until \(trial.deadline)", checkAgainIn: left)
  }
}

private func problem(
  _ trial: EvergreenRecord.Trial, _ now: WallTime, _ machine: MachineTime?, _ runs: TrialRuns, _ isRunning: Bool, _ intact: Set<UpdateFact.Role>
) -> String? {
  if !intact.contains(.trial) { return "files of the trial are missing or changed" }
  if let verdict = runs.verdict { return verdict }
  if let end = runs.end { return "the trial ended by itself: \(end)" }
  if let begun = trial.begun, let machine {
    if machine.since(begun) == nil { return "the machine was restarted during the trial" }
  } else if let problem = clockProblem(trial, now) {
    return problem
  }
  if trial.left(at: now, machine) <= .zero { return "the trial was not committed by its deadline" }
  if !isRunning, runs.starts >= trial.runs { return "the trial was started \(runs.starts) times" }
  if isRunning, !runs.isReady, leftToBeReady(trial, now, machine, runs) <= .zero {
    return "the trial was not ready within \(trial.readyWithinSeconds) s"
  }
  return nil
}

private func leftToBeReady(_ trial: EvergreenRecord.Trial, _ now: WallTime, _ machine: MachineTime?, _ runs: TrialRuns) -> Duration {
  let passed = runs.startedOn.flatMap { machine?.since($0) } ?? now - runs.startedAt
  return .seconds(trial.readyWithinSeconds) - passed
}

extension EvergreenRecord.Trial {
  /// What is left of its time; nothing when the machine was restarted meanwhile.
  package func left(at now: WallTime, _ machine: MachineTime?) -> Duration {
    guard let begun, let machine else { return deadline - now }
    return machine.since(begun).map { .seconds(lengthSeconds) - $0 } ?? .zero
  }
}

/// A clock that was set back would never reach the deadline.
private func clockProblem(_ trial: EvergreenRecord.Trial, _ now: WallTime) -> String? {
  now < trial.opened - .seconds(60) ? "the clock was set back behind the start of the trial" : nil
}

private func standing(_ intact: Set<UpdateFact.Role>) -> DeadManDecision {
  if intact.contains(.active) || !intact.contains(.lastGood) { return decided(.active, .none, "no update is under way") }
  return decided(.lastGood, .none, "files of the active release are missing or changed")
}

private func back(_ step: DeadManDecision.Step, _ reason: String, _ intact: Set<UpdateFact.Role>) -> DeadManDecision {
  decided(intact.contains(.lastGood) || !intact.contains(.active) ? .lastGood : .active, step, reason)
}

private func decided(_ run: UpdateFact.Role, _ step: DeadManDecision.Step, _ reason: String) -> DeadManDecision {
  DeadManDecision(run: run, step: step, reason: reason, checkAgainIn: nil)
}

extension WallTime {
  static func - (time: WallTime, duration: Duration) -> WallTime { time + (.zero - duration) }
}
