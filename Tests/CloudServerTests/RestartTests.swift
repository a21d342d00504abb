import CloudAPI
import CloudServer
import CloudStore
import Foundation
import SimulatedCloud
import SimulatedWorld
import Testing
import World

/// The service on a real database, over its own end.
@Suite struct RestartTests {
  private func service(_ path: String, _ cloud: ServerFixture) throws -> (CloudService, CloudStore) {
    let (store, records) = try CloudService.openStore(path: path, clock: cloud.clock, events: cloud.events)
    let ports = CloudService.Ports(
      clock: cloud.clock, random: SeededRandom(seed: 2), events: cloud.events, certificates: cloud.signer, store: store)
    return (CloudService(settings: CloudSettings(), records: records, ports: ports), store)
  }

  @Test func whatWasAnsweredIsThereAgainAndADamagedDatabaseIsReported() async throws {
    let folder = NSTemporaryDirectory() + "cloud-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/cloud.sqlite"
    let cloud = try await ServerFixture()

    let (first, firstStore) = try service(path, cloud)
    try await first.seed(
      customers: [CustomerRecord(id: "acme", name: "Acme")],
      clients: [.init(customer: "acme", id: "acme-client", name: "i", secret: "acme+secret&=")],
      locations: [LocationRecord(customer: "acme", model: ResourceLocationModel(id: "acme-rl", name: "Berlin"))])
    await first.use(cloud.links, address: "127.0.0.1:1")
    let http = CloudHTTP(service: first, labToken: "t")
    let answer = await http.answer(
      APIRequest(method: "POST", target: "/acme/connectors/register", body: Array(cloud.registration("c1").utf8)))
    let id = try answer.decode(RegistrationAnswer.self).id
    #expect(try await first.publish(customer: "acme", location: "acme-rl", configuration: Array("{}".utf8)) == 1)
    firstStore.close()

    let (second, secondStore) = try service(path, cloud)
    let peer = LinkPeer(customer: "acme", connectorID: id, serial: "1")
    #expect(await second.state().connectors.map(\.id) == [id])
    #expect(await second.admit(peer) == nil, "its certificate is still good")
    #expect(await second.answer(LinkRequest(path: ConnectorPaths.configuration), from: peer).status == 200)
    secondStore.close()

    try Data("rubbish".utf8).write(to: URL(fileURLWithPath: path))
    let (third, thirdStore) = try service(path, cloud)
    #expect(cloud.events.names.contains("cloud.store-rebuilt"))
    #expect(await third.state().connectors.isEmpty)
    thirdStore.close()
  }
}
