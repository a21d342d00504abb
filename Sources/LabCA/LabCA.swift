import CloudAPI
import Crypto
import Foundation
import LinkIdentity
import SwiftASN1
import Synchronization
package import World
import X509

/// The lab's certificate authority: one P-256 root that signs the cloud's certificate and the connectors'. It keeps nothing on disk: the caller
/// stores `authorityPEM` and `privateKeyPEM` (mode 0600) and the revoked serials, and gives them back.
package final class LabCA: CertificateSigning {
  /// How long a certificate is good for, and how far before its signing it begins, so that a connector whose clock is a little slow can use it at once.
  package struct Terms: Hashable, Sendable {
    package var validity: Duration
    package var backdate: Duration

    package init(validity: Duration = .seconds(90 * 86_400), backdate: Duration = .seconds(600)) {
      self.validity = validity
      self.backdate = backdate
    }
  }

  package let authorityPEM: String
  package let privateKeyPEM: String
  private let certificate: Certificate
  private let key: Certificate.PrivateKey
  private let clock: any WorldClock
  private let terms: Terms
  private let revoked: Mutex<Set<String>>

  /// Opens an authority from its two PEM texts. Throws `CertificateProblem` when they are unreadable or do not belong together.
  package init(authorityPEM: String, privateKeyPEM: String, clock: any WorldClock, terms: Terms = Terms(), revoked: Set<String> = []) throws {
    do {
      certificate = try Certificate(pemEncoded: authorityPEM)
      key = try Certificate.PrivateKey(pemEncoded: privateKeyPEM)
    } catch {
      throw CertificateProblem("the authority's certificate or key is not readable PEM (\(error)); remove both files to make a new authority")
    }
    guard key.publicKey == certificate.publicKey else {
      throw CertificateProblem("the authority's key is not the key of its certificate; remove both files to make a new authority")
    }
    self.authorityPEM = authorityPEM
    self.privateKeyPEM = privateKeyPEM
    self.clock = clock
    self.terms = terms
    self.revoked = Mutex(revoked)
  }

  /// Makes a new authority, good for ten years.
  package static func create(name: String = "connectord lab authority", clock: any WorldClock, terms: Terms = Terms()) throws -> LabCA {
    let key = P256.Signing.PrivateKey()
    let subject = try DistinguishedName { CommonName(name) }
    let begin = clock.now().wall - terms.backdate
    let publicKey = Certificate.PublicKey(key.publicKey)
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey, notValidBefore: begin.date,
      notValidAfter: (begin + .seconds(3650 * 86_400)).date, issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        SubjectKeyIdentifier(hash: publicKey)
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    return try LabCA(authorityPEM: try certificate.serializeAsPEM().pemString, privateKeyPEM: key.pemRepresentation, clock: clock, terms: terms)
  }

  /// A certificate for the cloud's listeners, with its new key.
  /// - Parameter names: host names and IP addresses that it is for.
  package func serverCertificate(names: [String] = ["localhost", "127.0.0.1", "::1"]) throws -> (certificatePEM: String, privateKeyPEM: String) {
    let key = P256.Signing.PrivateKey()
    let issued = try issue(
      Certificate.PublicKey(key.publicKey), commonName: names.first ?? "localhost", names: names.map(Self.generalName),
      usages: [.serverAuth], from: clock.now().wall - terms.backdate, validity: terms.validity)
    return (issued.pem, key.pemRepresentation)
  }

  package func sign(requestPEM: String, connectorID: String, customer: String, fqdn: String) throws -> (certificatePEM: String, serial: String) {
    try sign(
      requestPEM: requestPEM, connectorID: connectorID, customer: customer, fqdn: fqdn, notBefore: clock.now().wall - terms.backdate,
      validity: terms.validity)
  }

  /// As `sign`, with a life of the caller's choice: an expired certificate for a test, a short one for a renewal.
  package func sign(
    requestPEM: String, connectorID: String, customer: String, fqdn: String, notBefore: WallTime, validity: Duration
  ) throws -> (certificatePEM: String, serial: String) {
    let name = try ConnectorName(customer: customer, connectorID: connectorID)
    guard (1...253).contains(fqdn.utf8.count) else { throw CertificateProblem("the fqdn has \(fqdn.utf8.count) characters; 1 to 253 were expected") }
    let issued = try issue(
      try Self.publicKey(of: requestPEM), commonName: fqdn, names: [.uniformResourceIdentifier(name.uri)], usages: [.clientAuth, .serverAuth],
      from: notBefore, validity: validity)
    return (issued.pem, issued.serial)
  }

  package func revoke(serial: String) { revoked.withLock { _ = $0.insert(serial) } }
  package func isRevoked(_ serial: String) -> Bool { revoked.withLock { $0.contains(serial) } }
  package var revokedSerials: Set<String> { revoked.withLock { $0 } }

  private func issue(
    _ publicKey: Certificate.PublicKey, commonName: String, names: [GeneralName], usages: [ExtendedKeyUsage.Usage], from: WallTime, validity: Duration
  ) throws -> (pem: String, serial: String) {
    let issued = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey, notValidBefore: from.date, notValidAfter: (from + validity).date,
      issuer: certificate.subject, subject: try DistinguishedName { CommonName(commonName) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage(usages)
        SubjectAlternativeNames(names)
        SubjectKeyIdentifier(hash: publicKey)
      }, issuerPrivateKey: key)
    return (try issued.serializeAsPEM().pemString, Hex.encode(issued.serialNumber.bytes))
  }

  /// The key of a request whose signature proves that the asker has the private part.
  private static func publicKey(of requestPEM: String) throws -> Certificate.PublicKey {
    guard requestPEM.utf8.count <= 16_384 else { throw CertificateProblem("the certificate request is longer than 16384 bytes") }
    let request: CertificateSigningRequest
    do { request = try CertificateSigningRequest(pemEncoded: requestPEM) } catch {
      throw CertificateProblem("the certificate request is not a PEM PKCS #10 request: \(error)")
    }
    guard P256.Signing.PublicKey(request.publicKey) != nil else { throw CertificateProblem("the request's key is not a P-256 key") }
    guard request.publicKey.isValidSignature(request.signature, for: request) else {
      throw CertificateProblem("the request is not signed with the key that it names")
    }
    return request.publicKey
  }

  private static func generalName(_ text: String) -> GeneralName {
    if let four = addressBytes(text, AF_INET, 4) ?? addressBytes(text, AF_INET6, 16) { return .ipAddress(ASN1OctetString(contentBytes: four[...])) }
    return .dnsName(text)
  }

  private static func addressBytes(_ text: String, _ family: Int32, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return inet_pton(family, text, &bytes) == 1 ? bytes : nil
  }
}

extension WallTime {
  /// Certificates have whole seconds.
  fileprivate var date: Date { Date(timeIntervalSince1970: Double(seconds)) }
  fileprivate static func - (t: WallTime, d: Duration) -> WallTime { t + (.zero - d) }
}
