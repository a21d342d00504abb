package import World

/// What can become due. A timer may be out of date when it fires: it counts only if what it stands for still has that deadline.
package enum RolloutTimer: Hashable, Codable, Sendable {
  case phase(String)
  case absence(String)
  case ring
  case restarts
  case capacity
}

/// A binary heap by time, and by order of arming within one instant.
package struct TimerHeap: Hashable, Codable, Sendable {
  private struct Entry: Hashable, Codable, Sendable {
    var at: WallTime
    var order: UInt64
    var timer: RolloutTimer

    static func < (a: Entry, b: Entry) -> Bool { a.at != b.at ? a.at < b.at : a.order < b.order }
  }
  private var entries: [Entry] = []
  private var order: UInt64 = 0

  package init() {}

  package var next: WallTime? { entries.first?.at }
  package var count: Int { entries.count }

  package mutating func arm(_ timer: RolloutTimer, at: WallTime) {
    order += 1
    entries.append(Entry(at: at, order: order, timer: timer))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child] < entries[parent] else { break }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  /// The earliest one, when it is due.
  package mutating func pop(at now: WallTime) -> (timer: RolloutTimer, at: WallTime)? {
    guard let first = entries.first, first.at <= now, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return (first.timer, first.at) }
    entries[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && entries[child] < entries[least] { least = child }
      guard least != parent else { break }
      entries.swapAt(parent, least)
      parent = least
    }
    return (first.timer, first.at)
  }
}
