/// The port to the other connectors of the resource location. Real: `LivePeerChannel` (mutual TLS on a loopback port, the connectors' own
/// certificates); simulated: the simulation's network.
///
/// It answers its peers by itself with what `setAnswer` gave; it never probes by itself: whoever uses it decides when.
package protocol PeerChannel: Sendable {
  /// `host:port` that this connector answers its peers on; it is what the cloud is told and what the peers find in the configuration.
  var address: String { get }
  /// Says hello to a peer and returns its hello. The peer's certificate has proved its customer and connector id.
  /// Throws `PeerFailure`; it is cancelled with its task.
  func probe(_ address: String, hello: PeerHello, timeout: Duration) async throws -> PeerHello
  /// What peers are answered from now on; nil: nothing (they see the connection closed). The closure must be quick: it runs on an I/O thread.
  func setAnswer(_ hello: (@Sendable () -> PeerHello)?)
  /// What is done with a parcel that a peer's hello carries, while hellos are answered at all; true: it is kept here, and the answer says so.
  /// Nil: nothing takes parcels, and the answer says nothing of them, as that of a release that knows none.
  func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?)
}

/// Something that a peer is to keep. What it is, its two ends know; the channel only carries it, at most `largest` bytes of it.
package struct PeerParcel: Hashable, Codable, Sendable {
  /// Bytes of `body` that are carried at most.
  package static let largest = 8_192
  /// Such as `ticket`.
  package var kind: String
  /// The sender's number, which the answer repeats.
  package var number: UInt64
  package var body: String

  package init(kind: String, number: UInt64, body: String) {
    self.kind = kind
    self.number = number
    self.body = body
  }
}

/// What connectors of one resource location tell each other: one line of JSON in each direction.
package struct PeerHello: Hashable, Codable, Sendable {
  package var fqdn: String
  package var connectorID: String
  /// The daemon's boot: it changes when the peer's process starts anew.
  package var boot: String
  /// The fqdn that the sender holds for elected; nil when it has not decided.
  package var elected: String?
  /// The cloud answered the sender just now, or failed it; nil when it has no fresh proof, or is of a release that does not tell.
  package var reachesCloud: Bool?
  /// The sender's outage mode, such as `extendedHA`; nil: of a release that does not tell.
  package var mode: String?
  /// Something to be kept at the other end. A release that knows no parcels reads over it and answers as it answers any hello.
  package var parcel: PeerParcel?
  /// In an answer: the number of the parcel that is kept now.
  package var kept: UInt64?

  package init(fqdn: String, connectorID: String, boot: String, elected: String?, reachesCloud: Bool? = nil, mode: String? = nil) {
    self.fqdn = fqdn
    self.connectorID = connectorID
    self.boot = boot
    self.elected = elected
    self.reachesCloud = reachesCloud
    self.mode = mode
  }
}

/// Why a peer could not be asked.
package struct PeerFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable {
    /// The address is not `host:port`.
    case badAddress
    /// Nothing answers there.
    case unreachable
    case timeout
    /// This connector has no certificate yet.
    case noIdentity
    /// The peer's certificate, its customer or the connector id in its hello is not what it must be.
    case untrusted
    /// It answered something that is not a hello.
    case protocolViolation
  }
  package var kind: Kind
  package var detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }
  package var description: String { "\(kind.rawValue): \(detail)" }
}
