import Foundation
import Glibc
import Synchronization

/// One process of the lab. It has a process group of its own, so that Ctrl-C reaches only the lab, which then stops everything in
/// order; and it holds the read end of a lifeline as its standard input, so that it also stops when the lab itself is killed.
package final class ChildProcess: Sendable {
  package struct LaunchError: Error, CustomStringConvertible {
    package var description: String
  }

  /// How a process ended, as a person says it: `exit code 70`, `killed by signal 9`.
  package struct Ending: Hashable, Sendable, CustomStringConvertible {
    package var code: Int32?
    package var signal: Int32?

    package var description: String {
      if let signal { return "killed by signal \(signal)" }
      return "exit code \(code ?? 0)"
    }
  }

  package let pid: Int32
  private let lifeline: Int32
  private let ending = Mutex<(Ending?, [CheckedContinuation<Ending, Never>])>((nil, []))

  /// Starts `program` with `arguments`; standard output and error are appended to `logFile`.
  ///
  /// - Parameters:
  ///   - environment: what is set on top of this process's own.
  ///   - handed: a descriptor that the process gets as its third, such as one that holds a lock for as long as the process lives.
  package init(program: String, arguments: [String], logFile: String, environment: [String: String] = [:], handed: Int32? = nil) throws {
    var ends: [Int32] = [0, 0]
    // A socket pair and not a pipe: it can be made close-on-exec in one call, so no other child ever inherits our end.
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw LaunchError(description: "no lifeline for \(program): \(String(cString: strerror(errno)))")
    }
    defer { close(ends[0]) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addopen(&actions, 1, logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)

    if let handed { posix_spawn_file_actions_adddup2(&actions, handed, 3) }
    SpawnActions.closeInherited(&actions, above: handed == nil ? 2 : 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)

    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in envp { free(pointer) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, program, &actions, &attributes, &argv, &envp)
    guard result == 0 else {
      close(ends[1])
      throw LaunchError(description: "cannot start \(program): \(String(cString: strerror(result)))")
    }
    pid = child
    lifeline = ends[1]
    let waiter = Thread { [self] in reap() }
    waiter.stackSize = 256 * 1024
    waiter.start()
  }

  /// Returns when the process has ended, however often it is asked.
  package func waitForEnd() async -> Ending {
    await withCheckedContinuation { continuation in
      let already = ending.withLock { state -> Ending? in
        if let ended = state.0 { return ended }
        state.1.append(continuation)
        return nil
      }
      if let already { continuation.resume(returning: already) }
    }
  }

  package var hasEnded: Bool { ending.withLock { $0.0 != nil } }

  /// Sends a signal; nothing happens when the process has ended.
  package func send(_ signal: Int32) {
    ending.withLock { if $0.0 == nil { _ = kill(pid, signal) } }
  }

  private func reap() {
    // Wait without reaping, so that `send` can never signal a process id that was given to somebody else.
    var info = siginfo_t()
    while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    let (ended, waiters) = ending.withLock { state in
      // What it started and left behind ends with it; its process group keeps its id until here.
      _ = kill(-pid, SIGKILL)
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7f
      let ended = signal == 0 ? Ending(code: (status >> 8) & 0xff, signal: nil) : Ending(code: nil, signal: signal)
      let waiters = state.1
      state = (ended, [])
      return (ended, waiters)
    }
    close(lifeline)
    for waiter in waiters { waiter.resume(returning: ended) }
  }
}
