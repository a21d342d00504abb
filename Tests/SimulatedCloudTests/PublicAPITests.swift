import CloudAPI
import SimulatedCloud
import Testing
import World

@Suite struct PublicAPITests {
  @Test func aLocationsLife() {
    var cloud = CloudFixture()
    let made = ResourceLocationModel(id: "rl-2", name: "Paris")
    #expect(made.timeZone == "GMT Standard Time")
    #expect(cloud.api(.createLocation(ResourceLocationBody(name: "Paris"), newID: "rl-2")) == .location(made))
    #expect(cloud.api(.location("rl-2")) == .location(made))
    #expect(cloud.api(.listLocations) == .locations([ResourceLocationModel(id: "acme-rl", name: "Berlin"), made]))
    let zone = "Romance Standard Time"
    let changed = ResourceLocationModel(id: "rl-2", name: "Lyon", internalOnly: true, timeZone: zone)
    #expect(cloud.api(.updateLocation("rl-2", ResourceLocationBody(name: "Lyon", internalOnly: true, timeZone: zone))) == .location(changed))
    #expect(cloud.api(.deleteLocation("rl-2")) == .noContent)
    for operation in [APIOperation.location("rl-2"), .deleteLocation("rl-2"), .updateLocation("rl-2", ResourceLocationBody(name: "x"))] {
      #expect(cloud.api(operation).status == 404)
    }
  }

  @Test(arguments: ["", "a/b", "a\\b", "a#b", "a?b", "a%b", "a|b", "a[b", "a]b", "a{b", "a}b", "a<b", "a>b", "a$b", "a^b", "a&b", "a+b"])
  func namesThatCannotBe(_ name: String) {
    var cloud = CloudFixture()
    #expect(cloud.api(.createLocation(ResourceLocationBody(name: name), newID: "x")).status == 400)
    #expect(cloud.api(.updateLocation("acme-rl", ResourceLocationBody(name: name))).status == 400)
  }

  @Test(arguments: ["München (1st floor), rack_3.2", "我的资源位置", "a'b\"c!"]) func namesThatCan(_ name: String) {
    var cloud = CloudFixture()
    #expect(cloud.api(.createLocation(ResourceLocationBody(name: name), newID: "x")).refusal == nil)
  }

  @Test func aNameIsTakenOnceAndALocationWithConnectorsStays() {
    var cloud = CloudFixture()
    #expect(cloud.api(.createLocation(ResourceLocationBody(name: "berlin"), newID: "x")).status == 409)
    #expect(cloud.api(.updateLocation("acme-rl", ResourceLocationBody(name: "BERLIN"))).refusal == nil)
    cloud.register("c1")
    #expect(cloud.api(.deleteLocation("acme-rl")).status == 409)
    #expect(cloud.api(.createLocation(ResourceLocationBody(name: "Fixed", readOnly: true), newID: "ro")).refusal == nil)
    #expect(cloud.api(.deleteLocation("ro")).status == 403)
    #expect(cloud.api(.updateLocation("ro", ResourceLocationBody(name: "Loose"))).status == 403)
  }

  @Test func connectorsAsTheProductShowsThem() throws {
    var cloud = CloudFixture()
    cloud.bringUp("c2")
    cloud.register("c1")
    guard case .connectors(let plain) = cloud.api(.listConnectors(ConnectorQuery())) else {
      Issue.record("no list")
      return
    }
    #expect(plain.map(\.fqdn) == ["c1.acme.test", "c2.acme.test"])
    #expect(plain.map(\.status) == ["Disconnected", "Unknown"])
    #expect(plain.allSatisfy { $0.expectedVersion == nil && $0.upgrade == nil && $0.connectorType == .windows && $0.versionState == "Normal" })
    #expect(plain[0].lastContactDate == nil && plain[1].lastContactDate == cloud.now.wall)
    #expect(plain[1].leaseEndDateTime == cloud.now.wall + .seconds(15))
    #expect(plain[1].currentBootstrapperVersion == "2.0.0.0")
    var query = ConnectorQuery()
    query.extendedData = true
    query.retrieveExpectedVersion = true
    query.connectorType = .windows
    guard case .connectors(let full) = cloud.api(.listConnectors(query)) else {
      Issue.record("no list")
      return
    }
    #expect(full.allSatisfy { $0.expectedVersion == "1.0.0.0" && $0.upgrade != nil })
    query.connectorType = .unified
    #expect(cloud.api(.listConnectors(query)) == .connectors([]))
    query.connectorType = nil
    query.location = "elsewhere"
    #expect(cloud.api(.listConnectors(query)) == .connectors([]))
    #expect(cloud.api(.connector("acme-c2")) == .connector(full[1]))
    #expect(cloud.api(.connector("none")).status == 404)
  }

