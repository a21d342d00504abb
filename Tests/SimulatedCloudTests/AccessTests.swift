import CloudAPI
import EventCatalog
import SimulatedCloud
import Testing
import World

@Suite struct AccessTests {
  struct TokenCase: Sendable, CustomTestStringConvertible {
    var customer = "acme"
    var grant: String? = "client_credentials"
    var client: String? = "acme-client"
    var secret: String? = "acme-secret"
    var refusal: CloudRefusal.Kind?
    var testDescription: String { "\(customer) \(grant ?? "-") \(client ?? "-") \(secret ?? "-")" }
  }

  @Test(arguments: [
    TokenCase(), TokenCase(customer: "root"), TokenCase(customer: "root", secret: "bolt-secret", refusal: .invalidClient),
    TokenCase(secret: "acme-secreT", refusal: .invalidClient), TokenCase(secret: "", refusal: .invalidClient),
    TokenCase(client: "bolt-client", secret: "bolt-secret", refusal: .invalidClient), TokenCase(customer: "none", refusal: .invalidClient),
    TokenCase(client: "none", refusal: .invalidClient), TokenCase(grant: "password", refusal: .unsupportedGrantType),
    TokenCase(grant: nil, refusal: .invalidRequest), TokenCase(client: nil, refusal: .invalidRequest),
    TokenCase(secret: nil, refusal: .invalidRequest),
  ])
  func tokens(_ c: TokenCase) {
    var cloud = CloudFixture()
    let answer = cloud.ask(
      .issueToken(TokenRequest(customer: c.customer, grantType: c.grant, client: c.client, secretDigest: c.secret, tokenDigest: "new")))
    #expect(answer.refusal == c.refusal)
    #expect(cloud.events == (c.refusal == nil ? [] : ["cloud.request-refused"]))
    let usable = cloud.ask(.api(APICall(customer: "acme", tokenDigest: "new", operation: .listLocations)))
    #expect((usable.refusal == nil) == (c.refusal == nil))
  }

  @Test func aTokenLastsOneHourAndSurvivesARestart() {
    var cloud = CloudFixture()
    cloud.advance(.seconds(3599))
    #expect(cloud.api(.listLocations).refusal == nil)
    cloud.now.wall = cloud.now.wall + .seconds(1)
    #expect(cloud.api(.listLocations).status == 401, "expired at the second, before any tick")
    cloud.ask(.tick)
    #expect(cloud.directives.contains { if case .remove(let key) = $0 { key.kind == .token } else { false } })
  }

  @Test func callsAreRefusedForTheRightReason() {
    var cloud = CloudFixture()
    func call(_ customer: String?, _ token: String?, mismatch: Bool = false) -> CloudAnswer {
      var call = APICall(customer: customer, tokenDigest: token, operation: .listLocations)
      call.customerMismatch = mismatch
      return cloud.ask(.api(call))
    }
    #expect(call("acme", nil).status == 401)
    #expect(call("acme", "nonsense").status == 401)
    #expect(call(nil, "acme-client-token").status == 400)
    #expect(call("bolt", "acme-client-token").status == 403)
    #expect(call("none", "acme-client-token").status == 403)
    #expect(call("acme", "acme-client-token", mismatch: true).status == 403)
    #expect(call("acme", "acme-client-token").status == nil)
  }

  @Test func aReaderMayOnlyRead() {
    var cloud = CloudFixture()
    #expect(cloud.api(.listLocations, client: "reader").refusal == nil)
    #expect(cloud.api(.createLocation(ResourceLocationBody(name: "X"), newID: "x"), client: "reader").status == 403)
    #expect(cloud.api(.deleteConnector("any"), client: "reader").status == 403)
    var call = cloud.registration("c1")
    call.client = "acme-reader"
    #expect(cloud.ask(.register(call)).status == 403)
  }

