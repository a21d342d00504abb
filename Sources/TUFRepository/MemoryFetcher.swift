internal import Synchronization
package import TUF

/// A web server in memory: answers with files, remembers what was asked, and fails on demand.
package final class MemoryFetcher: RepositoryFetcher {
  package enum Fault: Hashable, Sendable {
    case status(Int)
    case unreachable
    /// Bytes without end.
    case endless
    /// So many bytes, then the connection breaks.
    case cut(after: Int)
  }

  private struct State {
    var files: [String: [UInt8]] = [:]
    var faults: [String: Fault] = [:]
    var requests: [String] = []
  }

  package static let metadataURL = "http://repository/metadata/"
  package static let targetsURL = "http://repository/targets/"

  private let state = Mutex(State())

  package init() {}

  /// Serves what `repository` has published, and nothing else any more.
  package func serve(_ repository: Repository) {
    var files: [String: [UInt8]] = [:]
    for (name, bytes) in repository.metadata { files[Self.metadataURL + name] = bytes }
    for (name, bytes) in repository.artifacts { files[Self.targetsURL + name] = bytes }
    state.withLock { $0.files = files }
  }

  /// Nil takes a file away.
  package func put(_ url: String, _ bytes: [UInt8]?) { state.withLock { $0.files[url] = bytes } }
  package func bytes(_ url: String) -> [UInt8]? { state.withLock { $0.files[url] } }
  /// From now on; nil ends it.
  package func fail(_ url: String, _ fault: Fault?) { state.withLock { $0.faults[url] = fault } }

  /// The last parts of the addresses asked for since the last call, metadata without its folder.
  package func takeRequests() -> [String] {
    state.withLock { state in
      defer { state.requests = [] }
      return state.requests.map { $0.hasPrefix(Self.metadataURL) ? String($0.dropFirst(Self.metadataURL.count)) : $0 }
    }
  }

  package func fetch(_ request: FetchRequest, to sink: any ByteSink) async throws(FetchError) {
    let (bytes, fault) = state.withLock { state in
      state.requests.append(request.url)
      return (state.files[request.url], state.faults[request.url])
    }
    switch fault {
    case .status(let code): throw FetchError(code == 404 || code == 403 ? .notThere : .status(code), "\(request.url): the server answers \(code)")
    case .unreachable: throw FetchError(.unreachable, "\(request.url): connection refused")
    case .endless: try hand(Array(repeating: 0x20, count: 1 << 16), to: sink, request, endless: true)
    case .cut(let count):
      try hand(Array((bytes ?? []).prefix(count)), to: sink, request)
      throw FetchError(.unreachable, "\(request.url): the connection broke")
    case nil:
      guard let bytes else { throw FetchError(.notThere, "\(request.url): the server answers 404") }
      try hand(bytes, to: sink, request)
    }
  }

  private func hand(_ bytes: [UInt8], to sink: any ByteSink, _ request: FetchRequest, endless: Bool = false) throws(FetchError) {
    var sent: Int64 = 0
    repeat {
      sent += Int64(bytes.count)
      guard sent <= request.limit else { throw FetchError(.tooLong, "\(request.url): more than \(request.limit) bytes") }
      let result: Result<Void, FetchError> = bytes.withUnsafeBytes { buffer in
        do throws(FetchError) { return .success(try sink.take(buffer)) } catch { return .failure(error) }
      }
      try result.get()
    } while endless
  }
}
