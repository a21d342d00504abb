import ServiceKit
import Synchronization
import World

/// Gives parcels to the peers that answer at present.
struct PeerKeeper: PeerKeeping {
  let peers: any PeerChannel
  let standing: Latest<Standing>

  func keep(_ parcel: PeerParcel, by fqdn: String?, within limit: Duration) async -> PeersKept {
    guard let now = standing.value, var hello = now.hello else { return PeersKept(kept: 0, failed: 0) }
    hello.parcel = parcel
    let carried = hello
    return await withTaskGroup(of: Bool.self) { group in
      for peer in now.peers.map(\.server) where fqdn == nil || fqdn == peer.fqdn {
        guard let address = peer.peerAddress else { continue }
        group.addTask { [peers] in
          let answer = try? await peers.probe(address, hello: carried, timeout: limit)
          return answer?.kept == parcel.number && answer?.connectorID == peer.uuid
        }
      }
      return await group.reduce(into: PeersKept(kept: 0, failed: 0)) { counts, isKept in
        if isKept { counts.kept += 1 } else { counts.failed += 1 }
      }
    }
  }

  func arrivals() -> AsyncStream<String> {
    let changes = standing.changes()
    return AsyncStream { continuation in
      let task = Task {
        var known: Set<Standing.Peer> = []
        for await standing in changes {
          for peer in standing.peers where !known.contains(peer) { continuation.yield(peer.server.fqdn) }
          known = Set(standing.peers)
        }
        continuation.finish()
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?) { peers.setTaker(take) }
}
