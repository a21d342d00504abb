import Evergreen
import Releases
import Testing
import World

/// L4 and L1: the table of the dead man.
@Suite struct DeadManTests {
  static let old = SlotName("4.1.0.0-aaaaaaaaaaaa")!
  static let new = SlotName("4.2.0.0-bbbbbbbbbbbb")!
  static let start = WallTime(seconds: 1_000_000)
  static let trial = EvergreenRecord.Trial(
    slot: new, from: old, generation: 5, attempt: 1, opened: start, deadline: start + .seconds(3_000), readyWithinSeconds: 180, lengthSeconds: 3_000,
    runs: 3)
  static func record(_ phase: EvergreenRecord.Phase) -> EvergreenRecord {
    var record = EvergreenRecord(active: old, at: start)
    record.phase = phase
    return record
  }
  static let rollback = EvergreenRecord.Rollback(from: new, to: old, generation: 5, reason: "it failed", began: start, tries: 0)

  struct Row: Sendable, CustomStringConvertible {
    var description: String
    var phase: EvergreenRecord.Phase
    var at = 100
    var runs = TrialRuns(generation: 5)
    var isRunning = false
    var missing: Set<UpdateFact.Role> = []
    var run: UpdateFact.Role
    var step: DeadManDecision.Step
    var again: Int?
  }
  static func runs(_ starts: Int, ready: Bool = false, end: String? = nil, startedAt: Int = 0, generation: UInt64 = 5, verdict: String? = nil)
    -> TrialRuns
  {
    TrialRuns(generation: generation, starts: starts, startedAt: start + .seconds(startedAt), isReady: ready, end: end, verdict: verdict)
  }

  @Test(arguments: [
    Row(description: "nothing under way", phase: .idle, run: .active, step: .none),
    Row(description: "the active release is damaged", phase: .idle, missing: [.active], run: .lastGood, step: .none),
    Row(description: "nothing is whole", phase: .idle, missing: [.active, .lastGood], run: .active, step: .none),
    Row(description: "an order", phase: .opening(trial), run: .trial, step: .openTrial),
    Row(description: "an order of long ago", phase: .opening(trial), at: 3_000, run: .active, step: .cancelTrial),
    Row(description: "an order for a damaged release", phase: .opening(trial), missing: [.trial], run: .lastGood, step: .rollBack),
    Row(description: "an order from the future", phase: .opening(trial), at: -61, run: .active, step: .cancelTrial),
    Row(description: "the first start", phase: .trying(trial), run: .trial, step: .none, again: 180),
    Row(description: "a start after a power cut", phase: .trying(trial), runs: runs(2), run: .trial, step: .none, again: 180),
    Row(
      description: "runs, not ready yet", phase: .trying(trial), runs: runs(1, startedAt: 50), isRunning: true, run: .trial, step: .none, again: 130),
    Row(description: "runs and is ready", phase: .trying(trial), runs: runs(1, ready: true), isRunning: true, run: .trial, step: .none, again: 2_900),
    Row(description: "hangs", phase: .trying(trial), at: 180, runs: runs(1), isRunning: true, run: .lastGood, step: .rollBack),
    Row(description: "crashed", phase: .trying(trial), runs: runs(1, ready: true, end: "signal 11"), run: .lastGood, step: .rollBack),
    Row(description: "exited", phase: .trying(trial), runs: runs(1, end: "exit code 0"), run: .lastGood, step: .rollBack),
    Row(description: "ended by the dead man", phase: .trying(trial), runs: runs(1, verdict: "not ready"), run: .lastGood, step: .rollBack),
    Row(
      description: "ended by the dead man and committed in the meantime", phase: .idle, runs: runs(1, verdict: "not ready"), run: .active, step: .none
    ),
    Row(description: "loops", phase: .trying(trial), runs: runs(3, ready: true), run: .lastGood, step: .rollBack),
    Row(
      description: "its third run goes on", phase: .trying(trial), runs: runs(3, ready: true), isRunning: true, run: .trial, step: .none, again: 2_900
    ),
    Row(
      description: "outlives its deadline", phase: .trying(trial), at: 3_000, runs: runs(1, ready: true), isRunning: true, run: .lastGood,
      step: .rollBack),
    Row(
      description: "a second before it", phase: .trying(trial), at: 2_999, runs: runs(1, ready: true), isRunning: true, run: .trial, step: .none,
      again: 1),
    Row(description: "off past its deadline", phase: .trying(trial), at: 9_000, runs: runs(1, ready: true), run: .lastGood, step: .rollBack),
    Row(description: "the clock was set back", phase: .trying(trial), at: -61, run: .lastGood, step: .rollBack),
    Row(description: "the clock was corrected a little", phase: .trying(trial), at: -60, run: .trial, step: .none, again: 180),
    Row(description: "its files were changed", phase: .trying(trial), missing: [.trial], run: .lastGood, step: .rollBack),
    Row(
      description: "runs of another trial", phase: .trying(trial), runs: runs(9, end: "exit code 1", generation: 4), run: .trial, step: .none,
      again: 180),
    Row(description: "goes back, last good is damaged", phase: .trying(trial), at: 3_000, missing: [.lastGood], run: .active, step: .rollBack),
    Row(description: "commits", phase: .committing(trial), at: 9_000, run: .trial, step: .finishCommit),
    Row(description: "commits what is damaged", phase: .committing(trial), missing: [.trial], run: .lastGood, step: .rollBack),
    Row(description: "goes back", phase: .rollingBack(rollback), run: .lastGood, step: .finishRollback),
  ])
  func decides_L4(_ row: Row) {
    let decision = deadManDecision(
      Self.record(row.phase), now: Self.start + .seconds(row.at), runs: row.runs, isRunning: row.isRunning,
      intact: Set(UpdateFact.Role.allCases).subtracting(row.missing))
    #expect(decision.run == row.run)
    #expect(decision.step == row.step)
    #expect(decision.checkAgainIn == row.again.map { .seconds($0) })
    #expect(!decision.reason.isEmpty)
  }

