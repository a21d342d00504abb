/// What one end of a mutually authenticated connection proves itself with and checks the other by. PEM throughout.
package struct LinkCredentials: Hashable, Sendable {
  package var customer: String
  package var connectorID: String
  package var certificatePEM: String
  package var privateKeyPEM: String
  /// The authority that the other end's certificate must chain to.
  package var authorityPEM: String

  package init(customer: String, connectorID: String, certificatePEM: String, privateKeyPEM: String, authorityPEM: String) {
    self.customer = customer
    self.connectorID = connectorID
    self.certificatePEM = certificatePEM
    self.privateKeyPEM = privateKeyPEM
    self.authorityPEM = authorityPEM
  }
}

/// A certificate, a key or a request that cannot be used. The sentence says what was expected.
package struct CertificateProblem: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}
