import AgentSystem
import AgentSystemHost
import ReleaseSlots
import Releases
import SimulatedWorld
import Testing
import World

/// What updates leave behind is bounded, and what is needed stays (L2).
@Suite struct LeftoverTests {
  typealias B = ReleaseBench

  private func names(_ bench: B, _ folder: String) throws -> [String] { try bench.files.list("\(B.root)/\(folder)") }
  private func asides(_ bench: B) throws -> [String] { try bench.files.list(B.root).filter { $0.hasPrefix("state-aside-") } }

  @Test func fiveUpdatesLeaveWhatOneLeaves_L2() async throws {
    let bench = try await B.seeded()
    for minor in 2...6 {
      let release = BenchRelease("4.\(minor).0.0")
      let from = try #require(bench.running?.slot)
      let updater = try await bench.tryOut(release)
      // While it is tried: what comes back with its state, and what the way back before it needs.
      #expect(try bench.slots.installed().contains(from) && names(bench, "snapshots").contains { $0.hasPrefix("\(from)-g") })
      #expect(try await bench.ask(.commitRelease(release.version, B.evidence, by: updater)) == .done)
      #expect(try bench.slots.installed() == [from, release.slot])
      #expect(try names(bench, "snapshots").count == 1 && names(bench, "snapshots").allSatisfy { $0.hasPrefix("\(from)-g") })
      #expect(try names(bench, "downloads") == [] && names(bench, "staging") == [] && names(bench, "releases").count == 2)
    }
    // The way back that an operator may order still has all that it needs.
    let updater = try await bench.takeOver()
    #expect(try await bench.ask(.rollBackRelease(reason: "an operator asked", by: updater)) == .done)
    try await bench.powerOn()
    #expect(bench.running?.slot.version == ReleaseVersion("4.5.0.0") && bench.running?.escalation == nil)
    #expect(!bench.stateText.contains("4.6.0.0"))
  }

  @Test func fiveRollbacksLeaveWhatOneLeaves_L2() async throws {
    let bench = try await B.seeded()
    for minor in 2...6 {
      let release = BenchRelease("4.\(minor).0.0")
      let updater = try await bench.tryOut(release)
      #expect(try await bench.ask(.rollBackRelease(reason: "it is ill", by: updater)) == .done)
      try await bench.powerOn()
      #expect(try !asides(bench).isEmpty)
      _ = try await bench.takeOver()
      // The one that failed stays, for whoever clears it.
      #expect(try bench.slots.installed() == [B.one.slot, release.slot])
      #expect(try names(bench, "snapshots") == [] && asides(bench) == [])
    }
    #expect(bench.stateText == "4.1.0.0;" + String(repeating: "4.1.0.0;", count: 5))
  }
}