  struct ClockRow: Sendable, CustomStringConvertible {
    var description: String
    /// Of the clock that somebody sets.
    var wall = 100
    var start = "b1"
    var uptime = 100
    var isRunning = true
    var isReady = true
    var step = DeadManDecision.Step.none
    var again: Int?
    var reason = ""
  }

  /// The time of a trial is that of the clock that nobody sets, which ends with the machine's start.
  @Test(arguments: [
    ClockRow(description: "both clocks agree", again: 2_900),
    ClockRow(description: "set ahead by a year", wall: 31_536_000, again: 2_900),
    ClockRow(description: "set back by a year", wall: -31_536_000, again: 2_900),
    ClockRow(
      description: "set back, and its time is over", wall: 100, uptime: 3_000, step: .rollBack, reason: "the trial was not committed by its deadline"),
    ClockRow(description: "set back before it was ready", wall: -5_000, uptime: 100, isReady: false, again: 80),
    ClockRow(
      description: "set back, and not ready in time", wall: 1, uptime: 180, isReady: false, step: .rollBack,
      reason: "the trial was not ready within 180 s"),
    ClockRow(description: "another run of its process", isRunning: false, again: 180),
    ClockRow(
      description: "the machine was restarted", start: "b2", uptime: 30, isRunning: false, step: .rollBack,
      reason: "the machine was restarted during the trial"),
    ClockRow(
      description: "restarted with a clock that was set back to just after the opening", wall: 1, start: "b2", uptime: 30, isRunning: false,
      step: .rollBack, reason: "the machine was restarted during the trial"),
  ])
  func countsByAClockThatNobodySets_L4(_ row: ClockRow) {
    var trial = Self.trial
    trial.begun = MachineTime(start: "b1", uptime: 50_000)
    var runs = Self.runs(1, ready: row.isReady)
    runs.startedOn = trial.begun
    let decision = deadManDecision(
      Self.record(.trying(trial)), now: Self.start + .seconds(row.wall),
      machine: MachineTime(start: row.start, uptime: (row.start == "b1" ? 50_000 : 0) + Int64(row.uptime) * 1_000), runs: runs,
      isRunning: row.isRunning)
    #expect(decision.step == row.step)
    #expect(decision.checkAgainIn == row.again.map { .seconds($0) })
    if !row.reason.isEmpty { #expect(decision.reason == row.reason) }
  }

  /// The trial is not in the record any more: only while it runs, and only what was a trial.
  @Test func whatRunsAndIsNotActiveIsStartedAnew_L4() {
    let record = Self.record(.idle)
    func step(_ running: SlotName?, isRunning: Bool = true) -> DeadManDecision.Step {
      deadManDecision(record, now: Self.start, runs: TrialRuns(generation: 0), isRunning: isRunning, running: running).step
    }
    #expect(step(Self.trial.slot) == .startAnew)
    #expect(step(record.active) == .none && step(nil) == .none && step(Self.trial.slot, isRunning: false) == .none)
  }
}
