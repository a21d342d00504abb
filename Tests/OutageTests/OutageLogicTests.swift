import Testing
import World

@testable import Outage

/// What happens in an outage, step by step.
@Suite struct OutageLogicTests {
  @Test(arguments: OutageTimers.profiles) func anOutageFromEndToEnd(_ timers: OutageTimers) {
    var hand = Hand(timers)
    hand.tell(.elected(true))
    hand.tell(.storeFrontAsked)
    let start = hand.now
    hand.cloud = false
    hand.tell(.brokered(.enumeration, ok: false))
    hand.pass(timers.detection + timers.initialHA + .seconds(300))
    hand.cloud = true
    let back = hand.now
    hand.pass(timers.probeEvery + timers.settle + timers.pendingRecovery)
    #expect(hand.modes == [.pendingHA, .initialHA, .extendedHA, .pendingRecovery, .workingNormally])
    #expect(hand.rules == [.enumerationFailed, .checkFailed, .initialOver, .wellAgain, .recovered])
    #expect(hand.changes.map { $0.at - start }.prefix(3) == [.zero, timers.detection, timers.detection + timers.initialHA])
    #expect(hand.changes[4].at - back <= timers.probeEvery + timers.settle + timers.pendingRecovery)
    #expect(hand.directives.filter { $0 == .serve }.count == 1 && hand.directives.filter { $0 == .stopServing }.count == 1)
    #expect(hand.news.first == .began(.checkFailed))
    #expect(hand.news.last == .ended(hand.changes[4].at - hand.changes[1].at))
    #expect(hand.news.contains(.lasts(.initialHA, .seconds(120))))
    #expect(hand.faults == [])
  }

  @Test func aCheckThatSucceedsBringsItBackAndTheNextOneWaits() {
    var hand = Hand()
    hand.tell(.storeFrontAsked)
    hand.tell(.brokered(.ticket, ok: false))
    hand.pass(.seconds(15))
    #expect(hand.rules == [.ticketFailed, .checkSucceeded])
    hand.cloud = false
    hand.tell(.brokered(.ticket, ok: false))
    #expect(hand.logic.mode == .workingNormally, "damped")
    #expect(hand.logic.why(at: hand.now).waitsFor == ["45 s: it came back just now, and checks again only then if the cloud fails still"])
    let lost = hand.now
    hand.pass(.seconds(60))
    #expect(hand.rules.suffix(2) == [.stillFailing, .checkFailed])
    #expect(hand.changes.last.map { $0.at - lost } == .seconds(60), "the damping delays no real outage")
  }

  @Test func launchesThatFailForReasonsOfTheirOwnAreNoOutage() {
    var hand = Hand()
    hand.tell(.storeFrontAsked)
    for _ in 0..<1_000 {
      hand.tell(.brokered(.launch, ok: false))
      hand.pass(.seconds(7))
    }
    #expect(!hand.modes.contains(.initialHA))
    #expect(hand.faults == [])
  }

  @Test func aWayThatIsNeverWellForLongIsNoWay() {
    var hand = Hand()
    hand.tell(.storeFrontAsked)
    hand.tell(.brokered(.relay, ok: false))
    for _ in 0..<18 {
      hand.cloud = false
      hand.pass(.seconds(5))
      hand.cloud = true
      hand.pass(.seconds(5))
    }
    #expect(hand.rules == [.relayFailed, .checkOverdue])
  }

  @Test func aPeerThatReachesTheCloudKeepsTheLocationOutOfOutage() {
    var hand = Hand()
    hand.tell(.storeFrontAsked)
    hand.cloud = false
    hand.tell(.peer("c2", PeerWord(reachesCloud: true, mode: .workingNormally)))
    hand.tell(.brokered(.launch, ok: false))
    #expect(hand.changes == [])
    #expect(hand.news == [.barred(.peerVouches("c2"))])
    #expect(hand.logic.word(at: hand.now) == PeerWord(reachesCloud: false, mode: .workingNormally))
    for _ in 0..<100 {
      hand.pass(.seconds(5))
      hand.tell(.peer("c2", PeerWord(reachesCloud: true, mode: .workingNormally)))
    }
    #expect(hand.changes == [] && hand.news.count == 1)
    // Its word runs out.
    hand.pass(.seconds(15))
    #expect(hand.rules == [.stillFailing])
    hand.pass(.seconds(60))
    #expect(hand.logic.mode == .initialHA)
    #expect(hand.faults == [])
  }

  @Test func aPeerInTroubleOrWithoutProofVouchesForNobody() {
    for word in [
      PeerWord(reachesCloud: nil, mode: .workingNormally), PeerWord(reachesCloud: true, mode: .pendingHA),
      PeerWord(reachesCloud: true, mode: .extendedHA),
      PeerWord(reachesCloud: false, mode: .workingNormally),
    ] {
      var hand = Hand()
      hand.tell(.storeFrontAsked)
      hand.cloud = false
      hand.tell(.peer("c2", word))
      hand.tell(.brokered(.launch, ok: false))
      #expect(hand.logic.mode == .pendingHA, "\(word)")
    }
  }

  @Test func aPeersTroubleIsAReasonToLookAtTheCloud() {
    var hand = Hand()
    #expect(hand.logic.word(at: hand.now).reachesCloud == nil)
    hand.tell(.peer("c1", PeerWord(reachesCloud: false, mode: .pendingHA)))
    #expect(hand.directives.contains(.probeCloud))
    #expect(hand.logic.word(at: hand.now).reachesCloud == true)
    hand.tell(.peer("c1", nil))
    hand.pass(.seconds(15))
    #expect(hand.logic.word(at: hand.now).reachesCloud == nil, "a proof is not kept for ever")
  }

