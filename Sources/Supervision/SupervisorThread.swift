import Glibc

/// The thread that supervisors run on, one for the whole process. Children run on the runtime's pool; were the supervisor to run there too,
/// a few children that block their threads would take it with them. It is also the task executor of the supervisor's tasks, because the runtime
/// takes a task that was waiting in a continuation back to the actor by way of its task executor, otherwise of the pool (Swift 6.3).
package final class SupervisorThread: SerialExecutor, TaskExecutor, @unchecked Sendable {
  package static let shared = SupervisorThread()

  // All below is read and changed under the mutex only.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var isRunning = false

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    jobs.append(job)
    startIfNeeded()
    pthread_cond_signal(changed)
  }

  /// Tried again with each job, should the system have no thread to give.
  private func startIfNeeded() {
    guard !isRunning else { return }
    var thread = pthread_t()
    isRunning =
      pthread_create(
        &thread, nil,
        { _ in
          SupervisorThread.shared.run()
          return nil
        }, nil) == 0
    if isRunning { pthread_detach(thread) }
  }

  private func run() {
    while true {
      pthread_mutex_lock(mutex)
      while jobs.isEmpty { pthread_cond_wait(changed, mutex) }
      let taken = jobs
      jobs = []
      pthread_mutex_unlock(mutex)
      for job in taken { job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor()) }
    }
  }
}
