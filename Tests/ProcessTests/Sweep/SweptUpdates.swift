import EvergreenCheckers
import Foundation
import LiveWorld
import ReleaseSlots
import Testing

/// A lab with one connector that is updated over and over, and killed on the way.
final class SweptUpdates: Sendable {
  let lab: LabUnderTest
  /// Where the connector finds what to do at its durable steps.
  private let switches: String

  typealias Wrong = SweptConnector.Wrong

  init() async throws {
    switches = try LabUnderTest.temporaryFolder()
    lab = try LabUnderTest(
      connectors: 1, quick: true, environment: ["CONNECTORD_DIE_AT": "@\(switches)/die-{name}", "CONNECTORD_STEPS": "\(switches)/steps-{name}"])
    try await lab.await("c1", "healthy")
    try copyPrograms()
  }

  func end() async throws {
    #expect(try await lab.stop() == 0)
    try? FileManager.default.removeItem(atPath: switches)
  }

  private var evergreen: String { "\(lab.folder)/c1/evergreen" }
  private var order: String { "\(switches)/die-c1" }
  private var steps: String { "\(switches)/steps-c1" }

  /// The programs that run already, as every next release.
  private func copyPrograms() throws {
    try FileManager.default.createDirectory(atPath: "\(lab.folder)/programs/bin", withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      atPath: "\(evergreen)/\(try active())/bin/connectord", toPath: "\(lab.folder)/programs/bin/connectord")
  }

  /// An update that nobody disturbs, and the steps that it passes, counted from its beginning over all its processes.
  func record() async throws -> [SweepPoint] {
    let before = try SweepPoint.passed(steps).count
    guard try await update() == .committed else { throw Wrong(description: "an update that nobody disturbed was not committed") }
    var counts: [String: Int] = [:]
    return try SweepPoint.passed(steps).dropFirst(before).map { point in
      let nth = (counts["\(point.step) \(point.phase)"] ?? 0) + 1
      counts["\(point.step) \(point.phase)"] = nth
      return SweepPoint(step: point.step, phase: point.phase, nth: nth)
    }
  }

  /// An update in which the connector is killed there.
  func update(killedAt point: SweepPoint) async throws {
    try "\(point)".write(toFile: order, atomically: true, encoding: .utf8)
    // The root is stored by a connector's first update only.
    if point.step == "tuf.root" { try FileManager.default.removeItem(atPath: "\(evergreen)/metadata") }
    let end = try await update()
    guard !FileManager.default.fileExists(atPath: order) else {
      try FileManager.default.removeItem(atPath: order)
      throw NotKilled(description: "it did not come by, and the update was \(end)")
    }
  }

  enum End { case committed, wentBack }

  /// The next release, published and taken; returns when cloud and connector have come to rest, and throws what is not right then.
  private func update() async throws -> End {
    let before = try version(try active())
    for arguments in [["build", "--from", "\(lab.folder)/programs"], ["sign"], ["publish", "--ring", "all"]] {
      let done = try await lab(["release"] + arguments)
      guard done.code == 0 else { throw Wrong(description: "\(arguments): \(done.errors)") }
    }
    var now = try await updateNow()
    // Killed at a step that another service passed before the order came: the update is asked for as soon as it is back.
    for _ in 0..<60 where now.errors.contains("it is not in contact") { now = try await updateNow() }
    guard now.code == 0 || now.code == 1 else { throw Wrong(description: "the update came to no end: \(now.output) \(now.errors)") }
    let after = try await rest(now.output + now.errors)
    let facts = FactTrail(files: DiskFiles(), root: evergreen).facts
    var bounds = EvergreenBounds()
    (bounds.healthyFor, bounds.probes) = (.milliseconds(500), 2)
    let found = EvergreenCheckers.check(facts, bounds)
    guard found.isEmpty else { throw Wrong(description: "\(found)") }
    // Its ring may have begun with it while it was asked for again.
    let wasUnderWay = now.errors.contains(" already")
    guard wasUnderWay || (after == before) == (now.code == 1) else {
      throw Wrong(description: "it ran \(before) and runs \(after), and the cloud said: \(now.output) \(now.errors)")
    }
    return after == before ? .wentBack : .committed
  }

  private func updateNow() async throws -> Programs.Finished { try await lab(["update", "now", "c1", "--timeout", "2m"]) }

  /// What runs once the connector is healthy, nothing is under way, and cloud, connector and disk say the same.
  private func rest(_ told: String) async throws -> String {
    for _ in 0..<60 {
      let cloud = try await lab(["update", "status", "--json"])
      let own = try await lab.ctl("c1", ["--json", "status"])
      let health = try await lab.ctl("c1", ["health"])
      guard let row = Self.object(cloud.output)?["status"].flatMap({ $0 as? [String: Any] })?["rows"].flatMap({ $0 as? [[String: Any]] })?.first,
        let says = Self.object(own.output), let phase = row["phase"] as? String, let known = row["version"] as? String
      else { continue }
      let runs = try version(try active())
      let isSettled = ["idle", "updated", "failed"].contains(phase) && !FileManager.default.fileExists(atPath: "\(evergreen)/trial")
      if isSettled, health.code == 0, says["version"] as? String == runs, known == runs, says["inMaintenance"] as? Bool == false { return runs }
    }
    let cloud = try await lab(["update", "status"])
    let own = try await lab.ctl("c1", ["status"])
    throw Wrong(description: "it does not come to rest: \(told)\n\(cloud.output)\(cloud.errors)\n\(own.output)\(own.errors)")
  }

  private func lab(_ arguments: [String]) async throws -> Programs.Finished {
    try await Programs.run("connector-lab", arguments + ["--state", lab.folder])
  }

  private func active() throws -> String { try FileManager.default.destinationOfSymbolicLink(atPath: "\(evergreen)/active") }

  private func version(_ link: String) throws -> String {
    try #require(link.split(separator: "/").last?.split(separator: "-").first.map(String.init), "active leads to \(link)")
  }

  private static func object(_ text: String) -> [String: Any]? {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
  }
}
