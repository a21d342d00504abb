import ArgumentParser
import Foundation
import Glibc
import Lab
import LiveWorld
import World

/// One `up` in the foreground: holds the folder's lock, runs the lab, and stops it at the first signal.
struct LabSession {
  let plan: LabPlan
  let inProcess: Bool
  let json: Bool

  func run() async throws {
    let clock = LiveClock()
    let files = DiskFiles(onStep: StepSweep.hook("CONNECTOR_LAB"))
    do { try files.makeDirectory(plan.paths.root, mode: 0o700) } catch {
      throw LabError(.cannotCreate, "cannot make the state folder \(plan.paths.root): \(error). Choose another with --state DIR")
    }
    let lock = try Self.lock(plan.paths)
    defer { withExtendedLifetime(lock) {} }
    let show = presenter(clock)
    let signals = Signals([SIGINT, SIGTERM, SIGHUP])
    signal(SIGPIPE, SIG_IGN)
    OpenFiles.raise()
    let parts: any LabPartMaking =
      inProcess
      ? try ActorParts(clock: clock, files: files, show: show)
      : ProcessParts(
        lab: "\(LabFinder.programFolder)/connector-lab", daemon: "\(LabFinder.programFolder)/connectord", clock: clock, files: files, show: show)
    let lab = LabRun(plan: plan, parts: parts, show: show, clock: clock, files: files)

    let starting = Task { try await lab.start() }
    let stopper = Task {
      for await _ in signals.stream { return }
    }
    // A signal during the start cancels it; what runs by then is stopped like everything else.
    let early = Task {
      await stopper.value
      starting.cancel()
    }
    do { try await starting.value } catch is CancellationError {
      early.cancel()
      return
    }
    await stopper.value
    show.note("stopping, the last started first")
    await lab.stop()
    show.note("stopped")
  }

  private func presenter(_ clock: LiveClock) -> any LabPresenter {
    if json { return JSONPresenter { Console.out($0) } }
    guard isatty(1) == 1 else { return PlainPresenter(clock: clock) { Console.out($0) } }
    return TerminalPresenter(clock: clock, width: { Self.terminalWidth }, write: { Console.raw($0) })
  }

  private static var terminalWidth: Int {
    var size = winsize()
    return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 120
  }

  static func lock(_ paths: LabPaths) throws -> LabLock {
    do { return try LabLock(path: paths.lock) } catch .heldByAnother {
      let pid = RunningLabFile.read(paths).map { " (pid \($0.pid))" } ?? ""
      throw LabError(
        .unavailable,
        "a lab runs already on \(paths.root)\(pid); nothing was changed. See connector-lab status, stop it with connector-lab down, or use --state DIR for another"
      )
    } catch .cannotOpen(let why) {
      throw LabError(.cannotCreate, "cannot lock the state folder: \(why)")
    }
  }
}
