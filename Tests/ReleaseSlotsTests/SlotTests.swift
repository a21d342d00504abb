import Evergreen
import EvergreenCheckers
import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import World

/// What one operation does and refuses.
@Suite struct SlotTests {
  static let (one, two, three) = (TestRelease("4.1.0.0"), TestRelease("4.2.0.0"), TestRelease("4.3.0.0"))

  private func rig(_ change: (inout ReleaseSlots.Settings) -> Void = { _ in }) throws -> Rig {
    let rig = Rig.inMemory(settings: change)
    try rig.seed(Self.one)
    rig.serve(Self.two)
    rig.serve(Self.three)
    return rig
  }
  private func error(_ body: () throws -> Void) -> SlotError? {
    do { try body() } catch let error as SlotError { return error } catch {}
    return nil
  }
  private let evidence = Evidence(healthyFor: .seconds(600), probes: 20, endToEndProbes: 1)

  /// Installs without the updater's logic around it.
  private func install(_ release: TestRelease, _ rig: Rig) throws -> UInt64 {
    let generation = try rig.slots.takeOver(at: rig.now)
    try rig.download(release.order().bundle)
    #expect(try rig.slots.install(release.order(), by: generation, at: rig.now) == release.slot)
    return generation
  }

  @Test func anUpdateThatCommits_L3() throws {
    let rig = try rig()
    try rig.runToEnd(Self.two)
    #expect(rig.states == [.checking, .downloading, .verified, .installed, .activating, .trial, .committing, .committed])
    #expect(try rig.slots.slot(.active) == Self.two.slot)
    #expect(try rig.slots.slot(.lastGood) == Self.one.slot)
    #expect(try rig.slots.slot(.trial) == nil)
    #expect(rig.stateText == "4.1.0.0;4.2.0.0;")
    #expect(try rig.files.info("/evergreen/active/bin/connectord")?.mode == 0o755)
    #expect(rig.violations == [])
    // What runs is chosen by its own folder: a later link does not move it.
    #expect(rig.running?.program == "/evergreen/releases/\(Self.two.slot)/bin/connectord")
  }

