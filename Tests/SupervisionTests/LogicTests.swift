import EventCatalog
import Testing
import World

@testable import Supervision

/// The table, row by row.
struct LogicTests {
  @Test func startsInOrderEachAfterTheOneBeforeIsReady() throws {
    var rig = try Rig([Rig.child("a"), Rig.child("off", isEnabled: false), Rig.child("b"), Rig.child("c")])
    rig.send(.begin)
    #expect(rig.taken() == ["start a1"])
    #expect(rig.states == [.starting, .disabled, .waiting, .waiting])
    rig.signal("a", .ready)
    #expect(rig.taken() == ["start b1"])
    #expect(!rig.logic.allReady)
    rig.signal("b", .ready)
    rig.signal("c", .ready)
    #expect(rig.taken() == ["start c1"])
    #expect(rig.states == [.ready, .disabled, .ready, .ready])
    #expect(rig.logic.allReady)
  }

  @Test(arguments: RestartStrategy.allCases) func aBlipNeitherKillsNorSkipsTheNextOfOneForOne(strategy: RestartStrategy) throws {
    var rig = try Rig([Rig.child("a"), Rig.child("b"), Rig.child("c")], strategy)
    rig.send(.begin)
    rig.signal("a", .ready)
    rig.clear()
    rig.signal("a", .threw("blip"))
    if strategy == .oneForOne {
      // b goes on starting, and c follows b although a is down.
      rig.signal("b", .ready)
      #expect(rig.taken() == ["draw a 1.0s", "start c1"])
      #expect(rig.states == [.backingOff, .ready, .starting])
    } else {
      #expect(rig.taken() == ["draw a 1.0s", "cancel b1"])
      rig.signal("b", .returned)
      rig.pass(.seconds(1))
      #expect(rig.taken() == ["start a2"])
      rig.signal("a", .ready)
      #expect(rig.taken() == ["start b2"])
    }
  }

  @Test func oneForOneRestartsOnlyTheFailed() throws {
    var rig = try Rig.running(.oneForOne)
    rig.signal("b", .threw("boom"))
    #expect(rig.states == [.ready, .backingOff, .ready])
    #expect(rig.logic.snapshot(at: rig.now)["b"]?.lastFailure == "boom")
    rig.pass(.seconds(1), live: ["a", "c"])
    #expect(rig.taken() == ["draw b 1.0s", "start b2"])
    rig.signal("b", .ready)
    #expect(rig.states == [.ready, .ready, .ready])
    #expect(rig.events.contains(SupervisorEvents.childFailed) && rig.events.contains(SupervisorEvents.childRestarting))
  }

  @Test func restForOneStopsTheRestInReverseAndStartsItInOrder() throws {
    var rig = try Rig.running(.restForOne)
    rig.signal("a", .threw("boom"))
    #expect(rig.taken() == ["draw a 1.0s", "cancel c1"])
    #expect(rig.states == [.backingOff, .stopping, .stopping])
    rig.signal("c", .returned)
    #expect(rig.taken() == ["cancel b1"])
    rig.pass(.seconds(2))
    // The back-off is over, but b still runs.
    #expect(rig.taken() == [])
    rig.signal("b", .returned)
    #expect(rig.taken() == ["start a2"])
    rig.signal("a", .ready)
    #expect(rig.taken() == ["start b2"])
    rig.signal("b", .ready)
    #expect(rig.taken() == ["start c2"])
  }

  @Test func restForOneLeavesTheEarlierAlone() throws {
    var rig = try Rig.running(.restForOne)
    rig.signal("c", .threw("boom"))
    #expect(rig.taken() == ["draw c 1.0s"])
    rig.signal("b", .threw("boom"))
    #expect(rig.states == [.ready, .backingOff, .backingOff])
    rig.pass(.seconds(1), live: ["a"])
    #expect(rig.taken() == ["draw b 1.0s", "start b2"])
  }

  @Test func oneForAllRestartsEverybodyAfterTheBackOff() throws {
    var rig = try Rig.running(.oneForAll)
    rig.signal("b", .threw("boom"))
    #expect(rig.taken() == ["draw b 1.0s", "cancel c1"])
    rig.signal("c", .threw("cancelled"))
    #expect(rig.taken() == ["cancel a1"])
    rig.signal("a", .returned)
    #expect(rig.taken() == [])
    rig.pass(.seconds(1))
    #expect(rig.taken() == ["start a2"])
    rig.signal("a", .ready)
    rig.signal("b", .ready)
    rig.signal("c", .ready)
    #expect(rig.taken() == ["start b2", "start c2"])
  }

  @Test(arguments: [
    (RestartPolicy.permanent, true, ChildState.backingOff), (.permanent, false, .backingOff), (.transient, true, .stopped),
    (.transient, false, .backingOff), (.temporary, true, .stopped), (.temporary, false, .failed),
  ])
  func policies(policy: RestartPolicy, returned: Bool, after: ChildState) throws {
    var rig = try Rig([Rig.child("a", policy), Rig.child("b")])
    rig.send(.begin)
    rig.clear()
    rig.signal("a", returned ? .returned : .threw("boom"))
    #expect(rig.states.first == after)
    // Who has ended for good holds nobody back; who is to be restarted does.
    #expect(rig.taken().contains("start b1") == (after != .backingOff))
  }

