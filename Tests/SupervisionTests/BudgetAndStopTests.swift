import EventCatalog
import Testing
import World

@testable import Supervision

/// The restart budget, orderly stops, restarts by hand.
struct BudgetAndStopTests {
  @Test func budgetSpentStopsAllInReverse() throws {
    var rig = try Rig.running(.oneForOne, budget: 2)
    for _ in 0..<2 {
      rig.signal("b", .threw("boom"))
      rig.pass(.seconds(2), live: ["a", "c"])
    }
    #expect(rig.logic.snapshot(at: rig.now).restartsLeft == 0)
    rig.clear()
    rig.signal("b", .threw("boom"))
    #expect(rig.taken().contains("cancel c1"))
    #expect(rig.events.contains(SupervisorEvents.budgetSpent))
    rig.signal("c", .returned)
    rig.signal("a", .returned)
    #expect(rig.taken() == ["cancel a1", #"finish budgetSpent(child: "b", reason: "boom")"#])
    rig.send(.restart(0))
    rig.send(.begin)
    rig.pass(.seconds(100))
    #expect(rig.taken() == [])
  }

  @Test func aBudgetOfZeroAllowsNoRestart() throws {
    var rig = try Rig([Rig.child("a")], budget: 0)
    rig.send(.begin)
    rig.signal("a", .threw("boom"))
    #expect(rig.taken().last == #"finish budgetSpent(child: "a", reason: "boom")"#)
  }

  @Test func theBudgetComesBackWithTheWindow() throws {
    var rig = try Rig.running(.oneForOne, budget: 1)
    for _ in 0..<4 {
      rig.signal("b", .threw("boom"))
      rig.pass(.seconds(10), live: ["a", "c"])
      rig.signal("b", .ready)
      rig.pass(.seconds(50), live: ["a", "b", "c"])
    }
    #expect(rig.states == [.ready, .ready, .ready])
    #expect(rig.logic.snapshot(at: rig.now)["b"]?.restarts == 4)
  }

  @Test func stopTimeDoesNotAgeTheBudget() throws {
    // From one failure to the next: 15 s to the overdue ping, 4 s of stopping, 1 to 8 s of back-off. Counted with the stops, three
    // restarts would never fall into 42 s; counted without, they do.
    var rig = try Rig.running(.oneForOne, budget: 2, window: .seconds(42))
    for _ in 0..<3 {
      rig.pass(.seconds(15), live: ["a", "c"])
      rig.pass(.seconds(4), live: ["a", "c"])
      rig.pass(.seconds(5), live: ["a", "c"])
      rig.signal("b", .ready)
    }
    #expect(rig.events.contains(SupervisorEvents.budgetSpent))
  }

  @Test func oneGroupRestartIsOneCharge() throws {
    var rig = try Rig.running(.oneForAll, budget: 1)
    rig.signal("a", .threw("boom"))
    rig.signal("c", .returned)
    rig.signal("b", .threw("cancelled"))
    rig.pass(.seconds(1))
    #expect(rig.taken().last == "start a2")
    #expect(rig.logic.snapshot(at: rig.now).restartsLeft == 0)
  }

  @Test(arguments: RestartStrategy.allCases) func stopGoesInReverseWithinBudgets(strategy: RestartStrategy) throws {
    var rig = try Rig.running(strategy)
    rig.send(.stop)
    rig.send(.stop)
    #expect(rig.taken() == ["cancel c1"])
    rig.pass(.milliseconds(3_999))
    #expect(rig.taken() == [])
    rig.pass(.milliseconds(1))
    #expect(rig.taken() == ["abandon c1", "cancel b1"])
    #expect(rig.events.contains(SupervisorEvents.stopBudgetExceeded))
    // a ends before its turn: nobody cancels it any more.
    rig.signal("a", .threw("gone"))
    rig.signal("b", .returned)
    #expect(rig.taken() == ["finish stopped"])
    #expect(rig.states == [.stopped, .stopped, .stopped])
    rig.signal("c", .returned, of: 1)
    #expect(rig.logic.snapshot(at: rig.now)["c"]?.abandoned == 0)
  }

  @Test func aStopDuringStartAndBackOffStartsNothing() throws {
    var rig = try Rig([Rig.child("a"), Rig.child("b"), Rig.child("c")])
    rig.send(.begin)
    rig.signal("a", .ready)
    rig.signal("a", .threw("boom"))
    rig.clear()
    rig.send(.stop)
    #expect(rig.states == [.stopped, .stopping, .stopped])
    rig.signal("b", .ready)
    rig.signal("b", .threw("cancelled"))
    rig.pass(.seconds(100))
    #expect(rig.taken() == ["cancel b1", "finish stopped"])
  }

  @Test func aStopWhileAHungChildIsStoppingKeepsItsDeadline() throws {
    var rig = try Rig.running(.oneForOne)
    rig.pass(.seconds(15), live: ["a", "c"])
    rig.pass(.seconds(1), live: ["a", "c"])
    rig.clear()
    rig.send(.stop)
    rig.signal("c", .returned)
    #expect(rig.taken() == ["cancel c1"])
    rig.pass(.seconds(3))
    #expect(rig.taken() == ["abandon b1", "cancel a1"])
    rig.signal("a", .returned)
    #expect(rig.taken() == ["finish stopped"])
  }

