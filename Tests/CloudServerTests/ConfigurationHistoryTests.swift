import BrokerConfiguration
import CloudAPI
import CloudServer
import Crypto
import Testing
import World

@Suite struct ConfigurationHistoryTests {
  private static let hash: DigestFunction = { Array(SHA256.hash(data: $0)) }

  @Test func aConnectorThatReadsChangesGetsOnlyThoseAndTheyComeToTheWhole() async throws {
    let cloud = try await ServerFixture()
    let peer = LinkPeer(customer: "acme", connectorID: try await cloud.register("c1"), serial: "1")
    func get(_ known: Int?, readsChanges: Bool = true) async -> LinkResponse {
      let accept = readsChanges ? "\(ConfigurationChanges.contentType), application/json" : "application/json"
      let path = ConnectorPaths.configuration + (known.map { "?revision=\($0)" } ?? "")
      return await cloud.service.answer(LinkRequest(path: path, headers: ["accept": accept]), from: peer)
    }
    func publish(_ configuration: BrokerConfiguration) async throws {
      _ = try await cloud.service.publish(customer: "acme", location: "acme-rl", configuration: try configuration.canonicalBytes())
    }
    func whole(_ answer: LinkResponse) throws -> BrokerConfiguration {
      #expect(answer.headers["content-type"] == "application/json")
      return try BrokerConfiguration.read(json: answer.body)
    }
    var site = BrokerConfiguration.generate(machines: 200)
    try await publish(site)
    let first = try whole(await get(nil))
    site.machines[7].inMaintenance.toggle()
    try await publish(site)
    // A revision is known here once somebody was served it.
    let changed = await get(1)
    #expect(changed.headers["content-type"] == ConfigurationChanges.contentType && changed.headers["configuration-revision"] == "2")
    #expect(changed.body.count < 1_500)
    let changes = try ConfigurationChanges.read(json: changed.body)
    let applied = try changes.apply(to: first, digest: try first.digest(Self.hash), Self.hash)
    #expect(applied == (try whole(await get(nil))))
    #expect(await get(1).body == changed.body)

    // Who does not read them, what nobody was served here, and what is not worth it: the whole.
    #expect(try whole(await get(1, readsChanges: false)).revision == 2)
    #expect(try whole(await get(0)).revision == 2)
    try await publish(BrokerConfiguration.generate(machines: 200, seed: 9))
    #expect(try whole(await get(2)).revision == 3)
    #expect(await get(3).status == 304)
    // A connector that is new changes what all are served: who has it is in it.
    _ = try await cloud.register("c2")
    let grown = try ConfigurationChanges.read(json: await get(3).body)
    #expect(grown.edgeServers.put.map(\.object.fqdn) == ["c2.acme.test"] && grown.count == 1)
  }

  @Test func whatNoConnectorCouldReadIsServedAsItIs() async throws {
    let cloud = try await ServerFixture()
    let peer = LinkPeer(customer: "acme", connectorID: try await cloud.register("c1"), serial: "1")
    for text in [#"{"machines":[1]}"#, #"{"machines":[2]}"#] {
      _ = try await cloud.service.publish(customer: "acme", location: "acme-rl", configuration: Array(text.utf8))
      let answer = await cloud.service.answer(
        LinkRequest(path: ConnectorPaths.configuration + "?revision=1", headers: ["accept": ConfigurationChanges.contentType]), from: peer)
      #expect(answer.status == 304 || answer.headers["content-type"] == "application/json")
    }
  }
}