  @Test func withoutStoreFrontThereIsNoOutage() {
    var hand = Hand()
    hand.cloud = false
    hand.tell(.brokered(.relay, ok: false))
    hand.pass(.seconds(3_600))
    #expect(hand.changes == [])
    #expect(hand.news == [.barred(.noStoreFront)])
    #expect(hand.directives.contains(.takesPart(false)))
    hand.tell(.storeFrontAsked)
    #expect(hand.rules == [.stillFailing])
    #expect(hand.directives.last { if case .takesPart = $0 { true } else { false } } == .takesPart(true))
  }

  @Test func threeDaysOfSilenceEndTheCheckAndNotTheOutage() {
    var hand = Hand()
    hand.tell(.storeFrontAsked)
    hand.pass(.seconds(3 * 86_400 - 30))
    hand.cloud = false
    hand.tell(.brokered(.relay, ok: false))
    hand.pass(.seconds(60))
    #expect(hand.rules == [.relayFailed, .noStoreFront])
    var timers = OutageTimers.cloud60
    (timers.probeEvery, timers.summaryEvery) = (.seconds(300), .seconds(3_600))
    hand = Hand(in: .extendedHA, timers)
    hand.pass(.seconds(4 * 86_400))
    #expect(hand.logic.mode == .extendedHA, "it cannot enter; that it must leave nobody says")
    #expect(hand.directives.last { if case .takesPart = $0 { true } else { false } } == .takesPart(false))
    #expect(hand.faults == [])
  }

  @Test func forcedHoldsUntilItIsClearedAndThenGoesTheWayOfAnyOutage() {
    var hand = Hand()
    hand.tell(.elected(true))
    hand.tell(.forced(true))
    #expect(hand.rules == [.forced] && hand.logic.mode == .initialHA && hand.logic.isServing, "without StoreFront, and with a cloud that is well")
    hand.pass(.seconds(7_200))
    #expect(hand.rules == [.forced, .initialOver])
    #expect(hand.logic.why(at: hand.now).wouldChange.last == "it is forced: nothing leads out of it until OutageModeForced is cleared")
    hand.tell(.forced(false))
    #expect(hand.rules.last == .wellAgain, "the cloud was well all the time")
    hand.tell(.forced(true))
    #expect(hand.logic.mode == .extendedHA)
    hand.tell(.forced(false))
    hand.pass(.seconds(600))
    #expect(hand.logic.mode == .workingNormally && !hand.logic.isServing)
    #expect(hand.faults == [])
  }

  @Test func aRecoveryThatFailsMakesTheNextOneWaitLonger() {
    var hand = Hand(in: .pendingRecovery)
    var waits: [Duration] = []
    for _ in 0..<8 {
      hand.cloud = false
      hand.pass(.seconds(5))
      #expect(hand.logic.mode == .extendedHA)
      hand.cloud = true
      while hand.logic.mode != .pendingRecovery { hand.pass(.seconds(1)) }
      let count = hand.changes.count
      waits.append(hand.changes[count - 1].at - hand.changes[count - 2].at)
    }
    for (wait, settle) in zip(waits, [30, 60, 120, 240, 480, 600, 600, 600]) {
      #expect(wait >= .seconds(settle) && wait <= .seconds(settle + 10), "\(wait)")
    }
  }

  @Test func onlyTheElectedOneServes() {
    var hand = Hand(in: .extendedHA)
    #expect(hand.logic.isServing)
    hand.tell(.elected(false))
    #expect(hand.directives.last == .stopServing)
    hand.tell(.elected(true))
    #expect(hand.directives.last == .serve)
    #expect(hand.logic.mode == .extendedHA)
  }

  @Test func anImportIsAbandonedOnce() {
    var hand = Hand(in: .pendingHA)
    hand.tell(.importing(true))
    #expect(!hand.directives.contains(.abandonImport))
    hand.pass(.seconds(60))
    #expect(hand.directives.filter { $0 == .abandonImport }.count == 1)
    hand.tell(.importing(false))
    hand.tell(.importing(true))
    #expect(hand.directives.filter { $0 == .abandonImport }.count == 2)
  }

  @Test func aProbeThatIsNotAnsweredHasFailed() {
    var hand = Hand()
    hand.tell(.storeFrontAsked)
    hand.cloud = nil
    hand.tell(.brokered(.launch, ok: false))
    hand.pass(.seconds(60))
    #expect(hand.logic.mode == .initialHA)
  }

  @Test func nothingIsDueWhileAllIsWellAndNobodyAsks() {
    var hand = Hand(needsStoreFront: false)
    #expect(hand.logic.nextDue == nil)
    hand.tell(.brokered(.launch, ok: true))
    #expect(hand.logic.nextDue == nil)
    hand.tell(.storeFrontAsked)
    #expect(hand.logic.nextDue == nil)
  }

  @Test func aMomentBeforeTheLastOneCountsAsTheLast() {
    var hand = Hand(in: .pendingHA)
    hand.now = hand.now - .seconds(500)
    hand.tell(.probed(ok: false))
    hand.tell(.forced(true))
    #expect(hand.changes[1].at == hand.changes[0].at)
  }

  @Test(arguments: OutageMode.allCases) func whySaysSomethingInEveryMode(_ mode: OutageMode) {
    let hand = Hand(in: mode)
    let why = hand.logic.why(at: hand.now)
    #expect(why.mode == mode && why.rule == hand.logic.rule && why.since == hand.logic.since)
    #expect(!why.wouldChange.isEmpty)
    #expect(mode == .workingNormally || mode == .extendedHA || !why.waitsFor.isEmpty)
  }
}
