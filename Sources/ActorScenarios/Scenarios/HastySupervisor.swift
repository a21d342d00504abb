import Supervision
import World

/// A supervisor whose stop goes over the children that it saw at its beginning, with awaits in between; a restart meanwhile adds one.
actor HastySupervisor: Supervising {
  private let specs: [ChildSpec]
  private let scenario: ScenarioRun
  private var tasks: [String: Task<Void, Never>] = [:]
  private var incarnations: [String: Int] = [:]
  private var alive = 0
  private var hasStopped = false
  private let other = Elsewhere()

  init(_ specs: [ChildSpec], _ run: ScenarioRun) {
    self.specs = specs
    scenario = run
  }

  func run() async -> SupervisorOutcome {
    if !incarnations.isEmpty { return .stopped }
    for spec in specs { start(spec) }
    try? await scenario.clock.sleep(for: .seconds(100_000))
    // The race: what a restart puts in from here on is not in the list that this goes over.
    for (id, task) in tasks {
      task.cancel()
      await task.value
      tasks[id] = nil
    }
    hasStopped = true
    if alive > 0 { scenario.fail("the supervisor stopped and \(alive) of its children live on") }
    return .stopped
  }

  /// The scenario cancels the run.
  nonisolated func stop() {}

  func again(_ id: String) async {
    guard !hasStopped, let task = tasks[id], let spec = specs.first(where: { $0.id == id }) else { return }
    task.cancel()
    await task.value
    await other.look()
    start(spec)
  }

  func changes() -> AsyncStream<SupervisorSnapshot> { AsyncStream { $0.finish() } }

  private func start(_ spec: ChildSpec) {
    if hasStopped { return scenario.fail("the supervisor stopped and starts \(spec.id)") }
    incarnations[spec.id, default: 0] += 1
    let id = spec.id
    alive += 1
    scenario.note("\(id) \(incarnations[id] ?? 1) starts")
    tasks[id] = Task {
      try? await scenario.clock.sleep(for: .seconds(100_000))
      // Some time to clean up.
      await scenario.sleepUncancelled(.milliseconds(10))
      alive -= 1
    }
  }
}
