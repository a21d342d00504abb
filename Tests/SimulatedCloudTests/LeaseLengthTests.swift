import CloudAPI
import Rollouts
import Testing
import World

@testable import SimulatedCloud

/// How long a lease lasts reaches connectors as a length, again after each heartbeat; and what is late says nothing of now.
@Suite struct LeaseLengthTests {
  /// A fleet of two whose first connector was ordered into maintenance, and its name.
  private func ordered() -> (UpdateFleet, String) {
    var fleet = UpdateFleet(2)
    fleet.unreached = ["c1", "c2"]
    fleet.publish("1.0.0.1")
    return (fleet, fleet.orders[0].connector)
  }

  @Test func anOrderSaysHowLongItsLeaseStillLasts() {
    var (fleet, first) = ordered()
    let limit = Int(fleet.logic.settings.drainLimit.components.seconds) - UpdateCommand.underWay
    #expect(fleet.orders.map(\.command.lasts) == [limit])
    // Nobody heard it: each heartbeat brings it again, and less is left.
    fleet.beats(3)
    #expect(fleet.orders.map(\.command.action) == Array(repeating: .enterMaintenance, count: 4))
    #expect(fleet.orders.allSatisfy { $0.connector == first } && fleet.orders.map(\.command.lasts) == [limit, limit - 2, limit - 4, limit - 6])
    // The cloud's clock is set back: the coordinator's time stands still, and its lease is no longer than it was.
    fleet.cloud.now.wall = fleet.cloud.now.wall - .seconds(3_600)
    fleet.beat()
    #expect(fleet.orders.last?.command.lasts.map { $0 <= limit } == true)
    fleet.unreached = []
    fleet.cloud.now.wall = fleet.cloud.now.wall + .seconds(3_600)
    fleet.beat()
    #expect(fleet.connectors[first]?.inMaintenance == true)
    #expect(fleet.violations == [])
  }

