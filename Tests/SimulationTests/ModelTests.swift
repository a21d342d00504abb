import Simulation
import Testing
import World

private func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

@Suite struct LinkTests {
  private func arrivals(_ conditions: LinkConditions, _ count: Int = 1_000, _ direction: LinkDirection = .up, bytes: Int = 100) -> [Deliveries] {
    var link = LinkModel()
    var draws = Draws(11)
    return (0..<count).map { link.send(direction, bytes: bytes, at: at(Int64($0)), conditions, &draws) }
  }

  @Test func aGoodLinkDeliversEachMessageOnceAndInOrder() {
    let all = arrivals(LinkConditions(latency: .uniform(.milliseconds(10), .seconds(5))))
    let times = all.compactMap(\.first)
    #expect(times.count == 1_000 && all.allSatisfy { $0.second == nil } && times == times.sorted())
    #expect(zip(times, 0...).allSatisfy { $0 >= at($1) + .milliseconds(10) })
  }

  @Test func latenciesStayInTheirRange() {
    let word = Draws(3)
    for latency in [Latency.fixed(.seconds(2)), .uniform(.seconds(2), .seconds(3)), .skewed(.seconds(2), .seconds(10))] {
      var draws = word
      let all = (0..<2_000).map { _ in latency.draw(draws.next()) }
      #expect(all.allSatisfy { $0 >= .seconds(2) && $0 <= latency.longest })
    }
    var draws = word
    let skewed = (0..<2_000).map { _ in Latency.skewed(.zero, .seconds(8)).draw(draws.next()) }
    // The cube of one half.
    #expect(abs(skewed.count { $0 < .seconds(1) } - 1_000) < 100)
  }

  @Test func whatIsLostDoublesOrWaits() {
    let good = LinkConditions(latency: .fixed(.milliseconds(20)))
    #expect(abs(arrivals(good.with(.loss(300_000))).count { $0.first == nil } - 300) < 60)
    #expect(abs(arrivals(good.with(.duplication(300_000))).count { $0.second != nil } - 300) < 60)
    let held = arrivals(good.with(.reordering(300_000, by: .seconds(60)))).compactMap(\.first)
    #expect(held != held.sorted())
    let slow = arrivals(good.with(.slowLink(50)), 1, bytes: 100)
    #expect(slow[0].first == at(2) + .milliseconds(20))
  }

  @Test func aPartitionCutsOneWayOrBoth() {
    let good = LinkConditions()
    for (fault, up, down) in [
      (FaultKind.partition, false, false), (.partitionOneWay(.up), false, true), (.partitionOneWay(.down), true, false),
    ] {
      let bad = good.with(fault)
      #expect((arrivals(bad, 1)[0].first != nil) == up && (arrivals(bad, 1, .down)[0].first != nil) == down && !bad.isOpen)
    }
  }

  /// A fault takes as many draws as no fault, so that what comes later is the same.
  @Test func aFaultShiftsNothing() {
    let good = LinkConditions()
    func after(_ conditions: LinkConditions) -> UInt64 {
      var (link, draws) = (LinkModel(), Draws(5))
      for second in 0..<20 { _ = link.send(.up, bytes: 1, at: at(Int64(second)), conditions, &draws) }
      return draws.next()
    }
    for fault in [FaultKind.partition, .loss(500_000), .duplication(500_000), .reordering(900_000, by: .seconds(9)), .slowLink(10)] {
      #expect(after(good) == after(good.with(fault)))
    }
  }
}

@Suite struct RecordTests {
  @Test func whatWasReplacedSurvivesAndWhatWasWrittenMayNot() throws {
    var draws = Draws(1)
    let disk = DiskConditions()
    var record = SimulatedRecord(1)
    try record.replace(2, disk)
    record.lose(&draws)
    #expect(try record.read() == 2)
    try record.write(3, inPlace: false, disk)
    #expect(try record.read() == 3)
    record.lose(&draws)
    #expect(try record.read() == 2)
    try record.write(4, inPlace: false, disk)
    record.sync()
    record.lose(&draws)
    #expect(try record.read() == 4)
  }

