import CloudAPI
import Foundation
import LabCA
import LinkTransport
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import World

/// An HTTPS server for the registration alone: real TLS, and the answer is a closure.
struct HTTPSEndpoint: Sendable {
  let listener: any Channel
  var port: Int { listener.localAddress?.port ?? 0 }

  static func start(ca: LabCA, respond: @escaping @Sendable (LinkRequest) async -> LinkResponse) async throws -> HTTPSEndpoint {
    let server = try ca.serverCertificate()
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(server.certificatePEM.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(server.privateKeyPEM.utf8), format: .pem)))
    configuration.minimumTLSVersion = .tlsv13
    let tls = try NIOSSLContext(configuration: configuration)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(
            ExchangeServer(limits: LinkLimits(), budget: BodyBudget(1 << 20), isStream: false, respond: respond))
        }
      }.bind(host: "127.0.0.1", port: 0).get()
    return HTTPSEndpoint(listener: listener)
  }

  func stop() async { try? await listener.close().get() }
}

/// What the cloud's registration does with a request, as far as these tests need it.
struct RegistrationDesk: Sendable {
  var ca: LabCA
  var secret = "s3cret"
  var locations: Set<String> = ["location-1"]
  var linkAddress: @Sendable () -> String
  /// Life of the certificates given out; nil: the authority's own terms.
  var life: (@Sendable () -> (notBefore: Double, validity: Double))?
  var seen: Journal<RegistrationRequest>

  func respond(to request: LinkRequest) -> LinkResponse {
    guard let body = try? JSONDecoder().decode(RegistrationRequest.self, from: Data(request.body)) else { return LinkResponse(status: 400) }
    seen.add(body)
    let customer = String(request.path.split(separator: "/").first ?? "")
    if body.clientSecret != secret { return refuse(401, .wrongSecret, "client id or secret is wrong") }
    if !locations.contains(body.resourceLocation) { return refuse(404, .unknownResourceLocation, "there is no \(body.resourceLocation)") }
    do {
      let id = "id-\(body.fqdn)"
      let certificate: String
      if let life = life?() {
        let now = Int64(Date().timeIntervalSince1970)
        certificate = try ca.sign(
          requestPEM: body.certificateRequest, connectorID: id, customer: customer, fqdn: body.fqdn,
          notBefore: .init(seconds: now + Int64(life.notBefore)), validity: .seconds(life.validity)
        ).certificatePEM
      } else {
        certificate = try ca.sign(requestPEM: body.certificateRequest, connectorID: id, customer: customer, fqdn: body.fqdn).certificatePEM
      }
      let answer = RegistrationAnswer(
        id: id, certificate: certificate, authority: ca.authorityPEM, linkAddress: linkAddress(), resourceLocationName: "Location One")
      return LinkResponse(status: 200, headers: ["content-type": "application/json"], body: Array(try JSONEncoder().encode(answer)))
    } catch { return refuse(400, .refused, "\(error)") }
  }

  private func refuse(_ status: Int, _ kind: LinkFailure.Kind, _ detail: String) -> LinkResponse {
    LinkResponse(status: status, body: LinkRefusal.body(LinkFailure(kind, detail)))
  }
}
