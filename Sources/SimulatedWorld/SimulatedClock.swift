import Synchronization
package import World

/// Virtual time: it stands still until someone advances it, and then wakes the sleepers in the order of their moments (then of their arrival).
package final class SimulatedClock: WorldClock {
  fileprivate struct Sleeper {
    var moment: Moment
    var number: UInt64
    var continuation: CheckedContinuation<Void, any Error>
  }
  fileprivate struct Waiter {
    var holds: @Sendable ([Moment]) -> Bool
    var continuation: CheckedContinuation<Void, Never>
  }
  fileprivate struct State {
    var now: Now
    /// In the order of waking.
    var sleepers: [Sleeper] = []
    var cancelled: Set<UInt64> = []
    var waiters: [Waiter] = []
    var lastNumber: UInt64 = 0

    mutating func satisfiedWaiters() -> [CheckedContinuation<Void, Never>] {
      let moments = sleepers.map(\.moment)
      let done = waiters.filter { $0.holds(moments) }
      if !done.isEmpty { waiters.removeAll { $0.holds(moments) } }
      return done.map(\.continuation)
    }
  }
  private let state: Mutex<State>

  /// - Parameter wall: the wall time at moment 0.
  package init(wall: WallTime = WallTime(seconds: 1_795_000_000)) {
    state = Mutex(State(now: Now(moment: Moment(nanoseconds: 0), wall: wall)))
  }

  package func now() -> Now { state.withLock { $0.now } }

  package func sleep(until moment: Moment) async throws {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    defer { _ = state.withLock { $0.cancelled.remove(number) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let (outcome, woken): (Result<Void, any Error>?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
          if state.cancelled.remove(number) != nil || Task.isCancelled { return (.failure(CancellationError()), []) }
          if moment <= state.now.moment { return (.success(()), []) }
          let at = state.sleepers.firstIndex { $0.moment > moment } ?? state.sleepers.count
          state.sleepers.insert(Sleeper(moment: moment, number: number, continuation: continuation), at: at)
          return (nil, state.satisfiedWaiters())
        }
        if let outcome { continuation.resume(with: outcome) }
        for waiter in woken { waiter.resume() }
      }
    } onCancel: {
      let (sleeper, woken): (Sleeper?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
        guard let at = state.sleepers.firstIndex(where: { $0.number == number }) else {
          state.cancelled.insert(number)
          return (nil, [])
        }
        return (state.sleepers.remove(at: at), state.satisfiedWaiters())
      }
      sleeper?.continuation.resume(throwing: CancellationError())
      for waiter in woken { waiter.resume() }
    }
  }

  /// The moments that someone sleeps until, in the order of waking.
  package var sleepers: [Moment] { state.withLock { $0.sleepers.map(\.moment) } }

  /// Lets time pass and wakes who is due, in order. A woken task runs on; await a fact (`waitForSleepers`, a stream) before the next step.
  package func advance(by duration: Duration) { advance(to: now().moment + duration) }

  /// Does nothing when `moment` has passed already.
  package func advance(to moment: Moment) {
    while let due = wakeNext(notAfter: moment) { due.resume() }
    let woken = state.withLock { state in
      state.move(to: moment)
      return state.satisfiedWaiters()
    }
    for waiter in woken { waiter.resume() }
  }

  /// Advances to the first sleeper's moment and wakes all that sleep until then; false when nobody sleeps.
  @discardableResult
  package func advanceToNextSleeper() -> Bool {
    guard let first = sleepers.first else { return false }
    advance(to: first)
    return true
  }

  /// Steps the wall clock only, as an administrator or NTP does.
  package func stepWall(by duration: Duration) { state.withLock { $0.now.wall = $0.now.wall + duration } }

  /// Returns as soon as exactly `count` tasks sleep.
  package func waitForSleepers(_ count: Int) async { await wait { $0.count == count } }

  /// Returns as soon as a task sleeps until exactly `moment`.
  package func waitForSleeper(until moment: Moment) async { await wait { $0.contains(moment) } }

  /// Returns as soon as `holds` is true of the moments that are slept until.
  package func wait(_ holds: @escaping @Sendable ([Moment]) -> Bool) async {
    await withCheckedContinuation { continuation in
      let now = state.withLock { state in
        if holds(state.sleepers.map(\.moment)) { return true }
        state.waiters.append(Waiter(holds: holds, continuation: continuation))
        return false
      }
      if now { continuation.resume() }
    }
  }

  private func wakeNext(notAfter moment: Moment) -> CheckedContinuation<Void, any Error>? {
    state.withLock { state in
      guard let first = state.sleepers.first, first.moment <= moment else { return nil }
      state.move(to: first.moment)
      state.sleepers.removeFirst()
      return first.continuation
    }
  }
}

extension SimulatedClock.State {
  fileprivate mutating func move(to moment: Moment) {
    guard moment > now.moment else { return }
    now.wall = now.wall + (moment - now.moment)
    now.machine = now.machine + (moment - now.moment)
    now.moment = moment
  }
}
