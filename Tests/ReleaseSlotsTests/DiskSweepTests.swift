import EvergreenCheckers
import Foundation
import LiveWorld
import ReleaseSlots
import Releases
import Testing
import World

/// The same sweep on a real disk: a process of its own is killed at a point, and another goes on from what is there.
@Suite(.serialized) struct DiskSweepTests {
  /// Each step and phase once, the last time that it is reached.
  static func points(_ scenario: Scenario) throws -> [String: CrashPoint] {
    var last: [String: CrashPoint] = [:]
    for point in try SweepTests.points(scenario, SweepTests.Beginning(scenario)) { last["\(point.step.rawValue) \(point.phase)"] = point }
    return last
  }

  @Test(arguments: [Scenario.goesBack, .commits]) func killedAtEachStepOnARealDisk_L1_L5_L10(_ scenario: Scenario) async throws {
    var last = try Self.points(scenario)
    // What the other scenario goes through as well is killed there.
    if scenario == .commits { for name in try Self.points(.goesBack).keys { last[name] = nil } }
    var (recovered, total) = (0, 0)
    for (name, point) in last.sorted(by: { $0.key < $1.key }) {
      let folder = FileManager.default.temporaryDirectory.path + "/evergreen-sweep-" + SystemRandom().uuid()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try DiskFiles().makeDirectory(folder, mode: 0o700)
      let (kind, step, phase, occurrence) = (scenario.rawValue, point.step.rawValue, point.phase.rawValue, point.occurrence)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, kind = kind as String, step = step as String, phase = phase as String, occurrence = occurrence as Int] in
        let points = PointLog()
        let target = CrashPoint(step: DurableStep(rawValue: step), phase: StepPhase(rawValue: phase)!, occurrence: occurrence)
        let files = DiskFiles {
          points.add($0, $1)
          if points.all.last == target { kill(getpid(), SIGKILL) }
        }
        let rig = Rig(files: files, root: folder + "/evergreen", log: FactLog(path: folder + "/facts"))
        let scenario = Scenario(rawValue: kind)!
        try scenario.prepare(rig)
        points.start()
        try scenario.run(rig, isFirst: true)
      }
      total += 1
      let rig = Rig(files: DiskFiles(), root: folder + "/evergreen", log: FactLog(path: folder + "/facts"))
      scenario.know(rig)
      rig.powerCut()
      try scenario.run(rig, isFirst: false)
      let problem = try scenario.problem(rig)
      if let problem { Issue.record("\(scenario) \(name): \(problem)") }
      for violation in rig.violations { Issue.record("\(scenario) \(name): \(violation)") }
      if problem == nil, rig.violations.isEmpty { recovered += 1 }
    }
    print("recovered \(recovered) of \(total) killed processes on a real disk (\(scenario))")
    #expect(recovered == total && total >= (scenario == .goesBack ? 60 : 8))
  }
}
