package import CloudAPI
package import World

/// Everything that can happen to the cloud. What is random or needs a hash (ids, tokens, digests) the shell brings along, so that the logic is a value.
package enum CloudRequest: Hashable, Sendable {
  /// Makes sure that customers, clients and resource locations exist; what exists already and is the same changes nothing.
  case seed(CloudSeed)
  case issueToken(TokenRequest)
  /// A call of the public API.
  case api(APICall)
  /// The same operations by the one who runs the lab: no token, any customer.
  case operate(customer: String, APIOperation)
  case publish(customer: String, location: String, bytes: [UInt8], digest: String)
  case register(RegistrationCall)
  /// The second half of a registration, once its certificate is signed.
  case registered(RegistrationGrant, serial: String)
  /// The certificate could not be signed.
  case registrationFailed(RegistrationGrant, detail: String)
  case admit(LinkPeer)
  case linkUp(LinkPeer, link: UInt64)
  case linkDown(LinkPeer, link: UInt64, reason: String)
  /// What came of a heartbeat that was sent at `asked`; nil: just now.
  case heartbeat(customer: String, connector: String, HeartbeatOutcome, asked: Moment? = nil)
  /// The configuration of the asking connector's resource location, unless `known` is its revision.
  case configuration(LinkPeer, known: Int?)
  /// What a connector answered to an order of the rollout coordinator that was sent at `asked`; nil: just now.
  case standing(connector: String, UpdateStanding, asked: Moment? = nil)
  /// An order was lost though the link is up, or its connector could not obey it yet: it is given once more, if it still holds.
  case repeatOrder(connector: String)
  /// A connector refused such an order.
  case orderRefused(connector: String, UpdateCommand, detail: String)
  /// What is published now.
  case releases(PublishedReleases)
  case update(UpdateOrder)
  case updates
  case healthChecks(customer: String, connector: String)
  case state
  /// Time has passed: leases, tokens and records may have run out.
  case tick
}

package struct TokenRequest: Hashable, Sendable {
  /// A customer id, or `root`: then the client's own customer.
  package var customer: String
  package var grantType: String?
  package var client: String?
  /// SHA-256 of the secret given, hexadecimal; nil when none was.
  package var secretDigest: String?
  /// SHA-256 of the token that the shell will hand out if the answer says so.
  package var tokenDigest: String

  package init(customer: String, grantType: String?, client: String?, secretDigest: String?, tokenDigest: String) {
    self.customer = customer
    self.grantType = grantType
    self.client = client
    self.secretDigest = secretDigest
    self.tokenDigest = tokenDigest
  }
}

package struct APICall: Hashable, Sendable {
  /// From the path or the header; nil when neither names one.
  package var customer: String?
  /// A path and a header that name two different customers.
  package var customerMismatch = false
  /// SHA-256 of the token, hexadecimal; nil without a token.
  package var tokenDigest: String?
  package var operation: APIOperation

  package init(customer: String?, tokenDigest: String?, operation: APIOperation) {
    self.customer = customer
    self.tokenDigest = tokenDigest
    self.operation = operation
  }
}

package enum APIOperation: Hashable, Sendable {
  case listLocations
  case createLocation(ResourceLocationBody, newID: String)
  case location(String)
  case updateLocation(String, ResourceLocationBody)
  case deleteLocation(String)
  case listConnectors(ConnectorQuery)
  case connector(String)
  case deleteConnector(String)
  case listWindows
  case setWindow(MaintenanceWindowModel)
  case removeWindow(location: String)
  case listNotifications
  case postNotification(NotificationModel)
  case systemLog(limit: Int, continuation: String?)

  /// Whether a client that may only read is refused.
  package var changes: Bool {
    switch self {
    case .listLocations, .location, .listConnectors, .connector, .listWindows, .listNotifications, .systemLog: false
    case .createLocation, .updateLocation, .deleteLocation, .deleteConnector, .setWindow, .removeWindow, .postNotification: true
    }
  }
}

/// A registration with its secret already hashed.
package struct RegistrationCall: Hashable, Sendable {
  package var customer: String
  package var fqdn: String
  package var client: String
  package var secretDigest: String
  package var location: String
  package var version: String
  /// The connector's wall clock as it sent it.
  package var time: String
  /// The id to use when the fqdn is new.
  package var newID: String

  package init(
    customer: String, fqdn: String, client: String, secretDigest: String, location: String, version: String, time: String, newID: String
  ) {
    self.customer = customer
    self.fqdn = fqdn
    self.client = client
    self.secretDigest = secretDigest
    self.location = location
    self.version = version
    self.time = time
    self.newID = newID
  }
}

/// A registration that may go on: sign a certificate for this name.
package struct RegistrationGrant: Hashable, Sendable {
  package var customer: String
  package var connector: String
  package var fqdn: String
  package var location: String
  package var locationName: String
  package var version: String
}

package enum HeartbeatOutcome: Hashable, Sendable {
  case answered(ConnectorReport)
  case failed(String)
}

package struct CloudSeed: Hashable, Sendable {
  package var customers: [CustomerRecord]
  package var clients: [ClientRecord]
  package var locations: [LocationRecord]

  package init(customers: [CustomerRecord], clients: [ClientRecord], locations: [LocationRecord]) {
    self.customers = customers
    self.clients = clients
    self.locations = locations
  }
}
