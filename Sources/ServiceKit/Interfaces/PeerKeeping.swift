import World

/// Things that must outlive this connector's process, such as tickets, are given to the peers that answer at present.
package protocol PeerKeeping: Sendable {
  /// Gives the parcel to every peer that answers, or only to that one, and returns when each has it or has failed, `limit` at the latest.
  func keep(_ parcel: PeerParcel, by fqdn: String?, within limit: Duration) async -> PeersKept
  /// The fully qualified names of the peers that answer now, and then of each that begins to answer, or answers as another process: it has nothing of what was given meanwhile.
  func arrivals() -> AsyncStream<String>
  /// What is done with parcels of peers, whoever is elected; nil: nothing takes them, and peers are told so.
  /// True: it is kept here. The peer is known by its certificate to be a connector of the same customer.
  func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?)
}

/// How a parcel fared.
package struct PeersKept: Hashable, Sendable {
  package var kept: Int
  /// Peers that answered before and did not take it: gone, too slow, or of a release that takes none.
  package var failed: Int

  package init(kept: Int, failed: Int) {
    self.kept = kept
    self.failed = failed
  }
}

extension ServiceKey where Interface == any PeerKeeping {
  package static var peerKeeping: Self { Self(.highAvailability) }
}
