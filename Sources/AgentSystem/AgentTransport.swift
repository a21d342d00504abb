import Synchronization

/// The port that carries frames, one message each, in order, to one peer. In process: `InProcessTransport`; later a `SOCK_SEQPACKET` socket.
package protocol AgentTransport: Sendable {
  /// What the peer sends; ends when either side closes. One reader, once.
  var messages: AsyncStream<[UInt8]> { get }
  /// Never waits: a peer that does not keep up is an error.
  func send(_ message: [UInt8]) throws(AgentTransportError)
  /// Idempotent.
  func close()
}

package enum AgentTransportError: String, Error, Hashable, Sendable, CustomStringConvertible {
  case closed
  /// The peer has not read what was sent before.
  case full
  /// Beyond `AgentFrame.maxSize`.
  case tooLarge

  package var description: String {
    switch self {
    case .closed: "the connection is closed"
    case .full: "the peer does not read what is sent; \(InProcessTransport.depth) messages wait"
    case .tooLarge: "a message has at most \(AgentFrame.maxSize) bytes"
    }
  }
}

/// Two ends of a connection within one process. It carries bytes, so that the frames are the socket's.
package final class InProcessTransport: AgentTransport {
  /// Messages that may wait in each direction.
  package static let depth = 64
  package let messages: AsyncStream<[UInt8]>
  private let outgoing: AsyncStream<[UInt8]>.Continuation
  private let incoming: AsyncStream<[UInt8]>.Continuation

  private init(_ messages: AsyncStream<[UInt8]>, incoming: AsyncStream<[UInt8]>.Continuation, outgoing: AsyncStream<[UInt8]>.Continuation) {
    self.messages = messages
    self.incoming = incoming
    self.outgoing = outgoing
  }

  package static func pair() -> (InProcessTransport, InProcessTransport) {
    let a = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(depth))
    let b = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingOldest(depth))
    return (
      InProcessTransport(a.stream, incoming: a.continuation, outgoing: b.continuation),
      InProcessTransport(b.stream, incoming: b.continuation, outgoing: a.continuation)
    )
  }

  package func send(_ message: [UInt8]) throws(AgentTransportError) {
    guard message.count <= AgentFrame.maxSize else { throw .tooLarge }
    switch outgoing.yield(message) {
    case .enqueued: return
    case .dropped: throw .full
    case .terminated: throw .closed
    @unknown default: throw .closed
    }
  }

  package func close() {
    outgoing.finish()
    incoming.finish()
  }
}
