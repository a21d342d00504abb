import Glibc
package import World

#if DEBUG
  import Synchronization
#endif

/// The hidden switch of the sweep over durable steps: a real process dies at one of them as by `kill -9`, or writes down all that it passes.
///
/// Two variables of the environment, with the program's prefix (`CONNECTORD`, `CONNECTOR_LAB`):
/// - `<PREFIX>_DIE_AT=STEP[:PHASE][:NTH]`: SIGKILL to itself when it reaches that `StepPhase` (default `beforeWrite`) of that step for the nth time
///   (default 1).
/// - `<PREFIX>_STEPS=FILE`: appends a line `STEP PHASE NTH` for each one passed, in their order.
///
/// Only debug builds have it. A release build does not even contain the code, so nobody can make an installed connector die or write a file through
/// its environment; and a debug build does nothing of it unless one of the variables is set by whoever starts it, who may kill it anyway.
package enum StepSweep {
  /// The hook for the program with this prefix; nil when nothing is asked for, and always in release builds.
  ///
  /// A value that cannot be read ends the process with exit code 64 and one line on standard error: a sweep must not pass because it killed nothing.
  package static func hook(_ prefix: String) -> StepHook? {
    #if DEBUG
      let (deathName, listName) = ("\(prefix)_DIE_AT", "\(prefix)_STEPS")
      let death = value(deathName).map { text in
        DeathPoint(text) ?? refuse("\(deathName) is '\(text)'; expected STEP[:PHASE][:NTH], PHASE one of \(phases), NTH from 1")
      }
      let list = value(listName).map { path in
        let opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        return opened >= 0 ? opened : refuse("\(listName): \(path) cannot be written: \(String(cString: strerror(errno)))")
      }
      guard death != nil || list != nil else { return nil }
      let passed = Passed(death: death, list: list)
      return { step, phase in passed.pass(step, phase) }
    #else
      return nil
    #endif
  }
}

#if DEBUG
  extension StepSweep {
    /// `STEP[:PHASE][:NTH]`.
    struct DeathPoint: Hashable, Sendable {
      var step: String
      var phase = StepPhase.beforeWrite
      var nth = 1

      init?(_ text: String) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        step = parts.removeFirst()
        guard !step.isEmpty else { return nil }
        if let first = parts.first, let named = StepPhase(rawValue: first) {
          phase = named
          parts.removeFirst()
        }
        if let first = parts.first {
          guard let number = Int(first), number > 0 else { return nil }
          nth = number
          parts.removeFirst()
        }
        guard parts.isEmpty else { return nil }
      }
    }

    private final class Passed: Sendable {
      private struct Place: Hashable {
        var step: String
        var phase: StepPhase
      }
      private let death: DeathPoint?
      private let list: Int32?
      private let counts = Mutex<[Place: Int]>([:])

      init(death: DeathPoint?, list: Int32?) {
        self.death = death
        self.list = list
      }

      func pass(_ step: DurableStep, _ phase: StepPhase) {
        counts.withLock { counts in
          let nth = (counts[Place(step: step.rawValue, phase: phase)] ?? 0) + 1
          counts[Place(step: step.rawValue, phase: phase)] = nth
          if let list {
            let line = Array("\(step.rawValue) \(phase.rawValue) \(nth)\n".utf8)
            _ = write(list, line, line.count)
          }
          guard let death, death.step == step.rawValue, death.phase == phase, death.nth == nth else { return }
          kill(getpid(), SIGKILL)
          // Nothing of this thread may run on, however late the signal is.
          while true { pause() }
        }
      }
    }

    private static var phases: String { StepPhase.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Never returns.
    private static func refuse<Value>(_ problem: String) -> Value {
      let line = Array("\(problem)\n".utf8)
      _ = write(STDERR_FILENO, line, line.count)
      // EX_USAGE of sysexits.h.
      exit(64)
    }
  }
#endif
