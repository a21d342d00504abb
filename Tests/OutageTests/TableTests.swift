import Testing
import World

@testable import Outage

/// Every cell of state × event, written down once more by hand.
@Suite struct TableTests {
  /// Columns: Working Normally, Pending HA, Initial HA, Extended HA, Pending Recovery. `-` stays; `mode/rule?guard`, `,` between moves.
  static let expected: [OutageTrigger: [String]] = [
    .enumerationFailed: ["pendingHA/enumerationFailed?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .launchFailed: ["pendingHA/launchFailed?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .relayFailed: ["pendingHA/relayFailed?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .ticketFailed: ["pendingHA/ticketFailed?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .registrationFailed: ["pendingHA/registrationFailed?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .probeFailed: ["pendingHA/probeFailed?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .failing: ["pendingHA/stillFailing?mayCheck", "-", "-", "-", "extendedHA/failedInRecovery?failing"],
    .cloudAnswered: ["-", "-", "-", "-", "-"],
    .peerTold: ["-", "-", "-", "-", "-"],
    .storeFrontAsked: ["-", "-", "-", "-", "-"],
    .electionChanged: ["-", "-", "-", "-", "-"],
    .importChanged: ["-", "-", "-", "-", "-"],
    .forced: ["initialHA/forced", "initialHA/forced", "-", "-", "extendedHA/forced"],
    .cleared: ["-", "-", "-", "-", "-"],
    .storeFrontExpired: ["-", "workingNormally/noStoreFront", "-", "-", "-"],
    .lossLasted: ["-", "initialHA/checkFailed?takesPart", "-", "-", "-"],
    .settled: ["-", "workingNormally/checkSucceeded", "-", "pendingRecovery/wellAgain?settled", "-"],
    .checkOver: ["-", "initialHA/checkOverdue?takesPart", "-", "-", "-"],
    .initialOver: ["-", "-", "pendingRecovery/initialOverWell?settled,extendedHA/initialOver", "-", "-"],
    .recoveryOver: ["-", "-", "-", "-", "workingNormally/recovered?well"],
  ]

  @Test(arguments: OutageTrigger.allCases) func everyCellHasARow(_ trigger: OutageTrigger) throws {
    let row = try #require(Self.expected[trigger], "no row for \(trigger)")
    for (mode, expected) in zip(OutageMode.allCases, row) {
      let cell = try #require(OutageTable.documented.cell(mode, trigger), "no cell for \(mode) × \(trigger)")
      let text = cell.map { "\($0.to)/\($0.rule)" + ($0.when == .always ? "" : "?\($0.when)") }.joined(separator: ",")
      #expect((text.isEmpty ? "-" : text) == expected, "\(mode) × \(trigger)")
    }
    #expect(row.count == OutageMode.allCases.count)
  }

  @Test func everyRuleHasASourceAndIsUsed() {
    let used = Set(
      OutageTrigger.allCases.flatMap { trigger in OutageMode.allCases.flatMap { OutageTable.documented.cell($0, trigger) ?? [] } }.map(\.rule))
    for rule in OutageRule.allCases where rule != .started { #expect(used.contains(rule), "\(rule) decides nothing") }
    for rule in OutageRule.allCases {
      #expect(rule.source == "unknown, chosen" || rule.source.hasPrefix("facts/product.md 3."), "\(rule)")
      #expect(!rule.sentence.hasSuffix("."))
    }
  }

  /// Each event, told in each mode, with the guards as they come: what the table says happens, and nothing else.
  @Test(arguments: OutageMode.allCases) func toldInEveryMode(_ mode: OutageMode) {
    let failures: [OutageEvent] = OutageEvent.Brokered.allCases.map { .brokered($0, ok: false) } + [.probed(ok: false)]
    for event in failures {
      var hand = Hand(in: mode)
      hand.tell(event)
      let expected: OutageMode =
        switch mode {
        case .workingNormally: .pendingHA
        case .pendingRecovery: .extendedHA
        default: mode
        }
      #expect(hand.logic.mode == expected, "\(mode), \(event)")
    }
    let quiet: [OutageEvent] = [
      .due, .started, .brokered(.launch, ok: true), .probed(ok: true), .peer("c2", nil),
      .peer("c2", PeerWord(reachesCloud: false, mode: .extendedHA)),
      .storeFrontAsked, .elected(true), .elected(false), .importing(true), .importing(false), .forced(false),
    ]
    for event in quiet {
      var hand = Hand(in: mode)
      hand.tell(event)
      #expect(hand.logic.mode == mode, "\(mode), \(event)")
    }
    var hand = Hand(in: mode)
    hand.tell(.forced(true))
    #expect(hand.logic.mode.brokersLocally && hand.logic.mode != .pendingRecovery, "\(mode), forced")
  }

  @Test(arguments: OutageTimers.profiles) func profilesHoldTogether(_ timers: OutageTimers) {
    #expect(OutageTimers.profile(timers.name) == timers)
    #expect(timers.holdDown + timers.check <= timers.detection, "the damping would delay a real outage")
    #expect(timers.settle < timers.detection && timers.detection <= timers.checkLimit)
    #expect(timers.probeEvery * 2 <= timers.check, "a check takes two probes")
    #expect(timers.probeEvery < timers.wordFor && timers.wordFor < timers.detection)
    #expect(timers.summaryEvery >= .seconds(60))
    #expect(timers.settle(after: 0) == timers.settle && timers.settle(after: 60) == timers.pendingRecovery)
    #expect(timers.storeFrontFor == .seconds(259_200))
  }

  @Test func thereAreThreeProfiles() {
    #expect(OutageTimers.profiles.map(\.name) == ["cloud-60s", "cloud-20s", "onprem-90s"])
    #expect(OutageTimers.profiles.map(\.detection) == [.seconds(60), .seconds(20), .seconds(90)])
    #expect(OutageTimers.profile("cloud-61s") == nil)
  }
}
