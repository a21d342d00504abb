import Foundation
import Glibc
import Testing

extension SweepTests {
  /// The cloud's first minutes with a connector, killed at each durable step and each transaction of its database; it comes back, and the connector to it.
  @Test(.timeLimit(.minutes(10))) func aCloudKilledAtEachStep() async throws {
    let points = try await Self.record("CONNECTOR_LAB") { environment in
      let cloud = try CloudUnderTest()
      #expect(try await cloud.start(environment))
      let swept = SweptConnector(try ConnectorUnderTest(of: cloud, fqdn: "s1.forest1.local"))
      try swept.connector.start()
      #expect(await swept.settled())
      #expect(await swept.connector.stop() == 0)
      await Self.end(cloud)
    }
    let steps = SweepPoint.steps(points)
    for step in ["lab.cloud-keys", "lab.cloud-ca", "lab.client-secret", "lab.cloud-endpoints", "cloud.create", "cloud.commit"] {
      #expect(steps.contains(step), "the run does not pass \(step): \(steps)")
    }

    // Transactions differ from each other: set up, configuration, registration, first contact.
    let here = points.filter { $0.isTried(always: $0.step == "cloud.commit" ? 4 : 1) }
    await SweepQueue(here).sweep("cloud") { worker, point in
      let cloud = try CloudUnderTest()
      do { try await Self.killAndReturn(cloud, "s\(worker).forest1.local", point) } catch {
        cloud.program?.signal(SIGKILL)
        cloud.remove()
        throw error
      }
      await cloud.stop()
      cloud.remove()
    }
  }

  private static func killAndReturn(_ cloud: CloudUnderTest, _ fqdn: String, _ point: SweepPoint) async throws {
    let isUp = try await cloud.start(["CONNECTOR_LAB_DIE_AT": "\(point)"])
    // Killed before its ports are open, it has told nobody where it is: there is no connector yet.
    let early = isUp ? SweptConnector(try ConnectorUnderTest(of: cloud, fqdn: fqdn)) : nil
    try early?.connector.start()
    // Up and used, it is killed by what the connector makes it do.
    let code = await cloud.program?.end()
    let isBack = code == SIGKILL ? try await cloud.start() : false
    let swept = try early ?? SweptConnector(try ConnectorUnderTest(of: cloud, fqdn: fqdn))
    try await swept.toItsEnd {
      guard code == SIGKILL else { throw NotKilled(description: "it was not killed there, but ended with \(code ?? -1)") }
      guard isBack else { throw SweptConnector.Wrong(description: "it does not start again; its events: \(cloud.events)") }
      if early == nil { try swept.connector.start() }
      guard await swept.settled() else { throw SweptConnector.Wrong(description: "the connector ended") }
      try await swept.checkHealth(nil, mayChange: true)
      for code in [20012, 20014] where cloud.events.contains(" \(code) ") {
        throw SweptConnector.Wrong(description: "a kill is told as damage: \(cloud.events)")
      }
    }
  }
}

extension CloudUnderTest {
  var events: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
}
