import Simulation
import Testing
import World

/// An engine with names for what it runs.
private struct Names {
  var engine: Engine
  var names: [UInt32: String] = [:]
  var ran: [String] = []

  init(_ seed: UInt64) { engine = Engine(seed: Seed(seed)) }

  @discardableResult
  mutating func add(_ name: String, at: Int64, lane: Lane = .main) -> TimerHandle {
    let handle = engine.schedule(at: Moment(nanoseconds: at), lane: lane)
    names[handle.slot] = name
    return handle
  }

  mutating func run(until: Int64 = .max, _ also: (inout Names, String) -> Void = { _, _ in }) {
    while let handle = engine.next(until: Moment(nanoseconds: until)) {
      let name = names[handle.slot] ?? "?"
      ran.append(name)
      also(&self, name)
    }
  }
}

@Suite struct EngineTests {
  @Test func instantsComeInTheirOrder() {
    var names = Names(1)
    var draws = Draws(2)
    let times = (0..<2_000).map { _ in Int64(draws.below(500)) }
    for (index, at) in times.enumerated() { names.add("\(at) \(index)", at: at) }
    names.run()
    let order = names.ran.compactMap { Int64($0.split(separator: " ")[0]) }
    #expect(order == times.sorted() && names.engine.waiting == 0 && names.engine.ran == 2_000)
  }

  @Test func theSeedPicksTheOrderOfOneInstant() {
    var orders: Set<[String]> = []
    for seed in 1...40 as ClosedRange<UInt64> {
      var (one, two) = (Names(seed), Names(seed))
      for name in ["a", "b", "c"] {
        one.add(name, at: 5)
        two.add(name, at: 5)
      }
      one.run()
      two.run()
      #expect(one.ran == two.ran)
      orders.insert(one.ran)
    }
    #expect(orders.count == 6)
  }

  /// What an event schedules for its own instant never overtakes what was there already.
  @Test func aWholeInstantIsReleasedBeforeAnyOfItRuns() {
    for seed in 1...50 as ClosedRange<UInt64> {
      var names = Names(seed)
      for name in ["a", "b", "c"] { names.add(name, at: 7) }
      names.run(until: 7) { names, name in if name.count == 1 { names.add(name + "'", at: 7) } }
      #expect(Set(names.ran.prefix(3)) == ["a", "b", "c"] && names.ran.count == 6 && names.engine.now == Moment(nanoseconds: 7))
    }
  }

  @Test func whatIsTakenBackDoesNotRun() {
    var names = Names(3)
    let kept = names.add("kept", at: 4)
    let gone = names.add("gone", at: 3)
    let also = names.add("also", at: 4)
    #expect(names.engine.cancel(gone) && !names.engine.cancel(gone))
    // Of the same instant, released already.
    names.run { names, name in names.engine.cancel(name == "kept" ? also : kept) }
    #expect(names.ran.count == 1 && names.engine.waiting == 0)
    #expect(!names.engine.cancel(kept) && !names.engine.cancel(.none))
  }

  /// A slot that is used again does not listen to the handle of the one before.
  @Test func aHandleMeansOneEvent() {
    var names = Names(3)
    let first = names.add("first", at: 1)
    names.engine.cancel(first)
    let second = names.add("second", at: 1)
    #expect(first.slot == second.slot && first != second && !names.engine.cancel(first))
    names.run()
    #expect(names.ran == ["second"])
  }

  @Test func manyTakenBackAreForgotten() {
    var names = Names(9)
    var draws = Draws(4)
    var expected: [Int64] = []
    for number in 0..<5_000 {
      let at = Int64(draws.below(10_000))
      let handle = names.add("\(at)", at: at)
      if number % 3 != 0 { names.engine.cancel(handle) } else { expected.append(at) }
    }
    names.run()
    #expect(names.ran.compactMap { Int64($0) } == expected.sorted())
  }

  @Test func timeStandsAtTheEndThatWasGiven() {
    var names = Names(1)
    names.add("later", at: 100)
    names.run(until: 60)
    #expect(names.ran.isEmpty && names.engine.now == Moment(nanoseconds: 60) && names.engine.waiting == 1)
    // The past counts as now.
    names.add("past", at: 5)
    names.run(until: 60)
    #expect(names.ran == ["past"] && names.engine.now == Moment(nanoseconds: 60))
  }

  /// Leaving out what only stands for others does not shift the order of the rest.
  @Test func aLaneDoesNotShiftTheOther() {
    func order(_ extra: Int) -> [String] {
      var names = Names(77)
      for number in 0..<20 {
        names.add("\(number)", at: 9)
        for _ in 0..<extra { names.add("idle", at: 9, lane: .idle) }
      }
      names.run()
      return names.ran.filter { $0 != "idle" }
    }
    #expect(order(0) == order(1) && order(0) == order(3))
  }
}
