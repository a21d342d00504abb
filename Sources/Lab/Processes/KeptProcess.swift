package import World

/// Keeps one process of the lab running, as a machine's service manager would: an exit of any kind that was not asked for is followed by a new
/// start after a growing pause, until `stop`.
package actor KeptProcess {
  package enum Change: Hashable, Sendable {
    case started(pid: Int32, attempt: Int)
    case ended(String, again: Duration)
    case stopped
    /// It did not stop within its budget and was killed.
    case killed
    case cannotStart(String)
  }

  /// Pause before a new start: doubles from the first to the last; a run of `stable` resets it. Chosen: short, because a lab is watched, and long
  /// enough to see in the table that something was gone.
  package static let firstPause = Duration.seconds(2)
  package static let lastPause = Duration.seconds(8)
  package static let stable = Duration.seconds(20)

  package nonisolated let name: String
  private let program: String
  private let arguments: [String]
  private let logFile: String
  private let clock: any WorldClock
  private let onChange: @Sendable (String, Change) -> Void
  private var process: ChildProcess?
  private var keeper: Task<Void, Never>?
  private var stopping = false

  package init(
    name: String, program: String, arguments: [String], logFile: String, clock: any WorldClock, onChange: @escaping @Sendable (String, Change) -> Void
  ) {
    self.name = name
    self.program = program
    self.arguments = arguments
    self.logFile = logFile
    self.clock = clock
    self.onChange = onChange
  }

  package var pid: Int32? { process.flatMap { $0.hasEnded ? nil : $0.pid } }

  package func start() {
    guard keeper == nil else { return }
    keeper = Task { await keep() }
  }

  /// SIGTERM, then SIGKILL after `budget`; returns when the process is gone.
  package func stop(within budget: Duration) async {
    stopping = true
    guard let process, !process.hasEnded else {
      keeper?.cancel()
      await keeper?.value
      return
    }
    process.send(15)
    let clock = clock
    let change = onChange
    let name = name
    let killer = Task {
      guard (try? await clock.sleep(for: budget)) != nil else { return }
      change(name, .killed)
      process.send(9)
    }
    _ = await process.waitForEnd()
    killer.cancel()
    keeper?.cancel()
    await keeper?.value
    onChange(name, .stopped)
  }

  private func keep() async {
    var pause = Self.firstPause
    var attempt = 0
    while !stopping, !Task.isCancelled {
      attempt += 1
      let began = clock.now().moment
      let ended: String
      do {
        let child = try ChildProcess(program: program, arguments: arguments, logFile: logFile)
        process = child
        onChange(name, .started(pid: child.pid, attempt: attempt))
        ended = await child.waitForEnd().description
      } catch {
        onChange(name, .cannotStart("\(error)"))
        ended = "\(error)"
      }
      if stopping || Task.isCancelled { return }
      if clock.now().moment - began >= Self.stable { pause = Self.firstPause }
      onChange(name, .ended(ended, again: pause))
      guard (try? await clock.sleep(for: pause)) != nil else { return }
      pause = min(pause * 2, Self.lastPause)
    }
  }
}
