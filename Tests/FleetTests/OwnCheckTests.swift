import Fleet
import Rollouts
import Simulation
import Testing
import World

/// What is asked of each connector of a fleet alone: its copy of the broker configuration (C1), and its Agent System (P1).
@Suite struct OwnCheckTests {
  private let hour = Duration.seconds(3_600)

  private func play(_ faults: [Fault], mutant: Mutant? = nil, seed: UInt64 = 11, length: Duration = .seconds(216_000)) -> (
    verdict: Verdict, lines: [TraceLine]
  ) {
    let place = Scenario.Place(UpdateSchedule(.atOnce), .byBucket, connectors: 3)
    var scenario = Scenario(
      seed: seed, starts: WallTime(seconds: 1_780_000_000), length: length, places: [place], first: ReleaseVersion(4, 8, 0, 1))
    scenario.isElecting = true
    scenario.faults = faults
    scenario.mutant = mutant
    var lines: [TraceLine] = []
    var run = FleetRun(scenario) { lines.append($0) }
    let verdict = run.run()
    return (verdict, lines)
  }

  /// Something goes wrong every hour, and now and then the configuration changes beside it.
  private func trouble(_ kinds: [FaultKind], lasts: Duration) -> [Fault] {
    (0..<40).map { Fault(kinds[$0 % kinds.count], .machine($0 % 3), begins: hour * ($0 + 1), lasts: lasts) }
  }

  @Test func everybodyHasTheLastSoundConfiguration() {
    for seed in 1...5 as ClosedRange<UInt64> {
      let (verdict, lines) = play(trouble([.crash, .powerCut, .hang], lasts: .seconds(40)), seed: seed)
      #expect(verdict.violations == [], "seed \(seed)")
      let changes = lines.filter { $0.what == "changes the configuration" }
      #expect(changes.count > 5 && changes.contains { $0.detail != "" } && changes.contains { $0.detail == "" })
      #expect(verdict.counts["config-sync.imported", default: 0] > 6 && verdict.counts["config-sync.import-failed", default: 0] > 0)
    }
  }

  /// A full disk lets no import through; when there is room again the connector has it without another change.
  @Test func aFullDiskDelaysAnImport() throws {
    let (verdict, lines) = play(trouble([.diskFull], lasts: hour / 2))
    #expect(verdict.violations == [])
    let failed = lines.filter { $0.what == "config-sync.import-failed" && $0.detail.contains("the disk is full") }
    #expect(!failed.isEmpty)
    for line in failed { #expect(lines.contains { $0.node == line.node && $0.at > line.at && $0.what == "config-sync.imported" }) }
  }

  /// A copy that is the cloud's costs no events, however long.
  @Test func whoeverHasItRests() {
    let (short, long) = (play([]).verdict, play([], length: hour * 2_000).verdict)
    #expect(short.isGood && long.isGood && short.events == long.events)
    #expect(short.counts["config-sync.received", default: 0] >= 3)
  }

  @Test func whoMayNotIsRefused() {
    let (verdict, _) = play(trouble([.crash], lasts: .seconds(40)))
    #expect(verdict.violations == [] && verdict.counts["agent-system.operation-denied", default: 0] > 0)
    #expect(play(trouble([.crash], lasts: .seconds(40)), mutant: .refusalIgnored).verdict.violations.contains { $0.id == "P1" })
  }
}
