import Evergreen
import EvergreenCheckers
import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import World

/// The record of updates under damage: one copy, both copies, at any moment.
@Suite(.serialized) struct RecordTests {
  static let (one, two) = (TestRelease("4.1.0.0"), TestRelease("4.2.0.0"))
  static let copies = ["/evergreen/record.json", "/evergreen/record.copy.json"]

  enum Damage: CaseIterable, Sendable {
    case gone, cutOff, aBitFlipped

    func strike(_ path: String, _ rig: Rig) throws {
      guard let bytes = try? rig.files.read(path), !bytes.isEmpty else { return }
      switch self {
      case .gone: try rig.files.remove(path)
      case .cutOff: rig.memory?.truncate(path, to: bytes.count / 2)
      // In a number, say: what is left is still JSON.
      case .aBitFlipped: rig.memory?.corrupt(path, byte: bytes.count - 80)
      }
    }
  }

  /// A machine in the middle of the trial of 4.2.0.0.
  private func trial() throws -> Rig {
    let rig = Rig.inMemory()
    try rig.seed(Self.one)
    rig.serve(Self.two)
    let generation = try rig.slots.takeOver(at: rig.now)
    try rig.download(Self.two.order().bundle)
    try rig.slots.openTrial(try rig.slots.install(Self.two.order(), by: generation, at: rig.now), by: generation, at: rig.now)
    try rig.powerOn()
    #expect(rig.running?.role == .trial)
    return rig
  }

  @Test(arguments: Damage.allCases) func oneBadCopyIsMendedFromTheOther_L4_L6(_ damage: Damage) throws {
    for path in Self.copies {
      let rig = try trial()
      let before = try rig.record
      try damage.strike(path, rig)
      #expect(rig.slots.seen == before && rig.slots.look(at: rig.now).step == .none)
      #expect(try rig.record == before)
      #expect(try rig.files.read(Self.copies[0]) == rig.files.read(Self.copies[1]))
      rig.pass(3_000)
      try rig.powerOn()
      #expect(rig.running?.slot == Self.one.slot && rig.running?.escalation == nil)
      #expect(try rig.record.failures["4.2.0.0"]?.isRefused == true)
      #expect(rig.violations == [])
    }
  }

