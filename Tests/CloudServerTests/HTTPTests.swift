import CloudAPI
import Foundation
import SimulatedCloud
import SimulatedWorld
import Testing
import World

@testable import CloudServer

@Suite struct HTTPTests {
  @Test func aTokenAsTheClientsExpectIt() async throws {
    let cloud = try await ServerFixture()
    for path in ["/cctrustoauth2/acme/tokens/clients", "/cctrustoauth2/root/tokens/clients"] {
      let form = "grant_type=client_credentials&client_id=acme-client&client_secret=acme%2Bsecret%26%3D"
      let answer = await cloud.call("POST", path, customer: nil, form)
      #expect(answer.status == 200)
      #expect(try answer.keys() == ["token_type", "access_token", "expires_in"])
      #expect(answer.text.contains(#""expires_in":"3600""#) && answer.text.contains(#""token_type":"bearer""#))
    }
    let wrong = await cloud.call(
      "POST", "/cctrustoauth2/acme/tokens/clients", customer: nil, "grant_type=client_credentials&client_id=x&client_secret=y")
    #expect(wrong.status == 401 && wrong.text.contains(#""error":"invalid_client""#) && wrong.text.contains("error_description"))
    let empty = await cloud.call("POST", "/cctrustoauth2/acme/tokens/clients", customer: nil, "{\"grant_type\":1}")
    #expect(empty.status == 400 && empty.text.contains("invalid_request"))
  }

  @Test(arguments: [
    ("CWSAuth bearer=$", 200), ("CwsAuth Bearer=$", 200), ("cwsauth BEARER=$", 200), ("CWSAUTH bearer=\"$\"", 200), ("Bearer $", 401),
    ("CWSAuth $", 401),
    ("CWSAuth bearer=", 401), ("", 401), ("CWSAuth", 401), ("CWSAuth basic=$", 401),
  ])
  func theAuthorizationHeader(_ header: String, _ status: Int) async throws {
    let cloud = try await ServerFixture()
    let token = try await cloud.token()
    let answer = await cloud.call("GET", "/resourcelocations", headers: ["authorization": header.replacing("$", with: token)])
    #expect(answer.status == status, "\(header): \(answer.text)")
  }

  @Test func whoAsksForWhom() async throws {
    let cloud = try await ServerFixture()
    let token = try await cloud.token()
    #expect(await cloud.call("GET", "/resourcelocations", token: token, customer: nil).status == 400)
    #expect(await cloud.call("GET", "/resourcelocations", token: token, customer: "bolt").status == 403)
    #expect(await cloud.call("GET", "/acme/resourcelocations", token: token, customer: nil).status == 200)
    #expect(await cloud.call("GET", "/acme/resourcelocations", token: token, customer: "acme").status == 200)
    #expect(await cloud.call("GET", "/acme/resourcelocations", token: token, customer: "bolt").status == 403)
    #expect(await cloud.call("GET", "/bolt/resourcelocations", token: token, customer: nil).status == 403)
    cloud.clock.advance(by: .seconds(3600))
    #expect(await cloud.call("GET", "/resourcelocations", token: token).status == 401)
  }

  @Test(arguments: [
    ("GET", "/healthdata/metricdata?edgeServerId=1", "healthdata/metricdata"), ("GET", "/HealthData/Metrics", "healthdata/metrics"),
    ("GET", "/acme/serviceStates", "serviceStates"), ("POST", "/healthdata/metricdata", "healthdata/metricdata"),
  ])
  func whatIsNotSimulatedSaysSo(_ method: String, _ path: String, _ what: String) async throws {
    let cloud = try await ServerFixture()
    let answer = await cloud.call(method, path, token: try await cloud.token())
    #expect(answer.status == 501)
    let body = try answer.decode(APIErrorBody.self)
    #expect(body.type == "notSimulated")
    #expect(body.detail.hasPrefix("NotSimulated: \(what) is not simulated; docs/coverage.md says what is ("))
    #expect(body.detail.contains("GET /lab/v1/connectors/{id}/checks"))
  }

