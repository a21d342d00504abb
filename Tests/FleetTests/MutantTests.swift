import Fleet
import Foundation
import Simulation
import Testing

/// Faults planted in the glue, the settings and the wrappers: each is caught by one of the named checkers within so many seeds.
@Suite struct MutantTests {
  /// Which runs are tried: the default swarm; the one in which everything happens at once; that one over links on which every message comes twice, the
  /// second time up to an hour late.
  enum Runs: Sendable {
    case swarm, dense, echoing
  }
  struct Planted: Sendable {
    var mutant: Mutant
    var caughtBy: Set<String>
    var runs: Runs
    var within: Int

    init(_ mutant: Mutant, by: String..., runs: Runs = .dense, within: Int = 20) {
      self.mutant = mutant
      caughtBy = Set(by)
      self.runs = runs
      self.within = within
    }
  }
  static let planted: [Planted] = [
    Planted(.leaseWithoutExpiry, by: "F2"), Planted(.leaseOnWallClock, by: "F2", within: 30),
    Planted(.fencingTokenIgnored, by: "F2", runs: .echoing), Planted(.replayedCommandTwice, by: "L8"),
    Planted(.tokenNotKept, by: "F17", runs: .swarm), Planted(.trialGoesOnWithoutLease, by: "F2"),
    Planted(.commitOnProcessLiveness, by: "L3"), Planted(.missingSync, by: "L7", "L10"), Planted(.deadManOff, by: "L4"),
    Planted(.failedVersionAgain, by: "L6"), Planted(.snapshotNotRestored, by: "L10"), Planted(.noPreflight, by: "L9"),
    Planted(.rollbackNeedsNetwork, by: "L5"), Planted(.removedDuringTrial, by: "L2"), Planted(.rollbackLoops, by: "L5"),
    Planted(.versionComparedAsText, by: "F17", runs: .swarm), Planted(.stateNotSavedFirst, by: "F2"),
    Planted(.ordersNotSaved, by: "F10", runs: .swarm, within: 40), Planted(.healthKeptAcrossRestart, by: "F1"),
    Planted(.lossOfContactUnnoticed, by: "F1"), Planted(.deadlinesIgnored, by: "F3", "F9"), Planted(.versionNeverReported, by: "F19"),
    Planted(.unwellCountsAsHealthy, by: "F1"), Planted(.windowCheckedWithoutRoom, by: "F4", runs: .swarm),
    Planted(.windowInWrongZone, by: "F4", runs: .swarm), Planted(.noBake, by: "F5", runs: .swarm),
    Planted(.failuresNotCounted, by: "F6", runs: .swarm), Planted(.startCapOff, by: "F13"), Planted(.inFlightLimitOff, by: "F8"),
    Planted(.floorsSkipped, by: "F12", runs: .swarm, within: 60), Planted(.everybodyInARing, by: "F18", runs: .swarm),
    Planted(.canaryLimitOff, by: "F7", runs: .swarm),
  ]

  private func run(_ planted: Planted, _ seed: UInt64) -> [String] {
    var swarm = Swarm(seed: seed)
    swarm.isDense = planted.runs != .swarm
    var scenario = swarm.scenario()
    scenario.mutant = planted.mutant
    if planted.runs == .echoing {
      scenario.link.doubled = 1_000_000
      scenario.link.heldBack = .seconds(3_600)
    }
    var run = FleetRun(scenario)
    return run.run().violations.map(\.id)
  }

  @Test func eachIsCaughtByItsChecker() {
    #expect(Set(Self.planted.map(\.mutant)) == Set(Mutant.allCases))
    var caught = 0
    for planted in Self.planted {
      var seen: [String: Int] = [:]
      var at: UInt64?
      for seed in 1...UInt64(planted.within) {
        let found = run(planted, seed)
        for id in found { seen[id, default: 0] += 1 }
        if !planted.caughtBy.isDisjoint(with: found) {
          at = seed
          break
        }
      }
      if let at {
        caught += 1
        say("\(planted.mutant.rawValue): seed \(at), \(planted.caughtBy.intersection(seen.keys).sorted().joined(separator: " "))")
      } else {
        say("\(planted.mutant.rawValue): not caught in \(planted.within) seeds; others: \(seen)")
        Issue.record("\(planted.mutant) is not caught by \(planted.caughtBy.sorted()) within \(planted.within) seeds; seen: \(seen)")
      }
    }
    say("caught \(caught) of \(Self.planted.count)")
  }

  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
