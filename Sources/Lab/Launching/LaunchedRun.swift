import ConfigurationYAML
import Daemon
import Evergreen
import ReleaseSlots
import Releases
import World

/// One process from its start to its end.
extension ReleaseLauncher {
  private enum Event: Sendable {
    case heard(Substring)
    case due(Timer)
    case ended(ChildProcess.Ending)
  }

  private enum Timer: Sendable { case look, silence }

  /// A wall clock that is set, or a machine that slept, is seen within this.
  private static let longestLook = Duration.seconds(30)
  /// After a look that could not decide.
  private static let nextTry = Duration.seconds(2)

  func run(_ choice: BootChoice, _ lock: RunLock) async throws -> LaunchEnd {
    let (events, tell) = AsyncStream.makeStream(of: Event.self)
    let socket = try NotifySocket(plan.socket) { tell.yield(.heard($0)) }
    defer { socket.close() }
    let microseconds = plan.silence.nanoseconds / 1_000
    var environment = ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "\(microseconds)"]
    environment[DaemonRun.eventFileVariable] = plan.eventFile
    environment[SettingsByEnvironment.variable] = SettingsByEnvironment.text(plan.told)
    let child = try ChildProcess(
      program: choice.program, arguments: plan.arguments, logFile: plan.logFile, environment: environment, handed: lock.descriptor)
    process = child
    attempt += 1
    onChange(name, .started(pid: child.pid, attempt: attempt, choice))
    // A stop that came while it was being started has found no process.
    if isStopping { child.send(15) }
    let waiter = Task { _ = tell.yield(.ended(await child.waitForEnd())) }
    // One for each kind of event.
    var timers: [Timer: Task<Void, Never>] = [:]
    defer { for task in timers.values { task.cancel() } }
    func wake(_ timer: Timer, after pause: Duration) {
      timers[timer] = Task { [clock] in if (try? await clock.sleep(for: pause)) != nil { tell.yield(.due(timer)) } }
    }

    if let first = choice.checkAgainIn { wake(.look, after: min(first, Self.longestLook)) }
    var (isReady, isSilent) = (false, false)
    var verdict: String?
    var ending: Task<Void, Never>?
    var fed: Moment?
    for await event in events {
      switch event {
      case .heard(let line):
        guard line == "READY=1" || line == "WATCHDOG=1" else { continue }
        if line == "READY=1", !isReady {
          isReady = true
          await noteReady()
          onChange(name, .ready)
        }
        if fed == nil { wake(.silence, after: plan.silence) }
        fed = clock.now().moment
      case .due(.silence):
        let left = plan.silence - (clock.now().moment - (fed ?? clock.now().moment))
        if left > .zero {
          wake(.silence, after: left)
        } else {
          isSilent = true
          child.send(9)
        }
      case .due(.look):
        guard verdict == nil, !isStopping else { continue }
        let (reason, again) = await look(choice)
        if let again { wake(.look, after: again) }
        guard let reason else { continue }
        verdict = reason
        onChange(name, .goesBack(reason))
        ending = Task { await end(child, within: plan.verdictStop) }
      case .ended(let how):
        await waiter.value
        await ending?.value
        if isStopping || verdict != nil { return .wentBack }
        if how.code == ExitReason.restart.rawValue { return .restarts(wasReady: isReady) }
        let reason = isSilent ? "it said nothing for \(Int(plan.silence.inSeconds)) s and was killed" : Self.reason(how)
        await noteEnd(reason)
        return .ended(reason, isTrial: choice.role == .trial)
      }
    }
    return .wentBack
  }

  /// The log has the file, line and field; a release whose default configuration does not fit ends like this.
  private static func reason(_ how: ChildProcess.Ending) -> String {
    how.code == ExitReason.configuration.rawValue ? "\(how): \(ExitReason.configuration.meaning)" : how.description
  }

  /// Why the process must be ended now, and when to look again.
  private func look(_ choice: BootChoice) async -> (reason: String?, again: Duration?) {
    let (slots, now) = (plan.slots, clock.now().wall)
    if choice.isMakeshift {
      switch try? await blocking({ slots.canFinish() }) {
      case true?: return ("the disk works again, and an update is to be finished", nil)
      case nil: return (nil, nil)
      case false?: return (nil, Self.longestLook)
      }
    }
    // What runs because nothing else is whole is no trial, and stays.
    let running = choice.role == .trial ? choice.slot : nil
    guard let decision = try? await blocking({ slots.check(at: now, running: running) }) else { return (nil, Self.nextTry) }
    switch decision.step {
    case .rollBack, .finishRollback, .startAnew: return (decision.reason, nil)
    // A commit may be under way, and may yet fail.
    case .finishCommit: return (nil, Self.nextTry)
    case .none, .openTrial, .cancelTrial:
      return (nil, decision.checkAgainIn.map { min(max($0, .milliseconds(10)), Self.longestLook) })
    }
  }

  /// A disk that refuses the word of it costs a trial its readiness: it goes back, which is safe.
  private func noteReady() async {
    let (slots, now) = (plan.slots, clock.now().wall)
    try? await blocking { try slots.noteReady(at: now) }
  }

  /// Where it cannot be written down, the count of starts ends a trial that ends by itself.
  private func noteEnd(_ how: String) async {
    let (slots, now) = (plan.slots, clock.now().wall)
    try? await blocking { try slots.noteEnd(how, at: now) }
  }
}