  @Test func theListOfPathsIsTrue() async throws {
    for row in APICoverage.all {
      let route = APIRoute(row.path.split(separator: "/").map(String.init))
      #expect(route != nil, "\(row.path)")
      #expect(row.isSimulated != row.methods.isEmpty, "\(row.path)")
    }
    let cloud = try await ServerFixture()
    #expect(await cloud.call("GET", "/nothing/here/at/all").text.contains("docs/coverage.md lists the paths"))
  }

  @Test func resourceLocationsByEveryVerb() async throws {
    let cloud = try await ServerFixture()
    let token = try await cloud.token()
    let made = await cloud.call("POST", "/resourcelocations/", token: token, #"{"name":"Paris"}"#)
    #expect(made.status == 200)
    #expect(try made.keys() == ["id", "name", "internalOnly", "timeZone", "readOnly"])
    let id = try made.decode(ResourceLocationModel.self).id
    let list = try await cloud.call("GET", "/resourcelocations", token: token).decode(ItemList<ResourceLocationModel>.self)
    #expect(list.items.map(\.name) == ["Berlin", "Paris"])
    #expect(await cloud.call("GET", "/resourcelocations/\(id)", token: token).status == 200)
    #expect(await cloud.call("PUT", "/resourcelocations/\(id)", token: token, #"{"name":"Lyon"}"#).text.contains("Lyon"))
    let gone = await cloud.call("DELETE", "/resourcelocations/\(id)", token: token)
    #expect(gone.status == 204 && gone.body.isEmpty)
    for method in ["GET", "DELETE"] { #expect(await cloud.call(method, "/resourcelocations/\(id)", token: token).status == 404) }
  }

  @Test(arguments: [
    (#"{"name":}"#, "JSON"), ("", "JSON"), (#"{"name":7}"#, "'name' is not a string"), (#"{"nam":"x"}"#, "'name' is missing"), ("[]", "object"),
    (#"{"name":"x","internalOnly":"yes"}"#, "'internalOnly' is not true or false"), (#"{"name":"a/b"}"#, "must match"),
  ])
  func malformedBodiesSayWhatIsWrong(_ body: String, _ words: String) async throws {
    let cloud = try await ServerFixture()
    let answer = await cloud.call("POST", "/resourcelocations", token: try await cloud.token(), body)
    #expect(answer.status == 400 && answer.text.contains(words), "\(answer.text)")
    #expect(await cloud.call("POST", "/resourcelocations", token: "wrong", body).status == 401, "without a token nothing is told")
  }

  @Test func connectorsMaintenanceNotificationsAndSystemLog() async throws {
    let cloud = try await ServerFixture()
    let token = try await cloud.token()
    let id = try await cloud.register("c1")
    let base: Set<String> = [
      "id", "fqdn", "role", "windowsSid", "location", "currentVersion", "currentBootstrapperVersion", "expectedVersion",
      "expectedBootStrapperVersion",
      "versionState", "inMaintenance", "leaseEndDateTime", "upgradeDisabled", "connectorType", "status", "lastContactDate",
    ]
    let detail: Set<String> = ["upgradingVersion", "upgradingStatus", "lastUpgradeDate", "lastUpgradeCompletedDate", "failedUpgradeReason"]
    let list = await cloud.call("GET", "/connectors", token: token)
    #expect(try list.keys() == base)
    #expect(list.text.hasPrefix("[") && list.text.contains(#""status":"Disconnected""#) && list.text.contains(#""expectedVersion":null"#))
    let alias = await cloud.call(
      "GET", "/acme/EdgeServers?Location=acme-rl&extendedData=true&connectorType=All&RetrieveExpectedVersion=true", token: token)
    #expect(try alias.keys() == base.union(detail))
    #expect(alias.text.contains(#""expectedVersion":"1.0.0.0""#))
    #expect(try await cloud.call("GET", "/connectors/\(id)", token: token).keys() == base.union(detail))
    #expect(await cloud.call("GET", "/connectors?ConnectorType=Unified", token: token).text == "[]")
    #expect(await cloud.call("GET", "/connectors?ConnectorType=Unix", token: token).status == 400)
    #expect(await cloud.call("GET", "/connectors?Location=other", token: token).text == "[]")

    let windows = await cloud.call("GET", "/maintenance/", token: token)
    #expect(windows.text == #"[{"dayOfWeek":"Undefined","location":"acme-rl","order":"Early","start":"00:00:00"}]"#)
    let friday = #"{"dayOfWeek":"Friday","location":"acme-rl","order":"Early","start":"12:00:00"}"#
    #expect(await cloud.call("PUT", "/acme/maintenance/acme-rl", token: token, friday).text == friday)
    #expect(await cloud.call("POST", "/maintenance", token: token, friday.replacing("Friday", with: "Freitag")).status == 400)
    #expect(await cloud.call("PUT", "/maintenance/other", token: token, friday).status == 400)
    #expect(await cloud.call("DELETE", "/maintenance/acme-rl", token: token).status == 204)

    let item =
      #"{"DestinationAdmin":"*","Component":"x","CreatedDate":"2026-11-21T09:30:00Z","EventId":"e","Severity":"Information","Priority":"Low","#
      + #""Content":[{"LanguageTag":"en-US","Title":"t","Description":"d"}]}"#
    #expect(await cloud.call("POST", "/acme/notifications/items", token: token, item).status == 200)
    #expect(await cloud.call("GET", "/acme/notifications/items", token: token).text.contains(#""EventId":"e""#))

    let log = await cloud.call("GET", "/systemlog/records?limit=1", token: token)
    #expect(try log.keys() == ["Items", "ContinuationToken"])
    let page = try log.decode(SystemLogPage.self)
    #expect(page.items.count == 1 && page.items[0].customerID == "acme" && page.items[0].eventType.split(separator: "/").count == 3)
    #expect(await cloud.call("GET", "/systemlog/records?limit=many", token: token).status == 400)

    let deleted = await cloud.call("DELETE", "/connectors/\(id)", token: token)
    #expect(deleted.status == 200 && deleted.text == "true")
    #expect(cloud.signer.revoked == ["1"])
    #expect(await cloud.links.dropped == [id])
  }

  @Test func registrationAndItsRefusals() async throws {
    let cloud = try await ServerFixture()
    let path = ConnectorPaths.register(customer: "acme")
    let answer = try await cloud.call("POST", path, customer: nil, cloud.registration("c1")).decode(RegistrationAnswer.self)
    #expect(answer.certificate == "certificate of c1.acme.test" && answer.authority == "authority")
    #expect(answer.linkAddress == "127.0.0.1:4443" && answer.resourceLocationName == "Berlin")
    #expect(try await cloud.register("C1") == answer.id)
    func refusal(_ path: String, _ body: String) async throws -> (Int, LinkFailure.Kind) {
      let response = await cloud.call("POST", path, customer: nil, body)
      return (response.status, try response.decode(RefusalBody.self).failure)
    }
    #expect(try await refusal(path, cloud.registration("c2") { $0.clientSecret = "no" }) == (401, .wrongSecret))
    #expect(try await refusal(ConnectorPaths.register(customer: "bolt"), cloud.registration("c2")) == (403, .wrongCustomer))
    #expect(try await refusal(path, cloud.registration("c2") { $0.resourceLocation = "bolt-rl" }) == (404, .unknownResourceLocation))
    #expect(try await refusal(path, cloud.registration("c2") { $0.time = "2026-01-01T00:00:00Z" }) == (400, .clockSkew))
    #expect(try await refusal(path, cloud.registration("c2") { $0.certificateRequest = "x" }) == (400, .protocolViolation))
    #expect(try await refusal(path, "{}") == (400, .protocolViolation))
    #expect(cloud.events.names.count { $0 == "cloud.registration-refused" } == 5)
  }

  @Test func theLabsOwnPaths() async throws {
    let cloud = try await ServerFixture()
    let id = try await cloud.register("c1")
    let lab = ["lab-token": ServerFixture.labToken]
    #expect(await cloud.call("GET", "/lab/v1/state").status == 401)
    #expect(await cloud.call("GET", "/lab/v1/state", headers: ["lab-token": "x"]).status == 401)
    let state = try await cloud.call("GET", "/lab/v1/state", headers: lab).decode(LabState.self)
    #expect(state.connectors.map(\.id) == [id] && state.locations.map(\.customer) == ["acme", "bolt"])
    #expect(await cloud.call("PUT", "/lab/v1/resourcelocations/acme-rl/configuration", headers: lab, "{\"a\":1}").text == #"{"revision":1}"#)
    #expect(await cloud.call("PUT", "/lab/v1/resourcelocations/acme-rl/configuration", headers: lab, "[1]").status == 400)
    let broken = await cloud.call("PUT", "/lab/v1/resourcelocations/acme-rl/configuration", headers: lab, "{\"a\":")
    #expect(broken.status == 400 && broken.text.contains("no JSON"))
    #expect(await cloud.call("PUT", "/lab/v1/resourcelocations/none/configuration", headers: lab, "{}").status == 404)
    #expect(await cloud.call("GET", "/lab/v1/connectors/\(id)/checks", headers: lab).text.contains("\"Certificate\""))
    let unreachable = await cloud.call("POST", "/lab/v1/connectors/\(id)/services/ad-provider/lookup", headers: lab, "{}")
    #expect(unreachable.status == 503 && unreachable.text.contains("not in contact"))
    await cloud.links.set(id, cloud.report(id, "c1"))
    let answer = await cloud.call("POST", "/lab/v1/connectors/c1.acme.test/services/ad-provider/lookup", headers: lab, "{}")
    #expect(answer.status == 207 && answer.text == "\"/v1/services/ad-provider/lookup\"{}")
    #expect(await cloud.call("POST", "/lab/v1/connectors/none/services/ad-provider/lookup", headers: lab, "{}").status == 404)
    #expect(await cloud.call("DELETE", "/lab/v1/connectors/\(id)", headers: lab).text == "true")
  }

  @Test(arguments: [
    ("GET", "/acme/ping", 200), ("GET", "/root/ping", 200), ("POST", "/acme/ping", 405), ("GET", "/", 404), ("GET", "/nothing/here/at/all", 404),
    ("PATCH", "/resourcelocations", 405), ("GET", "/cctrustoauth2/acme/tokens/clients", 405), ("GET", "/lab/v1", 404), ("GET", "/lab/ping", 404),
    ("GET", "/%zz/ping", 200), ("GET", "//acme//ping//", 200),
  ])
  func pathsAndVerbs(_ method: String, _ path: String, _ status: Int) async throws {
    let cloud = try await ServerFixture()
    let answer = await cloud.call(method, path)
    #expect(answer.status == status)
    #expect((answer.headers["allow"] != nil) == (status == 405))
  }

  @Test func routesDoNotCollide() {
    #expect(APIRoute(["resourcelocations", "ping"]) == .location(customer: nil, "ping"))
    #expect(APIRoute(["ACME", "EdgeServers", "x"]) == .connector(customer: "ACME", "x"))
    #expect(APIRoute(["acme", "connectors", "register"]) == .register(customer: "acme"))
    #expect(APIRoute(["ResourceLocations"]) == .locations(customer: nil))
    #expect(APIRoute(["lab", "v1", "resourcelocations", "x", "configuration"])?.bodyLimit == 64 << 20)
    #expect(RequestTarget("/a%2Fb/c?X=1&x=2&y=a+b%20c&z").query["x"] == "1")
    #expect(RequestTarget("/a%2Fb/c?y=a+b%20c").query["Y"] == "a b c")
    #expect(RequestTarget("/a%2Fb/c").segments == ["a/b", "c"])
  }
}
