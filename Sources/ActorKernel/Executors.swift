#if compiler(>=6.3) && os(Linux)
  @_spi(ExperimentalCustomExecutors) @_spi(ExperimentalScheduling) import _Concurrency
  import World

  /// The process's executors: whatever is enqueued, the kernel takes. The interface is not public yet, so this file alone uses it.
  enum Executors {
    fileprivate static let pool = PoolExecutor()
    fileprivate static let main = MainQueue()
    static let serial = SerialQueue()

    struct Factory: ExecutorFactory {
      static var mainExecutor: any MainExecutor { Executors.main }
      static var defaultExecutor: any TaskExecutor { Executors.pool }
    }

    static func install() -> String? {
      _createExecutors(factory: Factory.self)
      return nil
    }

    /// The pool as the two words of an unowned executor.
    static var poolWords: (UnsafeRawPointer?, UInt) {
      let words = unsafeBitCast(pool.asUnownedTaskExecutor(), to: (UInt, UInt).self)
      return (UnsafeRawPointer(bitPattern: words.0), words.1)
    }

    static func run(_ job: UnownedJob, _ place: ActorKernel.Place, _ mode: HopMode) {
      switch (place, mode) {
      // On nobody's executor the runtime may go on in the next actor at once.
      case (.pool, .inline): job.runSynchronously(on: unsafeBitCast((0, 0) as (UInt, UInt), to: UnownedSerialExecutor.self))
      case (.pool, .everyHop): job.runSynchronously(on: pool.asUnownedTaskExecutor())
      case (.main, _): job.runSynchronously(on: main.asUnownedSerialExecutor())
      case (.serial, _): job.runSynchronously(isolatedTo: serial.asUnownedSerialExecutor(), taskExecutor: serial.asUnownedTaskExecutor())
      }
    }
  }

  /// What `SupervisorThread` is for real: an actor's own executor, and the preferred one of that actor's tasks.
  final class SerialQueue: SerialExecutor, TaskExecutor, @unchecked Sendable {
    func enqueue(_ job: consuming ExecutorJob) { ActorKernel.shared.take(UnownedJob(job), .serial) }
  }

  /// Stands for the runtime's pool of threads.
  private final class PoolExecutor: TaskExecutor, SchedulingExecutor, @unchecked Sendable {
    func enqueue(_ job: consuming ExecutorJob) { ActorKernel.shared.take(UnownedJob(job), .pool) }

    func enqueue<C: Clock>(_ job: consuming ExecutorJob, at instant: C.Instant, tolerance: C.Duration?, clock: C) {
      enqueue(job, after: clock.now.duration(to: instant), tolerance: tolerance, clock: clock)
    }

    /// For `Task.sleep`, which the product's own code never calls.
    func enqueue<C: Clock>(_ job: consuming ExecutorJob, after delay: C.Duration, tolerance: C.Duration?, clock: C) {
      let delay = delay as? Duration ?? .zero
      let (job, kernel) = (UnownedJob(job), ActorKernel.shared)
      Task.detached {
        try? await kernel.clock.sleep(for: delay)
        kernel.take(job, .pool)
      }
    }
  }

  private final class MainQueue: MainExecutor, @unchecked Sendable {
    func enqueue(_ job: consuming ExecutorJob) { ActorKernel.shared.take(UnownedJob(job), .main) }
    /// The kernel's own loop runs the jobs.
    func run() throws {}
    func stop() {}
  }

  extension ActorKernel {
    /// For an actor that brings its own executor along.
    package var executor: any SerialExecutor & TaskExecutor { Executors.serial }
  }
#else
  /// A toolchain without the interface: everything says so.
  enum Executors {
    static let serial = NoExecutor()
    static var poolWords: (UnsafeRawPointer?, UInt)? { nil }
    static func install() -> String? { "this program was built by a compiler before Swift 6.3 or not for Linux, and cannot put executors in place" }
    static func run(_ job: UnownedJob, _ place: ActorKernel.Place, _ mode: HopMode) {}
  }

  final class NoExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    func enqueue(_ job: consuming ExecutorJob) {}
  }

  extension ActorKernel {
    package var executor: any SerialExecutor & TaskExecutor { Executors.serial }
  }
#endif
