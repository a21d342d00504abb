import CloudAPI
package import LinkIdentity
import LinkTransport
package import NIOCore
import NIOPosix
import NIOSSL
package import ServiceKit
import Synchronization

/// Seen from this connector.
package enum PeerDirection: Sendable { case out, into }

/// The peer channel over mutual TLS: a loopback listener, and a connection to each peer that is kept between probes. Both ends show the certificate
/// that the cloud gave them, and both refuse a certificate of another customer.
package final class LivePeerChannel: PeerChannel {
  package let address: String
  private let listener: any Channel
  private let peers: PeerDoor
  private let group: any EventLoopGroup
  private let kept = Mutex<[String: PeerConnection]>([:])
  private let passes: @Sendable (PeerDirection) -> Bool
  /// Connections to more peers than this are not kept between probes.
  private static let keptAtMost = 64

  /// Binds and answers from then on; connections are closed for as long as there are no credentials or no answer.
  /// - Parameters:
  ///   - listen: `host:port`; nil means any free port on 127.0.0.1.
  ///   - credentials: asked at each new connection, so that a renewed certificate is used at once.
  ///   - passes: asked for each line; one that does not pass is lost, as on a network that is split. For a testbed.
  /// Throws `PeerFailure.badAddress` for a bad `listen`, `.unreachable` when the port is in use.
  package static func start(
    listen: String?, credentials: @escaping @Sendable () -> LinkCredentials?, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    passes: @escaping @Sendable (PeerDirection) -> Bool = { _ in true }
  ) async throws -> LivePeerChannel {
    var place = LinkAddress(host: "127.0.0.1", port: 0)
    if let listen {
      guard let parsed = LinkAddress(listen) else { throw PeerFailure(.badAddress, "'\(listen)' is not host:port") }
      place = parsed
    }
    let peers = PeerDoor(credentials: credentials, passes: passes)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in peers.receive(channel) }
    let listener: any Channel
    do { listener = try await bootstrap.bind(host: place.host, port: place.port).get() } catch {
      throw PeerFailure(.unreachable, "the peer channel cannot listen on \(place): \(NetworkWords.words(error))")
    }
    return LivePeerChannel(listener, LinkAddress(host: place.host, port: listener.localAddress?.port ?? place.port), peers, group, passes)
  }

  private init(
    _ listener: any Channel, _ place: LinkAddress, _ peers: PeerDoor, _ group: any EventLoopGroup,
    _ passes: @escaping @Sendable (PeerDirection) -> Bool
  ) {
    self.listener = listener
    self.peers = peers
    self.group = group
    self.passes = passes
    address = place.description
  }

  package func setAnswer(_ hello: (@Sendable () -> PeerHello)?) { peers.setAnswer(hello) }
  package func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?) { peers.setTaker(take) }

  package func probe(_ address: String, hello: PeerHello, timeout: Duration) async throws -> PeerHello {
    guard let place = LinkAddress(address) else { throw PeerFailure(.badAddress, "'\(address.prefix(80))' is not host:port") }
    guard let tls = try peers.contexts() else { throw PeerFailure(.noIdentity, "this connector has not registered yet") }
    let line = try PeerLine.encode(hello)
    let deadline = NIODeadline.now() + TimeAmount(limit: timeout)
    guard passes(.out) else { return try await lost(place, until: deadline) }
    let answer = try await exchange(line, with: place, address, tls, until: deadline)
    return passes(.into) ? answer : try await lost(place, until: deadline)
  }

  /// Nobody hears it, and nobody says so.
  private func lost(_ place: LinkAddress, until deadline: NIODeadline) async throws -> PeerHello {
    try? await group.any().scheduleTask(deadline: deadline) {}.futureResult.get()
    throw PeerFailure(.timeout, "\(place) did not answer in time")
  }

  private func exchange(
    _ line: ByteBuffer, with place: LinkAddress, _ address: String, _ tls: PeerContexts, until deadline: NIODeadline
  ) async throws -> PeerHello {
    if let open = kept.withLock({ $0[address] }), open.credentials == tls.credentials {
      // It may have been closed since the last probe: that says nothing about the peer.
      do { return try await open.ask(line, until: deadline) } catch let failure as PeerFailure where failure.kind == .unreachable {}
    }
    let connection = try await PeerConnection.dial(place, tls: tls, until: deadline, on: group)
    let answer: PeerHello
    do { answer = try await connection.ask(line, until: deadline) } catch {
      connection.close()
      throw error
    }
    keep(connection, to: address)
    return answer
  }

  /// Stops listening and closes every connection.
  package func stop() async {
    peers.setAnswer(nil)
    try? await listener.close().get()
    let open = kept.withLock { kept in
      defer { kept = [:] }
      return Array(kept.values)
    }
    for connection in open { connection.close() }
    await peers.closeAll()
  }

  private func keep(_ connection: PeerConnection, to address: String) {
    let (older, isKept) = kept.withLock { kept -> (PeerConnection?, Bool) in
      guard kept[address] != nil || kept.count < Self.keptAtMost else { return (nil, false) }
      return (kept.updateValue(connection, forKey: address), true)
    }
    older?.close()
    guard isKept else { return connection.close() }
    connection.whenClosed { [weak self] in
      self?.kept.withLock { kept in if kept[address] === connection { kept[address] = nil } }
    }
  }
}