  @Test func inPlaceItMayBeTorn() throws {
    var draws = Draws(1)
    var (torn, old) = (0, 0)
    for _ in 0..<200 {
      var record = SimulatedRecord(1)
      try record.write(2, inPlace: true, DiskConditions())
      record.lose(&draws)
      if (try? record.read()) == 1 { old += 1 } else { torn += 1 }
    }
    #expect(torn > 60 && old > 60)
  }

  @Test func aFullDiskRefusesAndABadBlockCannotBeRead() throws {
    var full = DiskConditions()
    full.isFull = true
    var record = SimulatedRecord(1)
    #expect(throws: DiskError.full) { try record.replace(2, full) }
    #expect(try record.read() == 1)
    record.corrupt()
    #expect(throws: DiskError.unreadable) { try record.read() }
    try record.replace(3, DiskConditions())
    #expect(try record.read() == 3)
    record.remove()
    #expect(try record.read() == nil)
  }
}

@Suite struct ClockTests {
  @Test func aClockIsOffDriftsAndIsStepped() {
    var clock = ClockModel(at: at(0), shows: WallTime(seconds: 1_000))
    #expect(clock.read(at(60)) == WallTime(seconds: 1_060))
    clock.set(drift: 100, at: at(100))
    #expect(clock.read(at(10_100)) == WallTime(seconds: 11_101))
    clock.step(.seconds(-30), at: at(10_100))
    #expect(clock.read(at(10_100)) == WallTime(seconds: 11_071) && clock.steady(at(10_100)) == WallTime(seconds: 11_101))
    clock.step(.seconds(30), at: at(10_200))
    #expect(clock.stepped == .zero)
  }

  @Test func itFindsTheInstantAtWhichItShowsATime() {
    for drift in [-200, 0, 37, 200] as [Int64] {
      let clock = ClockModel(at: at(5), shows: WallTime(seconds: 1_780_000_000), drift: drift)
      for seconds in [0, 1, 59, 86_400, 2_592_000] as [Int64] {
        let time = WallTime(microseconds: 1_780_000_000_000_123 + seconds * 1_000_000)
        let moment = clock.moment(time)
        #expect(clock.read(moment) >= time && clock.read(moment - .microseconds(3)) < time)
      }
    }
  }
}

@Suite struct RecipeTests {
  @Test func swizzleStopsSomeOneByOneAndBringsAllBack() {
    var draws = Draws(3)
    let targets = (0..<20).map { FaultTarget.machine($0) }
    let faults = FaultRecipe.swizzle(.powerCut, of: targets, begins: .seconds(100), step: .seconds(10), &draws)
    #expect(faults.count > 3 && faults.count < 18 && Set(faults.map(\.target)).count == faults.count)
    #expect(faults.map(\.begins) == faults.indices.map { .seconds(100 + 10 * Int64($0)) })
    let ends = faults.map(\.ends)
    let lastBegin = faults.last?.begins ?? .zero
    #expect(Set(ends).count == faults.count && ends != ends.sorted() && ends.allSatisfy { $0 > lastBegin })
  }

  @Test func flapAndRolling() {
    let flap = FaultRecipe.flap(.partition, .link(1), begins: .seconds(5), times: 3, off: .seconds(2), on: .seconds(8))
    #expect(flap.map(\.begins) == [.seconds(5), .seconds(15), .seconds(25)] && flap.allSatisfy { $0.lasts == .seconds(2) })
    let rolling = FaultRecipe.rolling(.powerCut, of: [.machine(0), .machine(1)], begins: .seconds(1), each: .seconds(4))
    #expect(rolling.map(\.begins) == [.seconds(1), .seconds(5)] && rolling[0].ends == rolling[1].begins)
  }
}
