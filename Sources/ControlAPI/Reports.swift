package import CloudAPI
package import World

/// The answer to `status`: everything that a person asks first.
package struct StatusReport: Hashable, Codable, Sendable {
  /// The connector's fully qualified name.
  package var connector: String
  /// Its id in the cloud; nil before it has registered.
  package var id: String?
  package var customer: String
  package var resourceLocation: String
  package var cloud: String
  package var version: String
  package var health: HealthVerdict
  /// One sentence, the same as systemd's STATUS.
  package var state: String
  package var link: LinkStatus
  package var election: ElectionReport?
  /// The revision of the broker configuration in use; nil before the first import.
  package var configurationRevision: Int?
  package var servicesUp: Int
  /// Enabled services; those that are not simulated do not count.
  package var servicesTotal: Int
  /// Seconds since the cloud last asked or answered; nil when it never has since the daemon started.
  package var lastContactAge: Double?
  package var uptimeSeconds: Double
  package var startedAt: WallTime
  /// The boot whose events `connectorctl events` shows.
  package var boot: String
  package var processID: Int
  package var stateDirectory: String
  package var inMaintenance: Bool
  package var problems: [String]

  package init(
    connector: String, id: String?, customer: String, resourceLocation: String, cloud: String, version: String, health: HealthVerdict, state: String,
    link: LinkStatus, election: ElectionReport?, configurationRevision: Int?, servicesUp: Int, servicesTotal: Int, lastContactAge: Double?,
    uptimeSeconds: Double, startedAt: WallTime, boot: String, processID: Int, stateDirectory: String, inMaintenance: Bool, problems: [String]
  ) {
    self.connector = connector
    self.id = id
    self.customer = customer
    self.resourceLocation = resourceLocation
    self.cloud = cloud
    self.version = version
    self.health = health
    self.state = state
    self.link = link
    self.election = election
    self.configurationRevision = configurationRevision
    self.servicesUp = servicesUp
    self.servicesTotal = servicesTotal
    self.lastContactAge = lastContactAge
    self.uptimeSeconds = uptimeSeconds
    self.startedAt = startedAt
    self.boot = boot
    self.processID = processID
    self.stateDirectory = stateDirectory
    self.inMaintenance = inMaintenance
    self.problems = problems
  }
}

/// Who is elected and why: the fields of the High Availability service's `ElectionView`.
package struct ElectionReport: Hashable, Codable, Sendable {
  package var elected: String?
  package var isSelf: Bool
  package var reason: String
  package var candidates: [String]

  package init(elected: String?, isSelf: Bool, reason: String, candidates: [String]) {
    self.elected = elected
    self.isSelf = isSelf
    self.reason = reason
    self.candidates = candidates
  }
}

/// One row of `services`.
package struct ServiceReport: Hashable, Codable, Sendable {
  package var name: ServiceName
  package var title: String
  /// A state of the supervisor's table, or `disabled`.
  package var state: String
  /// It is ready and live.
  package var up: Bool
  /// False for a service that stands in the list and answers NotSimulated.
  package var simulated: Bool
  package var restarts: Int
  /// When it came into `state`.
  package var since: WallTime?
  /// Why it last failed.
  package var lastFailure: String?
  /// The account of the modelled product's table.
  package var runsAs: String

  package init(
    name: ServiceName, state: String, up: Bool, simulated: Bool, restarts: Int, since: WallTime? = nil, lastFailure: String? = nil
  ) {
    self.name = name
    title = name.title
    self.state = state
    self.up = up
    self.simulated = simulated
    self.restarts = restarts
    self.since = since
    self.lastFailure = lastFailure
    runsAs = name.runsAs
  }
}

package struct VersionReport: Hashable, Codable, Sendable {
  package var version: String
  package var controlProtocol: Int
  package var boot: String

  package init(version: String, controlProtocol: Int = ControlHello.current, boot: String) {
    self.version = version
    self.controlProtocol = controlProtocol
    self.boot = boot
  }
}
