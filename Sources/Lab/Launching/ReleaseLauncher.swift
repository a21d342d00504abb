import Evergreen
package import ReleaseSlots
import Releases
package import World

/// Keeps one connector running from its releases on disk, as a service manager with a dead man would: before each start `ReleaseSlots.boot` chooses what
/// runs; the process says that it is ready and that it lives (sd_notify(3)); a trial that is not committed in time, that ends by itself or that hangs goes
/// back, without the connector's help and without the network.
///
/// It writes to the release folder only while no process of the connector lives; `runs.json` is its own.
package actor ReleaseLauncher {
  package enum Change: Hashable, Sendable {
    case started(pid: Int32, attempt: Int, BootChoice)
    case ready
    /// The process asked for it (exit code 75).
    case restarts
    /// By itself; nil: what comes back starts at once.
    case ended(String, again: Duration?)
    /// The trial is ended by the dead man, for this reason.
    case goesBack(String)
    case cannotStart(String, again: Duration)
    /// A process that another launcher left still runs; it is waited for.
    case waits
    case stopped
    /// It did not stop within its budget and was killed.
    case killed
  }

  /// What is started, and where.
  package struct Plan: Sendable {
    package var name: String
    package var slots: ReleaseSlots
    /// After the program's path.
    package var arguments: [String]
    package var logFile: String
    package var socket: String
    package var lock: String
    /// A file that its events go to as well; nil: none.
    package var eventFile: String?
    /// `FIELD=VALUE`s that it is told by its environment.
    package var told: [String] = []
    /// A process that feeds the watchdog at all and then says nothing for this long is killed. Chosen: many times the connector's own limits.
    package var silence = Duration.seconds(30)
    /// From the dead man's verdict to SIGKILL. Chosen: the trial has failed already, and the way back must not wait for it.
    package var verdictStop = Duration.seconds(3)
    /// What a launcher that was killed left gets to end by itself. Chosen: a connector's own stop takes less.
    package var orphanLimit = Duration.seconds(15)

    package init(name: String, slots: ReleaseSlots, arguments: [String], logFile: String, socket: String, lock: String) {
      self.name = name
      self.slots = slots
      self.arguments = arguments
      self.logFile = logFile
      self.socket = socket
      self.lock = lock
    }
  }

  /// Restarts that a connector may ask for in a row before it has been ready; after that it waits like one that ended by itself.
  static let restartsInARow = 3

  package nonisolated let name: String
  let plan: Plan
  let clock: any WorldClock
  let onChange: @Sendable (String, Change) -> Void
  private let prepare: @Sendable () async throws -> Void
  private var keeper: Task<Void, Never>?
  var process: ChildProcess?
  var isStopping = false
  var attempt = 0

  /// - Parameter prepare: what must be done before the first start, such as installing a first release; done again before the next start when it failed.
  package init(
    _ plan: Plan, clock: any WorldClock, prepare: @escaping @Sendable () async throws -> Void = {},
    onChange: @escaping @Sendable (String, Change) -> Void
  ) {
    name = plan.name
    self.plan = plan
    self.clock = clock
    self.prepare = prepare
    self.onChange = onChange
  }

  package var pid: Int32? { process.flatMap { $0.hasEnded ? nil : $0.pid } }

  package func start() {
    guard keeper == nil else { return }
    keeper = Task { await keep() }
  }

  /// SIGTERM, then SIGKILL after `budget`; returns when the process is gone. A trial goes on with the next start.
  package func stop(within budget: Duration) async {
    isStopping = true
    if let process, !process.hasEnded {
      await end(process, within: budget) { [onChange, name] in onChange(name, .killed) }
    }
    keeper?.cancel()
    await keeper?.value
    onChange(name, .stopped)
  }

  /// SIGTERM, then SIGKILL; returns when the process is gone.
  func end(_ process: ChildProcess, within budget: Duration, onKill: @escaping @Sendable () -> Void = {}) async {
    process.send(15)
    let killer = Task { [clock] in
      guard (try? await clock.sleep(for: budget)) != nil else { return }
      onKill()
      process.send(9)
    }
    _ = await process.waitForEnd()
    killer.cancel()
  }

  private func keep() async {
    var lock: RunLock?
    var pause = KeptProcess.firstPause
    var isPrepared = false
    var restarts = 0
    while !isStopping, !Task.isCancelled {
      let began = clock.now().moment
      var end: LaunchEnd
      do {
        let held = if let lock { lock } else { try await seize() }
        lock = held
        if !isPrepared { try await prepare() }
        isPrepared = true
        let choice = try await boot()
        if isStopping || Task.isCancelled { return }
        end = try await run(choice, held)
      } catch { end = .cannotStart("\(error)") }
      if isStopping || Task.isCancelled { return }
      if clock.now().moment - began >= KeptProcess.stable { pause = KeptProcess.firstPause }
      restarts = end == .restarts(wasReady: false) ? restarts + 1 : 0
      if restarts > Self.restartsInARow { end = .ended("it asked for a restart \(restarts) times and was never ready", isTrial: false) }
      guard let wait = tell(end, pause) else { continue }
      guard (try? await clock.sleep(for: wait)) != nil else { return }
      pause = min(pause * 2, KeptProcess.lastPause)
    }
  }

  /// How long to wait before the next start; nil: not at all.
  private func tell(_ end: LaunchEnd, _ pause: Duration) -> Duration? {
    switch end {
    case .restarts: onChange(name, .restarts)
    case .wentBack: break
    case .ended(let how, isTrial: true): onChange(name, .ended(how, again: nil))
    case .ended(let how, isTrial: false):
      onChange(name, .ended(how, again: pause))
      return pause
    case .cannotStart(let why):
      onChange(name, .cannotStart(why, again: pause))
      return pause
    }
    return nil
  }

  private func boot() async throws -> BootChoice {
    let (slots, now) = (plan.slots, clock.now().wall)
    return try await working { try slots.boot(at: now) }
  }

  /// Waits until no process that another launcher started runs.
  private func seize() async throws -> RunLock {
    let lock = try RunLock(plan.lock)
    guard !lock.take() else { return lock }
    onChange(name, .waits)
    let limit = clock.now().moment + plan.orphanLimit
    while !lock.take() {
      if clock.now().moment >= limit { lock.endHolders() }
      try await clock.sleep(for: .milliseconds(50))
    }
    return lock
  }
}

/// How a process ended, as the launcher goes on from it.
enum LaunchEnd: Hashable, Sendable {
  case restarts(wasReady: Bool)
  /// The dead man ended it.
  case wentBack
  case ended(String, isTrial: Bool)
  case cannotStart(String)
}
