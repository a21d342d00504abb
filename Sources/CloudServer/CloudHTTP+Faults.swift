import CloudAPI
import Foundation
import SimulatedCloud

/// The lab's pages about faults.
extension CloudHTTP {
  func faults(_ route: APIRoute, _ request: APIRequest) async throws(CloudRefusal) -> APIResponse {
    guard let faults else { throw CloudRefusal(.notFound, "this cloud takes no faults; they belong to a lab") }
    switch (route, request.method) {
    case (.labFaults, "GET"): return .json(200, await faults.list())
    case (.labFaults, "POST"): return .json(200, try await faults.add(try decode(request)))
    case (.labFaults, "DELETE"): return .json(200, try await faults.clear(nil))
    case (.labFault(let text), let method):
      guard let id = Int(text) else {
        throw CloudRefusal(.badRequest, "the fault is '\(text)'; a number was expected, as GET /lab/v1/faults shows it")
      }
      if method == "DELETE" { return .json(200, try await faults.clear(id)) }
      await faults.settle(id, try decode(request))
      return .json(200, true)
    default: return unexpected
    }
  }

  private func decode<Body: Decodable>(_ request: APIRequest) throws(CloudRefusal) -> Body {
    do { return try JSONDecoder().decode(Body.self, from: Data(request.body)) } catch {
      throw CloudRefusal(.badRequest, "the body is not the JSON that was expected: \(JSONProblem.explain(error))")
    }
  }
}
