import ActorKernel
import SimulatedWorld
import World

/// One scenario with one seed: what it draws from, and what it found wrong. Everything runs on the kernel's one thread.
final class ScenarioRun: @unchecked Sendable {
  let kernel = ActorKernel.shared
  let seed: UInt64
  let random: SeededRandom
  /// The race that was put into a test double of this scenario; nil for the product as it is.
  let plant: Plant?
  private(set) var violations: [String] = []

  init(seed: UInt64, plant: Plant?) {
    self.seed = seed
    self.plant = plant
    random = SeededRandom(seed: seed).fork("scenario")
  }

  var clock: any WorldClock { kernel.clock }
  var now: Now { kernel.now }

  func has(_ plant: Plant) -> Bool { self.plant == plant }

  func check(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { fail(what()) } }

  func fail(_ what: String) {
    if violations.count < 10 { violations.append(what) }
    kernel.note("VIOLATED: \(what)")
  }

  func note(_ text: String) { kernel.note(text) }

  /// Sleeps for a time drawn below `most`, in few steps.
  func pause(_ random: SeededRandom, below most: Duration) async { try? await clock.sleep(for: random.steps(below: most)) }

  /// Goes on although the task that asks is cancelled.
  func sleepUncancelled(_ duration: Duration) async {
    let clock = clock
    await Task.detached { try? await clock.sleep(for: duration) }.value
  }

  nonisolated(nonsending) func activity<Value>(
    _ name: String, _ body: nonisolated(nonsending) () async throws -> Value
  ) async rethrows -> Value { try await kernel.activity(name, body) }
}

extension SeededRandom {
  /// A duration below `most`, one of ten: what happens at the same moment meets, and a race needs two that meet.
  func steps(below most: Duration) -> Duration { .nanoseconds(most.nanoseconds / 10 * Int64(below(10))) }
}

/// A scenario: real actors, and invariants that are checked while and after they run.
struct Scenario: Sendable {
  var name: String
  var summary: String
  /// Virtual time that it may take.
  var within: Duration = .seconds(600)
  var body: @Sendable (ScenarioRun) async throws -> Void

  static let all = [
    ShellScenario.scenario, SupervisorScenario.scenario, AgentSystemScenario.scenario, ConnectorScenario.scenario, ReconnectScenario.scenario,
  ]
  static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}

/// What came of one seed.
struct Verdict: Equatable, Sendable {
  var scenario: String
  var seed: UInt64
  var mode: HopMode
  var hash: UInt64
  var jobs: UInt64
  var violations: [String]
  var notes: [String]

  /// Runs it here, to its end and until everything that it left behind has come to rest.
  static func of(_ scenario: Scenario, seed: UInt64, mode: HopMode?, plant: Plant?) -> Verdict {
    let kernel = ActorKernel.shared
    let mode = mode ?? (SeededRandom(seed: seed).fork("mode").below(4) == 0 ? .inline : .everyHop)
    kernel.begin(seed: seed, mode: mode)
    defer { kernel.end() }
    let run = ScenarioRun(seed: seed, plant: plant)
    let done = Mark()
    Task.detached {
      do { try await scenario.body(run) } catch { run.fail("the scenario threw: \(error)") }
      done.set()
    }
    switch kernel.run(within: scenario.within, until: { done.isSet || !run.violations.isEmpty }) {
    case .done: break
    case .deadlock(let waiting): run.fail("deadlock: nothing is ready and nobody sleeps, but the scenario is not done; \(waiting)")
    case .late(let waiting): run.fail("late: \(waiting)")
    }
    if run.violations.isEmpty, !kernel.settle(within: .seconds(3600)) {
      run.fail("an hour after the end of the scenario something of it still wakes up again and again")
    }
    return Verdict(
      scenario: scenario.name, seed: seed, mode: mode, hash: kernel.hash, jobs: kernel.jobs, violations: run.violations, notes: kernel.latestNotes)
  }
}
