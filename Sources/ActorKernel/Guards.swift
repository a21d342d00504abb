import CActorGuards
import Glibc
import World

/// The C guards (`CActorGuards`), and what a process must be before it simulates.
enum Guards {
  static func raise(seed: UInt64, mode: HopMode) {
    actor_guards_set_seed(seed)
    let words = mode == .everyHop ? Executors.poolWords : nil
    actor_guards_set_preference(words?.0, words?.1 ?? 0)
    actor_guards_set_active(1)
  }

  static func lower() {
    actor_guards_set_active(0)
    actor_guards_set_preference(nil, 0)
  }

  static func setTime(_ now: Now) { actor_guards_set_time(now.moment.nanoseconds, now.wall.microseconds * 1000) }

  static var tasks: UInt64 { actor_guards_tasks() }
}

extension ActorKernel {
  /// Why this process cannot simulate; nil when it can. Call it once, as the very first thing of the program: it makes the executors the process's
  /// own, and starts the program anew where hashing or addresses would differ from run to run.
  package static func install() -> String? {
    // Set once the program has been started anew, so that it is not tried for ever where it does not help.
    let again = getenv("ACTOR_KERNEL_AGAIN") != nil
    let isHashingFixed = getenv("SWIFT_DETERMINISTIC_HASHING") != nil
    let fixed = actor_guards_fix_addresses()
    if !again, !isHashingFixed || fixed == 1 {
      setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
      setenv("ACTOR_KERNEL_AGAIN", "1", 1)
      execv("/proc/self/exe", CommandLine.unsafeArgv)
      return "it could not start itself anew with fixed hashing: \(String(cString: strerror(errno)))"
    }
    return Executors.install() ?? probe()
  }

  /// Whether tasks run here at all, in virtual time, and whether each hop is a job where it should be.
  private static func probe() -> String? {
    defer { shared.end() }
    var jobs: [HopMode: UInt64] = [:]
    for mode in HopMode.allCases {
      shared.begin(seed: 1, mode: mode)
      let done = Mark()
      let clock = shared.clock
      Task.detached {
        let there = Stepping()
        for _ in 0..<8 { await there.step() }
        try? await clock.sleep(for: .seconds(5))
        done.set()
      }
      guard shared.run(within: .seconds(10), until: { done.isSet }) == .done else { return "tasks do not run on the simulated executor" }
      jobs[mode] = shared.jobs
    }
    guard let inline = jobs[.inline], let every = jobs[.everyHop], every >= inline + 8 else {
      return
        "this runtime does not let every hop be a job of its own (\(jobs.map { "\($0.key.rawValue): \($0.value)" }.sorted().joined(separator: ", ")) jobs)"
    }
    return nil
  }
}

private actor Stepping {
  private var steps = 0
  func step() { steps += 1 }
}

/// Set once; read by the loop of the kernel. On one thread.
package final class Mark: @unchecked Sendable {
  package private(set) var isSet = false
  package init() {}
  package func set() { isSet = true }
}
