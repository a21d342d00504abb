import ConnectorSettings
import ControlAPI
import EventCatalog
import EventHub
import Foundation
import LiveWorld
import NIOPosix
import Testing
import World

@testable import Daemon

/// Who is restarted with a service that has crashed, as the events tell it. The connector is a whole one, without a cloud.
@Suite(.timeLimit(.minutes(2))) struct StrategyTests {
  /// The supervisor's children, in the order of starting.
  static let order = [
    Connector.linkID, "agent-system", "logger", "watchdog", "credential-provider", "ad-provider", "config-synchronizer", "high-availability",
  ]

  @Test(arguments: [
    (ConnectorConfiguration.Supervision.Strategy.oneForOne, ["credential-provider"]), (.restForOne, Array(order[4...])), (.oneForAll, order),
  ])
  func aCrashRestarts(_ strategy: ConnectorConfiguration.Supervision.Strategy, _ expected: [String]) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "daemon-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let connector = connector(folder, strategy)
    var records = connector.hub.subscribe(buffer: 4096).records.makeAsyncIterator()
    let running = Task { await connector.run() }

    var ready: [String] = []
    while ready.count < Self.order.count, let record = await records.next() { ready += Self.ready(record, incarnation: 1) }
    #expect(ready == Self.order)

    #expect(connector.faults.inject(.crash, into: .credentialProvider))
    var again: [String] = []
    while again.count < expected.count, let record = await records.next() { again += Self.ready(record, incarnation: 2) }
    connector.stop()
    #expect(await running.value == .stopped)
    // Those of before the stop and any that came after: nobody else was restarted.
    while let record = await records.next() { again += Self.ready(record, incarnation: 2) }
    #expect(again == expected)
  }

  private static func ready(_ record: EventRecord, incarnation: Int) -> [String] {
    guard record.event.definition == SupervisorEvents.childReady, record.event.values["incarnation"] == .integer(incarnation),
      case .text(let child)? = record.event.values["service"]
    else { return [] }
    return [child]
  }

  private func connector(_ folder: String, _ strategy: ConnectorConfiguration.Supervision.Strategy) -> Connector {
    var configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.corp.example", customer: "acme", resourceLocation: "r", clientID: "i", clientSecretFile: "\(folder)/none"),
      cloud: .init(url: "https://127.0.0.1:1", caFile: "\(folder)/none"))
    configuration.state.directory = folder
    configuration.supervision.strategy = strategy
    configuration.supervision.backoffInitial = TimeSpan(.milliseconds(1))
    configuration.testbed.faults = true
    return Connector(
      configuration: configuration,
      ports: ConnectorPorts(
        clock: LiveClock(), random: SystemRandom(), files: DiskFiles(), outputs: [], eventLoops: MultiThreadedEventLoopGroup.singleton,
        processID: Int(getpid())))
  }
}
