import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import World

/// One pool of connections for a whole process.
package final class SiteClient: Sendable {
  package struct Answer: Sendable {
    package var status: Int
    package var body: [UInt8]
  }

  /// No answer is longer than this.
  private static let longest = 8 << 20
  private let client: HTTPClient

  package init() {
    var configuration = HTTPClient.Configuration()
    configuration.httpVersion = .http1Only
    // Waiting for a free connection counts too: the request's own limit ends it.
    configuration.timeout = .init(connect: .seconds(10))
    // Many requests wait for one server when it is slow: more connections than the default, and no try in secret.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    configuration.connectionPool.retryConnectionEstablishment = false
    client = HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
  }

  /// Nil when nobody answered in time, or what came is no answer.
  package func post(_ url: String, _ body: [UInt8], type: String = "application/json", within limit: Duration) async -> Answer? {
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: type)
    request.body = .bytes(ByteBuffer(bytes: body))
    return await send(request, limit)
  }

  package func get(_ url: String, within limit: Duration) async -> Answer? { await send(HTTPClientRequest(url: url), limit) }

  private func send(_ request: HTTPClientRequest, _ limit: Duration) async -> Answer? {
    guard let response = try? await client.execute(request, timeout: .nanoseconds(limit.nanoseconds)),
      let body = try? await response.body.collect(upTo: Self.longest)
    else { return nil }
    return Answer(status: Int(response.status.code), body: Array(body.readableBytesView))
  }

  package func close() async { try? await client.shutdown() }
}
