import Broker
import BrokerConfiguration
import BrokerServer
import Foundation
import LiveWorld
import SimulatedSite
import SiteLoad
import Synchronization
import World

/// Machines that all register at once, over real connections on loopback, with the real logic; and register anew when the broker has forgotten all of them, as the next elected connector has.
enum StormLoop {
  private enum Problem: Error { case lost(Int) }

  /// Machines beat every five seconds, so that the second storm is as short as that; in the field they notice within five minutes.
  private static let heartbeat = 10_000

  static func run(_ count: Int) async throws {
    OpenFiles.raise()
    let broker = LockedBroker(.outage, BrokerSite(site(count)))
    broker.serve(true)
    let server = try await BrokerServer.start(host: "127.0.0.1", port: 0, asking: broker)
    let client = SiteClient()
    let host = Mutex<MachineHost?>(nil)
    let callbacks = try await SiteServer.start { method, path, body in await host.withLock { $0 }?.answer(method, path, body) }
    let machines = MachineHost(
      (1...count).map { SiteMachine(name: "FOREST1\\M\($0)", dnsName: "m\($0).forest1.local", isMultiSession: true) },
      connectors: [.init(name: "c1", address: "http://\(server.address)")], base: callbacks.address, start: 1, seed: 5, client: client,
      clock: LiveClock()
    ) { $0.startWithin = .milliseconds(1) }
    host.withLock { $0 = machines }

    let first = Measurement.Mark.now
    await machines.begin()
    try await reached(machines) { $0.registered == count }
    Measurement("storm of first registrations", count: count, since: first).show()
    try check(broker, count)

    broker.serve(false)
    broker.serve(true)
    let again = Measurement.Mark.now
    try await reached(machines) { $0.registered == count && $0.tally.registrations >= 2 * count }
    Measurement("storm of registrations after the broker has forgotten all", count: count, since: again).show()
    try check(broker, count)

    await callbacks.stop()
    await server.stop()
    await client.close()
  }

  /// Looks now and then: a look goes over all machines, so one after each answer would be most of the work.
  private static func reached(_ machines: MachineHost, _ isSo: (SiteSnapshot.Machines) -> Bool) async throws {
    while await machines.snapshot.machines.map(isSo) != true { try await LiveClock().sleep(for: .milliseconds(20)) }
  }

  /// Of those that hold themselves for registered none is unknown to the broker.
  private static func check(_ broker: LockedBroker, _ count: Int) throws {
    let known = broker.counts.registered
    if known != count { throw Problem.lost(count - known) }
  }

  static func site(_ machines: Int) -> BrokerConfiguration {
    var configuration = BrokerConfiguration()
    configuration.revision = 1
    configuration.sites = [.init(name: "site", uuid: "site")]
    configuration.zones = [.init(name: "zone", uuid: "zone")]
    configuration.machineCatalogs = [
      .init(name: "catalog", zone: "zone", sessionSupport: .multiSession, allocation: .random, provisioning: .manual)
    ]
    configuration.machines = (1...machines).map {
      .init(name: "FOREST1\\M\($0)", dnsName: "m\($0).forest1.local", sid: "S-1-5-21-1-2-3-\(10_000 + $0)", catalog: "catalog")
    }
    configuration.settings = ["HeartbeatPeriodMs": .integer(heartbeat)]
    return configuration
  }
}