  @Test func aStaleUpdaterDoesNothing_L7() throws {
    let rig = try rig()
    let old = try install(Self.two, rig)
    let new = try rig.slots.takeOver(at: rig.now)
    let before = try rig.record
    let calls: [() throws -> Void] = [
      { try rig.slots.openTrial(Self.two.slot, by: old, at: rig.now) }, { try rig.slots.orderRollBack("x", by: old, at: rig.now) },
      { try rig.slots.commit(evidence, by: old, at: rig.now) }, { try rig.slots.collect(by: old, at: rig.now) },
      { try rig.slots.remove(Self.two.version, by: old, at: rig.now) }, { _ = try rig.slots.install(Self.three.order(), by: old, at: rig.now) },
      { try rig.slots.clear(Self.two.version, by: old, at: rig.now) }, { _ = try rig.slots.take(command: "c", by: old, at: rig.now) },
    ]
    for call in calls { #expect(error(call) == .stale(old, current: new)) }
    #expect(try rig.record == before)
    #expect(try rig.slots.installed() == [Self.one.slot, Self.two.slot])
    #expect(rig.log.all.count { $0.kind == .staleIgnored } == calls.count)
  }

  /// The clock of the machine's start counts, not the one that is set; and with the machine's start the trial ends, because nobody can say how long that took.
  @Test func aTrialIsCountedByAClockThatNobodySets_L4() throws {
    let rig = try rig()
    try rig.countMachineStarts()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    try rig.powerOn()
    #expect(try rig.record.trial?.begun?.start == "start-1")
    for wrong in [Duration.seconds(-5_000), .seconds(500_000)] { #expect(rig.slots.look(at: rig.now + wrong).step == .none) }
    rig.pass(170)
    #expect(rig.slots.look(at: rig.now).step == .none)
    #expect(rig.slots.look(at: rig.now + .seconds(500_000)).checkAgainIn == .seconds(2_830))
    rig.pass(2_830)
    #expect(error { try rig.slots.commit(evidence, by: try rig.record.generation, at: rig.now + .seconds(-2_000)) } == .noTrial)
    #expect(rig.slots.look(at: rig.now + .seconds(-2_000)).step == .rollBack)
  }

  @Test func aRestartOfTheMachineEndsTheTrial_L4() throws {
    let rig = try rig()
    try rig.countMachineStarts()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    try rig.powerOn()
    #expect(rig.running?.role == .trial)
    // The process alone ends and comes again: the trial goes on.
    try rig.powerOn()
    #expect(rig.running?.role == .trial)
    rig.powerCut()
    try rig.powerOn()
    #expect(rig.running?.role == .active && rig.running?.slot == Self.one.slot)
    #expect(try rig.record.failures["4.2.0.0"]?.reason == "the machine was restarted during the trial")
    #expect(rig.violations == [])
  }

  /// The dead man takes the trial away from an updater that still wants to commit it.
  @Test func theDeadManEndsItWithoutTheWatchDog_L4_L7() throws {
    let rig = try rig()
    var generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    try rig.powerOn()
    #expect(rig.running?.role == .trial)
    #expect(rig.running?.checkAgainIn == .seconds(180))
    generation = try rig.record.generation
    rig.pass(2_990)
    #expect(rig.slots.check(at: rig.now).step == .none)
    rig.pass(10)
    // Past its deadline nobody commits it, whatever the evidence.
    #expect(error { try rig.slots.commit(evidence, by: generation, at: rig.now) } == .noTrial)
    #expect(rig.slots.check(at: rig.now).step == .rollBack)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot)
    #expect(error { try rig.slots.commit(evidence, by: generation, at: rig.now) } != nil)
    #expect(rig.violations == [])
  }

  @Test func powerCutsInATrialAreNotItsFaultUntilTheyLoop_L4() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    for run in 1...4 {
      try rig.powerOn()
      #expect(rig.running?.role == (run <= 3 ? .trial : .active))
      rig.powerCut()
    }
    #expect(try rig.record.failures["4.2.0.0"]?.reason == "the trial was started 3 times")
    #expect(rig.violations.filter { $0.invariant != .l1 } == [])
  }

  @Test func replaysDoNothingNew_L8() throws {
    let rig = try rig()
    try rig.runToEnd(Self.two)
    let generation = try rig.slots.takeOver(at: rig.now)
    #expect(try rig.slots.take(command: "x", by: generation, at: rig.now))
    #expect(try !rig.slots.take(command: "x", by: generation, at: rig.now))
    let before = try rig.record
    try rig.slots.commit(evidence, by: generation, at: rig.now)
    #expect(
      error { try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now) } == .refused(.older(Self.two.version, than: Self.two.version)))
    #expect(error { _ = try rig.slots.install(Self.two.order(), by: generation, at: rig.now) } == .refused(.runsAlready(Self.two.version)))
    #expect(try rig.record == before)
    _ = try install(Self.three, rig)
    let again = try rig.slots.takeOver(at: rig.now)
    try rig.slots.openTrial(Self.three.slot, by: again, at: rig.now)
    let opened = try rig.record
    try rig.slots.openTrial(Self.three.slot, by: again, at: rig.now)
    #expect(try rig.record == opened)
    #expect(error { try rig.slots.openTrial(Self.two.slot, by: again, at: rig.now) } == .busy("another update"))
    // Only the latest commands are remembered.
    for number in 0..<100 { _ = try rig.slots.take(command: "n\(number)", by: again, at: rig.now) }
    #expect(try rig.record.commands.count == EvergreenRecord.rememberedCommands)
  }

  @Test func anOperatorLetsAFailedReleaseTryAgain_L6() throws {
    let rig = try rig()
    rig.behaviours[Self.two.version] = .crashes
    try rig.runToEnd(Self.two)
    #expect(
      error { try rig.slots.openTrial(Self.two.slot, by: rig.record.generation, at: rig.now) }?.description.contains("failed here before") == true)
    try rig.slots.clear(Self.two.version, by: rig.record.generation, at: rig.now)
    rig.behaviours[Self.two.version] = .healthy
    try rig.runToEnd(Self.two)
    #expect(try rig.record.active == Self.two.slot)
    #expect(rig.violations == [])
  }

  /// T7: only to what this connector itself had committed.
  @Test func backAfterACommit_T7_L10() throws {
    let rig = try rig()
    #expect(error { try rig.slots.orderRollBack("x", by: rig.record.generation, at: rig.now) } == .nothingToGoBackTo)
    try rig.runToEnd(Self.two)
    try rig.collect()
    try rig.powerOn()
    try rig.orderRollBack("an operator asked")
    #expect(rig.running?.slot == Self.one.slot && rig.running?.escalation == nil)
    #expect(rig.stateText == "4.1.0.0;4.1.0.0;")
    #expect(try rig.record.failures["4.2.0.0"]?.isRefused == true)
    #expect(error { try rig.slots.orderRollBack("x", by: rig.record.generation, at: rig.now) } == .nothingToGoBackTo)
    let taken = rig.log.all.last { $0.kind == .snapshotTaken }
    #expect(rig.log.all.last { $0.kind == .stateRestored }?.state == taken?.state)
    #expect(rig.violations == [])
  }

  /// A trial that went back takes nothing from what an operator may order: the release before the one that runs, with its state.
  @Test func backAfterATrialThatFailed_T7_L5_L10() throws {
    for behaviour in [Behaviour.crashes, .failsLater] {
      let rig = try rig()
      try rig.runToEnd(Self.two)
      try rig.collect()
      rig.behaviours[Self.three.version] = behaviour
      try rig.runToEnd(Self.three)
      #expect(rig.running?.slot == Self.two.slot && rig.stateText.hasSuffix("4.2.0.0;"))
      #expect(try rig.slots.slot(.lastGood) == Self.one.slot && rig.slots.slot(.active) == Self.two.slot)
      // What the next updater removes is not what is gone back to.
      try rig.slots.collectLeftovers(by: try rig.record.generation, at: rig.now)
      try rig.orderRollBack("an operator asked")
      #expect(rig.running?.slot == Self.one.slot && rig.running?.escalation == nil)
      #expect(rig.stateText == "4.1.0.0;4.1.0.0;")
      #expect(rig.violations == [])
    }
  }

  /// Where the release before it is gone, that is said, and no copy of its state is kept for nobody.
  @Test func whatIsNotKeptIsNotGoneBackTo_T7() throws {
    let rig = try rig()
    try rig.runToEnd(Self.two)
    try rig.collect()
    rig.memory?.corrupt("/evergreen/releases/\(Self.one.slot)/bin/connectord", byte: 0)
    rig.behaviours[Self.three.version] = .crashes
    try rig.runToEnd(Self.three)
    #expect(error { try rig.slots.orderRollBack("x", by: rig.record.generation, at: rig.now) } == .notKept(Self.one.slot))
    try rig.slots.collectLeftovers(by: try rig.record.generation, at: rig.now)
    #expect(try rig.files.list("/evergreen/snapshots") == [])
    #expect(try !rig.slots.installed().contains(Self.one.slot))
    #expect(rig.violations == [])
  }

  @Test func garbageIsOnlyWhatNobodyNeeds_L2() throws {
    let rig = try rig()
    try rig.runToEnd(Self.two)
    let generation = try install(Self.three, rig)
    for version in [Self.one.version, Self.two.version] {
      #expect({ if case .inUse = error({ try rig.slots.remove(version, by: generation, at: rig.now) }) { true } else { false } }())
    }
    try rig.slots.collect(keeping: [Self.three.slot], by: generation, at: rig.now)
    #expect(try rig.slots.installed() == [Self.one.slot, Self.two.slot, Self.three.slot])
    try rig.slots.openTrial(Self.three.slot, by: generation, at: rig.now)
    try rig.powerOn()
    try rig.collect()
    #expect(try rig.slots.installed() == [Self.two.slot, Self.three.slot])
    #expect(error { try rig.slots.remove(ReleaseVersion(9, 0, 0, 0), by: rig.record.generation, at: rig.now) } == .notInstalled("9.0.0.0"))
  }

  /// L5: it tries thrice, then what comes back runs with the state that is there, and a person is told; it does not loop.
  @Test func aRollbackThatCannotRestoreIsEscalated_L5() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    try rig.powerOn()
    try rig.files.removeTree("/evergreen/snapshots")
    try rig.orderRollBack("it is ill")
    #expect(rig.running?.slot == Self.one.slot)
    #expect(rig.running?.escalation?.contains("failed 3 times") == true)
    #expect(try rig.record.phase == .idle)
    #expect(rig.violations == [])
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot && rig.running?.escalation != nil)
  }

  /// L5 on a disk without a byte left: the way back needs no room but that of its record.
  @Test func aFullDiskDoesNotKeepATrialAlive_L4_L5() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    try rig.powerOn()
    rig.pass(3_000)
    rig.memory?.setCapacity(0)
    let choice = try rig.slots.boot(at: rig.now)
    #expect(choice.slot == Self.one.slot && choice.escalation != nil)
    // Whoever starts it does so again as soon as the disk takes what is written.
    #expect(choice.isMakeshift && choice.checkAgainIn == .seconds(60) && rig.slots.canFinish() == false)
    rig.memory?.setCapacity(.max)
    #expect(rig.slots.canFinish() == true)
    #expect(try rig.slots.boot(at: rig.now).escalation == nil)
    #expect(try rig.record.phase == .idle && rig.slots.canFinish() == nil)
    #expect(rig.stateText == "4.1.0.0;")
  }

  @Test func damagedReleasesDoNotRun_L1() throws {
    let rig = try rig()
    try rig.runToEnd(Self.two)
    let folder = "/evergreen/releases/\(Self.two.slot)"
    rig.memory?.corrupt(folder + "/bin/connectord", byte: 0)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot && rig.running?.reason.contains("missing or changed") == true)
    rig.memory?.corrupt(folder + "/bin/connectord", byte: 0)
    try rig.files.replace(folder + "/extra", with: [], mode: 0o644, step: "test")
    #expect(try rig.slots.problem(of: Self.two.slot)?.contains("4 files; its manifest lists 3") == true)
    try rig.files.remove(folder + "/extra")
    #expect(try rig.slots.problem(of: Self.two.slot) == nil)
    rig.memory?.corrupt("/evergreen/releases/\(Self.one.slot)/release.json", byte: 0)
    rig.memory?.corrupt(folder + "/release.json", byte: 0)
    #expect({ if case .nothingToRun = error({ _ = try rig.slots.boot(at: rig.now) }) { true } else { false } }())
  }

  @Test(arguments: [0, 40, 10_000]) func anUnreadableRecordDoesNotStopTheStart_L1(_ length: Int) throws {
    let rig = try rig()
    try rig.runToEnd(Self.two)
    for path in ["/evergreen/record.json", "/evergreen/record.copy.json"] {
      if length == 10_000 { try rig.files.remove(path) } else { rig.memory?.truncate(path, to: length) }
    }
    let before = try rig.slots.takeOver(at: rig.now)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.two.slot)
    #expect(before > 1_000 && rig.running?.escalation?.contains("made anew") == true)
    try rig.orderRollBack("an operator asked")
    #expect(rig.running?.slot == Self.one.slot)
  }

  /// The product resets altered settings at an update, as long as the update itself can run.
  @Test func alteredSettingsAreResetByAnUpdateAndOnlyByOne() throws {
    let rig = try rig()
    func alter() throws { try rig.files.replace("/evergreen/configuration", with: Array("mine".utf8), mode: 0o644, step: "test") }
    func settings() throws -> String { String(decoding: try rig.files.read("/evergreen/configuration"), as: UTF8.self) }
    try alter()
    try rig.powerOn()
    #expect(try settings() == "mine")
    // The updater cannot run: nothing is reset.
    rig.served = [:]
    try rig.update(Self.two)
    #expect(rig.logic.state == .failed)
    #expect(try settings() == "mine")
    for release in [Self.two, Self.three] { rig.serve(release) }
    try rig.runToEnd(Self.two)
    #expect(try settings() == "defaults of 4.2.0.0\n")
    try alter()
    rig.behaviours[Self.three.version] = .crashes
    try rig.runToEnd(Self.three)
    #expect(try settings() == "defaults of 4.2.0.0\n")
  }

  @Test func withoutRoomForTheSnapshotTheTrialDoesNotBegin_L9_L10() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    try rig.files.append("/evergreen/state/db", [UInt8](repeating: 0, count: 100_000), mode: 0o600, sync: true)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    rig.memory?.setCapacity(130_000)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot)
    #expect(try rig.record.phase == .idle && rig.record.failures["4.2.0.0"]?.isRefused == false)
    #expect(try rig.slots.slot(.trial) == nil)
    #expect(try rig.files.list("/evergreen/snapshots") == [])
    #expect(rig.violations == [])
  }

  @Test func withoutRoomNoTrialIsOrdered_L9() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    let before = try rig.record
    rig.memory?.setCapacity(900)
    #expect({ if case .noSpace = error({ try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now) }) { true } else { false } }())
    #expect(try rig.record == before)
    #expect(rig.log.all.last { $0.kind == .preflight }?.ok == false)
    rig.memory?.setCapacity(.max)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    #expect(rig.violations == [])
  }

  /// A start took the snapshot and could go no further; what ran meanwhile wrote more, and none of it is lost when the trial goes back.
  @Test func whatAMakeshiftRunWroteGoesBackToo_L10() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    let memory = try #require(rig.memory)
    memory.crash(at: EvergreenStep.attempt.step, .beforeWrite)
    #expect(throws: MachineDown.self) { try rig.powerOn() }
    memory.recover()
    memory.crash(at: "nowhere", .durable)
    #expect(try rig.files.list("/evergreen/snapshots").count == 1)
    try rig.files.append("/evergreen/state/db", Array("makeshift;".utf8), mode: 0o600, sync: true)
    rig.behaviours[Self.two.version] = .crashes
    try rig.powerOn()
    #expect(rig.running?.role == .trial)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot && rig.stateText == "4.1.0.0;makeshift;4.1.0.0;")
    #expect(rig.violations == [])
  }

  @Test func anOrderOfLongAgoIsNotCarriedOut() throws {
    let rig = try rig()
    let generation = try install(Self.two, rig)
    try rig.slots.openTrial(Self.two.slot, by: generation, at: rig.now)
    rig.pass(900)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot && rig.stateText == "4.1.0.0;4.1.0.0;")
    #expect(try rig.record.phase == .idle)
  }

  @Test func fipsBelow5_102IsNotUpdatedInPlace() throws {
    let rig = try rig { $0.isFIPS = true }
    try rig.update(Self.two)
    #expect(rig.logic.state == .failed && rig.logic.reason.contains("Reinstall: remove this connector from its resource location"))
  }

  @Test func attemptsAreBounded_L6() throws {
    let rig = try rig()
    rig.beforeInstall = { rig, path in rig.memory?.corrupt(path, byte: 700) }
    for _ in 0..<5 {
      try rig.update(Self.two)
      #expect(rig.logic.reason.contains("have changed"))
    }
    try rig.update(Self.two)
    #expect(rig.logic.reason.contains("was tried 5 times"))
  }
}
