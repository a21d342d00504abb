package import ControlAPI
package import EventCatalog
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import World

/// Serves the control socket: checks peers, frames and the protocol, and hands requests to the handler. One connection's trouble is never another's.
package struct ControlServer: Sendable {
  package struct Limits: Sendable {
    /// Connections at once; the next is told so and closed.
    package var connections = 64
    /// How long a peer may take for its hello, and for the rest of a frame that it has begun.
    package var frameTimeout = Duration.seconds(5)

    package init() {}
  }

  private let path: String
  private let software: String
  private let handler: any ControlHandler
  private let events: any EventSink
  private let limits: Limits
  private let owner: UInt32
  private let permits: @Sendable (PeerCredential) -> Bool

  /// - Parameters:
  ///   - path: absolute, at most 107 bytes; its folder exists and only its owner may write to it.
  ///   - software: what the hello says, such as `connectord 0.1.0`.
  ///   - permits: who may ask; nil stands for the process's own user and root.
  package init(
    path: String, software: String, handler: any ControlHandler, events: any EventSink, limits: Limits = Limits(),
    permits: (@Sendable (PeerCredential) -> Bool)? = nil
  ) {
    self.path = path
    self.software = software
    self.handler = handler
    self.events = events
    self.limits = limits
    let owner = geteuid()
    self.owner = owner
    self.permits = permits ?? { $0.mayAsk(owner: owner) }
  }

  /// Opens the socket, calls `listening`, and serves until the task is cancelled; by then every connection is closed and the socket is gone.
  /// Throws `ControlSocketError` when it cannot be opened.
  package func run(listening: @Sendable () -> Void = {}) async throws {
    let socket = try ControlSocket(path: path)
    defer { socket.giveUp() }
    if socket.replacedStale { events.emit(.controlStaleSocketRemoved(path: path), from: nil) }
    let timeout = TimeAmount.nanoseconds(limits.frameTimeout.nanoseconds)
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(socket.descriptor) { channel in
      PeerCredential.of(channel).flatMapThrowing { peer in
        try channel.pipeline.syncOperations.addHandler(ControlFrameHandler(timeout: timeout))
        return Arrival(channel: try NIOAsyncChannel(wrappingChannelSynchronously: channel), peer: peer)
      }
    }
    events.emit(.controlListening(path: path), from: nil)
    listening()
    let open = OpenConnections()
    do {
      try await withThrowingDiscardingTaskGroup { group in
        try await server.executeThenClose { arrivals in
          for try await arrival in arrivals {
            let admitted = open.enter(limit: limits.connections)
            group.addTask {
              await serve(arrival, admitted: admitted)
              if admitted { open.leave() }
            }
          }
        }
        group.cancelAll()
      }
    } catch is CancellationError {
      // That is how it is stopped.
    }
  }

  /// Never throws: what a connection ends with is its own affair, and recorded where it matters.
  private func serve(_ arrival: Arrival, admitted: Bool) async {
    let peer = arrival.peer
    let refusal: ControlFailure?
    if let peer, permits(peer) {
      refusal =
        admitted ? nil : ControlFailure(.unavailable, "\(limits.connections) control connections are open, which is the limit; close some, ask again")
      if refusal != nil { events.emit(.controlTooManyConnections(limit: limits.connections), from: nil) }
    } else {
      let uid = peer?.uid ?? .max
      refusal = ControlFailure(.denied, "user \(uid) may not ask this connector; run as user \(owner) or as root")
      events.emit(.controlPeerRefused(uid: uid, pid: peer?.pid ?? 0, owner: owner), from: nil)
    }
    let connection = ControlConnection(
      uid: peer?.uid ?? .max, software: software, handler: handler, events: events, frameTimeout: limits.frameTimeout)
    try? await arrival.channel.executeThenClose { inbound, outbound in
      if let refusal {
        try await connection.send(.failure(reason: refusal), outbound)
      } else {
        try await connection.run(inbound, outbound)
      }
    }
  }
}

/// A connection and who is at its other end.
private struct Arrival: Sendable {
  var channel: NIOAsyncChannel<ControlInput, [UInt8]>
  var peer: PeerCredential?
}

/// How many connections are served at the moment.
private final class OpenConnections: Sendable {
  private let count = Mutex(0)

  /// False when there are `limit` already.
  func enter(limit: Int) -> Bool {
    count.withLock {
      guard $0 < limit else { return false }
      $0 += 1
      return true
    }
  }

  func leave() { count.withLock { $0 -= 1 } }
}
