/// Who stands at the other end of a mutually authenticated connection: read from its client certificate, never from what it says.
package struct LinkPeer: Hashable, Sendable {
  package var customer: String
  /// The connector's id in the public API.
  package var connectorID: String
  /// The certificate's serial number in the form that `CertificateSigning.sign` returned.
  package var serial: String

  package init(customer: String, connectorID: String, serial: String) {
    self.customer = customer
    self.connectorID = connectorID
    self.serial = serial
  }
}

/// The cloud's port to the reversed links that are up now. Real: `CloudLinkAcceptor`; simulated: the simulation's network.
package protocol ConnectorLinks: Sendable {
  /// Ids of the connectors with a link, in no order.
  func connected() async -> [String]
  /// Asks a connector over its reversed link. Throws `LinkFailure`: `.closed` when it has no link, `.timeout` when it does not answer in time.
  func ask(_ connectorID: String, _ request: LinkRequest, timeout: Duration) async throws -> LinkResponse
  /// Closes a connector's link, if it has one; `linkDown` follows.
  func drop(_ connectorID: String, reason: String) async
}

/// What the acceptor of links tells the cloud and asks it.
package protocol ConnectorLinkDelegate: Sendable {
  /// Asked once for each authenticated connection, before it may do anything: nil lets it in. A revoked certificate gets
  /// `.certificateRevoked`, a deleted connector `.connectorDeleted`, a connector of another customer `.wrongCustomer`.
  func admit(_ peer: LinkPeer) async -> LinkFailure?
  /// A reversed link is up: the connector can be asked. `link` numbers the acceptor's links; a later link of a connector replaces its earlier one.
  func linkUp(_ peer: LinkPeer, link: UInt64) async
  /// A reversed link has ended. The end of an earlier link never takes down a later one.
  func linkDown(_ peer: LinkPeer, link: UInt64, reason: String) async
  /// A request that the connector makes to the cloud on the authenticated port.
  func answer(_ request: LinkRequest, from peer: LinkPeer) async -> LinkResponse
}

/// The port to the cloud's certificate authority. Real: `LabCA`.
package protocol CertificateSigning: Sendable {
  /// Signs the key of a PEM PKCS #10 request. The request's subject is ignored: the certificate names customer, connector and fqdn.
  /// Throws an error whose description tells the asker what is wrong with the request.
  func sign(requestPEM: String, connectorID: String, customer: String, fqdn: String) throws -> (certificatePEM: String, serial: String)
  /// The authority's own certificate, PEM.
  var authorityPEM: String { get }
  /// From now on no connection with this certificate is let in. Unknown serials are ignored.
  func revoke(serial: String)
}
