import CloudAPI
import ServiceKit
import Testing
import World

@testable import HighAvailabilityService

/// Peers as the test plays them: each takes parcels, or does not.
private struct Takers: PeerChannel {
  let takes: Set<String>
  var address: String { "127.0.0.1:1" }
  func setAnswer(_ hello: (@Sendable () -> PeerHello)?) {}
  func setTaker(_ take: (@Sendable (PeerParcel) async -> Bool)?) {}
  func probe(_ address: String, hello: PeerHello, timeout: Duration) async throws -> PeerHello {
    var answer = PeerHello(fqdn: "\(address).x", connectorID: address, boot: "b", elected: nil)
    if takes.contains(address) { answer.kept = hello.parcel?.number }
    return answer
  }
}

@Suite struct PeerKeeperTests {
  private static func peer(_ name: String, boot: String = "1") -> Standing.Peer {
    Standing.Peer(server: EdgeServer(fqdn: "\(name).x", uuid: name, peerAddress: name), boot: boot)
  }
  private static func standing(_ peers: [Standing.Peer]) -> Standing {
    Standing(
      view: OutageView(mode: "workingNormally", brokersHere: false), hello: PeerHello(fqdn: "c1.x", connectorID: "c1", boot: "b", elected: nil),
      peers: peers)
  }

  @Test func aParcelGoesToAllOrToOne() async {
    let latest = Latest<Standing>()
    let keeper = PeerKeeper(peers: Takers(takes: ["c2"]), standing: latest)
    let parcel = PeerParcel(kind: "ticket", number: 5, body: "{}")
    #expect(await keeper.keep(parcel, by: nil, within: .seconds(1)) == PeersKept(kept: 0, failed: 0), "nobody is known yet")
    latest.set(Self.standing([Self.peer("c2"), Self.peer("c3")]))
    #expect(await keeper.keep(parcel, by: nil, within: .seconds(1)) == PeersKept(kept: 1, failed: 1))
    #expect(await keeper.keep(parcel, by: "c2.x", within: .seconds(1)) == PeersKept(kept: 1, failed: 0))
    #expect(await keeper.keep(parcel, by: "c3.x", within: .seconds(1)) == PeersKept(kept: 0, failed: 1))
    #expect(await keeper.keep(parcel, by: "c4.x", within: .seconds(1)) == PeersKept(kept: 0, failed: 0), "it does not answer")
  }

  @Test func whoBeginsToAnswerArrivesAndSoDoesAnotherProcess() async {
    let latest = Latest<Standing>()
    var arrivals = PeerKeeper(peers: Takers(takes: []), standing: latest).arrivals().makeAsyncIterator()
    latest.set(Self.standing([Self.peer("c2"), Self.peer("c3")]))
    #expect(await arrivals.next() == "c2.x")
    #expect(await arrivals.next() == "c3.x")
    latest.set(Self.standing([Self.peer("c3")]))
    latest.set(Self.standing([Self.peer("c2"), Self.peer("c3")]))
    #expect(await arrivals.next() == "c2.x", "it was away")
    latest.set(Self.standing([Self.peer("c2"), Self.peer("c3", boot: "2")]))
    #expect(await arrivals.next() == "c3.x", "it was started anew between two looks")
  }
}
