import Evergreen
import Releases
import Simulation
import World

/// What to start, and what to know while it runs.
struct BootChoice: Hashable, Sendable {
  var slot: SlotName
  var role: UpdateFact.Role
  var reason: String
  /// Ask `check` by then; nil when nothing is on trial.
  var checkAgainIn: Duration?
  /// The disk did not let an update end: ask `canFinish` by then.
  var isMakeshift = false
}

/// What whoever starts the connector does: before each start `boot`, while it runs `noteReady`, `check` and `noteEnd`. None needs the network.
extension ReleaseFolder {
  static let rollbackTries = 3

  /// Finishes what a crash, a trial or an order left, and chooses what runs.
  mutating func boot(at now: WallTime, _ machine: MachineTime) throws(FolderError) -> BootChoice {
    var why: String?
    var trouble = FolderError.busy
    for _ in 0..<8 {
      do throws(FolderError) {
        var record = try current(at: now)
        let runs = record.trial.map { self.runs(of: $0) } ?? TrialRuns(generation: 0)
        var decision = decide(record, runs, nil, isRunning: false, at: now, machine)
        if let why { decision.reason = why } else if decision.step != .none { why = decision.reason }
        if try perform(decision, &record, at: now, machine) { return try choice(decision, record, runs, at: now, machine) }
      } catch {
        if error == .down || error == .nothingToRun { throw error }
        trouble = error
        break
      }
    }
    return try emergency(trouble, at: now)
  }

  private func decide(
    _ record: EvergreenRecord, _ runs: TrialRuns, _ running: SlotName?, isRunning: Bool = true, at now: WallTime, _ machine: MachineTime
  ) -> DeadManDecision {
    if mutant == .deadManOff, case .trying(var trial) = record.phase {
      (trial.deadline, trial.runs, trial.readyWithinSeconds) = (now + .seconds(365 * 86_400), .max, 365 * 86_400)
      trial.begun = nil
      var forgetful = record
      forgetful.phase = .trying(trial)
      return deadManDecision(forgetful, now: now, runs: TrialRuns(generation: 0), isRunning: isRunning, intact: intact(record))
    }
    return deadManDecision(record, now: now, machine: machine, runs: runs, isRunning: isRunning, running: running, intact: intact(record))
  }

  /// True when nothing is left to do before the start.
  private mutating func perform(
    _ decision: DeadManDecision, _ record: inout EvergreenRecord, at now: WallTime, _ machine: MachineTime
  ) throws(FolderError) -> Bool {
    switch (decision.step, record.phase) {
    case (.none, _), (.startAnew, _): return true
    case (.openTrial, .opening(let trial)): try open(trial, &record, at: now, machine)
    case (.cancelTrial, .opening(let trial)): try cancel(trial, decision.reason, &record, at: now)
    case (.finishCommit, .committing(let trial)): try finishCommit(trial, &record, at: now)
    case (.finishRollback, .rollingBack(let rollback)): try goBack(rollback, &record, at: now)
    default: try orderRollBack(decision.reason, &record, at: now)
    }
    return false
  }

  private mutating func choice(
    _ decision: DeadManDecision, _ record: EvergreenRecord, _ runs: TrialRuns, at now: WallTime, _ machine: MachineTime
  ) throws(FolderError) -> BootChoice {
    guard let slot = slot(decision.run), isWhole(slot) else { throw .nothingToRun }
    let trial = decision.run == .trial ? record.trial : nil
    if let trial {
      var counted = runs
      counted.generation = trial.generation
      counted.starts += 1
      (counted.startedAt, counted.startedOn) = (now, machine)
      counted.isReady = false
      try save(counted)
    }
    let isWholeInTruth = installed.contains(slot) && !damaged.contains(slot)
    say(.started, now, slot) {
      $0.role = decision.run
      $0.ok = isWholeInTruth
      $0.from = trial?.from
      $0.generation = trial?.generation
      $0.deadline = trial.map { now + $0.left(at: now, machine) }
      $0.count = trial?.attempt
    }
    state += 1
    return BootChoice(slot: slot, role: decision.run, reason: decision.reason, checkAgainIn: decision.checkAgainIn)
  }

  /// The disk does not let an update end. The release to go back to runs as it is; the next start tries again.
  private mutating func emergency(_ trouble: FolderError, at now: WallTime) throws(FolderError) -> BootChoice {
    var roles: [UpdateFact.Role] = [.active, .lastGood]
    if case .rollingBack? = try? current(at: now).phase { roles.reverse() }
    for role in roles {
      guard let slot = slot(role), isWhole(slot) else { continue }
      say(.escalated, now, slot) { $0.reason = trouble.text }
      say(.started, now, slot) {
        $0.role = role
        $0.ok = true
      }
      return BootChoice(
        slot: slot, role: role, reason: "the update could not be finished", checkAgainIn: trouble == .disk ? .seconds(60) : nil,
        isMakeshift: trouble == .disk)
    }
    throw .nothingToRun
  }

  /// True when an update is under way that a start can finish; nil when there is none any more.
  func canFinish() -> Bool? {
    if (try? record.read())?.phase == .idle { return nil }
    return !disk.isFull
  }

  mutating func noteReady(at now: WallTime) throws(FolderError) {
    guard case .trying(let trial) = try current(at: now).phase else { return }
    var runs = runs(of: trial)
    guard !runs.isReady else { return }
    runs.isReady = true
    try save(runs)
  }

