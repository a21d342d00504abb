import Foundation
import Glibc
import Testing

/// Kills at every durable step, of real processes. A suite of its own beside the others, because it takes the whole machine.
@Suite(.serialized) struct SweepTests {
  /// A connector's first minutes, killed at each durable step that they pass; then it is started again without it.
  @Test(.timeLimit(.minutes(10))) func aConnectorKilledAtEachStepOfItsFirstRun() async throws {
    let clouds = try await Self.clouds()
    let points = try await Self.record { environment in
      let swept = SweptConnector(try ConnectorUnderTest(of: clouds[0], fqdn: "s1.forest1.local"))
      try swept.connector.start(environment)
      #expect(try await swept.work(), "\(swept.refusal)")
      #expect(await swept.connector.stop() == 0)
    }
    let steps = SweepPoint.steps(points)
    for step in Self.expectedOfAFirstRun { #expect(steps.contains(step), "the run does not pass \(step): \(steps)") }

    await SweepQueue(points.filter { $0.isTried() }).sweep("connectord, first run") { worker, point in
      let swept = SweptConnector(try ConnectorUnderTest(of: clouds[worker - 1], fqdn: "s\(worker).forest1.local"))
      try await swept.toItsEnd {
        try await Self.killed(swept, at: point) { _ = try await swept.work() }
        try await swept.check()
      }
    }
    for cloud in clouds { await Self.end(cloud) }
  }

  /// A start that finds damaged records and full audit logs sets them aside and rotates them; killed at each of those steps.
  @Test(.timeLimit(.minutes(10))) func aConnectorKilledWhileItSetsDamagedRecordsAside() async throws {
    let clouds = try await Self.clouds()
    var templates: [DamagedState] = []
    for (index, cloud) in clouds.enumerated() { templates.append(try await DamagedState.make(of: cloud, fqdn: "s\(index + 1).forest1.local")) }
    let made = templates
    let points = try await Self.record { environment in
      let swept = try made[0].copy(of: clouds[0])
      try swept.connector.start(environment)
      #expect(try await made[0].work(swept))
      #expect(await swept.connector.stop() == 0)
    }
    let steps = SweepPoint.steps(points)
    for step in DamagedState.steps { #expect(steps.contains(step), "the run does not pass \(step): \(steps)") }

    let here = points.filter { DamagedState.steps.contains($0.step) && $0.isTried() }
    await SweepQueue(here).sweep("connectord, damaged records") { worker, point in
      let swept = try made[worker - 1].copy(of: clouds[worker - 1])
      try await swept.toItsEnd {
        try await Self.killed(swept, at: point) { _ = try await made[worker - 1].work(swept) }
        try await swept.check(damageTold: DamagedState.told)
        try made[worker - 1].nothingIsLostSilently(swept.connector.state)
      }
    }
    for template in made { template.remove() }
    for cloud in clouds { await Self.end(cloud) }
  }

  /// The rest of the steps have scenarios of their own, or belong to the lab.
  static let expectedOfAFirstRun = [
    "daemon.running", "peer.address", "vault.root-key.create", "vault.manifest.a", "vault.manifest.b", "vault.record", "vault.root-key.next",
    "vault.root-key.promote", "link.identity", "configuration.swap", "agent-system.commit",
  ]

  /// Runs something with the steps written down, and reads them.
  static func record(_ program: String = "CONNECTORD", _ body: ([String: String]) async throws -> Void) async throws -> [SweepPoint] {
    let folder = try LabUnderTest.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(["\(program)_STEPS": "\(folder)/steps"])
    return try SweepPoint.passed("\(folder)/steps")
  }

  /// Starts it with the kill and lets it work; it must have been killed there.
  static func killed(_ swept: SweptConnector, at point: SweepPoint, _ work: () async throws -> Void) async throws {
    try swept.connector.start(["CONNECTORD_DIE_AT": "\(point)"])
    try await work()
    // A run that passes this step fewer times this time ends in order.
    swept.connector.program?.signal(SIGTERM)
    let code = await swept.connector.program?.end()
    guard code == SIGKILL else { throw NotKilled(description: "it was not killed there, but ended with \(code ?? -1) \(swept.refusal)") }
  }

  /// One for each worker, so that no connector is another's peer.
  static func clouds() async throws -> [CloudUnderTest] {
    let clouds = [try CloudUnderTest(), try CloudUnderTest()]
    for cloud in clouds { #expect(try await cloud.start()) }
    return clouds
  }

  static func end(_ cloud: CloudUnderTest) async {
    #expect(await cloud.stop() == 0)
    cloud.remove()
  }
}
