internal import CCurl
internal import Dispatch
internal import Synchronization
package import TUF

/// HTTP with libcurl: one connection kept for as long as it serves, one request after the other.
///
/// Answers other than 200 are errors; nothing is tried again; a redirect may not leave its scheme; no compression is offered, so the bytes counted are
/// the bytes on the wire. libcurl calls block, so they are made on a queue of their own.
package final class CurlFetcher: RepositoryFetcher {
  package let settings: FetchSettings
  private let queue = DispatchQueue(label: "tuf.fetch")
  /// Used on `queue` only.
  private let connection: CurlConnection

  package init(_ settings: FetchSettings = FetchSettings()) {
    self.settings = settings
    connection = CurlConnection(settings)
  }

  package func fetch(_ request: FetchRequest, to sink: any ByteSink) async throws(FetchError) {
    let isCancelled = Flag()
    let result: Result<Void, FetchError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { [connection] in continuation.resume(returning: connection.get(request, sink, isCancelled)) }
      }
    } onCancel: {
      isCancelled.raise()
    }
    try result.get()
  }
}

/// Bounds of one request, beside the number of bytes, which comes with the request.
package struct FetchSettings: Hashable, Sendable {
  /// Time for a connection, with TLS.
  package var connectTimeout: Duration = .seconds(10)
  /// Fewer bytes a second than this, on average over `floorWindow`, end the request (slow retrieval).
  package var floorBytesPerSecond = 1_000
  package var floorWindow: Duration = .seconds(10)
  /// Time for a whole request, whatever its speed.
  package var timeout: Duration = .seconds(3_600)
  package var redirects = 5
  package var userAgent = "connectord"
  /// A PEM file with the certificate authorities to believe instead of the system's.
  package var authorities: String?

  package init() {}
}

/// Goes up once.
final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  func raise() { value.store(true, ordering: .relaxed) }
  var isRaised: Bool { value.load(ordering: .relaxed) }
}
