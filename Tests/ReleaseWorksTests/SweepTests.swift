import ReleaseWorks
import Releases
import SimulatedWorld
import StrictJSON
import Synchronization
import TUF
import Testing
import World

/// The machine goes down at every durable step of a repository's life. At that moment a client can still update, and the commands can be given again.
@Suite struct SweepTests {
  struct Point: Hashable {
    var step: DurableStep
    var phase: StepPhase
    /// From 1.
    var occurrence: Int
  }

  final class Log: Sendable {
    private let points = Mutex<[Point]>([])
    func add(_ step: DurableStep, _ phase: StepPhase) {
      guard step != "test.input" else { return }
      points.withLock { all in all.append(Point(step: step, phase: phase, occurrence: 1 + all.count { $0.step == step && $0.phase == phase })) }
    }
    var all: [Point] { points.withLock { $0 } }
  }

  /// One command, which can be given again whatever became of it; and the versions that a client sees after it.
  struct Stage: Sendable {
    var name: String
    var visible: [String]
    var at = Workshop.start
    var run: @Sendable (Workshop) throws -> Void
  }

  private static let later = Workshop.start + .seconds(20 * 86_400)

  private static func sign(_ text: String, visible: [String]) -> Stage {
    Stage(name: "sign \(text)", visible: visible) { shop in
      let built = try shop.build(text)
      var repository = try shop.open()
      _ = try repository.sign(built.path, now: Workshop.start)
    }
  }

  private static func publish(_ text: String, _ ring: ReleaseRing, visible: [String]) -> Stage {
    Stage(name: "publish \(text)", visible: visible) { shop in
      var repository = try shop.open()
      _ = try repository.publish(version(text), .current, ring: ring, isEmergency: false, now: Workshop.start)
    }
  }

  /// With a release that waits, so that its staged metadata is signed anew too.
  private static func rotate(_ role: RepositoryRole, root: Int64) -> Stage {
    Stage(name: "rotate \(role)", visible: ["1.0.0.1"]) { shop in
      var repository = try shop.open(seed: UInt64(root))
      guard let current = repository.record.roles[.root]?.current.version, current < root else { return }
      try repository.rotate(role, now: Workshop.start)
    }
  }

  private static let life: [Stage] =
    [
      Stage(name: "make", visible: []) { _ = try $0.open() },
      sign("1.0.0.1", visible: []), publish("1.0.0.1", .percent(10), visible: ["1.0.0.1"]), publish("1.0.0.1", .all, visible: ["1.0.0.1"]),
      sign("1.0.0.2", visible: ["1.0.0.1"]),
    ] + RepositoryRole.allCases.enumerated().map { rotate($1, root: Int64($0 + 2)) } + [
      publish("1.0.0.2", .all, visible: ["1.0.0.1", "1.0.0.2"]),
      sign("1.0.0.3", visible: ["1.0.0.1", "1.0.0.2"]),
      Stage(name: "revoke", visible: ["1.0.0.2"]) { shop in
        var repository = try shop.open()
        guard repository.record.revoked.isEmpty else { return }
        _ = try repository.revoke(version("1.0.0.1"), .current, now: Workshop.start)
      },
      Stage(name: "refresh", visible: ["1.0.0.2"], at: later) { shop in
        var repository = try shop.open(later)
        _ = try repository.refresh(now: later)
      },
    ]

  @Test func everyCrashLeavesARepositoryThatAClientCanUpdateFrom() async throws {
    var disk = MemoryFiles()
    // One that has followed from the beginning.
    var follower: Client?
    var (recovered, all) = (0, 0)
    var seen: Set<DurableStep> = []
    for stage in Self.life {
      let log = Log()
      let after = MemoryFiles(copying: disk) { log.add($0, $1) }
      try stage.run(Workshop(after, size: 50))
      seen.formUnion(log.all.map(\.step))
      for point in log.all {
        // Long work: others run in between.
        await Task.yield()
        all += 1
        do {
          try await crash(stage, at: point, on: MemoryFiles(copying: disk), follower)
          recovered += 1
        } catch {
          Issue.record("\(stage.name): \(point.step.rawValue) \(point.phase.rawValue) \(point.occurrence): \(error)")
        }
      }
      disk = MemoryFiles(copying: after)
      let client = try follower ?? Workshop(disk).newClient()
      try await Workshop(disk).refresh(client, at: stage.at)
      follower = client
    }
    print("releases: recovered \(recovered) of \(all)")
    #expect(recovered == all)
    #expect(
      Set(seen.map(\.rawValue)) == [
        "releases.work-bundle", "releases.work-manifest", "releases.key", "releases.bundle", "releases.record", "releases.staged",
        "releases.targets", "releases.snapshot", "releases.timestamp", "releases.root", "releases.forget",
      ])
  }

  private func crash(_ stage: Stage, at point: Point, on files: MemoryFiles, _ follower: Client?) async throws {
    let shop = Workshop(files, size: 50)
    files.crash(at: point.step, point.phase, occurrence: point.occurrence)
    #expect(throws: (any Error).self) { try stage.run(shop) }
    files.recover()
    // As the machine is found, before anybody repairs it: what is listed is there.
    let old = follower.map { Client(files: MemoryFiles(copying: $0.files)) }
    if let old {
      for client in [old, try shop.newClient()] { _ = try await versions(shop, client, Workshop.start) }
    }
    // What may be acted on is what a client sees.
    if let record = try ReleaseRepository.read("/lab/releases", files: files),
      try ReleaseRepository.isShown(record, in: "/lab/releases", files: files)
    {
      let listed = record.published.map(\.version.text).sorted()
      #expect(try await versions(shop, try shop.newClient(), Workshop.start) == listed)
    }
    // The command again.
    try stage.run(shop)
    for client in [try shop.newClient()] + (old.map { [$0] } ?? []) {
      #expect(try await versions(shop, client, stage.at) == stage.visible)
    }
    let kept = try files.list("/lab/releases/targets/releases")
    #expect(Set(kept).isSuperset(of: stage.visible))
    if stage.name == "revoke" { #expect(kept == ["1.0.0.2", "1.0.0.3"]) }
  }

  /// Updates, and gets every version that is listed; each is what the metadata says.
  private func versions(_ shop: Workshop, _ client: Client, _ now: WallTime) async throws -> [String] {
    var trust = try await shop.refresh(client, at: now)
    var found: [String] = []
    for text in ["1.0.0.1", "1.0.0.2", "1.0.0.3"] {
      let target = BundleFile.target(version(text), .current)
      guard (try? await trust.find(ExactText(target))) != nil else { continue }
      _ = try await shop.download(trust, target, client)
      found.append(text)
    }
    return found
  }
}
