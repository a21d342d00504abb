/// The port to a repository's web server. Real: `CurlFetcher`; simulated: `MemoryFetcher`.
package protocol RepositoryFetcher: Sendable {
  /// Gets `request.url` and hands its bytes to `sink`, in order, never more than `request.limit` of them. Nothing is tried again.
  ///
  /// The sink is called by one caller at a time, and not any more once this returns or throws. What it throws ends the request and is thrown here.
  func fetch(_ request: FetchRequest, to sink: any ByteSink) async throws(FetchError)
}

package struct FetchRequest: Hashable, Sendable {
  package var url: String
  /// More bytes than this are an error.
  package var limit: Int64

  package init(url: String, limit: Int64) {
    self.url = url
    self.limit = limit
  }
}

/// Takes bytes as they come.
package protocol ByteSink: AnyObject, Sendable {
  func take(_ bytes: UnsafeRawBufferPointer) throws(FetchError)
}

package struct FetchError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// The server says that there is no such file (404) or does not show it (403): how a chain of roots ends.
    case notThere
    /// Another answer than 200.
    case status(Int)
    /// More bytes than asked for (endless data).
    case tooLong
    /// Fewer bytes a second than the floor (slow retrieval), or no end in time.
    case tooSlow
    case unreachable
    /// The sink could not take the bytes.
    case sink
    case cancelled
  }

  package var kind: Kind
  package var detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  package var description: String { detail }
}
