package import Evergreen
package import Releases
package import World

/// What to start, and what to know while it runs.
package struct BootChoice: Hashable, Sendable {
  package var slot: SlotName
  package var role: UpdateFact.Role
  /// The program's path, by the release's own folder and not by a link, so that what runs stays what was chosen.
  package var program: String
  /// For people.
  package var reason: String
  /// Ask `check` by then; nil when nothing is on trial and nothing needs to be asked.
  package var checkAgainIn: Duration?
  /// Why a person is needed.
  package var escalation: String?
  /// The disk did not let an update end, and this runs meanwhile: ask `canFinish` by `checkAgainIn`, and start anew when it can.
  package var isMakeshift = false
  /// The last thing that was finished before this choice, such as a rollback.
  package var finished: DeadManDecision.Step

  package init(
    slot: SlotName, role: UpdateFact.Role, program: String, reason: String, checkAgainIn: Duration?, escalation: String?,
    finished: DeadManDecision.Step
  ) {
    self.slot = slot
    self.role = role
    self.program = program
    self.reason = reason
    self.checkAgainIn = checkAgainIn
    self.escalation = escalation
    self.finished = finished
  }
}

/// What whoever starts the connector does: before each start `boot`; while it runs `noteReady` and `check`, which write nothing but `runs.json`, because the
/// record is the Agent System's then; after an end that nobody asked for `noteEnd`. None needs the network.
extension ReleaseSlots {
  /// Finishes what a crash, a trial or an order left, and chooses what runs (L1, L4, L5). It throws only when no complete release is left; a failing
  /// disk is told of in `escalation`, and what is whole runs.
  package func boot(at now: WallTime) throws(SlotError) -> BootChoice {
    var trouble: SlotError?
    var why: (reason: String, step: DeadManDecision.Step)?
    // Each round makes one step durable; an update has no more than these.
    for _ in 0..<8 {
      do throws(SlotError) {
        var record = try record(at: now)
        let runs = record.trial.map { self.runs(of: $0) } ?? TrialRuns(generation: 0)
        showTheWayBack(record, at: now)
        let (intact, whole) = intact(record)
        var decision = deadManDecision(record, now: now, machine: machineTime, runs: runs, intact: intact)
        if let why { decision.reason = why.reason }
        if decision.step != .none { why = (decision.reason, decision.step) }
        if try perform(decision, &record, at: now) {
          return try choice(decision, record, runs, finished: why?.step ?? .none, whole, at: now)
        }
      } catch {
        if case .nothingToRun = error { throw error }
        trouble = error
        break
      }
    }
    return try emergency(trouble, at: now)
  }

  /// True when nothing is left to do before the start.
  private func perform(_ decision: DeadManDecision, _ record: inout EvergreenRecord, at now: WallTime) throws(SlotError) -> Bool {
    switch (decision.step, record.phase) {
    case (.none, _), (.startAnew, _): return true
    case (.openTrial, .opening(let trial)): try open(trial, &record, at: now)
    case (.cancelTrial, .opening(let trial)): try cancel(trial, decision.reason, &record, at: now)
    case (.finishCommit, .committing(let trial)): try finishCommit(trial, &record, at: now)
    case (.finishRollback, .rollingBack(let rollback)): try goBack(rollback, &record, at: now)
    default: try orderRollBack(decision.reason, &record, at: now)
    }
    return false
  }

  /// - Parameter whole: releases that were hashed just now; hashing takes most of a start's time.
  private func choice(
    _ decision: DeadManDecision, _ record: EvergreenRecord, _ runs: TrialRuns, finished: DeadManDecision.Step, _ whole: Set<SlotName>,
    at now: WallTime
  ) throws(SlotError) -> BootChoice {
    guard let slot = try slot(decision.run), let manifest = try manifest(of: slot) else {
      throw .nothingToRun("neither the active nor the last good release is whole")
    }
    if !whole.contains(slot), try problem(of: slot) != nil {
      throw .nothingToRun("neither the active nor the last good release is whole")
    }
    if decision.run == .trial, let trial = record.trial {
      var counted = runs
      counted.generation = trial.generation
      counted.starts += 1
      (counted.startedAt, counted.startedOn) = (now, machineTime)
      counted.isReady = false
      try save(counted)
    }
    // The trial's own facts once more: a crash may have come between the record and the word of it.
    let trial = decision.run == .trial ? record.trial : nil
    say(.started, now, slot) {
      $0.role = decision.run
      $0.ok = true
      $0.from = trial?.from
      $0.generation = trial?.generation
      // By the wall clock of now, which somebody may have set since the trial was opened.
      $0.deadline = trial.map { now + $0.left(at: now, machineTime) }
      $0.count = trial?.attempt
      $0.configuration = configurationDigest
    }
    return BootChoice(
      slot: slot, role: decision.run, program: "\(folder(of: slot))/\(manifest.program)", reason: decision.reason,
      checkAgainIn: decision.checkAgainIn, escalation: record.escalation, finished: finished)
  }

  /// How soon a disk that did not let an update end is looked at again. Chosen: often enough for the limit of a rollback (L5).
  static let makeshiftLook = Duration.seconds(60)

  /// The disk does not let an update end. The release to go back to runs as it is; the next start tries again.
  ///
  /// - Parameter error: nil when the update did not come to an end although every step was done: then another start would not help either.
  private func emergency(_ error: SlotError?, at now: WallTime) throws(SlotError) -> BootChoice {
    let trouble = error?.description ?? "an update did not come to an end"
    // What the rollback leads to, if one is under way; a trial is never what runs here.
    var roles: [UpdateFact.Role] = [.active, .lastGood]
    if case .rollingBack? = try? record(at: now).phase { roles.reverse() }
    for role in roles {
      guard let slot = try? slot(role), let manifest = try? manifest(of: slot), (try? problem(of: slot)) == .some(nil) else { continue }
      say(.escalated, now, slot) { $0.reason = trouble }
      say(.started, now, slot) {
        $0.role = role
        $0.ok = true
        $0.configuration = configurationDigest
      }
      var choice = BootChoice(
        slot: slot, role: role, program: "\(folder(of: slot))/\(manifest.program)", reason: "the update could not be finished",
        checkAgainIn: nil, escalation: trouble, finished: .none)
      if case .files? = error { (choice.isMakeshift, choice.checkAgainIn) = (true, Self.makeshiftLook) }
      return choice
    }
    throw .nothingToRun(trouble)
  }
}
