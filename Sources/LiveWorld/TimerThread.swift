import Glibc
import World

/// One thread that wakes sleepers. It stands apart from the runtime's thread pool, because a pool whose threads are all blocked by hung work
/// would hold up the very deadlines that are to end that work. It runs nothing itself: it resumes continuations.
final class TimerThread: @unchecked Sendable {
  static let shared = TimerThread()

  private struct Sleeper {
    var due: Moment
    var number: UInt64
    var continuation: CheckedContinuation<Void, any Error>
  }
  // All below is read and changed under the mutex only.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// The next to wake stands last.
  private var sleepers: [Sleeper] = []
  private var cancelled: Set<UInt64> = []
  private var lastNumber: UInt64 = 0
  private var isRunning = false

  private init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  func sleep(until due: Moment) async throws {
    let number = locked {
      lastNumber += 1
      return lastNumber
    }
    defer { _ = locked { cancelled.remove(number) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let isCancelled = locked {
          if cancelled.contains(number) { return true }
          sleepers.insert(Sleeper(due: due, number: number, continuation: continuation), at: place(due, number))
          startIfNeeded()
          pthread_cond_signal(changed)
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper: Sleeper? = locked {
        let at = place(due, number)
        if at < sleepers.count, sleepers[at].number == number { return sleepers.remove(at: at) }
        cancelled.insert(number)
        return nil
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Where a sleeper stands or belongs: behind all that wake later. By halves, because a process with many connectors has thousands of them.
  private func place(_ due: Moment, _ number: UInt64) -> Int {
    var (low, high) = (0, sleepers.count)
    while low < high {
      let middle = (low + high) / 2
      if (sleepers[middle].due, sleepers[middle].number) > (due, number) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Tried again with each sleeper, should the system have no thread to give.
  private func startIfNeeded() {
    guard !isRunning else { return }
    var thread = pthread_t()
    isRunning =
      pthread_create(
        &thread, nil,
        { _ in
          TimerThread.shared.run()
          return nil
        }, nil) == 0
    if isRunning { pthread_detach(thread) }
  }

  private func run() {
    while true {
      let due: [Sleeper] = locked {
        let now = LiveClock.monotonic()
        if let next = sleepers.last?.due {
          if next > now {
            var time = timespec(tv_sec: Int(next.nanoseconds / 1_000_000_000), tv_nsec: Int(next.nanoseconds % 1_000_000_000))
            pthread_cond_timedwait(changed, mutex, &time)
            return []
          }
        } else {
          pthread_cond_wait(changed, mutex)
          return []
        }
        let first = place(now, .max)
        defer { sleepers.removeSubrange(first...) }
        return sleepers[first...].reversed()
      }
      for sleeper in due { sleeper.continuation.resume() }
    }
  }
}
