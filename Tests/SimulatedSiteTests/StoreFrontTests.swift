import SimulatedSite
import Testing
import World

@Suite struct ServerListTests {
  private func at(_ seconds: Int) -> Moment { Moment(nanoseconds: Int64(seconds) * 1_000_000_000) }

  @Test func serversTakeTurnsAndOneThatFailedIsPassedBy() {
    var list = ServerList(count: 3, bypass: .seconds(60))
    #expect(list.order(at: at(0)) == [0, 1, 2])
    #expect(list.order(at: at(0)) == [1, 2, 0])
    list.failed(2, at: at(10))
    #expect(list.order(at: at(11)) == [0, 1])
    #expect(list.order(at: at(70)) == [0, 1, 2])
    // When all have failed all are asked all the same.
    for server in 0..<3 { list.failed(server, at: at(80)) }
    #expect(list.order(at: at(81)).sorted() == [0, 1, 2])
    list.worked(1)
    #expect(list.order(at: at(82)) == [1])
    #expect(
      {
        var none = ServerList(count: 0, bypass: .zero)
        return none.order(at: at(0))
      }().isEmpty)
  }
}

@Suite struct UserPlanTests {
  @Test func usersListBeforeTheyLaunch() {
    var plan = UserPlan(users: 5, seed: 9)
    var seen: Set<Int> = []
    var launches = 0
    for _ in 1...500 {
      switch plan.next() {
      case .enumerate(let user):
        seen.insert(user)
        plan.shown(user, resources: user == 4 ? 0 : 3)
      case .launch(let user, _):
        launches += 1
        #expect(seen.contains(user) && user != 4)
      case .reconnect(let user): #expect(seen.contains(user))
      }
    }
    #expect((150...350).contains(launches))
  }

  /// A ticket must be alive when its client comes: 100 s, or 500 s (product facts 7).
  @Test func clientsComeBeforeTheirTicketsEnd() {
    var plan = UserPlan(users: 1, seed: 2)
    let all = (1...2_000).map { _ in plan.arrival() }
    #expect(all.allSatisfy { $0.after <= .seconds($0.isRefreshable ? 90 : 60) })
    #expect(all.contains { $0.after > .seconds(45) } && all.contains { $0.after < .seconds(3) })
  }
}

@Suite struct MeasuringTests {
  @Test func quantilesAreRightToATwelfth() {
    var all = Latencies()
    #expect(all.quantile(0.5) == nil)
    for milliseconds in 1...1_000 { all.add(.milliseconds(milliseconds)) }
    for (share, exact) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1_000.0), (0.001, 1.0)] {
      let found = (all.quantile(share)?.inSeconds ?? 0) * 1_000
      #expect(found >= exact * 0.999 && found <= exact * 1.13 + 0.1, "\(share): \(found)")
    }
    var twice = all
    twice.add(all)
    #expect(twice.count == 2_000 && twice.quantile(0.5) == all.quantile(0.5))
    var odd = Latencies()
    odd.add(.zero - .seconds(1))
    odd.add(.seconds(1_000_000_000))
    #expect(odd.count == 2)
  }

  @Test func whatCameSinceIsTheDifference() {
    var before = BrokeringTally()
    before.launches.asked = 5
    before.launches.failed = ["noMachine": 2]
    var after = before
    after.launches.asked = 9
    after.launches.acknowledged = 2
    after.launches.failed = ["noMachine": 2, "cloudUnreachable": 2]
    let since = after.since(before)
    #expect(since.launches.asked == 4 && since.launches.failed == ["cloudUnreachable": 2] && since.launches.open == 2)
    // Promised before and kept since: it is no more kept than it was promised.
    before.tickets.acknowledged = 4
    before.tickets.kept = 1
    after.tickets.acknowledged = 6
    after.tickets.kept = 6
    let tickets = after.since(before).tickets
    #expect(tickets.acknowledged == 5 && tickets.kept == 5 && tickets.open == 0)
    var sum = BrokeringTally()
    sum.add(since)
    sum.add(since)
    #expect(sum.launches.failures == 4 && sum.lost == 0)
  }
}
