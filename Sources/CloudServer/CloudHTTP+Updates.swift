import Foundation
import Rollouts
import SimulatedCloud

/// The lab's pages about updates.
extension CloudHTTP {
  /// The one body of all orders; each reads its own fields, and an empty body says nothing.
  private struct Body: Decodable {
    var connectors: [String]?
    var connector: String?
    var location: String?
    var ring: String?
    /// Hundredths of a percent.
    var upTo: Int?
  }

  func updates(_ verb: APIRoute.UpdateVerb, _ request: APIRequest) async throws(CloudRefusal) -> APIResponse {
    let body = try decode(request)
    let order: UpdateOrder
    switch verb {
    case .look: return .json(200, try await service.lookAtReleases())
    case .now: order = .now(body.connectors ?? [])
    case .pause: order = .pause
    case .resume: order = .resume
    case .abort: order = .abort
    case .clear:
      guard let connector = body.connector else { throw CloudRefusal(.badRequest, "connector is missing; name the one to clear") }
      order = .clear(connector)
    case .delay: order = .delay(body.location)
    case .widen:
      guard let ring = body.ring, let upTo = body.upTo, (1...Buckets.count).contains(upTo) else {
        throw CloudRefusal(.badRequest, "ring and upTo are expected: a ring's name, and how far it reaches in hundredths of a percent, 1 to 10000")
      }
      order = .widen(ring: ring, upTo: upTo)
    }
    return .json(200, try await service.order(order))
  }

  private func decode(_ request: APIRequest) throws(CloudRefusal) -> Body {
    guard !request.body.isEmpty else { return Body() }
    do { return try JSONDecoder().decode(Body.self, from: Data(request.body)) } catch {
      throw CloudRefusal(.badRequest, "the body is not the JSON that was expected: \(JSONProblem.explain(error))")
    }
  }
}