  /// A program that knows of one copy alone reads the first, and what it writes there counts.
  @Test func aRecordWithoutAChecksumCounts() throws {
    let rig = try trial()
    let text = String(decoding: try rig.files.read(Self.copies[0]), as: UTF8.self)
    #expect(text.hasSuffix("\"}") && text.contains(#","sha256":""#))
    let plain = text.replacing(#/,"sha256":"[0-9a-f]{64}"/#, with: "").replacing(#""generation":"#, with: #""generation":1"#, maxReplacements: 1)
    try rig.files.replace(Self.copies[0], with: Array(plain.utf8), mode: 0o644, step: "test")
    #expect(try rig.record.generation > 10)
    #expect(try rig.files.read(Self.copies[1]) == Array(plain.utf8))
  }

  /// Neither copy is left while the trial runs: the dead man ends it without the updater, and its state goes back.
  @Test(arguments: Damage.allCases) func bothCopiesLostInATrial_L4_L6_L10(_ damage: Damage) throws {
    let rig = try trial()
    for path in Self.copies { try damage.strike(path, rig) }
    #expect(rig.slots.look(at: rig.now).step == .rollBack)
    // The Agent System may be the first who looks; the launcher, which asks from time to time, still ends the trial.
    let stale = try rig.slots.takeOver(at: rig.now)
    #expect(rig.slots.look(at: rig.now, running: Self.two.slot).step == .finishRollback)
    #expect(throws: SlotError.self) {
      try rig.slots.commit(Evidence(healthyFor: .seconds(600), probes: 20, endToEndProbes: 1), by: stale, at: rig.now)
    }
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot && rig.running?.role == .active)
    #expect(rig.stateText == "4.1.0.0;4.1.0.0;")
    let record = try rig.record
    #expect(record.phase == .idle && record.failures["4.2.0.0"]?.isRefused == true)
    // What failed before is not known: a person says when updates go on.
    #expect(record.escalation?.contains("made anew") == true)
    #expect(try rig.slots.slot(.trial) == nil)
    #expect(rig.violations == [])
  }

  /// The links are gone as well: what runs is not what is active.
  @Test func whatRunsAndNobodyWatchesIsEnded_L4() throws {
    let rig = try trial()
    for path in Self.copies + ["/evergreen/trial"] { try rig.files.remove(path) }
    _ = try rig.slots.takeOver(at: rig.now)
    #expect(rig.slots.look(at: rig.now, running: Self.two.slot).step == .startAnew)
    #expect(rig.slots.look(at: rig.now, running: Self.one.slot).step == .none)
    try rig.powerOn()
    #expect(rig.running?.slot == Self.one.slot)
  }

  /// After a commit the way back that an operator may order still finds its state.
  @Test func aRecordMadeAnewKnowsTheWayBack_L10() throws {
    let rig = try trial()
    try rig.runToEnd(Self.two)
    for path in Self.copies { try rig.files.remove(path) }
    try rig.powerOn()
    #expect(rig.running?.slot == Self.two.slot)
    try rig.collect()
    try rig.orderRollBack("an operator asked")
    #expect(rig.running?.slot == Self.one.slot && rig.stateText == "4.1.0.0;4.1.0.0;")
  }

  /// The power goes at every durable step, and what is left of the record, one copy or both, is bad when it comes back.
  @Test(arguments: [Scenario.commits, .goesBack]) func damageAfterEveryPoint_L1_L4_L10(_ scenario: Scenario) throws {
    let beginning = try SweepTests.Beginning(scenario)
    var (recovered, total) = (0, 0)
    for point in try SweepTests.points(scenario, beginning) {
      for struck in [[0], [1], [0, 1]] {
        let (rig, memory) = try beginning.another()
        memory.crash(at: point.step, point.phase, occurrence: point.occurrence)
        #expect(throws: MachineDown.self) { try scenario.run(rig, isFirst: true) }
        rig.powerCut()
        for index in struck { try Damage.aBitFlipped.strike(Self.copies[index], rig) }
        total += 1
        let problem =
          try struck.count == 1 ? afterOne(scenario, rig, isBehind: struck == [0] && point.step == "evergreen.record.copy") : afterBoth(rig)
        if let problem { Issue.record("\(scenario) \(point) \(struck): \(problem)") } else { recovered += 1 }
      }
    }
    print("recovered \(recovered) of \(total) power cuts with a damaged record (\(scenario))")
    #expect(recovered == total)
  }

  /// As if nothing had been damaged. Where the power went between the two copies and the newer one is bad, a step is done again that the trace has already.
  private func afterOne(_ scenario: Scenario, _ rig: Rig, isBehind: Bool) throws -> String? {
    try scenario.run(rig, isFirst: false)
    return try scenario.problem(rig) ?? (isBehind ? nil : rig.violations.first?.description)
  }

  /// Something whole runs with the state that is its own, and no trial that nobody watches.
  private func afterBoth(_ rig: Rig) throws -> String? {
    try rig.powerOn()
    let record = try rig.record
    guard let running = rig.running else { return "nothing runs" }
    if record.phase != .idle || running.role == .trial { return "an update is under way that nobody knows of" }
    if try rig.slots.slot(.trial) != nil { return "the trial's link is left" }
    if running.slot != record.active { return "what runs is not what is active" }
    if running.slot.version.description == "4.1.0.0", rig.stateText.contains("4.2.0.0") { return "the state is the trial's: \(rig.stateText)" }
    if !rig.stateText.hasPrefix("4.0.5.0;4.1.0.0;") { return "the state is not what it was: \(rig.stateText)" }
    let identity = try rig.files.read("\(rig.slots.stateFolder)/link/identity.json")
    if !String(decoding: identity, as: UTF8.self).hasPrefix("4.0.5.0;4.1.0.0;") { return "the connector's identity is lost" }
    return rig.violations.first?.description
  }
}
