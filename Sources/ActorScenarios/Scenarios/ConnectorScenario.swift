import ActorKernel
import AgentSystem
import ServiceKit
import SimulatedWorld
import Supervision
import World

/// Agent System, WatchDog and Credential Provider, the real ones, under the real supervisor, with crashes, hangs and restarts while others ask them.
///
/// Checked: what was answered is there, also after restarts; an interface that was found is never one of the past for long; at rest every question
/// is answered, the WatchDog's view of the connector is the Agent System's, and it holds one connection at most; a stop ends all of it.
enum ConnectorScenario {
  static let scenario = Scenario(
    name: "connector", summary: "Agent System, WatchDog and Credential Provider under the supervisor, with crashes and restarts", body: run)

  static func run(_ run: ScenarioRun) async throws {
    let draw = run.random.fork("connector")
    let site = try SimulatedConnector(run)
    let spec = SupervisorSpec(
      children: site.children(), strategy: [.oneForOne, .restForOne][Int(draw.below(2))], restartBudget: 100, backOffInitial: .milliseconds(50),
      backOffMax: .milliseconds(400))
    let supervisor = try Supervisor(
      spec, clock: run.clock, random: run.random.fork("jitter"), events: site, executor: run.kernel.executor)
    site.supervisor = supervisor
    let running = Task.detached { await run.activity("the supervisor runs") { await supervisor.run() } }
    let clients =
      [ServiceName.configSynchronizer, .highAvailability].map { name in
        Task.detached { await SettingClient(name, site, run).work() }
      } + [
        Task.detached { await MaintenanceClient(site, run, "first").work() }, Task.detached { await MaintenanceClient(site, run, "second").work() },
        Task.detached { await SecretClient(site, run).work() }, Task.detached { await crowd(site, run) },
      ]
    let restarts = Task.detached {
      let draw = run.random.fork("restarts by hand")
      for _ in 0..<1 + draw.below(4) {
        await run.pause(draw, below: .milliseconds(600))
        _ = await supervisor.restart(["agent-system", "watchdog", "credential-provider"][Int(draw.below(3))])
      }
    }
    if run.has(.staleInterface) {
      try await run.clock.sleep(for: .milliseconds(200))
      site.warm()
    }
    for client in clients { await run.activity("a client of the services works") { await client.value } }
    await restarts.value
    site.endMischief()
    // Deadlines of what was under way, back-offs, starts.
    try await run.clock.sleep(for: .seconds(20))
    await site.judgeRest()
    run.note("stop")
    supervisor.stop()
    let outcome = await run.activity("the supervisor stops") { await running.value }
    run.check(outcome == .stopped, "the supervisor ended with \(outcome)")
    try await run.clock.sleep(for: .seconds(1))
    site.judgeEnd()
  }
}

extension ConnectorScenario {
  /// Many who ask at the same moment, some a few jobs later: they must all come in by one connection.
  static func crowd(_ site: SimulatedConnector, _ run: ScenarioRun) async {
    let context = site.context(.highAvailability, uses: [.watchDog])
    let draw = run.random.fork("crowd")
    for _ in 0..<10 {
      try? await run.clock.sleep(for: .milliseconds(90))
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<5 {
          let steps = draw.below(30)
          group.addTask {
            for _ in 0..<steps { await Task.yield() }
            _ = try? await context.elevate(.registryRead(KnownRegistryKeys.lhcEnabled))
          }
        }
      }
    }
  }
}

/// Writes a setting of its own through the WatchDog, as services do.
struct SettingClient {
  private let context: ServiceContext
  private let run: ScenarioRun
  private let draw: SeededRandom
  private let path: RegistryPath?

  init(_ name: ServiceName, _ site: SimulatedConnector, _ run: ScenarioRun) {
    context = site.context(name, uses: [.watchDog])
    self.run = run
    draw = run.random.fork("settings of \(name.rawValue)")
    path = try? RegistryPath(#"HKLM\Software\Citrix\Simulated\Of \#(name.rawValue)"#)
  }

  func work() async {
    guard let path else { return run.fail("the setting's path is none") }
    var (attempted, certain): (Int64, Int64) = (0, 0)
    for _ in 0..<12 {
      await run.pause(draw, below: .milliseconds(150))
      do {
        if draw.below(2) == 0 {
          attempted += 1
          let value = attempted
          let answer = try await run.activity("\(context.service.rawValue) writes a setting") {
            try await context.elevate(.registryWrite(path, .integer(value)))
          }
          if answer == .done { certain = value }
        } else if case .value(.registry(let found)) = try await context.elevate(.registryRead(path)) {
          let value: Int64 = if case .integer(let number) = found { number } else { 0 }
          run.check(
            (certain...attempted).contains(value), "\(context.service.rawValue) reads \(value); \(certain) was certain, \(attempted) asked last")
        }
      } catch {
        run.check(
          error is AgentCallError || error is ServiceUnavailable || error is CancellationError, "\(context.service.rawValue) was told \(error)")
        // What was under way is done or lost by then.
        try? await run.clock.sleep(for: .milliseconds(80))
      }
    }
  }
}

/// One of two administrators who set and end maintenance without knowing of each other.
struct MaintenanceClient {
  private let site: SimulatedConnector
  private let run: ScenarioRun
  private let draw: SeededRandom

  init(_ site: SimulatedConnector, _ run: ScenarioRun, _ name: String) {
    self.site = site
    self.run = run
    draw = run.random.fork("maintenance by the \(name)")
  }

  func work() async {
    for round in 0..<6 {
      // At the same moments as the other one.
      try? await run.clock.sleep(for: .milliseconds(100 * Int64(1 + draw.below(3))))
      let body = #"{"on":\#(draw.below(2) == 0),"reason":"round \#(round)"}"#
      do {
        _ = try await run.activity("an administrator sets maintenance") {
          try await site.registry.wire(of: .watchDog).call("maintenance", Array(body.utf8), from: .control(uid: 0))
        }
      } catch { run.check(error is WireError || error is ServiceUnavailable || error is CancellationError, "an administrator was told \(error)") }
    }
  }
}

/// Keeps a secret and reads it again.
struct SecretClient {
  private let context: ServiceContext
  private let run: ScenarioRun
  private let draw: SeededRandom

  init(_ site: SimulatedConnector, _ run: ScenarioRun) {
    context = site.context(.adProvider, uses: [.credentialProvider])
    self.run = run
    draw = run.random.fork("secrets")
  }

  func work() async {
    var (attempted, certain): (UInt8, UInt8) = (0, 0)
    for _ in 0..<12 {
      await run.pause(draw, below: .milliseconds(150))
      do {
        let store = try context.find(.credentials)
        if draw.below(2) == 0 {
          attempted += 1
          try await store.put("password", [attempted], for: .adProvider)
          certain = attempted
        } else {
          let value = try await store.get("password", for: .adProvider).first ?? 0
          run.check((certain...attempted).contains(value), "the secret is \(value); \(certain) was certain, \(attempted) kept last")
        }
      } catch let error as ServiceUnavailable {
        run.check(error.reason != .notEarlier, "the Credential Provider is \(error)")
      } catch { run.check(certain == 0, "the secret \(certain) was kept, and now: \(error)") }
    }
  }
}
