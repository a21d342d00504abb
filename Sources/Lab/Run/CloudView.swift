import AsyncHTTPClient
import CloudAPI
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import World

/// The lab's own look at its cloud, over the same HTTPS as everybody's, with the lab's token.
struct CloudView: Sendable {
  private let client: HTTPClient
  private let base: String
  private let token: String

  init(_ endpoints: CloudEndpoints) throws {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(endpoints.caFile)
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.httpVersion = .http1Only
    configuration.timeout = .init(connect: .seconds(2), read: .seconds(5))
    client = HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    base = endpoints.api
    token = endpoints.labToken
  }

  /// Nil when the cloud does not answer.
  func state() async -> LabState? {
    var request = HTTPClientRequest(url: "\(base)/lab/v1/state")
    request.headers.add(name: LabPaths.tokenHeader, value: token)
    guard let response = try? await client.execute(request, timeout: .seconds(3)), response.status == .ok,
      var body = try? await response.body.collect(upTo: 4 * 1024 * 1024), let bytes = body.readBytes(length: body.readableBytes)
    else { return nil }
    return try? JSONDecoder().decode(LabState.self, from: Data(bytes))
  }

  /// Lets the cloud ask a connector's service over the reversed link, as its own consoles would. Nil when no answer came.
  func ask(_ connector: String, _ service: ServiceName, _ operation: String, _ body: some Encodable) async -> (status: Int, body: Data)? {
    var request = HTTPClientRequest(url: "\(base)/lab/v1/connectors/\(connector)/services/\(service.rawValue)/\(operation)")
    request.method = .POST
    request.headers.add(name: LabPaths.tokenHeader, value: token)
    guard let json = try? JSONEncoder().encode(body) else { return nil }
    request.body = .bytes(ByteBuffer(bytes: json))
    guard let response = try? await client.execute(request, timeout: .seconds(10)), var answer = try? await response.body.collect(upTo: 1 << 20)
    else {
      return nil
    }
    return (Int(response.status.code), Data(answer.readBytes(length: answer.readableBytes) ?? []))
  }

  func close() async { try? await client.shutdown() }
}

extension LabPaths {
  /// The header that opens the cloud's `/lab/v1` pages.
  static let tokenHeader = "lab-token"
}
