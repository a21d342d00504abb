import CloudAPI
import EventCatalog
import Rollouts
import SimulatedCloud
import World

/// A cloud with two customers in virtual time. `a` is acme, `b` is bolt; each has one client, one token, one location and connectors as asked for.
struct CloudFixture {
  var logic: CloudLogic
  var now = Now(moment: Moment(nanoseconds: 1_000_000_000), wall: WallTime(seconds: 1_800_000_000))
  var directives: [CloudDirective] = []
  /// Of all requests, until somebody empties them.
  var all: [CloudDirective] = []
  var facts: [(RolloutEvent, WallTime)] = []
  static let customers = ["acme", "bolt"]

  init(_ settings: CloudSettings = CloudSettings()) {
    logic = CloudLogic(settings: settings)
    ask(
      .seed(
        CloudSeed(
          customers: Self.customers.map { CustomerRecord(id: $0, name: $0) },
          clients: Self.customers.flatMap {
            [
              ClientRecord(customer: $0, id: "\($0)-client", name: "installer", secretDigest: "\($0)-secret"),
              ClientRecord(customer: $0, id: "\($0)-reader", name: "reader", secretDigest: "\($0)-secret", readOnly: true),
            ]
          },
          locations: Self.customers.map { LocationRecord(customer: $0, model: ResourceLocationModel(id: "\($0)-rl", name: "Berlin")) })))
    for customer in Self.customers {
      for client in ["client", "reader"] {
        ask(
          .issueToken(
            TokenRequest(
              customer: customer, grantType: "client_credentials", client: "\(customer)-\(client)", secretDigest: "\(customer)-secret",
              tokenDigest: "\(customer)-\(client)-token")))
      }
    }
  }

  @discardableResult mutating func ask(_ request: CloudRequest) -> CloudAnswer {
    let outcome = logic.handle(request, at: now)
    directives = outcome.directives
    all += outcome.directives
    facts += outcome.facts.map { ($0, now.wall) }
    return outcome.answer
  }

  mutating func api(_ operation: APIOperation, as customer: String = "acme", for target: String? = nil, client: String = "client") -> CloudAnswer {
    ask(.api(APICall(customer: target ?? customer, tokenDigest: "\(customer)-\(client)-token", operation: operation)))
  }

  mutating func advance(_ duration: Duration) {
    now = Now(moment: now.moment + duration, wall: now.wall + duration)
    ask(.tick)
  }

  func registration(_ name: String, of customer: String = "acme") -> RegistrationCall {
    RegistrationCall(
      customer: customer, fqdn: "\(name).\(customer).test", client: "\(customer)-client", secretDigest: "\(customer)-secret",
      location: "\(customer)-rl",
      version: "1.0.0.0", time: now.wall.iso8601(), newID: "\(customer)-\(name)")
  }

  @discardableResult mutating func register(_ name: String, of customer: String = "acme", serial: String = "1") -> CloudAnswer {
    guard case .grant(let grant) = ask(.register(registration(name, of: customer))) else { return .none }
    return ask(.registered(grant, serial: serial))
  }

  func peer(_ name: String, of customer: String = "acme", serial: String = "1") -> LinkPeer {
    LinkPeer(customer: customer, connectorID: "\(customer)-\(name)", serial: serial)
  }

  func report(_ name: String, of customer: String = "acme") -> ConnectorReport {
    ConnectorReport(
      id: "\(customer)-\(name)", fqdn: "\(name).\(customer).test", version: "1.0.0.0", bootstrapperVersion: "2.0.0.0", boot: "b", eventSequence: 1,
      time: now.wall, startedAt: now.wall,
      services: ServiceName.allCases.map { .init(name: $0, state: $0 == .webRelay ? "disabled" : "ready", restarts: 0) }, inMaintenance: false,
      elected: "c1.acme.test", electionReason: "first by name", configurationRevision: 1, peerAddress: "127.0.0.1:9001", problems: [],
      restartPending: false)
  }

  @discardableResult mutating func beat(_ name: String, of customer: String = "acme", _ change: (inout ConnectorReport) -> Void = { _ in })
    -> CloudAnswer
  {
    var report = report(name, of: customer)
    change(&report)
    return ask(.heartbeat(customer: customer, connector: report.id, .answered(report)))
  }

  /// Registered, linked and healthy.
  mutating func bringUp(_ name: String, of customer: String = "acme", link: UInt64 = 1) {
    register(name, of: customer)
    ask(.linkUp(peer(name, of: customer), link: link))
    beat(name, of: customer)
  }

  func state(_ name: String, of customer: String = "acme") -> ConnectorState? {
    logic.state(at: now).connectors.first { $0.id == "\(customer)-\(name)" }?.state
  }

  func reason(_ name: String, of customer: String = "acme") -> String {
    logic.state(at: now).connectors.first { $0.id == "\(customer)-\(name)" }?.reason ?? ""
  }

  var events: [String] { directives.compactMap { if case .emit(let event) = $0 { event.definition.name } else { nil } } }
}

extension CloudAnswer {
  var refusal: CloudRefusal.Kind? { if case .refused(let refusal) = self { refusal.kind } else { nil } }
  var failure: LinkFailure.Kind? { if case .admission(let failure) = self { failure?.kind } else { nil } }
  var status: Int? { if case .refused(let refusal) = self { refusal.status } else { nil } }
}
