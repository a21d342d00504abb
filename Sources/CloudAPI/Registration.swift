/// What a connector and its cloud say to each other outside the product's public API. The product's own exchange is not public, so these
/// shapes are ours.
package enum ConnectorPaths {
  /// POST, without a client certificate: `RegistrationRequest` in, `RegistrationAnswer` or `RefusalBody` out.
  package static func register(customer: String) -> String { "/\(customer)/connectors/register" }
  /// GET on the link's port with the client certificate; `?revision=N` answers 304 when N is the latest.
  package static let configuration = "/connector/v1/configuration"
  /// POST on the link's port with the client certificate: a `BrokerRequest` in, a `BrokerAnswer` out.
  package static let broker = "/connector/v1/broker"
  /// GET over the reversed link: answers a `ConnectorReport`.
  package static let heartbeat = "/v1/heartbeat"
  /// POST over the reversed link: the body and the answer are those of the service's operation.
  package static func service(_ name: String, _ operation: String) -> String { "/v1/services/\(name)/\(operation)" }
  /// The ALPN id of the reversed link; `http/1.1` on the same port is the connector asking the cloud.
  package static let linkProtocol = "connectord-link/1"
}

package struct RegistrationRequest: Hashable, Codable, Sendable {
  package var fqdn: String
  package var clientID: String
  package var clientSecret: String
  package var resourceLocation: String
  /// PEM of a PKCS #10 request for a P-256 key; its subject is ignored, the cloud names the certificate.
  package var certificateRequest: String
  package var version: String
  /// The connector's wall clock, so that the cloud can tell the skew before TLS fails for a reason that looks like another.
  package var time: String

  package init(
    fqdn: String, clientID: String, clientSecret: String, resourceLocation: String, certificateRequest: String, version: String, time: String
  ) {
    self.fqdn = fqdn
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.resourceLocation = resourceLocation
    self.certificateRequest = certificateRequest
    self.version = version
    self.time = time
  }
}

package struct RegistrationAnswer: Hashable, Codable, Sendable {
  /// The connector's id in the public API. Registering the same fqdn again keeps it.
  package var id: String
  package var certificate: String
  /// PEM of the authority that signed it and that signs the other connectors' certificates.
  package var authority: String
  /// `host:port` of the link.
  package var linkAddress: String
  package var resourceLocationName: String

  package init(id: String, certificate: String, authority: String, linkAddress: String, resourceLocationName: String) {
    self.id = id
    self.certificate = certificate
    self.authority = authority
    self.linkAddress = linkAddress
    self.resourceLocationName = resourceLocationName
  }
}

/// The body of every refusal of the connector's own exchange.
package struct RefusalBody: Hashable, Codable, Sendable {
  package var failure: LinkFailure.Kind
  package var detail: String

  package init(failure: LinkFailure.Kind, detail: String) {
    self.failure = failure
    self.detail = detail
  }
}
