import AsyncHTTPClient
package import Broker
import Foundation
package import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Asks machines to be ready for a user: `POST` of a `PrepareOrder` to the callback that the machine registered with, answered with a `PrepareReply`.
///
/// Plain HTTP, as between the product's machines and brokers. A callback leads where it says and nowhere else: redirects and proxies are not followed.
package final class MachineCaller: Sendable {
  /// Bytes of an answer that are read.
  private static let answerLimit = 65_536
  private let client: HTTPClient
  private let limit: TimeAmount

  /// - Parameter limit: from the call to the end of the answer; the product's machines have 60 s to prepare (`MaxTimeForPrepareSecs`, facts/product.md 7).
  package init(eventLoops: any EventLoopGroup, limit: TimeAmount = .seconds(55)) {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(5))
    configuration.connectionPool.idleTimeout = .seconds(30)
    client = HTTPClient(eventLoopGroupProvider: .shared(eventLoops), configuration: configuration)
    self.limit = limit
  }

  /// Nil: it could not be reached in time, or said nothing that can be understood.
  package func prepare(_ order: PrepareOrder, callback: String) async -> PrepareReply? {
    guard callback.utf8.count <= 2048, callback.lowercased().hasPrefix("http://"), let body = try? JSONEncoder().encode(order) else { return nil }
    var request = HTTPClientRequest(url: callback)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(data: body))
    guard let response = try? await client.execute(request, deadline: .now() + limit), response.status == .ok,
      let answer = try? await response.body.collect(upTo: Self.answerLimit)
    else { return nil }
    return try? JSONDecoder().decode(PrepareReply.self, from: Data(buffer: answer))
  }

  /// Ends what is under way. Call it once, at the end.
  package func stop() async { try? await client.shutdown() }
}
