package import CloudAPI
package import EventCatalog
package import Rollouts
package import World

/// The cloud as a value: customers, their API clients, resource locations, connectors with their leases and health, and what they are told. It knows
/// no clock, disk, network or random source. Customers never mix: all that belongs to one hangs below `customers[id]`, and no lookup goes around it.
package struct CloudLogic: Sendable {
  package var settings: CloudSettings
  var customers: [String: Customer] = [:]
  var directives: [CloudDirective] = []
  /// The coordinator of updates; it comes into being with the first thing that it is told.
  var updates: RolloutRecord?
  /// It decided something in this request.
  var decided = false
  var decisions: [UpdateLine] = []
  var facts: [RolloutEvent] = []
  /// When the coordinator was told something last, by its own time and by the clock that nobody sets; not kept over a restart.
  var told: (time: WallTime, machine: Moment)?
  /// What was published while no connector was heard yet.
  var unheardReleases: PublishedReleases?
  /// What loading brought about; handed out with the next request.
  private var backlog: [CloudDirective] = []

  /// One customer's everything.
  struct Customer: Sendable {
    var record: CustomerRecord
    var clients: [String: ClientRecord] = [:]
    var tokens: [String: TokenRecord] = [:]
    var locations: [String: LocationRecord] = [:]
    var connectors: [String: Connector] = [:]
    var windows: [String: WindowRecord] = [:]
    var configurations: [String: ConfigurationRecord] = [:]
    /// By serial.
    var revocations: [String: RevocationRecord] = [:]
    /// In the order of their numbers.
    var notifications: [NotificationRecord] = []
    var systemLog: [SystemLogRecord] = []
    var nextNumber = 1
  }

  /// A connector: what is kept over a restart, and its contact, which is not.
  struct Connector: Sendable {
    var record: ConnectorRecord
    var contact: Contact
  }

  package init(settings: CloudSettings = CloudSettings()) { self.settings = settings }

  /// Takes back what was saved, after a restart of the cloud. No connector is in contact until it has answered. Records of a customer that has no record of
  /// its own are dropped; their count is returned.
  package mutating func load(_ records: [CloudRecord], at now: Now) -> Int {
    var dropped = 0
    for case .customer(let r) in records { customers[r.id] = Customer(record: r) }
    for record in records {
      if case .rollout(let kept) = record {
        take(kept)
        continue
      }
      let id = record.key.customer
      guard var customer = customers.removeValue(forKey: id) else {
        dropped += 1
        continue
      }
      customer.take(record, at: now)
      customers[id] = customer
    }
    for id in customers.keys {
      customers[id]?.notifications.sort { $0.number < $1.number }
      customers[id]?.systemLog.sort { $0.number < $1.number }
    }
    catchUp(at: now)
    closeUpdates()
    backlog = directives
    directives = []
    return dropped
  }

  /// Handles one request. Perform the directives in order, and save theirs before the answer is given.
  package mutating func handle(_ request: CloudRequest, at now: Now) -> CloudOutcome {
    directives = backlog
    backlog = []
    decisions = []
    var answer: CloudAnswer
    do {
      answer = try respond(to: request, at: now)
    } catch {
      answer = .refused(error)
      emitRefusal(of: request, error)
    }
    closeUpdates()
    defer {
      directives = []
      facts = []
    }
    return CloudOutcome(answer: answer, directives: directives, facts: facts)
  }

  private mutating func respond(to request: CloudRequest, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    switch request {
    case .seed(let seed): return self.seed(seed, at: now)
    case .issueToken(let request): return try issueToken(request, at: now)
    case .api(let call): return try answer(call, at: now)
    case .operate(let customer, let operation): return try perform(operation, customer: customer, by: .operator, at: now)
    case .publish(let customer, let location, let bytes, let digest):
      return try publish(customer, location, bytes, digest: digest, at: now)
    case .register(let call): return try register(call, at: now)
    case .registered(let grant, let serial): return try registered(grant, serial: serial, at: now)
    case .registrationFailed(let grant, let detail): throw CloudRefusal(.badRequest, "\(grant.fqdn): \(detail)")
    case .admit(let peer): return .admission(refusal(of: peer))
    case .linkUp(let peer, let link): return linkUp(peer, link: link, at: now)
    case .linkDown(let peer, let link, let reason): return linkDown(peer, link: link, reason: reason, at: now)
    case .heartbeat(let customer, let connector, let outcome, let asked):
      return heartbeat(customer, connector, outcome, asked: min(asked ?? now.moment, now.moment), at: now)
    case .configuration(let peer, let known): return try configuration(for: peer, known: known)
    case .healthChecks(let customer, let connector): return try healthChecks(customer, connector, at: now)
    case .standing(let connector, let standing, let asked):
      take(standing, of: connector, asked: asked ?? now.moment, at: now)
      return .none
    case .repeatOrder(let connector):
      repeatOrder(to: connector, at: now)
      return .none
    case .orderRefused(let connector, let command, let detail):
      refused(command, by: connector, detail, at: now)
      return .none
    case .releases(let releases):
      take(releases, at: now)
      return .decided(UpdateAnswer(lines: decisions))
    case .update(let order): return .decided(try obey(order, at: now))
    case .updates: return .updates(updatesState(at: now))
    case .state: return .state(state(at: now))
    case .tick: return tick(at: now)
    }
  }
}

package struct CloudOutcome: Hashable, Sendable {
  package var answer: CloudAnswer
  package var directives: [CloudDirective]
  /// What the coordinator of updates was told, in order: with its decisions the trace that its checkers read.
  package var facts: [RolloutEvent] = []
}

/// What the shell must do. All `save` and `remove` of one request are one transaction.
package enum CloudDirective: Hashable, Sendable {
  case save(CloudRecord)
  case remove(CloudRecordKey)
  case emit(Event)
  case changed(CloudChange)
  /// The certificate must not let anyone in from now on.
  case revoke(serial: String)
  case dropLink(connector: String, reason: String)
  /// To a connector, over its link, once everything of this request is saved; those for one connector in their order. It may be lost.
  case order(connector: String, UpdateCommand)
}

/// Something that a table of connectors shows differently from now on.
package enum CloudChange: Hashable, Sendable {
  case registered(customer: String, connector: String, fqdn: String, location: String, again: Bool)
  case health(customer: String, connector: String, fqdn: String, from: ConnectorState, to: ConnectorState, reason: String)
  case location(customer: String, location: String, from: LocationState, to: LocationState, reason: String)
  case deleted(customer: String, connector: String, fqdn: String)
  case published(customer: String, location: String, revision: Int)
}

extension CloudLogic.Customer {
  mutating func take(_ record: CloudRecord, at now: Now) {
    switch record {
    case .customer, .rollout: return
    case .client(let r): clients[r.id] = r
    case .token(let r): tokens[r.digest] = r
    case .location(let r): locations[r.model.id] = r
    case .connector(let r):
      connectors[r.id] = CloudLogic.Connector(record: r, contact: Contact(since: now.moment, "the cloud has started and was not called yet"))
    case .window(let r): windows[r.model.location] = r
    case .configuration(let r): configurations[r.location] = r
    case .revocation(let r): revocations[r.serial] = r
    case .notification(let r):
      notifications.append(r)
      nextNumber = max(nextNumber, r.number + 1)
    case .systemLog(let r):
      systemLog.append(r)
      nextNumber = max(nextNumber, r.number + 1)
    }
  }
}
