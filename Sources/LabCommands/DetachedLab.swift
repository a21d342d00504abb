import Foundation
import Glibc
import Lab
import LiveWorld
import World

/// A lab in the background: a process of its own session that prints into `lab.log`.
struct DetachedLab {
  let plan: LabPlan
  let arguments: [String]

  /// Returns when the lab runs and, if asked, every connector is healthy. Throws `LabError` `.notReady` when that takes too long; the lab is stopped then.
  func start(waitForReady: Bool, within limit: Duration, json: Bool) async throws {
    let paths = plan.paths
    do { try DiskFiles().makeDirectory(paths.root, mode: 0o700) } catch {
      throw LabError(.cannotCreate, "cannot make the state folder \(paths.root): \(error)")
    }
    // Held for a moment only, to say at once that another lab is there.
    _ = try LabSession.lock(paths)
    let pid = try spawn(log: paths.log)
    let clock = LiveClock()
    let deadline = clock.now().moment + limit
    var waitingFor = "the lab's start"
    while clock.now().moment < deadline {
      var status: Int32 = 0
      if waitpid(pid, &status, WNOHANG) == pid {
        throw LabError(.failed, "the lab ended at its start; its last words: \(Self.lastLine(paths.log)) (log: \(paths.log))")
      }
      if let lab = RunningLabFile.read(paths), lab.pid == pid {
        let rows = await LabLook(lab).rows()
        let notYet = rows.filter { $0.state != "healthy" }
        if !waitForReady || (notYet.isEmpty && !rows.isEmpty) {
          show(lab, rows, json: json)
          return
        }
        waitingFor = notYet.map { "\($0.name) (\($0.state)\($0.reason.isEmpty ? "" : ": \($0.reason)"))" }.joined(separator: ", ")
      }
      try await clock.sleep(for: .milliseconds(100))
    }
    kill(pid, SIGTERM)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    throw LabError(.notReady, "not ready within \(limit.inSeconds) s; still waiting for \(waitingFor). The lab was stopped; its log: \(paths.log)")
  }

  private func show(_ lab: RunningLab, _ rows: [ConnectorRow], json: Bool) {
    if json {
      Console.out(LabReport(running: true, lab: lab, rows: rows).line)
    } else {
      for line in LabBanner.lines(lab.endpoints) { Console.out(line) }
    }
  }

  private func spawn(log: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    SpawnActions.closeInherited(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // POSIX_SPAWN_SETSID of glibc's <spawn.h>, which is not imported without _GNU_SOURCE.
    posix_spawnattr_setflags(&attributes, 0x80)
    let program = "\(LabFinder.programFolder)/connector-lab"
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, program, &actions, &attributes, &argv, environ)
    guard result == 0 else { throw LabError(.failed, "cannot start \(program): \(String(cString: strerror(result)))") }
    return pid
  }

  private static func lastLine(_ path: String) -> String {
    guard let bytes = try? DiskFiles().read(path) else { return "none" }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? "none"
  }
}