  /// The process ended without having been asked to.
  mutating func noteEnd(_ how: String, at now: WallTime) throws(FolderError) {
    say(.ended, now)
    guard case .trying(let trial) = try current(at: now).phase else { return }
    var runs = runs(of: trial)
    runs.end = how
    try save(runs)
  }

  /// What the dead man says while the connector runs. If its step is not `none`, end the process and `boot`.
  ///
  /// - Parameter running: what was started as a trial.
  mutating func check(at now: WallTime, _ machine: MachineTime, running: SlotName?) throws(FolderError) -> DeadManDecision {
    var record = try current(at: now)
    let runs = record.trial.map { self.runs(of: $0) } ?? TrialRuns(generation: 0)
    let decision = decide(record, runs, running, at: now, machine)
    if decision.step == .rollBack { try orderRollBack(decision.reason, &record, at: now) }
    return decision
  }

  // MARK: Steps of a start

  private mutating func open(
    _ trial: EvergreenRecord.Trial, _ record: inout EvergreenRecord, at now: WallTime, _ machine: MachineTime
  ) throws(FolderError) {
    if disk.isFull { return try cancel(trial, FolderError.disk.text, &record, at: now) }
    snapshots.removeAll { $0.slot == trial.from || !installed.contains($0.slot) }
    snapshots.append((trial.from, state, trial.generation))
    snapshotIsBad = false
    say(.snapshotTaken, now, trial.from, state: state)
    link(.lastGood, to: trial.from, at: now)
    link(.trial, to: trial.slot, at: now)
    var begun = trial
    begun.opened = now
    begun.deadline = now + .seconds(trial.lengthSeconds)
    begun.begun = machine
    record.generation = max(record.generation, trial.generation) + 1
    record.phase = .trying(begun)
    try save(record)
    say(.trialOpened, now, trial.slot) {
      $0.from = trial.from
      $0.generation = trial.generation
      $0.count = trial.attempt
      $0.deadline = begun.deadline
    }
    if mutant == .removedDuringTrial {
      installed.removeAll { $0 != trial.slot && $0 != trial.from }
      say(.removed, now, trial.from)
    }
  }

  private mutating func cancel(
    _ trial: EvergreenRecord.Trial, _ reason: String, _ record: inout EvergreenRecord, at now: WallTime
  ) throws(FolderError) {
    links.trial = nil
    record.generation += 1
    try giveUp(trial, reason, &record, at: now)
  }

  /// The end of a trial that did not begin.
  mutating func giveUp(
    _ trial: EvergreenRecord.Trial, _ reason: String, _ record: inout EvergreenRecord, at now: WallTime
  ) throws(FolderError) {
    noteFailure(trial.slot.version, isRefused: false, reason, in: &record, at: now)
    record.phase = .idle
    try save(record)
  }

  private mutating func goBack(_ rollback: EvergreenRecord.Rollback, _ record: inout EvergreenRecord, at now: WallTime) throws(FolderError) {
    // A restore renames: it needs no room. A snapshot whose files went bad cannot be restored.
    if !snapshotIsBad, mutant != .rollbackLoops {
      if let snapshot = rollback.snapshot.flatMap({ _ in snapshot(of: rollback.to) }), mutant != .snapshotNotRestored {
        state = snapshot
        say(.stateRestored, now, rollback.to, state: snapshot)
      }
      return try finish(rollback, nil, &record, at: now)
    }
    var next = rollback
    next.tries += 1
    say(.rollbackFailed, now, rollback.to) {
      $0.generation = rollback.generation
      $0.count = next.tries
    }
    guard next.tries < Self.rollbackTries || mutant == .rollbackLoops else {
      try finish(rollback, "the rollback failed \(next.tries) times", &record, at: now)
      say(.escalated, now, rollback.to) { $0.generation = rollback.generation }
      return
    }
    record.phase = .rollingBack(next)
    try save(record)
  }

  private mutating func finish(
    _ rollback: EvergreenRecord.Rollback, _ escalation: String?, _ record: inout EvergreenRecord, at now: WallTime
  ) throws(FolderError) {
    link(.lastGood, to: rollback.to, at: now)
    link(.active, to: rollback.to, at: now)
    links.trial = nil
    if record.committed.last?.slot == rollback.from { record.committed.removeLast() }
    noteFailure(rollback.from.version, isRefused: true, rollback.reason, in: &record, at: now)
    record.generation += 1
    record.escalation = escalation ?? record.escalation
    record.phase = .idle
    snapshotIsBad = false
    try save(record)
    say(.rolledBack, now, rollback.to) {
      $0.from = rollback.from
      $0.generation = rollback.generation
      $0.ok = escalation == nil
    }
  }

  private func noteFailure(_ version: ReleaseVersion, isRefused: Bool, _ reason: String, in record: inout EvergreenRecord, at now: WallTime) {
    let before = record.failures[version.description]
    record.failures[version.description] = EvergreenRecord.Failure(
      attempts: (before?.attempts ?? 0) + 1, isRefused: isRefused || before?.isRefused == true, reason: String(reason.prefix(200)), at: now)
    guard let active = record.active?.version else { return }
    record.failures = record.failures.filter { ReleaseVersion($0.key).map { $0 >= active } ?? false }
  }
}
