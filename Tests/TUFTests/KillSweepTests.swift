import SimulatedWorld
import StrictJSON
import Synchronization
import TUF
import TUFRepository
import Testing
import TrustCheckers
import World

/// Loses power at each phase of each durable step of an update (T9): what is on disk afterwards is whole, has not gone back, and the next update
/// goes through.
@Suite struct KillSweepTests {
  struct Point: CustomTestStringConvertible, Sendable {
    var step: DurableStep
    var phase: StepPhase
    /// From 1.
    var occurrence: Int
    var isFirst: Bool
    var testDescription: String { "\(step.rawValue) \(phase.rawValue) \(occurrence)\(isFirst ? ", first update" : "")" }
  }

  /// What an update passes when nothing happens to it.
  final class Log: Sendable {
    private let passed = Mutex<[(DurableStep, StepPhase)]>([])
    func add(_ step: DurableStep, _ phase: StepPhase) { passed.withLock { $0.append((step, phase)) } }
    func clear() { passed.withLock { $0 = [] } }

    func points(isFirst: Bool) -> [Point] {
      passed.withLock { passed in
        passed.enumerated().map { index, point in
          let occurrence = passed[...index].count { $0 == point }
          return Point(step: point.0, phase: point.1, occurrence: occurrence, isFirst: isFirst)
        }
      }
    }
  }

  @Test func t9PowerLossAtEveryDurableStepLeavesAClientThatGoesOn() async throws {
    var points: [Point] = []
    for isFirst in [true, false] {
      let log = Log()
      var scene = try await scene(MemoryFiles { log.add($0, $1) }, isFirst: isFirst)
      try change(&scene)
      log.clear()
      #expect(await scene.download("t") == nil)
      points += log.points(isFirst: isFirst)
    }
    // A second root too: what a rotation writes is among them.
    #expect(Set(points.map(\.step.rawValue)) == ["tuf.root", "tuf.timestamp", "tuf.snapshot", "tuf.targets", "tuf.delegated", "tuf.artifact"])
    var recovered = 0
    for point in points {
      if try await recovers(point) { recovered += 1 } else { Issue.record("did not recover: \(point.testDescription)") }
    }
    print("metadata: recovered \(recovered) of \(points.count)")
    #expect(recovered == points.count)
  }

  private func scene(_ files: MemoryFiles, isFirst: Bool) async throws -> Scene {
    var scene = try Scene(files: files)
    try scene.delegate([Edge(from: "targets", to: "A")])
    scene.repository.addTarget("t", Array("old".utf8), role: "A")
    try scene.publishTargets()
    if !isFirst { #expect(await scene.download("t") == nil) }
    return scene
  }

  private func change(_ scene: inout Scene) throws {
    scene.repository.addTarget("t", Array("new and longer".utf8), role: "A")
    try scene.publishTargets()
  }

  private func recovers(_ point: Point) async throws -> Bool {
    var scene = try await scene(MemoryFiles(), isFirst: point.isFirst)
    let before = versions(scene)
    try change(&scene)
    scene.files.crash(at: point.step, point.phase, occurrence: point.occurrence)
    let failed = await scene.download("t")
    guard failed != nil, scene.files.isDown else { return false }
    scene.files.recover()

    // T3: nothing went back. Whole: everything on disk reads as metadata.
    let after = versions(scene)
    guard after.allSatisfy({ $0.value != nil }), before.allSatisfy({ (after[$0.key] ?? nil) ?? 0 >= $0.value ?? 0 }) else { return false }
    // T1: the artifact is the old one, the new one, or none.
    let artifact = scene.artifact("t")
    guard artifact == nil && point.isFirst || artifact == Array("old".utf8) || artifact == Array("new and longer".utf8) else { return false }

    scene.trace.say(.everythingWorks(true), at: scene.start)
    let again = await scene.download("t")
    guard scene.trace.violations.isEmpty else { return false }
    return again == nil && scene.artifact("t") == Array("new and longer".utf8)
      && scene.trusted == ["A 2", "root 3", "snapshot 3", "targets 3", "timestamp 3"]
  }

  private func versions(_ scene: Scene) -> [String: Int64?] {
    var found: [String: Int64?] = [:]
    for name in (try? scene.files.list(Scene.folder)) ?? [] where name.hasSuffix(".json") {
      found.updateValue((try? scene.files.read(Scene.folder + "/" + name)).flatMap(Scene.version), forKey: name)
    }
    return found
  }
}
