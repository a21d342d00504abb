import Fleet
import Foundation
import Simulation
import Testing

/// Faults planted in the glue, the settings and the wrappers: each is caught by one of the named checkers within so many seeds.
@Suite struct MutantTests {
  /// Which runs are tried: the default swarm; the one in which everything happens at once; that one over links on which every message comes twice, the
  /// second time up to an hour late; a few days of two locations with their elections; the same with outages.
  enum Runs: Sendable {
    case swarm, dense, echoing, electing, denseElecting, outages
  }
  struct Planted: Sendable {
    var mutant: Mutant
    var caughtBy: Set<String>
    var runs: Runs
    var from: UInt64
    var within: Int

    /// - Parameter from: the first seed that is tried: near one that catches it, so that the test is short.
    init(_ mutant: Mutant, by: String..., runs: Runs = .dense, from: UInt64 = 1, within: Int = 20) {
      self.mutant = mutant
      caughtBy = Set(by)
      self.runs = runs
      self.from = from
      self.within = within
    }
  }
  static let planted: [Planted] = [
    Planted(.leaseWithoutExpiry, by: "F2", from: 5), Planted(.leaseOnWallClock, by: "F2", from: 23, within: 30),
    Planted(.fencingTokenIgnored, by: "F2", runs: .echoing), Planted(.replayedCommandTwice, by: "L8"),
    Planted(.tokenNotKept, by: "L8", runs: .swarm), Planted(.leaseNotSynced, by: "L8"),
    Planted(.commitOnProcessLiveness, by: "L3"), Planted(.missingSync, by: "L7", "L10"), Planted(.deadManOff, by: "L4"),
    Planted(.failedVersionAgain, by: "L6", runs: .swarm, from: 20), Planted(.snapshotNotRestored, by: "L10"), Planted(.noPreflight, by: "L9"),
    Planted(.rollbackNeedsNetwork, by: "L5"), Planted(.removedDuringTrial, by: "L2"), Planted(.rollbackLoops, by: "L5"),
    Planted(.versionComparedAsText, by: "F17", runs: .swarm), Planted(.stateNotSavedFirst, by: "F2", from: 4),
    Planted(.ordersNotSaved, by: "F10", runs: .swarm, from: 5, within: 40), Planted(.healthKeptAcrossRestart, by: "F1", from: 5),
    Planted(.lossOfContactUnnoticed, by: "F1"), Planted(.deadlinesIgnored, by: "F3", "F9"), Planted(.versionNeverReported, by: "F19", from: 4),
    Planted(.digestOfBefore, by: "F19"), Planted(.overtakenReportBelieved, by: "F19"),
    Planted(.unwellCountsAsHealthy, by: "F1"), Planted(.windowCheckedWithoutRoom, by: "F4", runs: .swarm, from: 5),
    Planted(.windowInWrongZone, by: "F4", runs: .swarm, from: 3), Planted(.noBake, by: "F5", runs: .swarm),
    Planted(.failuresNotCounted, by: "F6", runs: .swarm), Planted(.startCapOff, by: "F13"), Planted(.inFlightLimitOff, by: "F8", from: 8),
    Planted(.floorsSkipped, by: "F12", runs: .swarm, from: 21, within: 60), Planted(.everybodyInARing, by: "F18", runs: .swarm, from: 7),
    Planted(.canaryLimitOff, by: "F7", runs: .swarm), Planted(.windowCheckedBeforeLease, by: "F4", runs: .swarm, from: 5),
    Planted(.releaseNotSynced, by: "L1"), Planted(.olderAccepted, by: "T7"), Planted(.foreignPlatform, by: "T8"),
    Planted(.ringsNotSaved, by: "F14", runs: .swarm, from: 8, within: 60), Planted(.delayForgotten, by: "F15", runs: .swarm, within: 40),
    Planted(.failureNotSaved, by: "L6", from: 58), Planted(.staleTakenForFresh, by: "T4", runs: .swarm, within: 60),
    Planted(.electionByArrival, by: "E1", "E2", runs: .electing), Planted(.electionByNameAlone, by: "E2", runs: .electing),
    Planted(.electionNeverGivenUp, by: "E1", runs: .electing), Planted(.peersNotAnswered, by: "E1", runs: .electing),
    Planted(.cloudLossUnnoticed, by: "O2", runs: .outages), Planted(.storeFrontIgnored, by: "O4", runs: .outages),
    Planted(.peersWordIgnored, by: "O4", runs: .outages), Planted(.forcedForEver, by: "O3", runs: .outages),
    Planted(.servesUnelected, by: "O1", runs: .outages), Planted(.servesOnAfterwards, by: "O1", runs: .outages),
    Planted(.dampingOff, by: "O5", runs: .outages), Planted(.recoveryCutShort, by: "O5", runs: .outages),
    Planted(.unelectedRegisters, by: "E3", runs: .outages, from: 5), Planted(.heartbeatsBelieved, by: "O6", runs: .outages, from: 5),
    Planted(.importInPlace, by: "C1", runs: .electing), Planted(.importNotSynced, by: "C1", runs: .electing),
    Planted(.unfinishedImportUsed, by: "C1", runs: .denseElecting, from: 4), Planted(.refusalIgnored, by: "P1"),
    Planted(.auditSkipped, by: "P1"),
  ]

  private func run(_ planted: Planted, _ seed: UInt64) -> [String] {
    var swarm = Swarm(seed: seed)
    if planted.runs == .electing || planted.runs == .outages {
      swarm = Swarm(seed: seed, connectors: 6, locations: 2, days: 3)
      swarm.isElecting = true
      swarm.hasOutages = planted.runs == .outages
    }
    if planted.runs == .denseElecting {
      swarm = Swarm(seed: seed, connectors: 6, locations: 2)
      swarm.isElecting = true
    }
    swarm.isDense = planted.runs == .dense || planted.runs == .echoing || planted.runs == .denseElecting
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
    var matrix: [String: [String]] = [:]
    for planted in Self.planted {
      var seen: [String: Int] = [:]
      var at: UInt64?
      for seed in planted.from..<planted.from + UInt64(planted.within) {
        let found = run(planted, seed)
        for id in found { seen[id, default: 0] += 1 }
        if !planted.caughtBy.isDisjoint(with: found) {
          at = seed
          break
        }
      }
      if let at {
        caught += 1
        for id in seen.keys { matrix[id, default: []].append(planted.mutant.rawValue) }
        say("\(planted.mutant.rawValue): seed \(at), \(planted.caughtBy.intersection(seen.keys).sorted().joined(separator: " "))")
      } else {
        say("\(planted.mutant.rawValue): not caught in \(planted.within) seeds from \(planted.from); others: \(seen)")
        Issue.record(
          "\(planted.mutant) is not caught by \(planted.caughtBy.sorted()) within \(planted.within) seeds from \(planted.from); seen: \(seen)")
      }
    }
    for id in Self.checkers { say("\(id): \(matrix[id]?.joined(separator: " ") ?? "none")") }
    say("caught \(caught) of \(Self.planted.count)")
    // A checker that catches nothing is a defect of its own.
    #expect(Self.checkers.filter { matrix[$0] == nil } == [])
  }

  /// All that hold a fleet to something. F11 is found together with F4; F20 needs two runs; S1 has no fact in a fleet.
  static let checkers =
    (1...10).map { "L\($0)" } + ["T4", "T7", "T8"] + (1...10).map { "F\($0)" } + [
      "F12", "F13", "F14", "F15", "F17", "F18", "F19", "E1", "E2", "C1", "P1", "O1", "O2", "O3", "O4", "O5", "O6", "E3",
    ]

  private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
