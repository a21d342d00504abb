import Evergreen
import EvergreenCheckers
import Foundation
import LiveWorld
import ReleaseSlots
import Releases
import SimulatedWorld
import Synchronization
import Testing
import World

/// What a sweep runs: from a machine that runs 4.1.0.0 to an end.
enum Scenario: String, CaseIterable, Sendable {
  case commits, goesBack, crashes, rolledBackByHand, hostile
  /// The first time there is no room for the snapshot; then it commits.
  case noRoom
  /// It goes back, and the snapshot is gone.
  case lostSnapshot

  var release: TestRelease { TestRelease("4.2.0.0", entries: { if self == .hostile { $0[3].bytes[0] ^= 1 } }) }

  func prepare(_ rig: Rig) throws {
    try rig.seed(TestRelease("4.0.5.0"))
    know(rig)
    try rig.runToEnd(TestRelease("4.1.0.0"))
    try rig.collect()
    if self == .noRoom { try rig.files.append(rig.slots.stateFolder + "/big", [UInt8](repeating: 1, count: 60_000), mode: 0o600, sync: true) }
  }

  func know(_ rig: Rig) {
    for version in ["4.0.5.0", "4.1.0.0"] { rig.serve(TestRelease(version)) }
    rig.serve(release, [.goesBack, .lostSnapshot].contains(self) ? .failsLater : self == .crashes ? .crashes : .healthy)
    if self == .noRoom { rig.roomToBoot = Self.littleRoom }
    if self == .lostSnapshot { rig.beforeBoot = Self.loseSnapshot }
  }

  private static func littleRoom(_ rig: Rig) -> Int? {
    guard let record = rig.slots.seen, case .opening = record.phase, record.failures["4.2.0.0"] == nil else { return nil }
    return (try? rig.files.freeSpace(rig.root)).map { .max - Int($0) + 30_000 }
  }

  private static func loseSnapshot(_ rig: Rig) throws {
    switch rig.slots.seen?.phase {
    case .trying, .rollingBack: break
    default: return
    }
    for name in try rig.files.list(rig.root + "/snapshots") where name.hasPrefix("4.1.0.0-") {
      try rig.files.removeTree("\(rig.root)/snapshots/\(name)")
    }
  }

  /// From any point that a crash left. `isFirst`: nothing has happened yet.
  func run(_ rig: Rig, isFirst: Bool) throws {
    if !isFirst { try rig.powerOn() }
    try rig.runToEnd(release)
    try rig.collect()
    if self == .rolledBackByHand, try rig.record.active?.version == release.version { try rig.orderRollBack("an operator asked") }
    try rig.collect()
  }

