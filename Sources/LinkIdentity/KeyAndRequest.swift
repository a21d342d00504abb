import Crypto
import SwiftASN1
import X509

/// A new P-256 key and the PKCS #10 request (RFC 2986) for a certificate of it.
package struct KeyAndRequest: Sendable {
  /// PKCS #8 PEM: it never leaves the connector.
  package var privateKeyPEM: String
  package var requestPEM: String

  /// - Parameter fqdn: the request's common name; the cloud ignores it and names the certificate by what it knows.
  package init(fqdn: String) throws {
    let key = P256.Signing.PrivateKey()
    let request = try CertificateSigningRequest(
      version: .v1, subject: try DistinguishedName { CommonName(fqdn) }, privateKey: Certificate.PrivateKey(key),
      attributes: CertificateSigningRequest.Attributes())
    privateKeyPEM = key.pemRepresentation
    requestPEM = try request.serializeAsPEM().pemString
  }
}
