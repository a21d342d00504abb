package import CloudAPI
package import World

/// What the lab shows of one connector: the cloud's view of it, not the connector's own.
package struct ConnectorRow: Hashable, Codable, Sendable {
  package var name: String
  package var fqdn: String
  /// A health state of the seed, `starting` until it first works, `deleted` when the cloud knows it no more, `unknown` when the cloud is out of reach.
  package var state: String
  package var reason: String
  package var elected: Bool
  package var version: String
  package var servicesUp: Int
  package var servicesTotal: Int
  package var lastContact: WallTime?
  package var id: String?
  /// When the cloud last said all this; nil before it has said anything.
  package var asOf: WallTime?
  /// How far it is with an update that is under way, or how the last one went wrong; nil: neither.
  package var update: String?
  /// Faults that were ordered for it; nil: none.
  package var faults: [FaultReport]?
  /// `host:port` of its XML service; nil: it has none.
  package var xml: String?

  package init(
    name: String, fqdn: String, state: String, reason: String, elected: Bool, version: String, servicesUp: Int, servicesTotal: Int,
    lastContact: WallTime?,
    id: String?, asOf: WallTime? = nil, update: String? = nil, faults: [FaultReport]? = nil
  ) {
    self.name = name
    self.fqdn = fqdn
    self.state = state
    self.reason = reason
    self.elected = elected
    self.version = version
    self.servicesUp = servicesUp
    self.servicesTotal = servicesTotal
    self.lastContact = lastContact
    self.id = id
    self.asOf = asOf
    self.update = update
    self.faults = faults
  }
}

/// States that are the lab's own and not the cloud's.
extension ConnectorRow {
  static let starting = "starting"
  static let deleted = "deleted"
  /// The cloud is out of reach.
  static let unknown = "unknown"
  static let healthy = ConnectorState.healthy.title
}

/// Where everything of a lab is: the first line of `up --json`, the file `lab.json`, and the banner.
package struct LabEndpoints: Hashable, Codable, Sendable {
  package struct Connector: Hashable, Codable, Sendable {
    package var name: String
    package var fqdn: String
    package var socket: String
    package var stateDirectory: String
    /// `host:port` of its XML service, with the Secure Ticket Authority; nil: it has none.
    package var xml: String?

    package init(name: String, fqdn: String, socket: String, stateDirectory: String, xml: String? = nil) {
      self.xml = xml
      self.name = name
      self.fqdn = fqdn
      self.socket = socket
      self.stateDirectory = stateDirectory
    }
  }

  package var stateDirectory: String
  /// Base address of the public API.
  package var cloud: String
  /// `host:port` that the connectors dial.
  package var link: String
  /// Base address of the repository of releases: `metadata/` and `targets/` are below it.
  package var releases: String
  /// The authority that `curl --cacert` needs.
  package var caFile: String
  package var customer: String
  package var resourceLocation: String
  package var clientID: String
  package var clientSecretFile: String
  package var connectors: [Connector]

  package init(
    stateDirectory: String, cloud: String, link: String, releases: String, caFile: String, customer: String, resourceLocation: String,
    clientID: String, clientSecretFile: String, connectors: [Connector]
  ) {
    self.stateDirectory = stateDirectory
    self.cloud = cloud
    self.link = link
    self.releases = releases
    self.caFile = caFile
    self.customer = customer
    self.resourceLocation = resourceLocation
    self.clientID = clientID
    self.clientSecretFile = clientSecretFile
    self.connectors = connectors
  }
}
