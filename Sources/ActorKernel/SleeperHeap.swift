import SimulatedWorld
import World

/// Virtual time and who sleeps, ordered by (moment, arrival). All that are due at one moment wake before any of them runs.
final class SleeperHeap {
  struct Sleeper {
    var moment: Moment
    var number: UInt64
    var continuation: UnsafeContinuation<Void, any Error>
  }

  private(set) var now = SleeperHeap.start
  private var heap: [Sleeper] = []
  private var cancelled: Set<UInt64> = []
  private var lastNumber: UInt64 = 0
  private var lateness = SeededRandom(seed: 0)

  private static let start = Now(moment: Moment(nanoseconds: 1_000_000_000), wall: WallTime(seconds: 1_795_000_000))

  func begin(_ lateness: SeededRandom) {
    now = Self.start
    heap = []
    cancelled = []
    lastNumber = 0
    self.lateness = lateness
  }

  var first: Moment? { heap.first?.moment }
  var count: Int { heap.count }

  func number() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  /// Puts the sleeper in, or resumes it at once. One sleep in eight ends late, as on a machine with much to do.
  func sleep(_ number: UInt64, until moment: Moment, _ continuation: UnsafeContinuation<Void, any Error>) {
    if cancelled.remove(number) != nil { return continuation.resume(throwing: CancellationError()) }
    guard moment > now.moment else { return continuation.resume() }
    let late: Duration = lateness.below(8) == 0 ? .nanoseconds(Int64(lateness.below(3_000_000))) : .zero
    heap.append(Sleeper(moment: moment + late, number: number, continuation: continuation))
    var at = heap.count - 1
    while at > 0, isBefore(heap[at], heap[(at - 1) / 2]) {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  func cancel(_ number: UInt64) {
    guard let at = heap.firstIndex(where: { $0.number == number }) else {
      cancelled.insert(number)
      return
    }
    let sleeper = heap[at]
    remove(at)
    sleeper.continuation.resume(throwing: CancellationError())
  }

  /// A sleep that has ended needs no mark of its cancellation.
  func ended(_ number: UInt64) { cancelled.remove(number) }

  func wake(at moment: Moment, _ tell: (Now) -> Void) {
    now.wall = now.wall + (moment - now.moment)
    now.machine = now.machine + (moment - now.moment)
    now.moment = moment
    tell(now)
    while let first = heap.first, first.moment <= moment {
      remove(0)
      first.continuation.resume()
    }
  }

  private func isBefore(_ a: Sleeper, _ b: Sleeper) -> Bool { (a.moment.nanoseconds, a.number) < (b.moment.nanoseconds, b.number) }

  private func remove(_ index: Int) {
    heap.swapAt(index, heap.count - 1)
    heap.removeLast()
    guard index < heap.count else { return }
    var at = index
    while at > 0, isBefore(heap[at], heap[(at - 1) / 2]) {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
    while true {
      var least = at
      for child in [2 * at + 1, 2 * at + 2] where child < heap.count && isBefore(heap[child], heap[least]) { least = child }
      if least == at { return }
      heap.swapAt(at, least)
      at = least
    }
  }
}

/// The port to the kernel's time.
struct KernelClock: WorldClock {
  let kernel: ActorKernel

  func now() -> Now { kernel.now }

  func sleep(until moment: Moment) async throws {
    let number = kernel.sleepers.number()
    defer { kernel.sleepers.ended(number) }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { kernel.sleepers.sleep(number, until: moment, $0) }
    } onCancel: {
      kernel.sleepers.cancel(number)
    }
  }
}
