import CloudAPI
import Foundation
import ServiceKit
import World

/// What the connector does with what its cloud asks over the link: a heartbeat, or an operation of a service.
struct LinkRequests: LinkRequestHandler {
  let report: @Sendable () async -> ConnectorReport
  let calls: ServiceCalls

  func respond(to request: LinkRequest) async -> LinkResponse {
    let path = request.path.split(separator: "?", maxSplits: 1)[0]
    if path == ConnectorPaths.heartbeat {
      guard request.method == "GET" else { return Self.refuse(405, .badRequest, "the heartbeat is asked with GET") }
      return Self.json(200, await report())
    }
    let parts = path.split(separator: "/").map(String.init)
    guard parts.count == 4, parts[0] == "v1", parts[1] == "services" else {
      return Self.refuse(404, .unknownOperation, "there is no \(path); a connector answers /v1/heartbeat and /v1/services/{service}/{operation}")
    }
    guard request.method == "POST" else { return Self.refuse(405, .badRequest, "an operation is asked with POST") }
    guard let service = ServiceName(rawValue: parts[2]) else { return Self.refuse(404, .notFound, "there is no service called \(parts[2])") }
    do {
      let answer = try await calls.call(service, parts[3], request.body, from: .cloud)
      return LinkResponse(status: 200, headers: ["content-type": "application/json"], body: answer)
    } catch {
      let wire = ServiceCalls.wireError(error)
      return Self.refuse(Self.status(of: wire.code), wire.code, wire.detail)
    }
  }

  private struct ErrorBody: Encodable {
    var code: WireError.Code
    var detail: String
  }

  private static func refuse(_ status: Int, _ code: WireError.Code, _ detail: String) -> LinkResponse {
    json(status, ErrorBody(code: code, detail: detail))
  }

  private static func json(_ status: Int, _ value: some Encodable) -> LinkResponse {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let body = try? encoder.encode(value) else { return LinkResponse(status: 500) }
    return LinkResponse(status: status, headers: ["content-type": "application/json"], body: Array(body))
  }

  private static func status(of code: WireError.Code) -> Int {
    switch code {
    case .badRequest: 400
    case .denied: 403
    case .unknownOperation, .notFound: 404
    case .unavailable: 503
    case .notSimulated: 501
    case .failed: 500
    }
  }
}