  /// What must be true at the end, however often the machine went down.
  ///
  /// - Parameter mayGoBack: the machine was restarted, and a trial does not outlive that.
  func problem(_ rig: Rig, mayGoBack: Bool = false) throws -> String? {
    let record = try rig.record
    let wasInterrupted = record.failures["4.2.0.0"]?.reason == "the machine was restarted during the trial"
    if wasInterrupted, !mayGoBack { return "it went back because of a restart of the machine" }
    let commits = (self == .commits || self == .noRoom) && !wasInterrupted
    let expected = commits ? "4.2.0.0" : "4.1.0.0"
    if record.phase != .idle { return "an update is still under way" }
    if record.active?.version.description != expected { return "\(expected) is not active" }
    if try rig.slots.slot(.active) != record.active { return "the link and the record differ" }
    if try rig.slots.slot(.trial) != nil { return "a trial is open" }
    if try rig.slots.problem(of: record.active!) != nil { return "the active release is not whole" }
    let isLost = self == .lostSnapshot
    // One that was interrupted may never have run.
    if !commits, !(isLost && wasInterrupted), rig.stateText.contains("4.2.0.0") != isLost { return "the state is \(isLost ? "not " : "")the trial's" }
    if !rig.stateText.hasPrefix("4.0.5.0;4.1.0.0;") { return "the state is not what it was" }
    func text(_ name: String) -> String {
      (try? rig.files.read("\(rig.slots.stateFolder)/\(name)")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
    for name in ["agent-system/registry", "credential-provider/audit.log", "link/identity.json"] {
      if !text(name).hasPrefix("4.0.5.0;4.1.0.0;") || !text(name).hasSuffix("\(expected);") { return "\(name) is the machine's and is not whole" }
      if self != .hostile, !wasInterrupted, !text(name).contains("4.2.0.0;") { return "\(name) is the machine's and went back" }
    }
    for name in ["credential-provider/vault", "link/other"] where !commits && !isLost && text(name).contains("4.2.0.0;") {
      return "\(name), which lies beside what is the machine's, did not go back"
    }
    if try rig.files.info(rig.slots.stateFolder + "/sub/log") == nil { return "a part of the state is missing" }
    if !commits, record.failures["4.2.0.0"]?.isRefused != true { return "the failed version would be tried again" }
    let configuration = String(decoding: try rig.files.read(rig.slots.configurationPath), as: UTF8.self)
    if configuration != "defaults of \(expected)\n" { return "the configuration is not that of the active release" }
    if try !rig.files.list(rig.root + "/staging").isEmpty || !rig.files.list(rig.root + "/downloads").isEmpty { return "something was left behind" }
    if self == .goesBack || self == .crashes {
      let names = try rig.files.list(rig.root + "/snapshots")
      if try rig.slots.slot(.lastGood)?.version.description != "4.0.5.0" { return "an operator cannot go back any more" }
      if record.committed.last?.snapshot.map({ names == [$0] }) != true { return "the state to go back to is not what is kept: \(names)" }
    }
    if (record.escalation != nil) != isLost { return "a person was called: \(record.escalation ?? "no")" }
    return nil
  }
}

struct CrashPoint: Hashable, Sendable {
  var step: DurableStep
  var phase: StepPhase
  /// From 1.
  var occurrence: Int
}

/// The points that a run goes through, in its order.
final class PointLog: Sendable {
  private let points = Mutex<[CrashPoint]>([])
  private let isOn = Mutex(false)
  func start() { isOn.withLock { $0 = true } }
  func add(_ step: DurableStep, _ phase: StepPhase) {
    guard isOn.withLock({ $0 }) else { return }
    points.withLock { all in all.append(CrashPoint(step: step, phase: phase, occurrence: 1 + all.count { $0.step == step && $0.phase == phase })) }
  }
  var all: [CrashPoint] { points.withLock { $0 } }
}

@Suite(.serialized) struct SweepTests {
  /// A machine at the beginning of a scenario, and how to make as many of it as one likes.
  struct Beginning {
    let scenario: Scenario
    let rig: Rig

    init(_ scenario: Scenario) throws {
      self.scenario = scenario
      rig = Rig.inMemory()
      try scenario.prepare(rig)
    }

    func another(
      countsStarts: Bool = false, _ onStep: @escaping @Sendable (DurableStep, StepPhase) -> Void = { _, _ in }
    ) throws -> (Rig, MemoryFiles) {
      let memory = MemoryFiles(copying: try #require(rig.memory), onStep: onStep)
      let copy = Rig(files: memory, root: rig.root, log: FactLog(rig.log.all))
      scenario.know(copy)
      if countsStarts { try copy.countMachineStarts() }
      try copy.powerOn()
      return (copy, memory)
    }
  }

  static func points(_ scenario: Scenario, _ beginning: Beginning) throws -> [CrashPoint] {
    let log = PointLog()
    let (rig, _) = try beginning.another { log.add($0, $1) }
    log.start()
    try scenario.run(rig, isFirst: true)
    let problem = try scenario.problem(rig)
    try #require(problem == nil, "\(scenario): \(problem ?? ""); \(rig.states)")
    try #require(rig.violations == [], "\(scenario)")
    return log.all
  }

  private func recovers(_ scenario: Scenario, _ rig: Rig, _ what: String, mayGoBack: Bool = false) throws -> Bool {
    rig.powerCut()
    try scenario.run(rig, isFirst: false)
    let problem = try scenario.problem(rig, mayGoBack: mayGoBack)
    let violations = rig.violations
    if let problem { Issue.record("\(scenario) \(what): \(problem)") }
    for violation in violations { Issue.record("\(scenario) \(what): \(violation)") }
    return problem == nil && violations.isEmpty
  }

  /// L1 to L10, T7, T8: the machine loses power at every durable step, in every phase, at every occurrence, and with it all that was not synced.
  @Test func powerCutAtEveryPointOfAnUpdate_L1_L2_L3_L4_L5_L6_L7_L8_L9_L10() throws {
    var (recovered, total) = (0, 0)
    var steps: Set<DurableStep> = []
    for scenario in Scenario.allCases {
      let beginning = try Beginning(scenario)
      for point in try Self.points(scenario, beginning) {
        total += 1
        steps.insert(point.step)
        let (rig, memory) = try beginning.another()
        memory.crash(at: point.step, point.phase, occurrence: point.occurrence)
        #expect(throws: MachineDown.self) { try scenario.run(rig, isFirst: true) }
        if try recovers(scenario, rig, "\(point.step.rawValue) \(point.phase) #\(point.occurrence)") { recovered += 1 }
      }
    }
    print("recovered \(recovered) of \(total) power cuts in memory, at \(steps.count) durable steps")
    #expect(recovered == total)
    #expect(total > 100)
    // What only first installations, operators and damaged records write is not part of an update.
    let elsewhere: Set<EvergreenStep> = [.seed, .clear, .setAside, .mend, .factsRotate]
    #expect(Set(EvergreenStep.allCases.map(\.step)).subtracting(steps) == Set(elsewhere.map(\.step)))
  }

  /// The same with a machine that says when it was started: a trial that the power cut interrupted goes back; every other update goes
  /// on as before.
  @Test func powerCutWithARestartOfTheMachine_L1_L4_L5_L10() throws {
    var (recovered, total, interrupted) = (0, 0, 0)
    for scenario in Scenario.allCases {
      let beginning = try Beginning(scenario)
      for point in try Self.points(scenario, beginning) {
        total += 1
        let (rig, memory) = try beginning.another(countsStarts: true)
        memory.crash(at: point.step, point.phase, occurrence: point.occurrence)
        #expect(throws: MachineDown.self) { try scenario.run(rig, isFirst: true) }
        let what = "\(point.step.rawValue) \(point.phase) #\(point.occurrence)"
        if try recovers(scenario, rig, what, mayGoBack: true) { recovered += 1 }
        if try rig.record.failures["4.2.0.0"]?.reason.contains("restarted") == true { interrupted += 1 }
      }
    }
    print("recovered \(recovered) of \(total) power cuts that restarted the machine, \(interrupted) of them in a trial")
    #expect(recovered == total)
    #expect(interrupted > 10)
  }

  /// The power goes again while the first cut is being recovered from.
  @Test func powerCutDuringRecovery_L1_L5_L10() throws {
    var (recovered, total) = (0, 0)
    let random = SeededRandom(seed: 7)
    for scenario in Scenario.allCases {
      let beginning = try Beginning(scenario)
      let points = try Self.points(scenario, beginning)
      for _ in 0..<60 {
        let (first, second) = (points[Int(random.below(UInt64(points.count)))], points[Int(random.below(UInt64(points.count)))])
        let (rig, memory) = try beginning.another()
        memory.crash(at: first.step, first.phase, occurrence: first.occurrence)
        #expect(throws: MachineDown.self) { try scenario.run(rig, isFirst: true) }
        rig.powerCut()
        memory.crash(at: second.step, second.phase)
        do { try scenario.run(rig, isFirst: false) } catch is MachineDown {}
        memory.recover()
        total += 1
        memory.crash(at: "nowhere", .durable)
        if try recovers(scenario, rig, "\(first) then \(second)") { recovered += 1 }
      }
    }
    print("recovered \(recovered) of \(total) double power cuts")
    #expect(recovered == total)
  }
}
