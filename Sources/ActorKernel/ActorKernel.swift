import SimulatedWorld
package import World

/// How hops between actors are taken.
package enum HopMode: String, CaseIterable, Sendable {
  /// As the runtime does when it can: a task goes on in the next actor at once.
  case inline
  /// Each hop is a job of its own, and the seed chooses which job is next: the order that finds races between awaits.
  case everyHop = "every-hop"
}

/// How a run ended.
package enum RunEnding: Equatable, Sendable {
  case done
  /// Nothing is ready, nobody sleeps, and the run is not done: what waits, waits for ever.
  case deadlock(String)
  /// It did not end within its virtual time, or within its number of jobs.
  case late(String)
}

/// Runs all tasks and actors of this process on one thread, in virtual time, in an order drawn from a seed. One for the process: executors are.
///
/// Not for use within a test: tests spawn the program that has it. Everything here is called on that one thread.
package final class ActorKernel: @unchecked Sendable {
  package static let shared = ActorKernel()

  struct Ready {
    var job: UnownedJob
    var place: Place
    /// Counts the jobs of the run.
    var number: UInt64
  }
  /// Which executor a job was given to.
  enum Place: UInt64 { case pool, main, serial }

  package private(set) var mode = HopMode.everyHop
  package private(set) var jobs: UInt64 = 0
  private var enqueued: UInt64 = 0
  private var ready: [Ready] = []
  private var choices = SeededRandom(seed: 0)
  private var trace = TraceHash()
  let sleepers = SleeperHeap()
  var activities: [UInt64: Activity] = [:]
  var lastActivity: UInt64 = 0
  private var notes: [String] = []

  private init() {}

  /// Forgets the run before and begins the next. What was left of the one before never runs.
  package func begin(seed: UInt64, mode: HopMode) {
    self.mode = mode
    (jobs, enqueued) = (0, 0)
    ready = []
    choices = SeededRandom(seed: seed).fork("order of jobs")
    trace = TraceHash()
    sleepers.begin(SeededRandom(seed: seed).fork("lateness"))
    activities = [:]
    lastActivity = 0
    notes = []
    Guards.raise(seed: seed, mode: mode)
    Guards.setTime(now)
  }

  /// Back to the real clocks, for what is outside of a run.
  package func end() { Guards.lower() }

  package var now: Now { sleepers.now }
  package var clock: any WorldClock { KernelClock(kernel: self) }
  /// The order of all jobs, and all that was noted, as one number.
  package var hash: UInt64 { trace.value }
  package var latestNotes: [String] { notes.suffix(30).map { $0 } }

  /// Adds to the hash, and to what a failure shows.
  package func note(_ text: String) {
    for byte in text.utf8 { trace.add(UInt64(byte)) }
    notes.append("\(Double(now.moment.nanoseconds / 1_000_000) / 1000) s  \(text)")
    if notes.count > 120 { notes.removeFirst(60) }
  }

  func take(_ job: UnownedJob, _ place: Place) {
    enqueued += 1
    ready.append(Ready(job: job, place: place, number: enqueued))
  }

  /// Runs until `isDone`, or until there is nothing left that could make it so.
  ///
  /// - Parameters:
  ///   - within: virtual time from now on.
  ///   - most: jobs from now on.
  package func run(within: Duration, most: UInt64 = 2_000_000, until isDone: () -> Bool) -> RunEnding {
    let (end, last) = (now.moment + within, jobs + most)
    while !isDone() {
      if ready.isEmpty {
        guard let next = sleepers.first else { return .deadlock(waiting()) }
        guard next <= end else { return .late("not done within \(within) of virtual time\n" + waiting()) }
        advance(to: next)
        continue
      }
      guard jobs < last else { return .late("not done within \(most) jobs\n" + waiting()) }
      runOne()
    }
    return .done
  }

  /// Runs what is left until nothing is ready and nobody sleeps; false when it does not come to rest within the time.
  package func settle(within: Duration) -> Bool {
    let end = now.moment + within
    while true {
      if ready.isEmpty {
        guard let next = sleepers.first else { return true }
        guard next <= end else { return false }
        advance(to: next)
      } else {
        runOne()
      }
    }
  }

  private func advance(to moment: Moment) {
    trace.add(UInt64(bitPattern: moment.nanoseconds))
    sleepers.wake(at: moment) { Guards.setTime($0) }
  }

  private func runOne() {
    let at = Int(choices.below(UInt64(ready.count)))
    // Only the chosen one leaves its place, so the order of the others stays that of their arrival.
    let next = ready.remove(at: at)
    jobs += 1
    trace.add(next.number << 2 | next.place.rawValue)
    Executors.run(next.job, next.place, mode)
  }
}

/// FNV-1a over words.
struct TraceHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325
  mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 ^ (value >> 29) }
}