  @Test func deletingAConnectorRevokesItAndDropsItsLink() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    #expect(cloud.api(.deleteConnector("acme-c1")) == .done)
    #expect(cloud.directives.contains(.revoke(serial: "1")))
    #expect(cloud.directives.contains(.dropLink(connector: "acme-c1", reason: "the connector was deleted in the cloud")))
    #expect(cloud.events.contains("cloud.connector-deleted"))
    #expect(cloud.api(.deleteConnector("acme-c1")).status == 404)
    guard case .admission(let failure) = cloud.ask(.admit(cloud.peer("c1"))) else {
      Issue.record("no verdict")
      return
    }
    #expect(failure?.kind == .connectorDeleted)
    cloud.beat("c1")
    #expect(cloud.directives.isEmpty, "a late answer of a deleted connector is nothing")
  }

  @Test func maintenanceWindows() {
    var cloud = CloudFixture()
    #expect(cloud.api(.listWindows) == .windows([MaintenanceWindowModel(location: "acme-rl")]))
    let window = MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .friday, start: "12:00:00")
    #expect(cloud.api(.setWindow(window)) == .window(window))
    #expect(cloud.api(.listWindows) == .windows([window]))
    for start in ["24:00:00", "12:60:00", "1:00:00", "12:00", "", "12:00:0x", "-1:00:00"] {
      #expect(cloud.api(.setWindow(MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .friday, start: start))).status == 400, "\(start)")
    }
    #expect(cloud.api(.removeWindow(location: "acme-rl")) == .noContent)
    #expect(cloud.api(.listWindows) == .windows([MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .undefined)]))
  }

  @Test func notificationsAreKeptUpToTheLimit() {
    var settings = CloudSettings()
    settings.notificationLimit = 3
    var cloud = CloudFixture(settings)
    func note(_ id: Int, content: Bool = true) -> NotificationModel {
      NotificationModel(
        component: "x", createdDate: cloud.now.wall, eventId: "\(id)", severity: "Information", priority: "Low",
        content: content ? [.init(title: "t", description: "d")] : [])
    }
    #expect(cloud.api(.postNotification(note(0, content: false))).status == 400)
    for id in 1...5 { #expect(cloud.api(.postNotification(note(id))) == .notification(note(id))) }
    #expect(cloud.directives.contains { if case .remove(let key) = $0 { key.kind == .notification } else { false } })
    #expect(cloud.api(.listNotifications) == .notifications([note(5), note(4), note(3)]))
  }

  @Test func theSystemLogIsPagedAndForgetsAfterNinetyDays() {
    var cloud = CloudFixture()
    cloud.register("c1")
    cloud.register("c1", serial: "2")
    func page(_ limit: Int, _ continuation: String? = nil) -> SystemLogPage {
      if case .systemLog(let page) = cloud.ask(.operate(customer: "acme", .systemLog(limit: limit, continuation: continuation))) { return page }
      return SystemLogPage(items: [], continuationToken: "none")
    }
    let all = page(1000)
    #expect(all.items.map(\.eventType) == ["agenthub/connector/update", "agenthub/connector/create", "platform/resourcelocation/create"])
    #expect(all.items.first?.actorType == "CwcSystem" && all.continuationToken == nil)
    let first = page(2)
    #expect(first.items == Array(all.items.prefix(2)))
    #expect(page(2, first.continuationToken).items == Array(all.items.suffix(1)))
    for limit in [0, -1, 1001] { #expect(cloud.api(.systemLog(limit: limit, continuation: nil)).status == 400) }
    #expect(cloud.api(.systemLog(limit: 1, continuation: "x")).status == 400)
    cloud.advance(.seconds(90 * 86_400))
    #expect(page(1000).items.count == 3)
    cloud.advance(.seconds(1))
    #expect(page(1000).items.filter { $0.eventType.hasPrefix("agenthub/") }.isEmpty)
  }
}