  /// The connector counts on: so does the cloud, and nobody else begins.
  @Test func theCloudsClockIsSetAheadInTheMiddleOfALease_F1_F2() {
    var (fleet, first) = ordered()
    fleet.cloud.now.wall = fleet.cloud.now.wall + .seconds(3 * 3_600)
    fleet.beat()
    #expect(fleet.phase(first) == .draining && fleet.logic.inFlight == 1)
    #expect(fleet.orders.last?.command.lasts == Int(fleet.logic.settings.drainLimit.components.seconds) - UpdateCommand.underWay - 2)
    // Back and ahead again is no leap: the coordinator's time stood still meanwhile.
    fleet.cloud.now.wall = fleet.cloud.now.wall - .seconds(3_600)
    fleet.beat()
    fleet.cloud.now.wall = fleet.cloud.now.wall + .seconds(3_600)
    fleet.beat()
    #expect(
      fleet.orders.last?.command.lasts.map { $0 <= Int(fleet.logic.settings.drainLimit.components.seconds) - UpdateCommand.underWay - 2 } == true)
    fleet.unreached = []
    fleet.beats(200)
    #expect(fleet.phase("c1") == .updated && fleet.phase("c2") == .updated)
    #expect(fleet.violations == [])
  }

  @Test func aTrialLearnsThatItsLeaseLastsLonger() throws {
    var (fleet, first) = ordered()
    fleet.unreached = []
    for _ in 1...10 where fleet.phase(first) != .trial { fleet.beat() }
    #expect(fleet.phase(first) == .trial)
    fleet.orders = []
    fleet.ask { $0.ask(.repeatOrder(connector: "acme-\(first)")) }
    let limit = Int(fleet.logic.settings.trialLimit.components.seconds) - UpdateCommand.underWay
    #expect(fleet.orders.first?.command.action == .install && fleet.orders.first?.command.version == "1.0.0.1")
    #expect(try #require(fleet.orders.first?.command.lasts) > limit - 10, "longer than the installation's lease")
    #expect(fleet.connectors[first]?.standing?.stage != .installing, "it began nothing anew")
    #expect(fleet.violations == [])
  }

  @Test func waitingToBeSentShortensIt() {
    let command = UpdateCommand(.install, token: 1, lasts: 10, version: "1.0.0.1")
    #expect(command.sent(after: .zero)?.lasts == 10)
    #expect(command.sent(after: .milliseconds(1))?.lasts == 9)
    #expect(command.sent(after: .seconds(9))?.lasts == 1)
    #expect(command.sent(after: .seconds(10)) == nil)
    let end = UpdateCommand(.leaveMaintenance, token: 1)
    #expect(end.sent(after: .seconds(1_000)) == end)
  }

  // MARK: What is late

  private func asked(_ cloud: CloudFixture, _ ago: Int64) -> Moment { cloud.now.moment - .seconds(ago) }
  private func answer(_ cloud: inout CloudFixture, askedAgo ago: Int64, _ change: (inout ConnectorReport) -> Void = { _ in }) {
    var report = cloud.report("c1")
    change(&report)
    cloud.ask(.heartbeat(customer: "acme", connector: "acme-c1", .answered(report), asked: asked(cloud, ago)))
  }

  @Test func aContactCountsFromTheQuestion() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.advance(.seconds(10))
    answer(&cloud, askedAgo: 8)
    cloud.advance(.seconds(6))
    #expect(cloud.state("c1") == .healthy)
    cloud.advance(.seconds(1))
    #expect(cloud.state("c1") == .notInContact, "fifteen seconds after the question, not after the answer")
    // One that was under way for longer than a contact lasts says nothing.
    answer(&cloud, askedAgo: 15)
    #expect(cloud.state("c1") == .notInContact && cloud.reason("c1").contains("under way for 15 s"))
    answer(&cloud, askedAgo: 0)
    #expect(cloud.state("c1") == .healthy)
  }

  @Test func anAnswerThatWasOvertakenSaysNothing() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.advance(.seconds(5))
    answer(&cloud, askedAgo: 1) { $0.inMaintenance = true }
    answer(&cloud, askedAgo: 3)
    #expect(cloud.state("c1") == .maintenance)
    cloud.ask(.heartbeat(customer: "acme", connector: "acme-c1", .failed("it does not answer"), asked: asked(cloud, 4)))
    cloud.advance(.seconds(13))
    #expect(cloud.state("c1") == .maintenance, "the failure was overtaken as well")
  }

  @Test func theWayOfAnAnswerIsNoSkewOfTheClock() {
    var settings = CloudSettings()
    settings.clockSkewLimit = .seconds(2)
    var cloud = CloudFixture(settings)
    cloud.bringUp("c1")
    cloud.advance(.seconds(8))
    answer(&cloud, askedAgo: 8) { $0.time = $0.time - .seconds(8) }
    #expect(cloud.state("c1") == .healthy)
    answer(&cloud, askedAgo: 4) { $0.time = $0.time - .seconds(8) }
    #expect(cloud.state("c1") == .error)
  }

  @Test func ofTwoQuestionsAtOnceTheLaterIsBelieved() {
    var (fleet, first) = ordered()
    let (token, now) = (fleet.orders[0].command.token, fleet.cloud.now.moment)
    func say(_ stage: UpdateStanding.Stage, _ ago: Int64) -> CloudRequest {
      .standing(connector: "acme-\(first)", UpdateStanding(token: token, stage: stage, version: "1.0.0.1"), asked: now - .seconds(ago))
    }
    fleet.ask { $0.ask(say(.drained, 5)) }
    fleet.ask { $0.ask(say(.trial, 2)) }
    #expect(fleet.phase(first) == .trial)
    let count = fleet.lines.count
    fleet.ask { $0.ask(say(.drained, 3)) }
    #expect(fleet.phase(first) == .trial && fleet.lines.count == count)
    #expect(fleet.violations == [])
  }
}
