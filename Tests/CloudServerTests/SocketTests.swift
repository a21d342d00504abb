import AsyncHTTPClient
import CloudAPI
import CloudServer
import Crypto
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import NIOSSL
import SwiftASN1
import Testing
import World
import X509

/// The server on a real socket with real TLS.
@Suite struct SocketTests {
  struct Listening: Sendable {
    var base: String
    var client: HTTPClient
    var cloud: ServerFixture

    func send(_ method: HTTPMethod, _ path: String, _ headers: HTTPHeaders = [:], _ body: HTTPClientRequest.Body? = nil) async throws
      -> (status: UInt, headers: HTTPHeaders, text: String)
    {
      var request = HTTPClientRequest(url: base + path)
      request.method = method
      request.headers = headers
      request.body = body
      let response = try await client.execute(request, timeout: .seconds(30))
      let text = try await String(buffer: response.body.collect(upTo: 1 << 20))
      return (response.status.code, response.headers, text)
    }
  }

  /// A self-signed certificate for 127.0.0.1.
  static func certificate() throws -> (certificate: String, key: String) {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("test cloud") }
    let certificate = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: Certificate.PublicKey(key.publicKey), notValidBefore: Date() - 60,
      notValidAfter: Date() + 3600, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        SubjectAlternativeNames([.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))])
      }, issuerPrivateKey: Certificate.PrivateKey(key))
    return (try certificate.serializeAsPEM().pemString, key.pemRepresentation)
  }

  func withServer(_ body: @Sendable (Listening) async throws -> Void) async throws {
    let cloud = try await ServerFixture()
    let (certificate, key) = try Self.certificate()
    let server = CloudAPIServer(.init(port: 0, certificateChainPEM: certificate, privateKeyPEM: key), http: cloud.http)
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
    let client = HTTPClient(configuration: .init(tlsConfiguration: tls))
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let result: Result<Void, any Error>
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run { port.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        let number = try #require(await iterator.next())
        try await body(Listening(base: "https://127.0.0.1:\(number)", client: client, cloud: cloud))
        group.cancelAll()
        try await group.waitForAll()
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await client.shutdown()
    try result.get()
  }

  @Test func aCurlLikeSession() async throws {
    try await withServer { server in
      let form = "grant_type=client_credentials&client_id=acme-client&client_secret=acme%2Bsecret%26%3D"
      let answer = try await server.send(
        .POST, "/cctrustoauth2/acme/tokens/clients", ["Content-Type": "application/x-www-form-urlencoded"], .bytes(ByteBuffer(string: form)))
      #expect(answer.status == 200 && answer.text.contains(#""expires_in":"3600""#))
      #expect(answer.headers.first(name: "Citrix-TransactionId")?.isEmpty == false)
      #expect(answer.headers.first(name: "content-type") == "application/json")
      let token = try JSONDecoder().decode(TokenAnswer.self, from: Data(answer.text.utf8)).accessToken
      for (authorization, customer) in [
        ("CWSAuth bearer=", "Citrix-CustomerId"), ("CwsAuth Bearer=", "citrix-customerid"), ("cwsauth BEARER=", "CITRIX-CUSTOMERID"),
      ] {
        let list = try await server.send(.GET, "/resourcelocations/", ["Authorization": authorization + token, customer: "acme"])
        #expect(list.status == 200 && list.text.contains("Berlin"))
      }
      let traced = try await server.send(.GET, "/acme/ping", ["Citrix-TransactionId": "7c1f"])
      #expect(traced.status == 200 && traced.headers.first(name: "citrix-transactionid") == "7c1f")
      #expect(try await server.send(.GET, "/resourcelocations").status == 401)
      let gone = try await server.send(.DELETE, "/resourcelocations/none", ["Authorization": "CWSAuth bearer=\(token)", "Citrix-CustomerId": "acme"])
      #expect(gone.status == 404)
    }
  }

  @Test func bodiesAreBounded() async throws {
    try await withServer { server in
      let big = ByteBuffer(repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
      let refused = try await server.send(.POST, "/acme/connectors/register", [:], .bytes(big))
      #expect(refused.status == 413 && refused.text.contains("1 MiB"))
      let lab: HTTPHeaders = ["Lab-Token": ServerFixture.labToken]
      var configuration = ByteBuffer(string: "{\"machines\":\"")
      configuration.writeRepeatingByte(UInt8(ascii: "x"), count: 3 << 20)
      configuration.writeString("\"}")
      let published = try await server.send(.PUT, "/lab/v1/resourcelocations/acme-rl/configuration", lab, .bytes(configuration))
      #expect(published.status == 200 && published.text == #"{"revision":1}"#)
      #expect(try await server.send(.GET, "/acme/ping").status == 200)
    }
  }

  @Test func aPortInUseIsAnErrorThatNamesIt() async throws {
    try await withServer { server in
      let port = try #require(Int(server.base.split(separator: ":").last ?? ""))
      let (certificate, key) = try Self.certificate()
      let second = CloudAPIServer(.init(port: port, certificateChainPEM: certificate, privateKeyPEM: key), http: server.cloud.http)
      let error = await #expect(throws: CloudServerError.self) { try await second.run { _ in } }
      #expect(error?.detail.contains("127.0.0.1:\(port)") == true)
    }
  }

  @Test func aBadCertificateIsAnErrorThatSaysSo() async throws {
    let cloud = try await ServerFixture()
    let (certificate, key) = try Self.certificate()
    for (chain, secret) in [("x", key), (certificate, "x")] {
      let server = CloudAPIServer(.init(port: 0, certificateChainPEM: chain, privateKeyPEM: secret), http: cloud.http)
      let error = await #expect(throws: CloudServerError.self) { try await server.run { _ in } }
      #expect(error?.detail.contains("certificate or key") == true)
    }
  }
}
