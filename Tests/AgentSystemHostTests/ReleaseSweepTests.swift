import AgentSystem
import AgentSystemHost
import Evergreen
import ReleaseSlots
import Releases
import SimulatedWorld
import Synchronization
import Testing
import World

/// The power goes at every durable step of an update that is ordered through the Agent System; the next start finishes it or takes it back.
@Suite struct ReleaseSweepTests {
  typealias B = ReleaseBench

  enum Scenario: CaseIterable, Sendable { case commits, goesBack }

  struct Point: Hashable, Sendable {
    var step: DurableStep
    var phase: StepPhase
    /// From 1.
    var occurrence: Int
  }

  final class Points: Sendable {
    private let found = Mutex<(isOn: Bool, points: [Point])>((false, []))
    func start() { found.withLock { $0.isOn = true } }
    func add(_ step: DurableStep, _ phase: StepPhase) {
      found.withLock { found in
        guard found.isOn else { return }
        found.points.append(Point(step: step, phase: phase, occurrence: 1 + found.points.count { $0.step == step && $0.phase == phase }))
      }
    }
    var all: [Point] { found.withLock { $0.points } }
  }

  /// What the WatchDog's updater does, from wherever a crash left the machine: each round is one start of the connector.
  static func update(_ bench: ReleaseBench, _ scenario: Scenario, isFirst: Bool) async throws {
    for round in 0..<8 {
      if !isFirst || round > 0 { try await bench.powerOn() }
      let updater = try await bench.takeOver()
      let status = try await bench.status()
      if status.trial?.slot == B.two.slot, status.phase == .trying {
        switch scenario {
        case .commits:
          #expect(try await bench.ask(.commitRelease(B.two.version, B.evidence, by: updater)) == .done)
          return
        case .goesBack:
          #expect(try await bench.ask(.rollBackRelease(reason: "the broker does not answer", by: updater)) == .done)
          continue
        }
      }
      if status.active == B.two.slot || status.failed.contains(where: { $0.version == B.two.version && $0.isRefused }) { return }
      if !status.installed.contains(B.two.slot) { try bench.download(B.two) }
      // One that is there whole is done, though its bundle was used up.
      #expect(try await bench.ask(B.two.install(by: updater)) == .done)
      #expect(try await bench.ask(.activateRelease(B.two.version, by: updater)) == .done)
    }
    Issue.record("the update did not come to an end")
  }

  static func problem(_ bench: ReleaseBench, _ scenario: Scenario) async throws -> String? {
    let status = try await bench.status()
    let expected = scenario == .commits ? B.two.slot : B.one.slot
    if status.phase != .idle { return "an update is under way" }
    if status.active != expected || bench.running?.slot.version == nil { return "\(expected) is not active" }
    if try bench.slots.problem(of: expected) != nil { return "the active release is not whole" }
    if status.escalation != nil { return "a person was called" }
    if scenario == .goesBack, bench.stateText.contains("4.2.0.0") { return "the state is the trial's" }
    if !bench.stateText.hasPrefix("4.1.0.0;") { return "the state is not what it was" }
    return nil
  }

  @Test func powerCutAtEveryStep_L1_L5_L7_L8_L10() async throws {
    let base = try await B.seeded()
    var (recovered, total, steps) = (0, 0, Set<DurableStep>())
    for scenario in Scenario.allCases {
      let log = Points()
      let whole = ReleaseBench(MemoryFiles(copying: base.files) { log.add($0, $1) })
      try await whole.powerOn()
      log.start()
      try await Self.update(whole, scenario, isFirst: true)
      #expect(try await Self.problem(whole, scenario) == nil)
      for (index, point) in log.all.enumerated() {
        total += 1
        steps.insert(point.step)
        let bench = ReleaseBench(MemoryFiles(copying: base.files), seed: UInt64(100 + index))
        try await bench.powerOn()
        bench.files.crash(at: point.step, point.phase, occurrence: point.occurrence)
        await #expect(throws: PowerCut.self, "\(scenario) \(point)") { try await Self.update(bench, scenario, isFirst: true) }
        await bench.powerCut()
        try await Self.update(bench, scenario, isFirst: false)
        let problem = try await Self.problem(bench, scenario)
        if let problem { Issue.record("\(scenario) \(point): \(problem)") } else { recovered += 1 }
      }
    }
    print("recovered \(recovered) of \(total) power cuts through the Agent System, at \(steps.count) durable steps")
    #expect(recovered == total && total > 100)
    for step in [EvergreenStep.install, .open, .attempt, .commit, .committed, .rollBack, .rolledBack, .takeOver, .linkActive, .stateRestore] {
      #expect(steps.contains(step.step), "\(step)")
    }
    #expect(steps.contains(AgentSystemSteps.commit))
  }

  /// The same request, by its id, after a crash in its middle: what can be done again is done, what cannot says so.
  @Test(arguments: [EvergreenStep.unpack, .install], [StepPhase.beforeWrite, .afterRename, .durable])
  func theSameRequestAfterACrash_L8(_ step: EvergreenStep, _ phase: StepPhase) async throws {
    let bench = try await B.seeded()
    let updater = try await bench.takeOver()
    try bench.download(B.two)
    let request = bench.request(B.two.install(by: updater))
    bench.files.crash(at: step.step, phase)
    await #expect(throws: PowerCut.self) { try await bench.ask(request) }
    await bench.powerCut()
    try await bench.startService()
    #expect(try await bench.ask(request) == .done)
    #expect(try await bench.ask(request) == .done)
    #expect(try bench.slots.problem(of: B.two.slot) == nil)
  }

  @Test func aTakeOverThatACrashInterruptedIsNotDoneTwice() async throws {
    let bench = try await B.seeded()
    let request = bench.request(.takeOverUpdates)
    bench.files.crash(at: EvergreenStep.takeOver.step, .durable)
    await #expect(throws: PowerCut.self) { try await bench.ask(request) }
    await bench.powerCut()
    try await bench.startService()
    let before = try await bench.status().generation
    #expect(try await bench.ask(request).refusal == .interrupted)
    #expect(try await bench.status().generation == before)
  }
}
