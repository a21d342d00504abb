package import World

/// Whose draws break ties. Events that only stand for others (an exchange that changes nothing) have a lane of their own, so that leaving them out does not
/// shift the order of the rest.
package enum Lane: Sendable {
  case main, idle
}

/// Virtual time and when something is to happen in it. All events of one instant are released before any of them runs, and the seed picks their order; what
/// they schedule for the same instant comes after them. What an event is, a world keeps by `TimerHandle.slot`: a generic engine would not be specialised
/// across rooms, and costs three times as much.
package struct Engine: Sendable {
  package private(set) var now = Moment(nanoseconds: 0)
  /// Events that have run.
  package private(set) var ran = 0
  private var heap = EventHeap()
  /// Of this instant, the next one last.
  private var released: [EventHeap.Entry] = []
  private var ties: (main: UInt64, idle: UInt64)
  private var sequence: UInt32 = 0

  package init(seed: Seed) { ties = (seed.word("engine", "ties"), seed.word("engine", "idle ties")) }

  /// Events that will run.
  package var waiting: Int { heap.live }

  /// An instant that is over counts as now.
  package mutating func schedule(at: Moment, lane: Lane = .main) -> TimerHandle {
    sequence &+= 1
    return heap.push(at: max(at, now).nanoseconds, order: tie(lane) & 0xffff_ffff_0000_0000 | UInt64(sequence))
  }

  private mutating func tie(_ lane: Lane) -> UInt64 {
    switch lane {
    case .main:
      ties.main &+= Mix.golden
      return Mix.finish(ties.main)
    case .idle:
      ties.idle &+= Mix.golden
      return Mix.finish(ties.idle)
    }
  }

  /// True when it had not run yet. O(1).
  @discardableResult
  package mutating func cancel(_ handle: TimerHandle) -> Bool { heap.cancel(handle) }

  /// The next event up to and including an instant; nil when there is none, and then time stands at that instant.
  package mutating func next(until end: Moment) -> TimerHandle? {
    while true {
      if let entry = released.popLast() {
        guard heap.take(entry.handle) else { continue }
        ran += 1
        return entry.handle
      }
      guard let first = heap.pop(until: end.nanoseconds) else {
        now = max(now, end)
        return nil
      }
      now = Moment(nanoseconds: first.at)
      released.append(first)
      while let more = heap.pop(until: first.at) { released.append(more) }
      if released.count > 1 { released.reverse() }
    }
  }
}
