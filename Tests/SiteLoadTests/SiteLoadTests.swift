import Broker
import LiveWorld
import SimulatedSite
import SimulatedWorld
import SiteLoad
import Testing
import World

/// Machines and StoreFront over real sockets on loopback, against a broker of the test.
@Suite struct SiteLoadTests {
  private struct Site {
    let client = SiteClient()
    let broker: FakeBroker
    let brokerAddress: String
    let machines: MachineHost
    let machineAddress: String
    private let server: SiteServer

    /// Machines at a port of their own; `dead` more connectors answer nobody.
    init(_ count: Int, deadConnectors: Int = 0) async throws {
      broker = FakeBroker(client)
      brokerAddress = try await broker.start()
      let host = Holder()
      server = try await SiteServer.start { await host.machines?.answer($0, $1, $2) }
      machineAddress = server.address
      let connectors =
        [MachineHost.Connector(name: "c1", address: brokerAddress)]
        + (0..<deadConnectors).map { .init(name: "dead\($0)", address: "http://127.0.0.1:1") }
      machines = MachineHost(
        (1...count).map { SiteMachine(name: "VDA-\($0)", dnsName: "vda-\($0).forest1.local", isMultiSession: true) }, connectors: connectors,
        base: machineAddress, start: 1, seed: 5, client: client, clock: LiveClock()
      ) { $0.startWithin = .milliseconds(10) }
      await host.hold(machines)
    }

    /// Returns when all its machines know that they are registered.
    func allRegistered() async throws {
      await machines.reached { $0.machines.map { $0.registered == $0.machines } ?? true }
    }

    /// A StoreFront works until `enough`, and everything that it was promised has been checked.
    func run(_ front: StoreFrontHost, until enough: @escaping @Sendable (BrokeringTally) -> Bool) async throws -> BrokeringTally {
      let work = Task { await front.run(until: LiveClock().now().moment + .seconds(120)) }
      await front.reached { $0.brokering.map(enough) ?? true }
      work.cancel()
      await work.value
      return try #require(await front.snapshot.brokering)
    }

    func close() async {
      await broker.stop()
      await server.stop()
      await client.close()
    }

    func storeFront(servers: [String]? = nil) -> StoreFrontHost {
      var settings = StoreFrontHost.Settings(
        rate: 20, servers: servers ?? [brokerAddress], users: [SiteUser(name: "alice", domain: "FOREST1"), SiteUser(name: "b<&>en", domain: "USER")])
      settings.bypass = .seconds(600)
      settings.patience = .seconds(60)
      return StoreFrontHost(settings, client: client, clock: LiveClock()) { [machineAddress] in [machineAddress] }
    }
  }

  private actor Holder {
    private(set) var machines: MachineHost?
    func hold(_ machines: MachineHost) { self.machines = machines }
  }

  @Test func machinesRegisterPastDeadConnectorsAndSayFarewell() async throws {
    let site = try await Site(60, deadConnectors: 1)
    await site.machines.begin()
    try await site.allRegistered()
    #expect(await site.broker.registered["VDA-7"]?.callback == "\(site.machineAddress)/machines/VDA-7")
    await site.machines.stop(within: .seconds(20))
    #expect(await site.broker.farewells.count == 60)
    let last = try #require(await site.machines.snapshot.machines)
    #expect(last.registered == 0 && last.tally.registrations == 60 && last.storms.first?.isOver == true)
    await site.close()
  }

  @Test func whatIsAcknowledgedIsKept() async throws {
    let site = try await Site(3)
    await site.machines.begin()
    try await site.allRegistered()
    let front = site.storeFront(servers: ["http://127.0.0.1:1", site.brokerAddress])
    let tally = try await site.run(front) { $0.launches.acknowledged >= 8 }
    #expect(tally.launches.kept == tally.launches.acknowledged)
    #expect(tally.tickets.kept == tally.tickets.acknowledged && tally.tickets.acknowledged == tally.launches.acknowledged)
    #expect(tally.lost == 0 && tally.launches.unchecked == 0 && tally.enumerations > 0)
    // The dead one was passed by after it had failed.
    #expect(tally.failovers > 0 && tally.failovers < tally.latencies.count / 2)
    #expect(tally.latencies.quantile(0.99) != nil)
    await site.close()
  }

  @Test func aPromiseThatNoMachineKnowsIsLost() async throws {
    let site = try await Site(2)
    await site.machines.begin()
    try await site.allRegistered()
    await site.broker.set(lies: true)
    let front = site.storeFront()
    let tally = try await site.run(front) { $0.launches.acknowledged >= 3 }
    #expect(tally.launches.lost == tally.launches.acknowledged && tally.launches.kept == 0)
    #expect(tally.tickets.lost == 0)
    await site.close()
  }

  @Test func whatIsRefusedIsFailedByItsReason() async throws {
    let site = try await Site(1)
    let front = site.storeFront()
    await site.broker.set(away: true)
    let tally = try await site.run(front) { !$0.enumerationsFailed.isEmpty && $0.healthChecksFailed > 0 }
    #expect(tally.enumerationsFailed.keys.sorted() == ["service-unavailable"] && tally.lost == 0)
    await site.close()
  }

  @Test func strangersAndNonsenseAtTheMachinesPortAreAnswered() async throws {
    let site = try await Site(1)
    let arrival = Array("{\"session\":\"s\"}".utf8)
    let unknown = await site.client.post("\(site.machineAddress)/machines/VDA-1/connect", arrival, within: .seconds(10))
    #expect(unknown.map { String(decoding: $0.body, as: UTF8.self) } == "{\"isKnown\":false}")
    #expect(await site.client.post("\(site.machineAddress)/machines/VDA-1", Array("nonsense".utf8), within: .seconds(10))?.status == 404)
    #expect(await site.client.get("\(site.machineAddress)/nothing", within: .seconds(10))?.status == 404)
    let shown = await site.client.get("\(site.machineAddress)/snapshot", within: .seconds(10))
    #expect(shown.flatMap { SiteSnapshot.read($0.body) }?.machines?.machines == 1)
    await site.close()
  }
}

@Suite struct SiteRegisterTests {
  private func entry(_ pid: Int32, last: Int64? = nil) -> SiteRegister.Entry {
    SiteRegister.Entry(
      kind: .vda, pid: pid, address: "http://127.0.0.1:\(pid)", last: last.map { SiteSnapshot(.vda, pid: pid, time: WallTime(seconds: $0)) })
  }

  @Test func processesAreFoundAndOldOnesForgotten() throws {
    let files = MemoryFiles()
    try files.makeDirectory("/lab", mode: 0o700)
    let register = SiteRegister(root: "/lab", files: files)
    #expect(register.entries().isEmpty)
    try register.put(entry(1))
    for pid in 2...40 { try register.put(entry(Int32(pid), last: Int64(pid))) }
    #expect(register.entries().count == 17 && register.entries().first?.pid == 1 && register.entries().last?.pid == 40)
    #expect(register.entries(.storefront).isEmpty)
    try files.replace("/lab/site/vda-99.json", with: Array("{".utf8), mode: 0o600, step: "test")
    #expect(register.entries().count == 17)
  }
}
