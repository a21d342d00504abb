package import BrokerXML
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
package import World

/// The HTTP side of a broker: the XML service (`POST /scripts/wpnbr.dll`), the Secure Ticket Authority (`POST /scripts/CtxSTA.dll`) and machines
/// (`POST /vda/v1`, a `BrokerRequest` in JSON, answered by a `BrokerAnswer`). HTTP/1.1 with keep-alive; no TLS. Whatever comes is answered, or its connection is closed.
package final class BrokerServer: Sendable {
  /// What one connection may take. A client beyond them is told so where it still listens, and its connection is closed.
  package struct Limits: Hashable, Sendable {
    /// Connections at once; the next is answered 503 and closed.
    package var connections = 4_096
    /// Of a request's headers together.
    package var headerBytes = 16 << 10
    package var bodyBytes = 1 << 20
    /// From a request's first byte to its last.
    package var requestTime = Duration.seconds(15)
    /// Between requests.
    package var idleTime = Duration.seconds(120)
    /// From a request's last byte to its answer: longer than the longest launch (product facts 7: 60 s for a machine, 200 s for a session).
    package var answerTime = Duration.seconds(210)
    /// For taking an answer, and for going away when asked to.
    package var sendTime = Duration.seconds(15)
    package var xmlDepth = 64

    package init() {}
  }

  /// Where it listens, such as `127.0.0.1:8080`.
  package let address: String
  package let port: Int
  private let channel: any Channel
  private let group: MultiThreadedEventLoopGroup?
  private let connections: OpenConnections

  private init(channel: any Channel, group: MultiThreadedEventLoopGroup?, connections: OpenConnections, host: String) {
    self.channel = channel
    self.group = group
    self.connections = connections
    port = channel.localAddress?.port ?? 0
    address = "\(host):\(port)"
  }

  /// Listens at once; throws `BrokerServerError` when it cannot.
  /// - Parameters:
  ///   - host: a name or an address of this machine.
  ///   - port: 0 for any that is free.
  ///   - eventLoops: threads of its own for connections; 0 for those that the process has for all.
  ///   - random: draws tickets and names launches; nil for the system's.
  package static func start(
    host: String, port: Int, asking: any BrokerAsking, eventLoops: Int = 0, limits: Limits = Limits(), random: (any RandomSource)? = nil
  ) async throws -> BrokerServer {
    let group = eventLoops > 0 ? MultiThreadedEventLoopGroup(numberOfThreads: eventLoops) : nil
    let connections = OpenConnections(limit: limits.connections)
    let door = BrokerDoor(asking: asking, random: random ?? SystemDraw(), limits: limits)
    let bootstrap = ServerBootstrap(group: group ?? .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.backlog, value: 1_024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { child in
        guard connections.enter(child) else { return BrokerConnection.turnAway(child, limits: limits) }
        return child.eventLoop.makeCompletedFuture {
          let watch = RequestWatch(limits: limits)
          try child.pipeline.syncOperations.addHandler(watch)
          try child.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
          try child.pipeline.syncOperations.addHandler(BrokerConnection(door: door, watch: watch, limits: limits))
        }
      }
    do {
      let channel = try await bootstrap.bind(host: host, port: port).get()
      return BrokerServer(channel: channel, group: group, connections: connections, host: host)
    } catch {
      try? await group?.shutdownGracefully()
      throw BrokerServerError(host: host, port: port, detail: "\(error)")
    }
  }

  /// Closes the listener and every connection, and returns when they are gone. What was asked goes on, without anybody to hear its answer.
  package func stop() async {
    try? await channel.close().get()
    await connections.closeAll()
    try? await group?.shutdownGracefully()
  }
}

package struct BrokerServerError: Error, Hashable, Sendable, CustomStringConvertible {
  package var host: String
  package var port: Int
  package var detail: String

  package var description: String {
    "the XML service cannot listen on \(host):\(port): \(detail); free the port, or set remoteBroker.listen to another (port 0: any)"
  }
}

/// The connections that are open.
final class OpenConnections: Sendable {
  private let limit: Int
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  init(limit: Int) { self.limit = limit }

  /// False when there are enough already.
  func enter(_ channel: any Channel) -> Bool {
    let id = ObjectIdentifier(channel)
    let isIn = channels.withLock {
      guard $0.count < limit else { return false }
      $0[id] = channel
      return true
    }
    if isIn { channel.closeFuture.whenComplete { [weak self] _ in self?.leave(id) } }
    return isIn
  }

  func closeAll() async {
    for channel in channels.withLock({ Array($0.values) }) {
      channel.close(promise: nil)
      try? await channel.closeFuture.get()
    }
  }

  private func leave(_ id: ObjectIdentifier) { channels.withLock { $0[id] = nil } }
}

/// The system's own generator.
struct SystemDraw: RandomSource {
  func next() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
