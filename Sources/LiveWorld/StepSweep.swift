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
/// - `<PREFIX>_DIE_AT=@FILE`: the same with what stands in FILE, asked at each step, so that a process that runs already can be told, and its successor
///   too: each time the step is passed the number in FILE goes down by one, and whoever dies removes FILE first. A `{name}` in FILE is the process's name.
/// - `<PREFIX>_STEPS=FILE`: appends a line `STEP PHASE NTH` for each one passed, in their order.
///
/// Only debug builds have it. A release build does not even contain the code, so nobody can make an installed connector die or write a file through
/// its environment; and a debug build does nothing of it unless one of the variables is set by whoever starts it, who may kill it anyway.
package enum StepSweep {
  /// The hook for the program with this prefix; nil when nothing is asked for, and always in release builds.
  ///
  /// A value that cannot be read ends the process with exit code 64 and one line on standard error: a sweep must not pass because it killed nothing.
  ///
  /// - Parameter name: of this process, where several of a program have one environment.
  package static func hook(_ prefix: String, name: String? = nil) -> StepHook? {
    #if DEBUG
      let (deathName, listName) = ("\(prefix)_DIE_AT", "\(prefix)_STEPS")
      func named(_ path: String) -> String { name.map { path.replacing("{name}", with: $0) } ?? path }
      let told = value(deathName)
      let order = told.flatMap { $0.hasPrefix("@") ? DeathOrder(path: named(String($0.dropFirst()))) : nil }
      let death =
        order != nil
        ? nil
        : told.map { text in
          DeathPoint(text) ?? refuse("\(deathName) is '\(text)'; expected STEP[:PHASE][:NTH], PHASE one of \(phases), NTH from 1")
        }
      let list = value(listName).map(named).map { path in
        let opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        return opened >= 0 ? opened : refuse("\(listName): \(path) cannot be written: \(String(cString: strerror(errno)))")
      }
      guard death != nil || list != nil || order != nil else { return nil }
      let passed = Passed(death: death, order: order, list: list)
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

    /// A point in a file, which outlives the processes that pass it.
    struct DeathOrder: Sendable {
      var path: String

      /// Counts down; true when this pass is the one, and then the file is gone.
      func isDue(_ step: DurableStep, _ phase: StepPhase) -> Bool {
        guard let text = read(), var point = DeathPoint(text), point.step == step.rawValue, point.phase == phase else { return false }
        if point.nth == 1 { return unlink(path) == 0 }
        point.nth -= 1
        let opened = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else { return false }
        defer { close(opened) }
        let bytes = Array("\(point.step):\(point.phase.rawValue):\(point.nth)".utf8)
        _ = write(opened, bytes, bytes.count)
        return false
      }

      private func read() -> String? {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else { return nil }
        defer { close(opened) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(opened, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first.map(String.init) : nil
      }
    }

    private final class Passed: Sendable {
      private struct Place: Hashable {
        var step: String
        var phase: StepPhase
      }
      private let death: DeathPoint?
      private let order: DeathOrder?
      private let list: Int32?
      private let counts = Mutex<[Place: Int]>([:])

      init(death: DeathPoint?, order: DeathOrder?, list: Int32?) {
        self.death = death
        self.order = order
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
          guard order?.isDue(step, phase) == true || (death?.step == step.rawValue && death?.phase == phase && death?.nth == nth) else { return }
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
