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
          let at = sleepers.firstIndex { $0.due <= due } ?? sleepers.count
          sleepers.insert(Sleeper(due: due, number: number, continuation: continuation), at: at)
          startIfNeeded()
          pthread_cond_signal(changed)
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let sleeper: Sleeper? = locked {
        if let at = sleepers.firstIndex(where: { $0.number == number }) { return sleepers.remove(at: at) }
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
        let first = sleepers.firstIndex { $0.due <= now } ?? sleepers.count
        defer { sleepers.removeSubrange(first...) }
        return sleepers[first...].reversed()
      }
      for sleeper in due { sleeper.continuation.resume() }
    }
  }
}
