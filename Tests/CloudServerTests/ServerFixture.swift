import CloudAPI
import CloudServer
import CloudStore
import EventCatalog
import Foundation
import SimulatedCloud
import SimulatedWorld
import Synchronization
import World

/// Links that the test puts up by hand: each answers heartbeats with the report it was given, or fails.
actor StubLinks: ConnectorLinks {
  private var reports: [String: ConnectorReport] = [:]
  private(set) var dropped: [String] = []
  private(set) var asked: [LinkRequest] = []

  /// What it says to orders about updates; by default nothing that can be read.
  private var standing: (@Sendable (UpdateCommand) -> UpdateStanding)?
  private var refusal: LinkResponse?

  func answer(_ standing: @escaping @Sendable (UpdateCommand) -> UpdateStanding) { self.standing = standing }
  func refuse(_ status: Int, _ body: String) { refusal = LinkResponse(status: status, body: Array(body.utf8)) }
  func set(_ id: String, _ report: ConnectorReport?) { reports[id] = report }
  func connected() async -> [String] { Array(reports.keys) }

  func ask(_ connectorID: String, _ request: LinkRequest, timeout: Duration) async throws -> LinkResponse {
    asked.append(request)
    guard let report = reports[connectorID] else { throw LinkFailure(.timeout, "no answer within \(timeout)") }
    if request.path == ConnectorPaths.heartbeat {
      let encoder = JSONEncoder()
      return LinkResponse(status: 200, body: Array(try encoder.encode(report)))
    }
    if request.path == ConnectorPaths.service("watchdog", "update-order") {
      if let refusal { return refusal }
      if let standing {
        let command = try JSONDecoder().decode(UpdateCommand.self, from: Data(request.body))
        return LinkResponse(status: 200, body: Array(try JSONEncoder().encode(standing(command))))
      }
    }
    return LinkResponse(status: 207, headers: ["content-type": "application/json"], body: Array("\"\(request.path)\"".utf8) + request.body)
  }

  func drop(_ connectorID: String, reason: String) async { dropped.append(connectorID) }
}

/// Signs any request that begins like PEM; serials count up.
final class StubSigner: CertificateSigning {
  private let state = Mutex<(last: Int, revoked: [String])>((0, []))
  let authorityPEM = "authority"
  var revoked: [String] { state.withLock { $0.revoked } }

  struct NotPEM: Error, CustomStringConvertible { var description: String { "it is no PEM" } }

  func sign(requestPEM: String, connectorID: String, customer: String, fqdn: String) throws -> (certificatePEM: String, serial: String) {
    guard requestPEM.hasPrefix("-----BEGIN") else { throw NotPEM() }
    let serial = state.withLock { state in
      state.last += 1
      return String(state.last)
    }
    return ("certificate of \(fqdn)", serial)
  }

  func revoke(serial: String) { state.withLock { $0.revoked.append(serial) } }
}

final class EventList: EventSink {
  private let list = Mutex<[Event]>([])
  func emit(_ event: Event, from service: ServiceName?) { list.withLock { $0.append(event) } }
  var names: [String] { list.withLock { $0.map(\.definition.name) } }
}

/// A store that fails when told to.
final class StubStore: CloudPersistence {
  let failing = Mutex(false)
  let kept = Mutex<[CloudRecordKey: CloudDirective]>([:])

  func commit(_ directives: [CloudDirective]) throws(CloudStoreError) {
    if failing.withLock({ $0 }) { throw CloudStoreError(path: "cloud.sqlite", detail: "the disk is full") }
    for directive in directives {
      switch directive {
      case .save(let record): kept.withLock { $0[record.key] = directive }
      case .remove(let key): kept.withLock { $0[key] = nil }
      default: continue
      }
    }
  }
}

struct ServerFixture {
  let clock = SimulatedClock(wall: WallTime(seconds: 1_800_000_000))
  let links = StubLinks()
  let signer = StubSigner()
  let events = EventList()
  let store = StubStore()
  let service: CloudService
  let http: CloudHTTP
  static let labToken = "lab-token"

  init(_ settings: CloudSettings = CloudSettings()) async throws {
    service = CloudService(
      settings: settings, records: [],
      ports: .init(clock: clock, random: SeededRandom(seed: 1), events: events, certificates: signer, store: store))
    http = CloudHTTP(service: service, labToken: Self.labToken)
    try await service.seed(
      customers: [CustomerRecord(id: "acme", name: "Acme"), CustomerRecord(id: "bolt", name: "Bolt")],
      clients: ["acme", "bolt"].map { .init(customer: $0, id: "\($0)-client", name: "installer", secret: "\($0)+secret&=") },
      locations: ["acme", "bolt"].map { LocationRecord(customer: $0, model: ResourceLocationModel(id: "\($0)-rl", name: "Berlin")) })
    await service.use(links, address: "127.0.0.1:4443")
  }

  func call(
    _ method: String, _ target: String, token: String? = nil, customer: String? = "acme", headers: [String: String] = [:], _ body: String = ""
  ) async -> APIResponse {
    var headers = headers
    if let token { headers["authorization"] = headers["authorization"] ?? "CWSAuth bearer=\(token)" }
    if let customer { headers["citrix-customerid"] = customer }
    return await http.answer(APIRequest(method: method, target: target, headers: headers, body: Array(body.utf8)))
  }

  func token(_ customer: String = "acme") async throws -> String {
    let form = "grant_type=client_credentials&client_id=\(customer)-client&client_secret=\(customer)%2Bsecret%26%3D"
    let response = await call("POST", "/cctrustoauth2/\(customer)/tokens/clients", customer: nil, form)
    return try JSONDecoder().decode(TokenAnswer.self, from: Data(response.body)).accessToken
  }

  func registration(_ name: String, _ change: (inout RegistrationRequest) -> Void = { _ in }) -> String {
    var request = RegistrationRequest(
      fqdn: "\(name).acme.test", clientID: "acme-client", clientSecret: "acme+secret&=", resourceLocation: "acme-rl",
      certificateRequest: "-----BEGIN CERTIFICATE REQUEST-----", version: "1.0.0.0", time: clock.now().wall.iso8601())
    change(&request)
    return (try? JSONEncoder().encode(request)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Registers a connector and returns its id.
  func register(_ name: String) async throws -> String {
    let response = await call("POST", ConnectorPaths.register(customer: "acme"), customer: nil, registration(name))
    return try JSONDecoder().decode(RegistrationAnswer.self, from: Data(response.body)).id
  }

  func report(_ id: String, _ name: String) -> ConnectorReport {
    ConnectorReport(
      id: id, fqdn: "\(name).acme.test", version: "1.0.0.0", bootstrapperVersion: "2.0.0.0", boot: "b", eventSequence: 1, time: clock.now().wall,
      startedAt: clock.now().wall, services: [.init(name: .logger, state: "ready", restarts: 0)], inMaintenance: false, elected: nil,
      electionReason: "",
      configurationRevision: nil, peerAddress: "127.0.0.1:9", problems: [])
  }
}

extension APIResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try JSONDecoder().decode(type, from: Data(body)) }
  /// The names of a JSON object's members, of the first one when it is an array.
  func keys() throws -> Set<String> {
    let json = try JSONSerialization.jsonObject(with: Data(body))
    return Set(((json as? [[String: Any]])?.first ?? json as? [String: Any] ?? [:]).keys)
  }
}
