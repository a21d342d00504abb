package import World

/// The states that the product shows for a connector (seed "View the health of the Cloud Connector" and "Troubleshooting"; facts/product.md 2.2, 4).
package enum ConnectorState: String, Codable, CaseIterable, Sendable {
  case healthy
  /// It has no link, or its lease has run out.
  case notInContact
  /// Not in contact for so long that someone has to look at its connectivity.
  case disconnected
  /// It answers, and something on it does not work.
  case error
  case maintenance
  case outdated

  /// The seed's words.
  package var title: String { self == .notInContact ? "not in contact" : rawValue }
}

/// A resource location is marked `warning` when a connector is out of contact (CTX224072) and `error` when one is in error (CTX224073).
package enum LocationState: String, Codable, CaseIterable, Sendable { case healthy, warning, error }

/// One of the advanced health checks (facts/product.md 4; the product's own list is not public, the categories are).
package struct HealthCheck: Hashable, Codable, Sendable {
  package enum Category: String, Codable, CaseIterable, Sendable {
    case initial = "Initial"
    case certificate = "Certificate"
    case service = "Service"
  }
  package enum Result: String, Codable, CaseIterable, Sendable { case passed, warning, failed, skipped }

  package var category: Category
  package var name: String
  package var result: Result
  /// One sentence.
  package var detail: String

  package init(_ category: Category, _ name: String, _ result: Result, _ detail: String) {
    self.category = category
    self.name = name
    self.result = result
    self.detail = detail
  }
}

/// What `GET /lab/v1/state` answers: everything that the lab's table shows.
package struct LabState: Hashable, Codable, Sendable {
  package struct Location: Hashable, Codable, Sendable {
    package var customer: String
    package var id: String
    package var name: String
    package var state: LocationState
    package var reason: String
    /// Of what its connectors are served now; nil before anything was published.
    package var configurationRevision: Int?
    /// The fqdn that its connectors in contact agree on; nil without agreement.
    package var elected: String?

    package init(
      customer: String, id: String, name: String, state: LocationState, reason: String, configurationRevision: Int?, elected: String?
    ) {
      self.customer = customer
      self.id = id
      self.name = name
      self.state = state
      self.reason = reason
      self.configurationRevision = configurationRevision
      self.elected = elected
    }
  }

  package struct Connector: Hashable, Codable, Sendable {
    package var customer: String
    package var id: String
    package var fqdn: String
    package var location: String
    package var state: ConnectorState
    package var reason: String
    /// It says of itself that it is the elected one.
    package var elected: Bool
    package var electionReason: String
    package var version: String
    /// Running services, of those that are not disabled.
    package var servicesUp: Int
    package var servicesTotal: Int
    package var lastContact: WallTime?
    package var leaseEnds: WallTime?
    package var configurationRevision: Int?
    package var problems: [String]
    /// How far it is with an update that is under way, or how the last one went wrong: `draining for 0.1.0.2`. Absent: neither.
    package var update: String?

    package init(
      customer: String, id: String, fqdn: String, location: String, state: ConnectorState, reason: String, elected: Bool, electionReason: String,
      version: String, servicesUp: Int, servicesTotal: Int, lastContact: WallTime?, leaseEnds: WallTime?, configurationRevision: Int?,
      problems: [String], update: String? = nil
    ) {
      self.customer = customer
      self.id = id
      self.fqdn = fqdn
      self.location = location
      self.state = state
      self.reason = reason
      self.elected = elected
      self.electionReason = electionReason
      self.version = version
      self.servicesUp = servicesUp
      self.servicesTotal = servicesTotal
      self.lastContact = lastContact
      self.leaseEnds = leaseEnds
      self.configurationRevision = configurationRevision
      self.problems = problems
      self.update = update
    }
  }

  /// A latest decision about updates, for a lab that cannot read its cloud's events.
  package struct News: Hashable, Codable, Sendable {
    /// Counts without a hole.
    package var number: Int
    package var time: WallTime
    /// Of the event.
    package var severity: String
    package var code: Int
    package var text: String

    package init(number: Int, time: WallTime, severity: String, code: Int, text: String) {
      self.number = number
      self.time = time
      self.severity = severity
      self.code = code
      self.text = text
    }
  }

  package var time: WallTime
  package var locations: [Location]
  package var connectors: [Connector]
  /// Oldest first. Absent: nothing was decided.
  package var news: [News]?
  /// Faults that were ordered of this lab. Absent: none.
  package var faults: [FaultReport]?

  package init(time: WallTime, locations: [Location], connectors: [Connector]) {
    self.time = time
    self.locations = locations
    self.connectors = connectors
  }
}
