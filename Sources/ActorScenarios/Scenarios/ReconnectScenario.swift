import ActorKernel
import AgentSystem
import ServiceKit
import SimulatedWorld
import World

/// The WatchDog's one connection to the Agent System, broken again and again while many ask at the same moment.
///
/// Checked: everybody is answered, by a value or a typed error; there is one connection at most once all have been answered, and none after the stop.
enum ReconnectScenario {
  static let scenario = Scenario(
    name: "reconnect", summary: "WatchDog and Agent System: the connection between them breaks while many ask", body: run)

  static func run(_ run: ScenarioRun) async throws {
    let draw = run.random.fork("reconnect")
    let site = try SimulatedConnector(run)
    let services = [ServiceName.agentSystem, .watchDog].map { name in
      Task.detached {
        let lifecycle = ServiceLifecycle(incarnation: 1, ready: { run.note("\(name.rawValue) is ready") }, onPing: { _ in })
        try await site.start(name, 1, lifecycle)
      }
    }
    try await run.clock.sleep(for: .milliseconds(50))
    let context = site.context(.highAvailability, uses: [.watchDog])
    for round in 1...10 {
      site.breakConnections()
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<5 {
          let steps = draw.below(60)
          group.addTask {
            for _ in 0..<steps { await Task.yield() }
            do {
              _ = try await run.activity("somebody asks in round \(round)") { try await context.elevate(.registryRead(KnownRegistryKeys.lhcEnabled)) }
            } catch { run.check(error is AgentCallError || error is ServiceUnavailable, "somebody was told \(error)") }
          }
        }
      }
      try await run.clock.sleep(for: .milliseconds(50))
      run.check(site.connections <= 1, "after round \(round) the WatchDog holds \(site.connections) connections to the Agent System")
    }
    for service in services.reversed() {
      service.cancel()
      _ = await run.activity("a service stops") { await service.result }
    }
    run.check(site.connections == 0, "after the stop \(site.connections) connections to the Agent System are open")
  }
}
