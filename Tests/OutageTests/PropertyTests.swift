import SimulatedWorld
import Testing
import World

@testable import Outage

/// What holds whatever happens, and the proof that it is looked at: tables with a planted fault must be found out.
@Suite struct PropertyTests {
  static let seeds = 60

  @Test(arguments: OutageTimers.profiles) func holdsOverRandomEvents(_ timers: OutageTimers) {
    for seed in 0..<Self.seeds { #expect(Examination.random(UInt64(seed), timers, .documented) == [], "seed \(seed)") }
  }

  @Test(arguments: OutageTimers.profiles) func flapsAreDamped(_ timers: OutageTimers) {
    #expect(Examination.flaps(timers, .documented) == [])
  }

  @Test(arguments: OutageTimers.profiles) func anOutageIsReachedAndLeftInTime(_ timers: OutageTimers) {
    #expect(Examination.outage(timers, .documented) == [])
  }

  @Test(arguments: Mutant.all.indices) func aPlantedFaultIsFound(_ index: Int) {
    let mutant = Mutant.all[index]
    var found = Examination.flaps(.cloud60, mutant.table) + Examination.outage(.cloud60, mutant.table)
    for seed in 0..<Self.seeds where found.isEmpty { found += Examination.random(UInt64(seed), .cloud60, mutant.table) }
    #expect(!found.isEmpty, "nothing sees \(mutant.name)")
  }
}

/// Tables with one rule broken.
struct Mutant {
  let name: String
  let table: OutageTable

  private init(_ name: String, _ change: (OutageTable) -> OutageTable) {
    self.name = name
    table = change(.documented)
  }
  private init(_ name: String, _ mode: OutageMode, _ trigger: OutageTrigger, _ moves: [OutageMove]) {
    self.init(name) { $0.replacing(mode, trigger, with: moves) }
  }

  static let all: [Mutant] = [
    Mutant("no damping, and no question after StoreFront", .workingNormally, .launchFailed, [.init(.pendingHA, .launchFailed, when: .failing)]),
    Mutant("outage mode without a check", .workingNormally, .launchFailed, [.init(.initialHA, .launchFailed, when: .mayCheck)]),
    Mutant("StoreFront's silence is not looked at") {
      $0.replacing(.workingNormally, .failing, with: [.init(.pendingHA, .stillFailing, when: .failing)])
        .replacing(.pendingHA, .storeFrontExpired, with: []).replacing(.pendingHA, .lossLasted, with: [.init(.initialHA, .checkFailed)])
    },
    Mutant("a lasting loss is not noticed", .pendingHA, .lossLasted, []),
    Mutant("a check never succeeds", .pendingHA, .settled, []),
    Mutant("force is ignored", .workingNormally, .forced, []),
    Mutant("force does not end a recovery", .pendingRecovery, .forced, []),
    Mutant("force does not hold", .extendedHA, .settled, [.init(.pendingRecovery, .wellAgain)]),
    Mutant("clearing leaves at once", .extendedHA, .cleared, [.init(.workingNormally, .recovered)]),
    Mutant("Initial HA never ends", .initialHA, .initialOver, []),
    Mutant("Initial HA always ends well", .initialHA, .initialOver, [.init(.pendingRecovery, .initialOverWell)]),
    Mutant("Extended HA never ends", .extendedHA, .settled, []),
    Mutant("Pending Recovery never ends", .pendingRecovery, .recoveryOver, []),
    Mutant("Pending Recovery ends at once", .pendingRecovery, .cloudAnswered, [.init(.workingNormally, .recovered)]),
    Mutant("failures during Pending Recovery do not count") {
      var table = $0
      for trigger in OutageTrigger.allCases { table = table.replacing(.pendingRecovery, trigger, with: []) }
      return table.replacing(.pendingRecovery, .recoveryOver, with: [.init(.workingNormally, .recovered)])
    },
  ]
}