  @Test func aTemporarySiblingIsNotRestartedWithItsGroup() throws {
    var rig = try Rig([Rig.child("a"), Rig.child("t", .temporary), Rig.child("c")], .restForOne)
    rig.send(.begin)
    for id in ["a", "t", "c"] { rig.signal(id, .ready) }
    rig.signal("a", .threw("boom"))
    rig.signal("c", .returned)
    rig.signal("t", .returned)
    rig.pass(.seconds(1))
    rig.signal("a", .ready)
    #expect(rig.states == [.ready, .stopped, .starting])
  }

  @Test func notReadyInTimeIsAFailure() throws {
    var rig = try Rig([Rig.child("a"), Rig.child("b")])
    rig.send(.begin)
    rig.pass(.seconds(30))
    #expect(rig.taken() == ["start a1", "cancel a1"])
    #expect(!rig.logic.allLive(at: rig.now.moment))
    rig.signal("a", .ready)
    #expect(rig.states == [.stopping, .waiting])
    rig.signal("a", .threw("cancelled"))
    #expect(rig.taken() == ["draw a 1.0s"])
    #expect(rig.logic.snapshot(at: rig.now)["a"]?.lastFailure?.contains("not ready within") == true)
  }

  @Test func aHungChildIsCancelledThenAbandonedThenReplaced() throws {
    var rig = try Rig.running(.oneForOne)
    rig.pass(.seconds(5), live: ["a", "c"])
    #expect(rig.taken().contains("ping b1 #1"))
    rig.pass(.seconds(10), live: ["a", "c"])
    #expect(rig.taken().filter { $0.contains("b1") } == ["cancel b1"])
    #expect(rig.events.contains(SupervisorEvents.childHung))
    #expect(!rig.logic.allLive(at: rig.now.moment))
    rig.pass(.seconds(4), live: ["a", "c"])
    #expect(rig.taken().filter { $0.contains("b") } == ["abandon b1", "draw b 1.0s"])
    #expect(rig.events.contains(SupervisorEvents.childAbandoned))
    #expect(rig.logic.allLive(at: rig.now.moment))
    rig.pass(.seconds(1), live: ["a", "c"])
    #expect(rig.taken().contains("start b2"))
    #expect(rig.logic.snapshot(at: rig.now)["b"]?.abandoned == 1)
    // The fence: nothing of the first incarnation reaches the second.
    for signal: SupervisorLogic.ChildSignal in [.ready, .pingAnswered(1), .threw("late"), .threw("later"), .returned] {
      rig.signal("b", signal, of: 1)
    }
    #expect(rig.states == [.ready, .starting, .ready])
    #expect(rig.logic.snapshot(at: rig.now)["b"]?.abandoned == 0)
  }

  @Test func anAnsweredPingIsAskedAgainAndAStaleAnswerDoesNotCount() throws {
    var rig = try Rig.running(.oneForOne)
    rig.pass(.seconds(5), live: ["b", "c"])
    rig.signal("a", .pingAnswered(7))
    rig.signal("a", .pingAnswered(1))
    rig.pass(.seconds(5), live: ["b", "c"])
    #expect(rig.taken().filter { $0.contains("a1") } == ["ping a1 #1", "ping a1 #2"])
    rig.signal("a", .pingAnswered(1))
    rig.pass(.seconds(10), live: ["b", "c"])
    #expect(rig.taken().contains("cancel a1"))
  }

  @Test func backOffDoublesToItsMaximumAndResetsAfterAStablePeriod() throws {
    var rig = try Rig.running(.oneForOne, budget: 100)
    rig.jitter = 0.5
    for _ in 0..<5 {
      rig.signal("a", .threw("boom"))
      rig.pass(.seconds(8), live: ["b", "c"])
      rig.signal("a", .ready)
    }
    #expect(rig.taken().filter { $0.hasPrefix("draw") } == ["draw a 1.0s", "draw a 2.0s", "draw a 4.0s", "draw a 8.0s", "draw a 8.0s"])
    rig.pass(.seconds(59), live: ["a", "b", "c"])
    rig.signal("a", .threw("boom"))
    rig.pass(.seconds(8), live: ["b", "c"])
    rig.signal("a", .ready)
    rig.pass(.seconds(60), live: ["a", "b", "c"])
    rig.signal("a", .threw("boom"))
    #expect(rig.taken().filter { $0.hasPrefix("draw") } == ["draw a 8.0s", "draw a 1.0s"])
  }

  @Test(arguments: [(-5.0, 0), (0.5, 500), (100, 1_000)]) func aDrawnDelayStaysBelowItsCeiling(factor: Double, milliseconds: Int) throws {
    var rig = try Rig.running(.oneForOne)
    rig.jitter = factor
    rig.signal("a", .threw("boom"))
    #expect(rig.logic.nextDeadline == rig.now.moment + .milliseconds(milliseconds))
  }
}