  @Test func comparisonInConstantTimeIsComparison() {
    for (a, b) in [("", ""), ("a", "a"), ("abc", "abd"), ("abc", "ab"), ("é", "e")] { #expect(ConstantTime.equal(a, b) == (a == b)) }
  }

  @Test func aSeedAgainChangesNothing() {
    var cloud = CloudFixture()
    let seed = CloudSeed(
      customers: [CustomerRecord(id: "acme", name: "acme")],
      clients: [ClientRecord(customer: "acme", id: "acme-client", name: "installer", secretDigest: "acme-secret")],
      locations: [LocationRecord(customer: "acme", model: ResourceLocationModel(id: "acme-rl", name: "renamed meanwhile"))])
    cloud.ask(.seed(seed))
    #expect(cloud.directives.isEmpty)
    #expect(cloud.api(.location("acme-rl")) == .location(ResourceLocationModel(id: "acme-rl", name: "Berlin")))
  }
}

@Suite struct TwoCustomersTests {
  /// Every operation that names something of acme's, asked with bolt's token for bolt, finds nothing; asked for acme, it is forbidden.
  @Test func everyIDOfOneWithTheTokenOfTheOther() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    cloud.bringUp("c1", of: "bolt", link: 2)
    let before = cloud.logic.state(at: cloud.now)
    let named: [APIOperation] = [
      .location("acme-rl"), .updateLocation("acme-rl", ResourceLocationBody(name: "Taken")), .deleteLocation("acme-rl"), .connector("acme-c1"),
      .deleteConnector("acme-c1"), .setWindow(MaintenanceWindowModel(location: "acme-rl", dayOfWeek: .monday)), .removeWindow(location: "acme-rl"),
    ]
    for operation in named {
      #expect(cloud.api(operation, as: "bolt").status == 404, "\(operation)")
      #expect(cloud.api(operation, as: "bolt", for: "acme").status == 403, "\(operation)")
    }
    let collections: [APIOperation] = [
      .listLocations, .listConnectors(ConnectorQuery()), .listWindows, .listNotifications, .systemLog(limit: 1000, continuation: nil),
    ]
    for operation in collections {
      #expect(cloud.api(operation, as: "bolt", for: "acme").status == 403, "\(operation)")
      let seen = String(describing: cloud.api(operation, as: "bolt"))
      #expect(!seen.contains("acme"), "\(operation) of bolt shows something of acme's: \(seen)")
    }
    var query = ConnectorQuery()
    query.location = "acme-rl"
    #expect(cloud.api(.listConnectors(query), as: "bolt") == .connectors([]))
    #expect(cloud.logic.state(at: cloud.now) == before, "nothing of it changed anything")
  }

  @Test func aConnectorOfOneIsNothingToTheOther() {
    var cloud = CloudFixture()
    cloud.bringUp("c1")
    _ = cloud.ask(.publish(customer: "acme", location: "acme-rl", bytes: Array("{}".utf8), digest: "d"))
    let forged = LinkPeer(customer: "bolt", connectorID: "acme-c1", serial: "1")
    guard case .admission(let failure) = cloud.ask(.admit(forged)) else {
      Issue.record("no verdict")
      return
    }
    #expect(failure?.kind == .wrongCustomer)
    #expect(cloud.ask(.configuration(forged, known: nil)).status == 403)
    cloud.ask(.linkDown(forged, link: 1, reason: "forged"))
    #expect(cloud.state("c1") == .healthy)
    cloud.ask(.heartbeat(customer: "bolt", connector: "acme-c1", .answered(cloud.report("c1"))))
    #expect(cloud.directives.isEmpty)
    #expect(cloud.ask(.healthChecks(customer: "bolt", connector: "acme-c1")).status == 404)
    #expect(cloud.ask(.publish(customer: "bolt", location: "acme-rl", bytes: [], digest: "e")).status == 404)
  }

  @Test func theSameNameInBothIsTwoConnectors() {
    var cloud = CloudFixture()
    cloud.register("c1")
    var call = cloud.registration("c1", of: "bolt")
    call.fqdn = "c1.acme.test"
    guard case .grant(let grant) = cloud.ask(.register(call)) else {
      Issue.record("refused")
      return
    }
    #expect(grant.connector == "bolt-c1")
    #expect(grant.customer == "bolt")
  }
}
