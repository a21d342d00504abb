import ControlAPI
import Synchronization
import World

/// Crashes and hangs services on demand: the daemon's part of the testbed. Does nothing unless the configuration allows it.
final class Faults: Sendable {
  /// What a crashed service throws.
  struct Injected: Error, CustomStringConvertible {
    var description: String { "crashed on request (testbed fault)" }
  }

  /// The switch of one incarnation.
  final class Switch: Sendable {
    private let state = Mutex<(fault: ServiceFault?, waiters: [CheckedContinuation<Void, Never>])>((nil, []))

    func set(_ fault: ServiceFault) {
      let waiters = state.withLock { state in
        defer { state = (fault, []) }
        return state.waiters
      }
      for waiter in waiters { waiter.resume() }
    }

    var isHung: Bool { state.withLock { $0.fault == .hang } }

    /// Throws `Injected` once a crash is asked for; `CancellationError` when the incarnation ends first.
    func waitForCrash() async throws {
      while true {
        await withTaskCancellationHandler {
          await withCheckedContinuation { continuation in
            let now = state.withLock { state -> Bool in
              if Task.isCancelled || state.fault == .crash { return true }
              state.waiters.append(continuation)
              return false
            }
            if now { continuation.resume() }
          }
        } onCancel: {
          let waiters = state.withLock { state in
            defer { state.waiters = [] }
            return state.waiters
          }
          for waiter in waiters { waiter.resume() }
        }
        try Task.checkCancellation()
        if state.withLock({ $0.fault == .crash }) { throw Injected() }
      }
    }
  }

  private let switches = Mutex<[ServiceName: Switch]>([:])

  /// A fresh switch for the incarnation that starts now.
  func begin(_ service: ServiceName) -> Switch {
    let made = Switch()
    switches.withLock { $0[service] = made }
    return made
  }

  /// False when the service is not running.
  func inject(_ fault: ServiceFault, into service: ServiceName) -> Bool {
    guard let found = switches.withLock({ $0[service] }) else { return false }
    found.set(fault)
    return true
  }
}
