package import EventCatalog
import Glibc
import World

/// Why a connector could not be asked at all.
package enum ControlClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no socket, or nobody behind it.
  case notRunning(path: String, detail: String)
  case notPermitted(path: String)
  /// No answer within the client's limit.
  case timeout(path: String)
  /// The connector closed the connection: it stops, or was killed.
  case closed(path: String)
  /// The connection failed, or what came is not the protocol.
  case broken(path: String, detail: String)
  /// The connector answered the hello with a failure.
  case refused(path: String, reason: ControlFailure)
  case path(SocketPathError)

  package var description: String {
    switch self {
    case .notRunning(let path, let detail): "no connector answers at \(path) (\(detail))"
    case .notPermitted(let path): "the socket \(path) belongs to another user; run as that user or as root"
    case .timeout(let path): "the connector at \(path) took the connection and did not answer in time; it hangs or is very busy"
    case .closed(let path): "the connector at \(path) closed the connection: it is stopping or was killed"
    case .broken(let path, let detail): "the connection to \(path) failed: \(detail)"
    case .refused(let path, let reason): "the connector at \(path) refused the connection: \(reason.detail)"
    case .path(let error): "\(error)"
    }
  }
}

/// A blocking client of one control socket. One question at a time; after `events` that follow, nothing else.
package final class ControlClient {
  /// What the connector answers by itself, it answers at once.
  static let usual = Duration.seconds(10)

  private let path: SocketPath
  private let descriptor: Int32
  private let timeout: Duration?
  private var frames = FrameDecoder()
  /// Who answers: the connector's software and the protocol it speaks.
  package private(set) var peer = ControlHello(version: 0, software: "")

  /// Connects and exchanges hellos.
  /// - Parameter timeout: the longest wait for a frame; nil for as long as each request may take. A follower of events waits without limit.
  package init(path text: String, software: String = "connectorctl", timeout: Duration? = nil) throws(ControlClientError) {
    do { path = try SocketPath(text) } catch { throw .path(error) }
    self.timeout = timeout
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .broken(path: text, detail: Self.words(errno)) }
    let result = path.withAddress { connect(descriptor, $0, $1) }
    guard result == 0 else { throw Self.refusal(path, errno) }
    switch try ask(.hello(peer: ControlHello(software: software))) {
    case .hello(let peer): self.peer = peer
    case .failure(let reason): throw .refused(path: text, reason: reason)
    default: throw .broken(path: text, detail: "the first answer is not a hello")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Asks and waits for the answer, however many frames it takes.
  package func ask(_ request: ControlRequest) throws(ControlClientError) -> ControlAnswer {
    try send(request)
    let first = try receive(within: timeout ?? request.patience)
    guard case .bytes(let piece) = first else { return first }
    return try gather(piece.bytes)
  }

  /// The rest of an answer that comes in pieces.
  private func gather(_ first: [UInt8]) throws(ControlClientError) -> ControlAnswer {
    var bytes = first
    while true {
      switch try receive(within: timeout ?? Self.usual) {
      case .bytes(let piece) where bytes.count + piece.bytes.count <= ByteContent.limit: bytes += piece.bytes
      case .bytes: throw .broken(path: path.text, detail: "the answer has more than \(ByteContent.limit) bytes")
      case .end(let count) where count == bytes.count: return .bytes(content: ByteContent(bytes))
      case .failure(let reason): return .failure(reason: reason)
      default: throw .broken(path: path.text, detail: "an answer in pieces ended after \(bytes.count) bytes, and not with their number")
      }
    }
  }

  /// Hands each event to `each` until there are no more, `each` says false, or the connection ends. Returns the failure that the connector answered,
  /// if any.
  package func events(_ query: EventQuery, each: (EventLine) throws -> Bool) throws -> ControlFailure? {
    try send(.events(query: query))
    while true {
      switch try receive(within: query.follow ? nil : timeout ?? Self.usual) {
      case .event(let line): if try !each(line) { return nil }
      case .end: return nil
      case .failure(let reason): return reason
      default: throw ControlClientError.broken(path: path.text, detail: "an answer that is not an event stands between events")
      }
    }
  }

  private func send(_ request: ControlRequest) throws(ControlClientError) {
    let bytes: [UInt8]
    do { bytes = try ControlCoding.frame(request) } catch { throw .broken(path: path.text, detail: "\(error)") }
    var sent = 0
    while sent < bytes.count {
      try wait(POLLOUT, timeout ?? Self.usual)
      let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        sent += count
      } else if errno == EPIPE || errno == ECONNRESET {
        // What the connector said before it closed is still to be read, and it is the reason.
        return
      } else if errno != EINTR && errno != EAGAIN {
        throw .broken(path: path.text, detail: Self.words(errno))
      }
    }
  }

  private func receive(within limit: Duration?) throws(ControlClientError) -> ControlAnswer {
    do {
      while true {
        if let payload = try frames.next() { return try ControlCoding.decode(from: payload) }
        try wait(POLLIN, limit)
        let bytes = try read()
        guard !bytes.isEmpty else {
          try frames.finish()
          throw ControlClientError.closed(path: path.text)
        }
        frames.append(bytes)
      }
    } catch let error as ControlClientError {
      throw error
    } catch {
      throw .broken(path: path.text, detail: "\(error)")
    }
  }

  /// Up to 64 KiB; none at the end of the stream.
  private func read() throws(ControlClientError) -> [UInt8] {
    while true {
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count >= 0 { return Array(bytes.prefix(count)) }
      if errno == ECONNRESET { return [] }
      guard errno == EINTR || errno == EAGAIN else { throw .broken(path: path.text, detail: Self.words(errno)) }
    }
  }

  private func wait(_ events: Int32, _ limit: Duration?) throws(ControlClientError) {
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      let milliseconds = limit.map { Int32(clamping: $0.nanoseconds / 1_000_000) } ?? -1
      let ready = poll(&entry, 1, milliseconds)
      if ready > 0 { return }
      if ready == 0 { throw .timeout(path: path.text) }
      guard errno == EINTR else { throw .broken(path: path.text, detail: Self.words(errno)) }
    }
  }

  private static func refusal(_ path: SocketPath, _ code: Int32) -> ControlClientError {
    switch code {
    case EACCES, EPERM: .notPermitted(path: path.text)
    case ENOENT: .notRunning(path: path.text, detail: "there is no such socket")
    case ECONNREFUSED: .notRunning(path: path.text, detail: "the socket is there, and nobody listens: the connector is not running")
    case ENOTSOCK, ENOTDIR: .notRunning(path: path.text, detail: "it is not a socket")
    default: .notRunning(path: path.text, detail: words(code))
    }
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

extension ControlRequest {
  /// How long a client waits for the answer. A service may have to ask the cloud first, or pack a lot of logs.
  fileprivate var patience: Duration {
    switch self {
    case .service, .restart: .seconds(90)
    default: ControlClient.usual
    }
  }
}
