import EvergreenCheckers
import Foundation
import Glibc
import LiveWorld
import ReleaseSlots
import Releases
import Testing
import World

/// Those around the connector end in the middle of its update. (Its own end is swept, and so is its launcher's, by `LauncherTests`.)
@Suite(.serialized) struct InterruptedUpdateTests {
  /// A cloud that is killed goes on where it was: it gives no order twice and forgets none.
  @Test(.timeLimit(.minutes(5))) func aCloudKilledInTheMiddleGoesOn() async throws {
    let lab = try LabUnderTest(connectors: 1, quick: true)
    try await lab.await("c1", "healthy")
    let folder = lab.folder
    let evergreen = "\(folder)/c1/evergreen"
    let programs = "\(folder)/programs/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    let active = try FileManager.default.destinationOfSymbolicLink(atPath: "\(evergreen)/active")
    try FileManager.default.copyItem(atPath: "\(evergreen)/\(active)/bin/connectord", toPath: "\(programs)/connectord")
    for arguments in [["build", "--from", "\(folder)/programs"], ["sign"], ["publish"]] {
      let done = try await Programs.run("connector-lab", ["release"] + arguments + ["--state", folder])
      #expect(done.code == 0, "\(done.errors)")
    }
    async let updated = Programs.run("connector-lab", ["update", "now", "c1", "--timeout", "4m", "--state", folder])
    let trail = FactTrail(files: DiskFiles(), root: evergreen)
    // Once while the release is fetched, once while it is tried.
    for kind in [UpdateFact.Kind.downloaded, .trialOpened] {
      _ = try await LabProcessTests.eventually {
        await Task.yield()
        return trail.facts
      } until: {
        $0.contains { $0.kind == kind && (kind != .downloaded || $0.at > Self.first(in: trail.facts)) }
      }
      kill(try lab.cloudPid(), SIGKILL)
    }
    let answer = try await updated
    #expect(answer.code == 0 && answer.output.contains("updated to 0.1.0.2"), "\(answer.output) \(answer.errors)")
    let facts = trail.facts
    #expect(facts.count { $0.kind == .trialOpened } == 1 && facts.count { $0.kind == .committed } == 1)
    var bounds = EvergreenBounds()
    (bounds.healthyFor, bounds.probes) = (.milliseconds(500), 2)
    #expect(EvergreenCheckers.check(facts, bounds) == [])
    #expect(try await lab.stop() == 0)
  }

  /// When the connector started; before that its first release was put there.
  private static func first(in facts: [UpdateFact]) -> WallTime { facts.first { $0.kind == .started }?.at ?? WallTime(seconds: .max / 2_000_000) }
}
