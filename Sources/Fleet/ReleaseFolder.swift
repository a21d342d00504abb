import Evergreen
import Releases
import Simulation
import World

/// The releases on one machine as far as an update remembers them: the record, the starts of the trial, the links, what is whole. It does what `ReleaseSlots`
/// does with real files, step by step and in the same order, on a simulated disk; what it says are the same facts.
struct ReleaseFolder: Sendable {
  struct Links: Hashable, Sendable {
    var active: SlotName?
    var lastGood: SlotName?
    var trial: SlotName?
  }
  /// What both copies of the record say.
  var record: SimulatedRecord<EvergreenRecord>
  /// A block of a copy went bad; whoever reads the record next mends it from the other.
  var firstIsBad = false
  var copyIsBad = false
  var runs = SimulatedRecord<TrialRuns>()
  /// Each changed by one rename.
  var links: Links
  var installed: [SlotName]
  var damaged: Set<SlotName> = []
  /// What the connector keeps: a number that every run of a process changes.
  var state: UInt64 = 1
  /// The newest last; as many as releases are kept.
  var snapshots: [(slot: SlotName, state: UInt64, generation: UInt64)] = []
  var snapshotIsBad = false
  var disk = DiskConditions()
  /// The power goes in the middle of the record that is written so many from now.
  var cutAtWrite: Int?
  /// And the disk leaves something that is neither the old record nor the new one.
  var tears = false
  var draws: Draws
  var mutant: Mutant?
  /// Said and not taken yet, each with the state that it is about.
  var facts: [(fact: UpdateFact, command: UInt64?, state: UInt64?)] = []

  init(_ slot: SlotName, at now: WallTime, draws: Draws) {
    record = SimulatedRecord(EvergreenRecord(active: slot, at: now))
    links = Links(active: slot)
    installed = [slot]
    self.draws = draws
  }

  mutating func say(
    _ kind: UpdateFact.Kind, _ now: WallTime, _ slot: SlotName? = nil, command: UInt64? = nil, state: UInt64? = nil,
    _ fill: (inout UpdateFact) -> Void = { _ in }
  ) {
    facts.append((UpdateFact(kind, at: now, slot: slot, fill), command, state))
  }

  /// The power goes: what was not synced is lost.
  mutating func lose() {
    record.lose(&draws)
    runs.lose(&draws)
    cutAtWrite = nil
    tears = false
    // Planted: the files of a release that was just unpacked are not synced.
    if mutant == .releaseNotSynced, let newest = installed.last, newest != links.active { damaged.insert(newest) }
  }

  func snapshot(of slot: SlotName) -> UInt64? { snapshots.last { $0.slot == slot }?.state }

  /// One copy in most cases; both, and nothing is left of the record.
  mutating func corruptRecord() {
    if draws.chance(300_000) { (firstIsBad, copyIsBad) = (true, true) }
    if draws.chance(500_000) { firstIsBad = true } else { copyIsBad = true }
    if firstIsBad, copyIsBad { record.corrupt() }
  }

  // MARK: The record

  /// One of which neither copy can be read is made anew from the links; it never stops a start.
  mutating func current(at now: WallTime) throws(FolderError) -> EvergreenRecord {
    if let known = try? record.read() {
      if !disk.isFull { (firstIsBad, copyIsBad) = (false, false) }
      return known
    }
    guard let active = links.active else { throw .nothingToRun }
    var anew = EvergreenRecord(active: active, at: now)
    if let before = links.lastGood, before != active {
      anew.committed[0].snapshot = snapshot(of: before).map { _ in "before \(active.version)" }
      anew.committed.insert(EvergreenRecord.Committed(slot: before, at: now), at: 0)
    }
    anew.generation = EvergreenRecord.generationAnew(at: now, above: 0)
    anew.escalation = UpdateFact.forgotten
    // A trial whose record is lost has ended: what was before it comes back with its state. A link that leads to the active release is left of a commit.
    if let trial = links.trial, trial != active {
      let kept = snapshots.last { $0.slot == active }
      anew.phase = .rollingBack(
        EvergreenRecord.Rollback(
          from: trial, to: active, snapshot: kept.map { _ in "before \(trial.version)" }, generation: kept?.generation ?? anew.generation,
          reason: "the record was lost in the middle of a trial", began: now, tries: 0))
    } else {
      links.trial = nil
    }
    try save(anew)
    say(.escalated, now, active) { $0.reason = UpdateFact.forgotten }
    if case .rollingBack(let rollback) = anew.phase {
      say(.rollbackBegan, now, rollback.to) {
        $0.from = rollback.from
        $0.generation = anew.generation
      }
    }
    return anew
  }

