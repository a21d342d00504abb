import CloudAPI
import ConnectorSettings
import EventCatalog
import EventHub
import Foundation
import LiveWorld
import NIOPosix
import Testing
import World

@testable import Daemon

/// What the cloud hears of updates from a whole connector, asked as over the link; without processes and without a cloud.
@Suite(.timeLimit(.minutes(2))) struct UpdateRequestTests {
  @Test func withoutReleasesTheHeartbeatSaysSoAndAnOrderFailsWithTheReason() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "daemon-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var configuration = ConnectorConfiguration(
      connector: .init(fqdn: "c1.corp.example", customer: "acme", resourceLocation: "r", clientID: "i", clientSecretFile: "\(folder)/none"),
      cloud: .init(url: "https://127.0.0.1:1", caFile: "\(folder)/none"))
    configuration.state.directory = folder
    let connector = Connector(
      configuration: configuration,
      ports: ConnectorPorts(
        clock: LiveClock(), random: SystemRandom(), files: DiskFiles(), outputs: [], eventLoops: MultiThreadedEventLoopGroup.singleton,
        processID: Int(getpid())))
    var records = connector.hub.subscribe(buffer: 4096).records.makeAsyncIterator()
    let running = Task { await connector.run() }
    while let record = await records.next() {
      if record.event.definition == SupervisorEvents.childReady, record.event.values["service"] == .text("high-availability") { break }
    }
    let link = LinkRequests(report: { await connector.report() }, calls: connector.calls)

    // The WatchDog tells it once it has looked at its machine.
    var report = try await heartbeat(link)
    while report.restartPending == nil { report = try await heartbeat(link) }
    #expect(report.update == nil)
    #expect(report.updatesBarred?.contains("state.releases") == true, "\(report.updatesBarred ?? "nothing stands against it")")

    let command = UpdateCommand(.install, token: 7, lasts: 600, version: "0.1.0.2")
    let answer = await order(command, link)
    #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
    report = try await heartbeat(link)
    while report.update?.stage != .failed { report = try await heartbeat(link) }
    #expect(report.update?.token == 7 && report.update?.version == "0.1.0.2")
    #expect(report.update?.reason.contains("release") == true, "\(report.update?.reason ?? "")")

    // And so it can go on as before.
    _ = await order(UpdateCommand(.leaveMaintenance, token: 7), link)
    while report.inMaintenance { report = try await heartbeat(link) }
    connector.stop()
    #expect(await running.value == .stopped)
  }

  private func order(_ command: UpdateCommand, _ link: LinkRequests) async -> LinkResponse {
    let body = (try? JSONEncoder().encode(command)) ?? Data()
    return await link.respond(to: LinkRequest(method: "POST", path: "/v1/services/watchdog/update-order", body: Array(body)))
  }

  private func heartbeat(_ link: LinkRequests) async throws -> ConnectorReport {
    let answer = await link.respond(to: LinkRequest(path: ConnectorPaths.heartbeat))
    #expect(answer.status == 200)
    return try JSONDecoder().decode(ConnectorReport.self, from: Data(answer.body))
  }
}
