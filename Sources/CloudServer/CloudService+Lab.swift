package import CloudAPI
import Foundation
package import SimulatedCloud
import World

/// What the lab asks of its own cloud, without a token.
extension CloudService {
  /// An API client with its secret in the clear, as a lab's file gives it.
  package struct SeedClient: Hashable, Sendable {
    package var customer: String
    package var id: String
    package var name: String
    package var secret: String
    package var readOnly: Bool

    package init(customer: String, id: String, name: String, secret: String, readOnly: Bool = false) {
      self.customer = customer
      self.id = id
      self.name = name
      self.secret = secret
      self.readOnly = readOnly
    }
  }

  /// Makes sure that these exist; what exists already and is the same changes nothing. Throws `CloudRefusal` when it cannot be saved.
  package func seed(customers: [CustomerRecord], clients: [SeedClient], locations: [LocationRecord]) async throws(CloudRefusal) {
    let records = clients.map {
      ClientRecord(customer: $0.customer, id: $0.id, name: $0.name, secretDigest: Digest.sha256($0.secret), readOnly: $0.readOnly)
    }
    if case .refused(let refusal) = await ask(.seed(CloudSeed(customers: customers, clients: records, locations: locations))) { throw refusal }
  }

  /// Publishes a configuration: one JSON object. The same bytes again keep their revision. Returns the revision; throws `CloudRefusal`.
  package func publish(customer: String, location: String, configuration bytes: [UInt8]) async throws(CloudRefusal) -> Int {
    do {
      guard try JSONSerialization.jsonObject(with: Data(bytes)) is [String: Any] else {
        throw CloudRefusal(.badRequest, "the configuration is JSON but no object; it must begin with {")
      }
    } catch let refusal as CloudRefusal {
      throw refusal
    } catch {
      throw CloudRefusal(.badRequest, "the configuration is no JSON: \(JSONProblem.explain(error))")
    }
    switch await ask(.publish(customer: customer, location: location, bytes: bytes, digest: Digest.sha256(bytes))) {
    case .published(let revision): return revision
    case .refused(let refusal): throw refusal
    default: throw CloudRefusal(.unavailable, "the cloud did not expect its own answer")
    }
  }

  /// Forwards an operation to a connector's service over its reversed link; its answer comes back as it is. Throws `CloudRefusal` when the connector is
  /// unknown or cannot be asked.
  package func call(_ connector: String, service: String, operation: String, body: [UInt8]) async throws(CloudRefusal) -> LinkResponse {
    guard let row = state().connectors.first(where: { $0.id == connector || $0.fqdn == connector }) else {
      throw CloudRefusal(.notFound, "there is no connector '\(connector)'; GET /lab/v1/state lists them")
    }
    guard let links else { throw CloudRefusal(.unavailable, "the cloud's link port does not listen yet") }
    let request = LinkRequest(
      method: "POST", path: ConnectorPaths.service(service, operation), headers: ["content-type": "application/json"], body: body)
    do {
      return try await links.ask(row.id, request, timeout: .seconds(30))
    } catch {
      throw CloudRefusal(.unavailable, "connector \(row.fqdn) is \(row.state.title) and cannot be asked: \(error)")
    }
  }

  package func healthChecks(_ connector: String) async throws(CloudRefusal) -> [HealthCheck] {
    guard let row = state().connectors.first(where: { $0.id == connector || $0.fqdn == connector }) else {
      throw CloudRefusal(.notFound, "there is no connector '\(connector)'; GET /lab/v1/state lists them")
    }
    switch await ask(.healthChecks(customer: row.customer, connector: row.id)) {
    case .checks(let checks): return checks
    case .refused(let refusal): throw refusal
    default: throw CloudRefusal(.unavailable, "the cloud did not expect its own answer")
    }
  }

  /// Deletes a connector as an administrator would: its certificate is revoked and its link dropped.
  package func deleteConnector(customer: String, _ connector: String) async throws(CloudRefusal) {
    if case .refused(let refusal) = await ask(.operate(customer: customer, .deleteConnector(connector))) { throw refusal }
  }

  /// Registers a connector for the HTTP server: digests the secret, signs the request.
  func register(customer: String, _ request: RegistrationRequest) async -> Result<RegistrationAnswer, CloudRefusal> {
    guard let linkAddress else { return .failure(CloudRefusal(.unavailable, "the cloud is starting; try again")) }
    let call = RegistrationCall(
      customer: customer, fqdn: request.fqdn, client: request.clientID, secretDigest: Digest.sha256(request.clientSecret),
      location: request.resourceLocation, version: request.version, time: request.time, newID: ports.random.uuid())
    return await register(call, certificateRequest: request.certificateRequest).map { grant, certificate in
      RegistrationAnswer(
        id: grant.connector, certificate: certificate, authority: ports.certificates.authorityPEM, linkAddress: linkAddress,
        resourceLocationName: grant.locationName)
    }
  }
}