  /// Both copies, the first one first; the power may go between them, and then the next look brings the second up to date.
  mutating func save(_ value: EvergreenRecord) throws(FolderError) {
    if let left = cutAtWrite, left <= 1 {
      // Before or after the rename, as the seed wants.
      if tears { record.corrupt() } else if draws.chance(500_000) { try? record.replace(value, DiskConditions()) }
      throw .down
    }
    cutAtWrite = cutAtWrite.map { $0 - 1 }
    do throws(DiskError) {
      if mutant == .missingSync { try record.write(value, inPlace: false, disk) } else { try record.replace(value, disk) }
    } catch { throw .disk }
    (firstIsBad, copyIsBad) = (false, false)
  }

  func runs(of trial: EvergreenRecord.Trial) -> TrialRuns {
    guard let known = try? runs.read(), known.generation == trial.generation else { return TrialRuns(generation: trial.generation) }
    return known
  }

  mutating func save(_ value: TrialRuns) throws(FolderError) {
    do throws(DiskError) { try runs.replace(value, disk) } catch { throw .disk }
  }

  /// L7: what a replaced updater wants is not done.
  mutating func current(_ generation: UInt64, at now: WallTime) throws(FolderError) -> EvergreenRecord {
    let record = try current(at: now)
    guard record.generation == generation else {
      say(.staleIgnored, now) { $0.generation = generation }
      throw .stale
    }
    return record
  }

  mutating func takeOver(at now: WallTime) throws(FolderError) -> UInt64 {
    var record = try current(at: now)
    record.generation += 1
    try save(record)
    // What trials left that are over; the newest may wait for its trial, or for a clear.
    if record.phase == .idle { collect(keeping: installed.max { $0.version < $1.version }, at: now) }
    return record.generation
  }

  mutating func clear(_ slot: SlotName, by generation: UInt64, at now: WallTime) throws(FolderError) {
    var record = try current(generation, at: now)
    let before = record
    record.failures[slot.version.description] = nil
    record.escalation = nil
    // Said also when nothing was known of it: a record that was made anew has forgotten what failed, the trace has not. And said before: a word that a
    // crash takes would make the next try look like one that nobody allowed.
    say(.cleared, now, slot)
    if record != before { try save(record) }
  }

  func slot(_ role: UpdateFact.Role) -> SlotName? {
    switch role {
    case .active: links.active
    case .trial: links.trial
    case .lastGood: links.lastGood
    }
  }

  mutating func link(_ role: UpdateFact.Role, to slot: SlotName, at now: WallTime) {
    guard self.slot(role) != slot else { return }
    switch role {
    case .active: links.active = slot
    case .trial: links.trial = slot
    case .lastGood: links.lastGood = slot
    }
    say(.linked, now, slot) { $0.role = role }
  }

  func isWhole(_ slot: SlotName) -> Bool { installed.contains(slot) && (!damaged.contains(slot) || mutant == .releaseNotSynced) }

  /// The roles whose files are all there with their digests. While a trial is only ordered, its link does not lead there yet.
  func intact(_ record: EvergreenRecord) -> Set<UpdateFact.Role> {
    var roles: Set<UpdateFact.Role> = []
    if let slot = links.active, isWhole(slot) { roles.insert(.active) }
    if let slot = links.lastGood, isWhole(slot) { roles.insert(.lastGood) }
    if let slot = record.trial?.slot, isWhole(slot) { roles.insert(.trial) }
    return roles
  }
}
