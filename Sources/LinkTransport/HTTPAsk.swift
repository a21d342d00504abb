package import CloudAPI
package import NIOCore
import NIOHTTP1
package import NIOSSL

/// One HTTPS question on a connection of its own.
package enum HTTPAsk {
  /// Throws `LinkFailure`; a refusal of the connection by the cloud (see `LinkRefusal`) is one too.
  package static func ask(
    _ request: LinkRequest, at address: LinkAddress, tls: NIOSSLContext, connectWithin: Duration, answerWithin: Duration, limits: LinkLimits,
    on group: any EventLoopGroup
  ) async throws -> LinkResponse {
    let (channel, future) = try await TLSDialer.dial(address, tls: tls, expecting: "http/1.1", within: connectWithin, on: group) { channel in
      let promise = channel.eventLoop.makePromise(of: LinkResponse.self)
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHTTPClientHandlers()
      try pipeline.addHandler(ExchangeClient(request, to: address.description, limit: limits.answerBody, promise: promise))
      return Answer(promise)
    }
    let response = try await future.value(on: channel, within: answerWithin, from: address.description)
    if response.headers[LinkRefusal.header] != nil, let failure = LinkRefusal.failure(in: response.body) { throw failure }
    return response
  }
}

/// An answer that is on its way.
package struct Answer: Sendable {
  private let promise: EventLoopPromise<LinkResponse>
  package init(_ promise: EventLoopPromise<LinkResponse>) { self.promise = promise }

  /// Waits for it; on a timeout or a cancellation the channel is closed.
  package func value(on channel: any Channel, within limit: Duration, from place: String) async throws -> LinkResponse {
    let amount = TimeAmount(limit: limit)
    let alarm = channel.eventLoop.scheduleTask(in: amount) {
      promise.fail(LinkFailure(.timeout, "\(place) did not answer within \(amount.nanoseconds / 1_000_000) ms"))
      channel.close(promise: nil)
    }
    defer { alarm.cancel() }
    return try await withTaskCancellationHandler {
      do { return try await promise.futureResult.get() } catch { throw LinkFailure.of(error, at: place) }
    } onCancel: {
      channel.close(promise: nil)
    }
  }
}
