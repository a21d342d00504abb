import CloudAPI
import SimulatedCloud
import Testing
import World

@Suite struct HealthTests {
  @Test func fromRegistrationToHealthy() {
    var cloud = CloudFixture()
    cloud.register("c1")
    #expect(cloud.state("c1") == .notInContact && cloud.reason("c1").contains("has not connected yet"))
    cloud.ask(.linkUp(cloud.peer("c1"), link: 1))
    #expect(cloud.state("c1") == .notInContact && cloud.reason("c1").contains("has not answered"))
    cloud.beat("c1")
    #expect(cloud.state("c1") == .healthy)
    #expect(cloud.events.first == "cloud.health-improved")
  }

  @Test func aSilentLinkLosesItsLeaseThenIsDisconnectedThenComesBack() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    for _ in 1...10 {
      cloud.advance(.seconds(5))
      cloud.beat("c1")
    }
    #expect(cloud.state("c1") == .healthy)
    cloud.advance(.seconds(14))
    #expect(cloud.state("c1") == .healthy)
    cloud.ask(.heartbeat(customer: "acme", connector: "acme-c1", .failed("it does not answer heartbeats in time")))
    cloud.advance(.seconds(1))
    #expect(cloud.state("c1") == .notInContact)
    #expect(cloud.reason("c1").contains("it does not answer heartbeats in time"))
    #expect(cloud.events == ["cloud.lease-expired", "cloud.notified", "cloud.health-impaired", "cloud.location-health-changed"])
    cloud.advance(.seconds(1))
    #expect(cloud.events.isEmpty, "said once")
    cloud.advance(.seconds(284))
    #expect(cloud.state("c1") == .disconnected)
    cloud.beat("c1")
    #expect(cloud.state("c1") == .healthy)
    #expect(cloud.events.contains("cloud.contact-again"))
  }

  @Test func aLinkThatEndsIsSeenAtOnceAndItsReturnToo() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.advance(.seconds(2))
    cloud.ask(.linkDown(cloud.peer("c1"), link: 1, reason: "the connection was reset"))
    #expect(cloud.state("c1") == .notInContact && cloud.reason("c1").contains("the connection was reset"))
    #expect(cloud.events.contains("cloud.health-impaired"))
    cloud.ask(.linkUp(cloud.peer("c1"), link: 2))
    cloud.beat("c1")
    #expect(cloud.state("c1") == .healthy && cloud.events.contains("cloud.contact-again"))
  }

  @Test func theEndOfAnEarlierLinkDoesNotTakeDownTheLater() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.ask(.linkUp(cloud.peer("c1"), link: 2))
    cloud.beat("c1")
    cloud.ask(.linkDown(cloud.peer("c1"), link: 1, reason: "late"))
    #expect(cloud.state("c1") == .healthy)
    cloud.ask(.linkUp(cloud.peer("c1"), link: 1))
    cloud.ask(.linkDown(cloud.peer("c1"), link: 2, reason: "real"))
    #expect(cloud.state("c1") == .notInContact)
  }

  @Test(arguments: [
    (ConnectorState.maintenance, "maintenance"), (.outdated, "0.9"), (.error, "clock"), (.error, "watchdog"), (.error, "The disk is full."),
  ]) func whatAReportSays(_ expected: ConnectorState, _ word: String) {
    var settings = CloudSettings()
    settings.outdatedBelow = "1.0"
    var cloud = CloudFixture(settings)
    cloud.bringUp("c1")
    let now = cloud.now
    cloud.beat("c1") { report in
      switch word {
      case "maintenance": report.inMaintenance = true
      case "0.9": report.version = "0.9.10"
      case "clock": report.time = now.wall + .seconds(301)
      case "watchdog": report.services[1] = .init(name: .watchDog, state: "backingOff", restarts: 3)
      default: report.problems = [word]
      }
    }
    #expect(cloud.state("c1") == expected && cloud.reason("c1").lowercased().contains(word.lowercased()), "\(cloud.reason("c1"))")
    #expect(cloud.events.contains("cloud.clock-skew") == (word == "clock"))
    cloud.beat("c1") { if word == "clock" { $0.time = now.wall + .seconds(301) } }
    #expect(!cloud.events.contains("cloud.clock-skew"), "said once")
    cloud.beat("c1")
    #expect(cloud.state("c1") == .healthy)
  }

  @Test func anErrorIsNotifiedWhenItLastsNotWhenItFlickers() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    func ill(_ times: Int) -> [String] {
      var seen: [String] = []
      for _ in 1...times {
        cloud.beat("c1") { $0.problems = ["The disk is full."] }
        seen += cloud.events
        cloud.advance(.seconds(5))
        seen += cloud.events
      }
      return seen
    }
    #expect(!ill(11).contains("cloud.notified"))
    cloud.beat("c1")
    #expect(cloud.state("c1") == .healthy)
    #expect(ill(30).filter { $0 == "cloud.notified" }.count == 1)
  }

  @Test func aReportOfSomeoneElseCountsAsNoAnswer() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.advance(.seconds(10))
    _ = cloud.ask(.heartbeat(customer: "acme", connector: "acme-c1", .answered(cloud.report("c2"))))
    cloud.advance(.seconds(5))
    #expect(cloud.state("c1") == .notInContact && cloud.reason("c1").contains("acme-c2"))
  }

  @Test func afterARestartOfTheCloudNobodyIsInContactUntilHeAnswers() {
    var cloud = CloudFixture()
    var saved: [CloudRecordKey: CloudRecord] = [:]
    func keep() { for case .save(let record) in cloud.directives { saved[record.key] = record } }
    for customer in CloudFixture.customers {
      saved[CloudRecordKey(.customer, customer, customer)] = .customer(CustomerRecord(id: customer, name: customer))
    }
    saved[CloudRecordKey(.location, "acme", "acme-rl")] = .location(
      LocationRecord(customer: "acme", model: ResourceLocationModel(id: "acme-rl", name: "Berlin")))
    cloud.register("c1")
    keep()
    cloud.ask(.linkUp(cloud.peer("c1"), link: 9))
    cloud.beat("c1")
    keep()
    cloud.logic = CloudLogic()
    let orphan = CloudRecord.client(ClientRecord(customer: "nobody", id: "x", name: "x", secretDigest: "x"))
    #expect(cloud.logic.load(Array(saved.values) + [orphan], at: cloud.now) == 1)
    #expect(cloud.state("c1") == .notInContact)
    cloud.ask(.linkUp(cloud.peer("c1"), link: 1))
    cloud.beat("c1")
    #expect(cloud.state("c1") == .healthy)
  }

  @Test func contactIsSavedSeldomAndChangesAtOnce() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    var saves = 0
    for _ in 1...24 {
      cloud.advance(.seconds(5))
      cloud.beat("c1")
      saves += cloud.directives.count { if case .save = $0 { true } else { false } }
    }
    #expect(saves == 2, "two minutes of heartbeats are two saves")
    cloud.beat("c1") { $0.version = "1.0.0.1" }
    #expect(cloud.directives.contains { if case .save(.connector(let r)) = $0 { r.version == "1.0.0.1" } else { false } })
  }

  @Test func locations() {
    var cloud = CloudFixture()
    #expect(cloud.logic.locationHealth("acme", "acme-rl").state == .warning)
    cloud.bringUp("c1")
    #expect(cloud.logic.locationHealth("acme", "acme-rl").reason.contains("at least two"))
    cloud.bringUp("c2", link: 2)
    #expect(cloud.logic.locationHealth("acme", "acme-rl").state == .healthy)
    cloud.ask(.linkDown(cloud.peer("c2"), link: 2, reason: "gone"))
    #expect(cloud.logic.locationHealth("acme", "acme-rl").state == .warning)
    #expect(cloud.events.contains("cloud.location-health-changed"))
    cloud.beat("c1") { $0.problems = ["The disk is full."] }
    #expect(cloud.logic.locationHealth("acme", "acme-rl").state == .error)
    cloud.ask(.linkDown(cloud.peer("c1"), link: 1, reason: "gone"))
    #expect(cloud.logic.locationHealth("acme", "acme-rl").reason.contains("None of its 2"))
    #expect(cloud.logic.locationHealth("bolt", "bolt-rl").reason == "It has no connector.")
  }

  @Test func theTableShowsWhoIsElectedAndWhatIsUp() throws {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.bringUp("c2", link: 2)
    let state = cloud.logic.state(at: cloud.now)
    #expect(state.locations.map(\.elected) == ["c1.acme.test", nil])
    #expect(state.connectors.map(\.elected) == [true, false])
    #expect(state.connectors.allSatisfy { $0.servicesUp == 16 && $0.servicesTotal == 16 })
    cloud.beat("c2") { $0.elected = "c2.acme.test" }
    #expect(cloud.logic.state(at: cloud.now).locations.first?.elected == nil, "they disagree")
    cloud.ask(.linkDown(cloud.peer("c2"), link: 2, reason: "gone"))
    #expect(cloud.logic.state(at: cloud.now).locations.first?.elected == "c1.acme.test")
    #expect(cloud.logic.state(at: cloud.now).connectors.last?.servicesUp == 0)
  }

  @Test func advancedHealthChecks() {
    var cloud = CloudFixture()
    cloud.register("c1")
    func checks() -> [HealthCheck] {
      if case .checks(let checks) = cloud.ask(.healthChecks(customer: "acme", connector: "acme-c1")) { return checks }
      return []
    }
    #expect(Set(checks().map(\.category)) == Set(HealthCheck.Category.allCases))
    #expect(checks().filter { $0.category == .service }.allSatisfy { $0.result == .skipped })
    #expect(checks().first { $0.name == "Link" }?.result == .failed)
    cloud.ask(.linkUp(cloud.peer("c1"), link: 1))
    cloud.beat("c1")
    #expect(checks().allSatisfy { $0.result == .passed || $0.result == .skipped })
    cloud.ask(.publish(customer: "acme", location: "acme-rl", bytes: Array("{}".utf8), digest: "d1"))
    cloud.ask(.publish(customer: "acme", location: "acme-rl", bytes: Array("{ }".utf8), digest: "d2"))
    cloud.beat("c1") { $0.services[1] = .init(name: .watchDog, state: "failed", restarts: 3) }
    #expect(checks().first { $0.name == "Configuration" }?.result == .warning)
    #expect(checks().first { $0.name == ServiceName.watchDog.title }?.result == .failed)
  }

  /// The next deadline is exact: nothing changes before it, and something does at it.
  @Test func theNextDeadlineIsWhenSomethingChanges() throws {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    var changes = 0
    while let deadline = cloud.logic.nextDeadline, changes < 5 {
      cloud.advance(deadline - cloud.now.moment - .nanoseconds(1))
      #expect(cloud.events.isEmpty)
      cloud.advance(.nanoseconds(1))
      #expect(!cloud.events.isEmpty)
      changes += 1
    }
    #expect(changes == 2, "the lease ends, then it is disconnected")
    #expect(cloud.state("c1") == .disconnected)
  }
}
