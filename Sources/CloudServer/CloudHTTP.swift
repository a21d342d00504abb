import CloudAPI
import Foundation
import SimulatedCloud
import World

/// A request as the server hands it over: nothing of any HTTP library.
package struct APIRequest: Hashable, Sendable {
  package var method: String
  /// Path and query, percent-encoded.
  package var target: String
  /// Lower-case names.
  package var headers: [String: String]
  package var body: [UInt8]

  package init(method: String, target: String, headers: [String: String] = [:], body: [UInt8] = []) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

package struct APIResponse: Hashable, Sendable {
  package var status: Int
  package var headers: [String: String]
  package var body: [UInt8]

  init(_ status: Int, _ headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  static func json(_ status: Int, _ value: some Encodable) -> APIResponse {
    APIResponse(status, ["content-type": "application/json"], body: JSONBody.bytes(value))
  }

  static func refused(_ refusal: CloudRefusal) -> APIResponse {
    .json(refusal.status, APIErrorBody(type: refusal.kind.rawValue, detail: refusal.detail))
  }
}

/// The cloud's HTTP interface without a socket: routes, headers, bodies and statuses. `service` does the rest.
package struct CloudHTTP: Sendable {
  let service: CloudService
  let faults: FaultService?
  /// SHA-256 of the token that guards `/lab/`.
  private let labTokenDigest: String

  /// - Parameter faults: nil: no faults can be ordered.
  package init(service: CloudService, labToken: String, faults: FaultService? = nil) {
    self.service = service
    self.faults = faults
    labTokenDigest = Digest.sha256(labToken)
  }

  package func answer(_ request: APIRequest) async -> APIResponse {
    let target = RequestTarget(request.target)
    guard let route = APIRoute(target.segments) else {
      return .refused(CloudRefusal(.notFound, "there is nothing at \(request.target); docs/coverage.md lists the paths"))
    }
    if case .release = route, ["GET", "HEAD"].contains(request.method) {
      return .refused(CloudRefusal(.notFound, "there is no such file among the releases; connector-lab release list shows what is published"))
    }
    if case .notSimulated(let what) = route {
      return .refused(CloudRefusal(.notSimulated, "\(NotSimulated(what)) (\(APICoverage.unknownBodies))"))
    }
    guard route.methods.contains(request.method) else {
      var response = APIResponse.json(
        405, APIErrorBody(type: "methodNotAllowed", detail: "\(request.method) is not known here; known are \(route.methods.joined(separator: ", "))")
      )
      response.headers["allow"] = route.methods.joined(separator: ", ")
      return response
    }
    if route.isLab {
      guard let token = request.headers["lab-token"], ConstantTime.equal(Digest.sha256(token), labTokenDigest) else {
        return .refused(CloudRefusal(.unauthenticated, "the header Lab-Token is missing or wrong; the lab's banner says where its token is"))
      }
      return await lab(route, request)
    }
    switch route {
    case .ping: return APIResponse(200)
    case .token(let customer): return await token(customer, request)
    case .register(let customer): return await register(customer, request)
    default: return await api(route, target.query, request)
    }
  }

  private func token(_ customer: String, _ request: APIRequest) async -> APIResponse {
    let form = RequestTarget.form(String(decoding: request.body, as: UTF8.self))
    let token = Hex.encode(service.ports.random.bytes(32))
    let call = TokenRequest(
      customer: customer, grantType: form["grant_type"], client: form["client_id"], secretDigest: form["client_secret"].map { Digest.sha256($0) },
      tokenDigest: Digest.sha256(token))
    switch await service.ask(.issueToken(call)) {
    case .token(let lifetime): return .json(200, TokenAnswer(accessToken: token, expiresIn: lifetime.components.seconds))
    case .refused(let refusal):
      let code =
        switch refusal.kind {
        case .invalidClient: "invalid_client"
        case .unsupportedGrantType: "unsupported_grant_type"
        case .unavailable: "temporarily_unavailable"
        default: "invalid_request"
        }
      return .json(refusal.status, TokenError(error: code, errorDescription: refusal.detail))
    default: return unexpected
    }
  }

  private func register(_ customer: String, _ request: APIRequest) async -> APIResponse {
    let body: RegistrationRequest
    do {
      body = try JSONDecoder().decode(RegistrationRequest.self, from: Data(request.body))
    } catch {
      return .json(400, RefusalBody(failure: .protocolViolation, detail: "the registration is no good JSON: \(JSONProblem.explain(error))"))
    }
    switch await service.register(customer: customer, body) {
    case .success(let answer): return .json(200, answer)
    case .failure(let refusal): return .json(refusal.status, RefusalBody(failure: refusal.failure, detail: refusal.detail))
    }
  }

  private func lab(_ route: APIRoute, _ request: APIRequest) async -> APIResponse {
    var state = await service.state()
    do throws(CloudRefusal) {
      switch route {
      case .labState:
        state.faults = await faults?.shown()
        return .json(200, state)
      case .labFaults, .labFault: return try await faults(route, request)
      case .labBroker: return .json(200, ItemList(items: await service.brokerStates()))
      case .labUpdates: return .json(200, try await service.updates())
      case .labUpdate(let verb): return try await updates(verb, request)
      case .labChecks(let connector): return .json(200, ItemList(items: try await service.healthChecks(connector)))
      case .labConnector(let id):
        guard let row = state.connectors.first(where: { $0.id == id || $0.fqdn == id }) else {
          throw CloudRefusal(.notFound, "there is no connector '\(id)'; GET /lab/v1/state lists them")
        }
        try await service.deleteConnector(customer: row.customer, row.id)
        return .json(200, true)
      case .labConfiguration(let location):
        guard let row = state.locations.first(where: { $0.id == location }) else {
          throw CloudRefusal(.notFound, "there is no resource location '\(location)'; GET /lab/v1/state lists them")
        }
        return .json(200, ["revision": try await service.publish(customer: row.customer, location: location, configuration: request.body)])
      case .labService(let connector, let name, let operation):
        let answer = try await service.call(connector, service: name, operation: operation, body: request.body)
        return APIResponse(answer.status, answer.headers.filter { $0.key == "content-type" }, body: answer.body)
      default: return unexpected
      }
    } catch {
      return .refused(error)
    }
  }

  var unexpected: APIResponse { .json(500, APIErrorBody(type: "internal", detail: "the cloud did not expect its own answer; please report this")) }
}
