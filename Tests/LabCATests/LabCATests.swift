import CloudAPI
import Crypto
import Foundation
import LabCA
import LinkIdentity
import LiveWorld
import SwiftASN1
import Testing
import World
import X509

@Suite("the lab's authority")
struct LabCATests {
  private let ca: LabCA
  init() throws { ca = try LabCA.create(clock: LiveClock()) }

  @Test("it opens again from its PEM texts and goes on signing")
  func reopened() throws {
    let again = try LabCA(authorityPEM: ca.authorityPEM, privateKeyPEM: ca.privateKeyPEM, clock: LiveClock(), revoked: ["0a"])
    #expect(again.authorityPEM == ca.authorityPEM)
    #expect(again.isRevoked("0a"))
    let signed = try sign(again)
    let leaf = try Certificate(pemEncoded: signed.certificatePEM)
    let root = try Certificate(pemEncoded: ca.authorityPEM)
    #expect(root.publicKey.isValidSignature(leaf.signature, for: leaf))
  }

  @Test("unreadable or mismatched PEM is refused with advice")
  func unreadable() throws {
    let other = try LabCA.create(clock: LiveClock())
    for (certificate, key) in [(ca.authorityPEM, other.privateKeyPEM), ("", ""), (ca.authorityPEM, "junk"), (ca.privateKeyPEM, ca.privateKeyPEM)] {
      let problem = #expect(throws: CertificateProblem.self) { _ = try LabCA(authorityPEM: certificate, privateKeyPEM: key, clock: LiveClock()) }
      #expect(problem?.description.contains("remove both files") == true)
    }
  }

  @Test("a connector's certificate says whose it is, whatever the request asked for")
  func connector() throws {
    let key = try KeyAndRequest(fqdn: "somebody.else")
    let now = LiveClock().now().wall
    let signed = try ca.sign(
      requestPEM: key.requestPEM, connectorID: "id-1", customer: "acme", fqdn: "c1.example.test", notBefore: now + .seconds(-100),
      validity: .seconds(300))
    let facts = try CertificateFacts(pem: signed.certificatePEM)
    #expect(facts.name == (try ConnectorName(customer: "acme", connectorID: "id-1")))
    #expect(facts.serial == signed.serial)
    #expect(facts.notBefore.seconds == now.seconds - 100)
    #expect(facts.notAfter.seconds == now.seconds + 200)
    #expect(facts.renewAt.seconds == now.seconds + 100)
    #expect(CertificateFacts.matches(certificatePEM: signed.certificatePEM, privateKeyPEM: key.privateKeyPEM))
    let other = try KeyAndRequest(fqdn: "x")
    #expect(!CertificateFacts.matches(certificatePEM: signed.certificatePEM, privateKeyPEM: other.privateKeyPEM))
    let certificate = try Certificate(pemEncoded: signed.certificatePEM)
    #expect("\(certificate.subject)".contains("c1.example.test"))
    let usages = try #require(try certificate.extensions.extendedKeyUsage)
    #expect(Set(usages) == [.clientAuth, .serverAuth])
    #expect(try CertificateFacts(der: try der(certificate)) == facts)
  }

  private func der(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }

  @Test("the server's certificate is for the names and addresses given, and names no connector")
  func server() throws {
    let server = try ca.serverCertificate(names: ["localhost", "127.0.0.1", "::1", "cloud.lab"])
    let certificate = try Certificate(pemEncoded: server.certificatePEM)
    let names = Array(try #require(try certificate.extensions.subjectAlternativeNames))
    #expect(names.contains(.dnsName("localhost")))
    #expect(names.contains(.dnsName("cloud.lab")))
    #expect(names.contains(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))))
    #expect(names.contains(.ipAddress(ASN1OctetString(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]))))
    #expect(try CertificateFacts(pem: server.certificatePEM).name == nil)
    #expect(CertificateFacts.matches(certificatePEM: server.certificatePEM, privateKeyPEM: server.privateKeyPEM))
  }

  @Test("bad requests are refused and say why")
  func badRequests() throws {
    let weak = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName { CommonName("x") }, privateKey: Certificate.PrivateKey(P384.Signing.PrivateKey()), attributes: .init()
    )
    let good = try KeyAndRequest(fqdn: "x").requestPEM
    // The last base64 group before the end line belongs to the signature.
    var tampered = try PEMDocument(pemString: good).derBytes
    tampered[tampered.count - 5] ^= 1
    let requests = [
      "", "junk", String(repeating: "A", count: 20_000), ca.authorityPEM, try weak.serializeAsPEM().pemString,
      PEMDocument(type: "CERTIFICATE REQUEST", derBytes: tampered).pemString, String(good.dropLast(60)),
    ]
    for request in requests {
      #expect(throws: CertificateProblem.self) { _ = try ca.sign(requestPEM: request, connectorID: "a", customer: "b", fqdn: "c") }
    }
    for (id, customer, fqdn) in [
      ("", "b", "c"), ("a/b", "b", "c"), ("a", "b c", "c"), ("a", "b", ""), (String(repeating: "a", count: 129), "b", "c"),
    ] {
      #expect(throws: CertificateProblem.self) { _ = try ca.sign(requestPEM: good, connectorID: id, customer: customer, fqdn: fqdn) }
    }
  }

  @Test(
    "the connector's name in a URI",
    arguments: [
      ("spiffe://acme/connector/id-1", true), ("spiffe://acme/connector/", false), ("spiffe:///connector/id", false),
      ("spiffe://acme/connector/a/b", false), ("https://acme/connector/a", false), ("spiffe://acme/host/a", false),
      ("spiffe://a@b/connector/a", false),
    ])
  func uri(text: String, good: Bool) {
    let name = ConnectorName(uri: text)
    #expect((name != nil) == good)
    if good { #expect(name?.uri == text) }
  }

  @Test("serials differ, and a revoked one stays revoked")
  func revoked() throws {
    let (a, b) = (try sign(ca).serial, try sign(ca).serial)
    #expect(a != b)
    ca.revoke(serial: a)
    #expect(ca.isRevoked(a))
    #expect(!ca.isRevoked(b))
    #expect(ca.revokedSerials == [a])
  }

  private func sign(_ ca: LabCA) throws -> (certificatePEM: String, serial: String) {
    try ca.sign(requestPEM: try KeyAndRequest(fqdn: "x").requestPEM, connectorID: "a", customer: "b", fqdn: "c")
  }
}
