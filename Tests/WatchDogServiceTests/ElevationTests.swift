import AgentSystem
import EventCatalog
import ServiceKit
import SimulatedWorld
import Testing
import World

@Suite struct ElevationTests {
  @Test func aServiceIsServedInItsOwnName() async throws {
    try await withRig { rig async throws in
      let answer = try await rig.adProvider.elevate(.registryRead(KnownRegistryKeys.productVersionBase))
      #expect(answer == .value(.registry(.string("6.109.0"))))
      #expect(try rig.audit().contains(#""asker":"ad-provider","caller":"watchdog""#))
      #expect(try await rig.highAvailability.elevate(.registryWrite(KnownRegistryKeys.lhcIsElected, .integer(1))) == .done)
      #expect(try await rig.adProvider.elevate(.registryRead(KnownRegistryKeys.lhcIsElected)) == .value(.registry(.integer(1))))
    }
  }

  /// Denied by the table before it reaches the Agent System; said as an event.
  @Test func whatTheTableDoesNotPermitIsDeniedHere() async throws {
    try await withRig { rig async throws in
      for operation in [
        PrivilegedOperation.setMaintenance(true, reason: ""), .restartService(.logger), .registryWrite(KnownRegistryKeys.lhcIsElected, .integer(1)),
      ] {
        guard case .refused(let refusal) = try await rig.adProvider.elevate(operation) else {
          Issue.record("\(operation) was permitted")
          continue
        }
        #expect(refusal.reason == .notPermitted)
      }
      let event = await rig.sink.first("watchdog.elevation-denied")
      _ = try await rig.wire("registry-list")
      #expect(event.values["asker"] == .text("ad-provider"))
      #expect(try !rig.audit().contains("ad-provider"))
    }
  }

  @Test func aServiceThatDoesNotNameTheWatchDogCannotAskIt() async throws {
    try await withRig { rig async throws in
      await #expect(throws: ServiceUnavailable(service: .watchDog, reason: .notEarlier)) {
        try await rig.context(.adProvider, uses: []).elevate(.registryRead(KnownRegistryKeys.configured))
      }
    }
  }

  /// Even one that names the Agent System among those that it calls.
  @Test func onlyTheWatchDogMayConnectToTheAgentSystem() async throws {
    try await withRig { rig async throws in
      #expect(throws: Refusal.self) { try rig.context(.adProvider, uses: [.agentSystem]).connectToAgentSystem() }
      #expect(throws: ServiceUnavailable(service: .agentSystem, reason: .notEarlier)) { try rig.adProvider.connectToAgentSystem() }
      let event = await rig.sink.first("agent-system.caller-denied")
      #expect(event.values["caller"] == .text("ad-provider"))
    }
  }

  @Test func theAgentSystemMayGoAndComeBack() async throws {
    try await withRig { rig async throws in
      #expect(try await rig.adProvider.elevate(.registryRead(KnownRegistryKeys.configured)) == .value(.registry(.integer(1))))
      await rig.stop(.agentSystem)
      await #expect(throws: ServiceUnavailable(service: .agentSystem, reason: .notRunning)) {
        try await rig.adProvider.elevate(.registryRead(KnownRegistryKeys.configured))
      }
      _ = await rig.sink.first("watchdog.agent-system-unreachable")
      #expect(try await rig.wire("status").contains(#"agentSystemReachable":false"#))
      await rig.startAgentSystem(2)
      #expect(try await rig.adProvider.elevate(.registryRead(KnownRegistryKeys.configured)) == .value(.registry(.integer(1))))
      _ = await rig.sink.first("watchdog.agent-system-reachable")
    }
  }

  /// What was set before is known after a restart of both, without anyone asking.
  @Test func theStandingIsLearnedAtTheStart() async throws {
    let rig = try Rig()
    await rig.start()
    _ = try await rig.wire("maintenance", #"{"on":true,"reason":"patching"}"#)
    _ = try await rig.wire("schedule-restart", #"{"delay":"1h"}"#)
    await rig.stop()
    rig.sink.clear()
    await rig.start(2)
    let standing = try await learned(rig)
    #expect(standing.inMaintenance && standing.maintenanceReason == "patching")
    #expect(standing.restart?.target == .machine)
    #expect(standing.restart?.dueAt == rig.clock.now().wall + .seconds(3600))
    await rig.stop()
  }

  /// The standing once both lessons have been read: each is a finished operation of the Agent System, then two turns of the mailbox.
  private func learned(_ rig: Rig) async throws -> ConnectorStanding {
    let face = try rig.registry.find(ServiceKey<any Elevating>.elevation)
    while true {
      let standing = try await face.standing()
      if standing.inMaintenance, standing.restart != nil { return standing }
      await Task.yield()
    }
  }

  @Test func aStoppedWatchDogAnswersNobody() async throws {
    let rig = try Rig()
    await rig.start()
    await rig.stop()
    await #expect(throws: ServiceUnavailable(service: .watchDog, reason: .notRunning)) {
      try await rig.adProvider.elevate(.registryRead(KnownRegistryKeys.configured))
    }
    #expect(throws: ServiceUnavailable.self) { try rig.registry.wire(of: .watchDog) }
  }
}
