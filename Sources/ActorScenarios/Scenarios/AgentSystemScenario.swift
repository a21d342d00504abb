import ActorKernel
import AgentSystem
import SimulatedWorld
import World

/// The Agent System with concurrent clients over its own transport and frames, on a simulated disk, with disconnects, cancelled calls, repeated request
/// ids and a machine that goes down in the middle and comes back with the same disk.
///
/// Checked: each call ends once; an id is done at most once and answered alike; what was answered `done` is there after a crash, and no client's write
/// overwrites another's; an audit line stands before each effect and another after each operation; a restart that was cancelled never comes.
enum AgentSystemScenario {
  static let scenario = Scenario(
    name: "agent-system", summary: "AgentSystemHost and its client: concurrent requests, disconnects, repeated ids, a crash in the middle", body: run)

  /// Whose restart is a plain effect: none of them carries the answer.
  static let services: [ServiceName] = [.adProvider, .webRelay, .cdfCapture, .remoteBroker]

  static func run(_ run: ScenarioRun) async throws {
    let draw = run.random.fork("agent-system")
    let machine = try Machine(run)
    await machine.start()
    let crashes = run.plant == nil ? Int(draw.below(3)) : 2
    let clients = (0..<2 + Int(draw.below(3))).map { number in
      Task.detached { await AgentClient(number, machine, run).work(rounds: run.plant == nil ? 8 : 14) }
    }
    let administrator = Task.detached { await RestartClient(machine, run).work() }
    for number in 0..<crashes {
      let isAtStep = run.plant == nil && draw.below(2) == 0
      if isAtStep { machine.goDownAtStep(draw) }
      await run.pause(draw, below: .milliseconds(400))
      run.note("crash \(number + 1)")
      await machine.crash(tearing: draw.below(2) == 0 ? draw : nil)
    }
    for client in clients { await run.activity("an Agent System client works") { await client.value } }
    await run.activity("the administrator works") { await administrator.value }
    // Effects that outlived their deadline, and restarts that were scheduled.
    try await run.clock.sleep(for: .seconds(20))
    await machine.stop()
    machine.judge()
  }
}
