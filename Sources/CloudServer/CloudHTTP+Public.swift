import CloudAPI
import Foundation
import SimulatedCloud
import World

/// The calls of the public API that need a token.
extension CloudHTTP {
  func api(_ route: APIRoute, _ query: RequestTarget.Query, _ request: APIRequest) async -> APIResponse {
    let operation: APIOperation
    var customer: String?
    do throws(CloudRefusal) {
      (operation, customer) = try self.operation(route, query, request)
    } catch {
      // Who has no token learns nothing about what was wrong with the body.
      let probe = await service.ask(.api(call(.listLocations, nil, request)))
      if case .refused(let refusal) = probe, refusal.kind == .unauthenticated { return .refused(refusal) }
      return .refused(error)
    }
    return response(to: await service.ask(.api(call(operation, customer, request))))
  }

  private func call(_ operation: APIOperation, _ pathCustomer: String?, _ request: APIRequest) -> APICall {
    let header = request.headers["citrix-customerid"]
    var call = APICall(
      customer: pathCustomer ?? header, tokenDigest: Self.bearer(request.headers["authorization"]).map { Digest.sha256($0) }, operation: operation)
    if let header, let pathCustomer { call.customerMismatch = header != pathCustomer }
    return call
  }

  /// The token in `CWSAuth bearer=<token>`; clients write the two words in any case.
  static func bearer(_ header: String?) -> String? {
    guard let header else { return nil }
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "cwsauth" else { return nil }
    let pair = parts[1].split(separator: "=", maxSplits: 1)
    guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == "bearer" else { return nil }
    let token = pair[1].trimmingCharacters(in: CharacterSet(charactersIn: " \""))
    return token.isEmpty ? nil : token
  }

  private func operation(
    _ route: APIRoute, _ query: RequestTarget.Query, _ request: APIRequest
  ) throws(CloudRefusal) -> (APIOperation, customer: String?) {
    switch (route, request.method) {
    case (.locations(let customer), "POST"): return (.createLocation(try decode(request), newID: service.ports.random.uuid()), customer)
    case (.locations(let customer), _): return (.listLocations, customer)
    case (.location(let customer, let id), "PUT"): return (.updateLocation(id, try decode(request)), customer)
    case (.location(let customer, let id), "DELETE"): return (.deleteLocation(id), customer)
    case (.location(let customer, let id), _): return (.location(id), customer)
    case (.connectors(let customer), _): return (.listConnectors(try connectorQuery(query)), customer)
    case (.connector(let customer, let id), "DELETE"): return (.deleteConnector(id), customer)
    case (.connector(let customer, let id), _): return (.connector(id), customer)
    case (.windows(let customer), "POST"): return (.setWindow(try decode(request)), customer)
    case (.windows(let customer), _): return (.listWindows, customer)
    case (.window(let customer, let location), "PUT"):
      let model: MaintenanceWindowModel = try decode(request)
      guard model.location == location else {
        throw CloudRefusal(.badRequest, "the path names resource location '\(location)', the body '\(model.location)'")
      }
      return (.setWindow(model), customer)
    case (.window(let customer, let location), _): return (.removeWindow(location: location), customer)
    case (.notifications(let customer), "POST"): return (.postNotification(try decode(request)), customer)
    case (.notifications(let customer), _): return (.listNotifications, customer)
    case (.systemLog, _):
      let text = query["limit"] ?? "100"
      guard let limit = Int(text) else { throw CloudRefusal(.badRequest, "limit is '\(text)'; a whole number from 1 to 1000 was expected") }
      return (.systemLog(limit: limit, continuation: query["continuationToken"]), nil)
    default: throw CloudRefusal(.notFound, "there is nothing at \(request.target)")
    }
  }

  private func connectorQuery(_ query: RequestTarget.Query) throws(CloudRefusal) -> ConnectorQuery {
    var out = ConnectorQuery()
    out.location = query["Location"].flatMap { $0.isEmpty ? nil : $0 }
    out.extendedData = query.flag("ExtendedData")
    out.retrieveExpectedVersion = query.flag("RetrieveExpectedVersion")
    if let type = query["ConnectorType"], !type.isEmpty, type.lowercased() != "all" {
      guard let known = ConnectorModel.ConnectorType.allCases.first(where: { $0.rawValue.lowercased() == type.lowercased() }) else {
        throw CloudRefusal(.badRequest, "ConnectorType is '\(type)'; All, Windows or Unified was expected")
      }
      out.connectorType = known
    }
    return out
  }

  private func decode<Body: Decodable>(_ request: APIRequest) throws(CloudRefusal) -> Body {
    do {
      return try JSONDecoder().decode(Body.self, from: Data(request.body))
    } catch {
      throw CloudRefusal(.badRequest, "the body is not the JSON that was expected: \(JSONProblem.explain(error))")
    }
  }

  private func response(to answer: CloudAnswer) -> APIResponse {
    switch answer {
    case .refused(let refusal): .refused(refusal)
    case .locations(let models): .json(200, ItemList(items: models))
    case .location(let model): .json(200, model)
    case .noContent: APIResponse(204)
    case .done: .json(200, true)
    case .connectors(let models): .json(200, models)
    case .connector(let model): .json(200, model)
    case .windows(let models): .json(200, models)
    case .window(let model): .json(200, model)
    case .notifications(let models): .json(200, ItemList(items: models))
    case .notification(let model): .json(200, model)
    case .systemLog(let page): .json(200, page)
    default: unexpected
    }
  }
}
