import Crypto
import Foundation
package import LinkIdentity
import World

/// Who this connector is to its cloud: the one record that registering gives and that every connection is made with.
package struct ConnectorIdentity: Hashable, Codable, Sendable {
  package var id: String
  package var customer: String
  package var fqdn: String
  package var resourceLocation: String
  package var resourceLocationName: String
  package var privateKeyPEM: String
  package var certificatePEM: String
  package var authorityPEM: String
  /// `host:port` of the link.
  package var linkAddress: String

  package init(
    id: String, customer: String, fqdn: String, resourceLocation: String, resourceLocationName: String, privateKeyPEM: String, certificatePEM: String,
    authorityPEM: String, linkAddress: String
  ) {
    self.id = id
    self.customer = customer
    self.fqdn = fqdn
    self.resourceLocation = resourceLocation
    self.resourceLocationName = resourceLocationName
    self.privateKeyPEM = privateKeyPEM
    self.certificatePEM = certificatePEM
    self.authorityPEM = authorityPEM
    self.linkAddress = linkAddress
  }

  package var credentials: LinkCredentials {
    LinkCredentials(customer: customer, connectorID: id, certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM, authorityPEM: authorityPEM)
  }

  /// Checks that the parts belong together and returns what the certificate says. Throws `CertificateProblem`.
  package func check() throws -> CertificateFacts {
    let facts = try CertificateFacts(pem: certificatePEM)
    guard let name = facts.name else { throw CertificateProblem("the certificate does not name a connector") }
    guard name.customer == customer, name.connectorID == id else {
      throw CertificateProblem("the certificate is for \(name.uri), not for connector \(id) of \(customer)")
    }
    guard CertificateFacts.matches(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM) else {
      throw CertificateProblem("the private key is not the certificate's")
    }
    _ = try CertificateFacts(pem: authorityPEM)
    return facts
  }

  /// Which configuration it was made for.
  var origin: String { "\(fqdn) of customer \(customer) in location \(resourceLocation)" }
}

/// The identity as it stands in its file: JSON with a digest of the record, so that any damage is noticed.
struct IdentityFile: Codable {
  var version = 1
  var sha256: String
  var identity: ConnectorIdentity

  static func encode(_ identity: ConnectorIdentity) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(IdentityFile(sha256: try digest(identity), identity: identity)))
  }

  /// Throws a `CertificateProblem` that says what is wrong with the file.
  static func decode(_ bytes: [UInt8]) throws -> ConnectorIdentity {
    let file: IdentityFile
    do { file = try JSONDecoder().decode(IdentityFile.self, from: Data(bytes)) } catch {
      throw CertificateProblem(bytes.isEmpty ? "the file is empty" : "not a complete identity record: \(error)")
    }
    guard file.version == 1 else { throw CertificateProblem("record version \(file.version), version 1 was expected") }
    guard try digest(file.identity) == file.sha256 else { throw CertificateProblem("the record does not match its SHA-256 digest") }
    _ = try file.identity.check()
    return file.identity
  }

  private static func digest(_ identity: ConnectorIdentity) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return Hex.encode(SHA256.hash(data: try encoder.encode(identity)))
  }
}
