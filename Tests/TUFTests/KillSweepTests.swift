import SimulatedWorld
import StrictJSON
import TUF
import TUFRepository
import Testing
import World

/// Loses power at each phase of each durable step of an update (T9): what is on disk afterwards is whole, has not gone back, and the next update
/// goes through.
@Suite struct KillSweepTests {
  static let steps: [DurableStep] = ["tuf.root", "tuf.timestamp", "tuf.snapshot", "tuf.targets", "tuf.delegated", "tuf.artifact"]

  struct Point: CustomTestStringConvertible, Sendable {
    var step: DurableStep
    var phase: StepPhase
    var isFirst: Bool
    var testDescription: String { "\(step.rawValue) \(phase.rawValue)\(isFirst ? ", first update" : "")" }
  }

  static let points = steps.flatMap { step in
    StepPhase.allCases.flatMap { phase in [true, false].map { Point(step: step, phase: phase, isFirst: $0) } }
  }

  @Test func t9PowerLossAtEveryDurableStepLeavesAClientThatGoesOn() async throws {
    var recovered = 0
    for point in Self.points {
      if try await recovers(point) { recovered += 1 } else { Issue.record("did not recover: \(point.testDescription)") }
    }
    print("recovered \(recovered) of \(Self.points.count)")
    #expect(recovered == Self.points.count)
  }

  private func recovers(_ point: Point) async throws -> Bool {
    var scene = try Scene()
    try scene.delegate([Edge(from: "targets", to: "A")])
    scene.repository.addTarget("t", Array("old".utf8), role: "A")
    try scene.publishTargets()
    if !point.isFirst { #expect(await scene.download("t") == nil) }
    let before = versions(scene)

    scene.repository.addTarget("t", Array("new and longer".utf8), role: "A")
    try scene.publishTargets()
    scene.files.crash(at: point.step, point.phase)
    let failed = await scene.download("t")
    guard failed != nil, scene.files.isDown else { return false }
    scene.files.recover()

    // T3: nothing went back. Whole: everything on disk reads as metadata.
    let after = versions(scene)
    guard after.allSatisfy({ $0.value != nil }), before.allSatisfy({ (after[$0.key] ?? nil) ?? 0 >= $0.value ?? 0 }) else { return false }
    // T1: the artifact is the old one, the new one, or none.
    let artifact = scene.artifact("t")
    guard artifact == nil && point.isFirst || artifact == Array("old".utf8) || artifact == Array("new and longer".utf8) else { return false }

    let again = await scene.download("t")
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