  @Test func aStopBeforeTheBeginningFinishes() throws {
    var rig = try Rig([Rig.child("a")])
    rig.send(.stop)
    rig.send(.begin)
    #expect(rig.taken() == ["finish stopped"])
  }

  @Test func whenAllHaveEndedTheRunEnds() throws {
    var rig = try Rig([Rig.child("a", .transient), Rig.child("b", .temporary)])
    rig.send(.begin)
    rig.signal("a", .returned)
    rig.signal("b", .threw("boom"))
    #expect(rig.taken() == ["start a1", "start b1", "finish allEnded"])
  }

  @Test func aRestartByHandHasNoBackOffAndNoCharge() throws {
    var rig = try Rig.running(.oneForOne, budget: 0)
    rig.restart("b")
    rig.restart("b")
    #expect(rig.taken() == ["cancel b1"])
    rig.signal("b", .threw("cancelled"))
    #expect(rig.taken() == ["start b2"])
    #expect(rig.logic.snapshot(at: rig.now)["b"]?.restarts == 1)
    #expect(rig.states == [.ready, .starting, .ready])
  }

  @Test func aRestartByHandTakesTheGroupAlong() throws {
    var rig = try Rig.running(.restForOne)
    rig.restart("b")
    #expect(rig.taken() == ["cancel c1"])
    rig.signal("c", .returned)
    rig.signal("b", .returned)
    #expect(rig.taken() == ["cancel b1", "start b2"])
    rig.signal("b", .ready)
    #expect(rig.taken() == ["start c2"])
  }

  @Test func aRestartByHandEndsABackOff() throws {
    var rig = try Rig.running(.oneForOne)
    rig.signal("a", .threw("boom"))
    rig.restart("a")
    #expect(rig.taken() == ["draw a 1.0s", "start a2"])
  }

  @Test func aRestartByHandOfAHungChildAbandonsItInTime() throws {
    var rig = try Rig.running(.oneForOne)
    rig.restart("c")
    rig.pass(.seconds(4), live: ["a", "b"])
    #expect(rig.taken().filter { $0.contains("c") } == ["cancel c1", "abandon c1", "start c2"])
  }

  @Test(arguments: [
    (SupervisorSpec(children: []), "no child is enabled"),
    (SupervisorSpec(children: [Rig.child("a"), Rig.child("a")]), "has the id of an earlier child"),
    (SupervisorSpec(children: [Rig.child("")]), "has no id"),
    (SupervisorSpec(children: [Rig.child("a")], restartBudget: -1), "restartBudget is -1; expected 0 or more"),
    (SupervisorSpec(children: [Rig.child("a")], budgetWindow: .zero), "budgetWindow is 0.0 seconds"),
    (SupervisorSpec(children: [Rig.child("a")], backOffInitial: .seconds(9), backOffMax: .seconds(8)), "expected no more than backOffMax"),
    (SupervisorSpec(children: [Rig.child("a")], stableAfter: .seconds(Int64.max)), "stableAfter"),
    (SupervisorSpec(children: [ChildSpec(id: "a", stopWithin: .seconds(-1), start: { _ in })]), "stopWithin of child 1 ('a')"),
  ])
  func problemsAreFoundBeforeAnythingStarts(spec: SupervisorSpec, problem: String) {
    #expect(spec.problems().contains { $0.contains(problem) })
    #expect(throws: InvalidSupervisorSpec.self) {
      try SupervisorLogic(spec, at: Now(moment: Moment(nanoseconds: 0), wall: WallTime(seconds: 0)))
    }
  }

  @Test func theCatalogPartIsSound() {
    let all = SupervisorEvents.all
    #expect(Set(all.map(\.code)).count == all.count && all.allSatisfy { (10_100...10_149).contains($0.code) })
    #expect(Set(all.map(\.messageID)).count == all.count && all.allSatisfy { $0.messageID.count == 32 })
    #expect(Event.childRestarting("x", delay: 5).message == "Service x restarts in 5 ms.")
    let samples: [Event] = [
      .childStarted("x", incarnation: 1), .childReady("x", incarnation: 1, elapsed: 2), .childFailed("x", incarnation: 1, reason: "r"),
      .childHung("x", incarnation: 1, waited: 2), .childAbandoned("x", incarnation: 1, waited: 2), .childRestarting("x", delay: 1),
      .budgetSpent("x", budget: 1, window: 2, reason: "r"), .supervisorStopping(), .childStopped("x", incarnation: 1),
      .stopBudgetExceeded("x", incarnation: 1, budget: 2), .supervisorStopped(elapsed: 1), .restartRequested("x"), .childEnded("x", incarnation: 1),
    ]
    #expect(Set(samples.map(\.definition.code)) == Set(all.map(\.code)))
    for event in samples {
      #expect(!event.message.contains("?"))
      #expect(Set(event.values.keys) == Set(event.definition.fields.map(\.name)))
    }
  }
}
