import CloudAPI
import EventCatalog
import World

/// Who does something, as the system log names it.
enum CloudActor: Hashable, Sendable {
  case system
  /// Who runs the lab.
  case `operator`
  case client(String)

  var type: String {
    switch self {
    case .system: "CwcSystem"
    case .operator: "Administrator"
    case .client: "Client"
    }
  }

  var name: String {
    switch self {
    case .system: "CwcSystem"
    case .operator: "lab"
    case .client(let name): name
    }
  }
}

/// Seeds, tokens and the check of every call of the public API.
extension CloudLogic {
  mutating func seed(_ seed: CloudSeed, at now: Now) -> CloudAnswer {
    for record in seed.customers where customers[record.id]?.record != record {
      if customers[record.id] == nil { customers[record.id] = Customer(record: record) } else { customers[record.id]?.record = record }
      save(.customer(record))
    }
    for record in seed.clients where customers[record.customer] != nil && customers[record.customer]?.clients[record.id] != record {
      customers[record.customer]?.clients[record.id] = record
      save(.client(record))
    }
    for record in seed.locations where customers[record.customer] != nil && customers[record.customer]?.locations[record.model.id] == nil {
      customers[record.customer]?.locations[record.model.id] = record
      save(.location(record))
      tellLocation(record.model.id, of: record.customer, at: now)
      log(record.customer, "platform/resourcelocation/create", record.model.id, record.model.name, by: .operator, at: now)
    }
    return .none
  }

  mutating func issueToken(_ request: TokenRequest, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    guard let grant = request.grantType else {
      throw CloudRefusal(.invalidRequest, "grant_type is missing; send a form with grant_type=client_credentials, client_id and client_secret")
    }
    guard grant == "client_credentials" else {
      throw CloudRefusal(.unsupportedGrantType, "grant_type is '\(grant)'; only client_credentials is known")
    }
    guard let id = request.client, let secret = request.secretDigest else {
      throw CloudRefusal(.invalidRequest, "client_id or client_secret is missing from the form")
    }
    let owner = request.customer == "root" ? customers.values.first { $0.clients[id] != nil }?.record.id : request.customer
    guard let owner, let client = customers[owner]?.clients[id], ConstantTime.equal(client.secretDigest, secret) else {
      throw CloudRefusal(.invalidClient, "client_id or client_secret is not that of an API client of customer '\(request.customer)'")
    }
    let token = TokenRecord(customer: owner, client: id, digest: request.tokenDigest, expires: now.wall + settings.tokenLifetime)
    customers[owner]?.tokens[token.digest] = token
    save(.token(token))
    return .token(lifetime: settings.tokenLifetime)
  }

  mutating func answer(_ call: APICall, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    guard let digest = call.tokenDigest else {
      throw CloudRefusal(.unauthenticated, "no token: send the header 'Authorization: CWSAuth bearer=<token>'")
    }
    guard let token = customers.values.lazy.compactMap({ $0.tokens[digest] }).first, now.wall < token.expires else {
      throw CloudRefusal(.unauthenticated, "the token is unknown or has expired; ask the token endpoint for a new one")
    }
    guard !call.customerMismatch else { throw CloudRefusal(.noPermission, "the path and the header Citrix-CustomerId name different customers") }
    guard let customer = call.customer else {
      throw CloudRefusal(.badRequest, "the header Citrix-CustomerId is missing; it names the customer that the call is for")
    }
    guard customer == token.customer, let client = customers[customer]?.clients[token.client] else {
      throw CloudRefusal(.noPermission, "the token is not one of customer '\(customer)'")
    }
    if client.readOnly && call.operation.changes { throw CloudRefusal(.noPermission, "API client '\(client.name)' may only read") }
    return try perform(call.operation, customer: customer, by: .client(client.name), at: now)
  }

  /// Writes to the customer's system log.
  mutating func log(_ customer: String, _ type: String, _ target: String, _ name: String, by actor: CloudActor, at now: Now) {
    guard let number = customers[customer]?.nextNumber else { return }
    customers[customer]?.nextNumber += 1
    let model = SystemLogRecordModel(
      recordID: "\(customer)-\(number)", utcTimestamp: now.wall, customerID: customer, eventType: type, targetID: target, targetDisplayName: name,
      actorType: actor.type, actorDisplayName: actor.name)
    let record = SystemLogRecord(customer: customer, number: number, model: model)
    customers[customer]?.systemLog.append(record)
    save(.systemLog(record))
  }

  /// Notifies the customer's administrators; the oldest notifications beyond the limit go.
  mutating func notify(_ customer: String, _ model: NotificationModel) {
    guard let number = customers[customer]?.nextNumber else { return }
    customers[customer]?.nextNumber += 1
    let record = NotificationRecord(customer: customer, number: number, model: model)
    customers[customer]?.notifications.append(record)
    save(.notification(record))
    while let first = customers[customer]?.notifications.first, customers[customer]?.notifications.count ?? 0 > settings.notificationLimit {
      customers[customer]?.notifications.removeFirst()
      directives.append(.remove(CloudRecord.notification(first).key))
    }
    emit(.cloudNotified(customer: customer, severity: model.severity, title: model.content.first?.title ?? model.eventId))
  }

  mutating func save(_ record: CloudRecord) { directives.append(.save(record)) }
  mutating func emit(_ event: Event) { directives.append(.emit(event)) }

  mutating func emitRefusal(of request: CloudRequest, _ refusal: CloudRefusal) {
    /// What comes from outside is cut to the length of the longest host name.
    func short(_ text: String) -> String { String(text.prefix(253)) }
    switch request {
    case .register(let call):
      emit(.cloudRegistrationRefused(customer: short(call.customer), fqdn: short(call.fqdn), kind: refusal.kind.rawValue, detail: refusal.detail))
    case .registered(let grant, _), .registrationFailed(let grant, _):
      emit(.cloudRegistrationRefused(customer: grant.customer, fqdn: grant.fqdn, kind: refusal.kind.rawValue, detail: refusal.detail))
    case .issueToken(let call):
      emit(.cloudRequestRefused(customer: short(call.customer), what: "token", kind: refusal.kind.rawValue, detail: refusal.detail))
    case .api(let call) where refusal.kind == .unauthenticated || refusal.kind == .noPermission:
      emit(.cloudRequestRefused(customer: short(call.customer ?? "?"), what: "API call", kind: refusal.kind.rawValue, detail: refusal.detail))
    default: return
    }
  }
}

/// Comparison whose time tells nothing about where two texts differ.
package enum ConstantTime {
  package static func equal(_ a: String, _ b: String) -> Bool {
    let (x, y) = (Array(a.utf8), Array(b.utf8))
    guard x.count == y.count else { return false }
    var difference: UInt8 = 0
    for (p, q) in zip(x, y) { difference |= p ^ q }
    return difference == 0
  }
}
