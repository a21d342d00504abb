/// Names one scheduled event, so that it can be taken back. A handle of an event that has run, or was taken back, does nothing.
package struct TimerHandle: Hashable, Sendable {
  /// Small, and used again: where a world keeps what its event carries.
  package let slot: UInt32
  let visit: UInt32

  /// Of no event.
  package static let none = TimerHandle(slot: .max, visit: 0)
}

/// A 4-ary heap of events by (instant, tie-break, sequence). Four children a node: fewer levels and fewer cache misses than two. Taking back is O(1): the entry
/// stays in the heap and is skipped, and the heap is rebuilt when more than half of it is dead. What the events carry is kept elsewhere, by slot.
struct EventHeap {
  struct Entry {
    /// Nanoseconds of the run.
    var at: Int64
    /// The tie-break in the high half, the sequence in the low one.
    var order: UInt64
    var handle: TimerHandle

    static func < (a: Entry, b: Entry) -> Bool { a.at != b.at ? a.at < b.at : a.order < b.order }
  }
  private var entries: [Entry] = []
  private var visits: [UInt32] = []
  private var free: [UInt32] = []
  private var dead = 0

  init() {}

  /// Events that will run.
  var live: Int { visits.count - free.count }

  mutating func push(at: Int64, order: UInt64) -> TimerHandle {
    let slot: UInt32
    if let known = free.popLast() {
      slot = known
    } else {
      slot = UInt32(visits.count)
      visits.append(0)
    }
    let handle = TimerHandle(slot: slot, visit: visits[Int(slot)])
    entries.append(Entry(at: at, order: order, handle: handle))
    rise(entries.count - 1)
    return handle
  }

  private func isAlive(_ handle: TimerHandle) -> Bool { Int(handle.slot) < visits.count && visits[Int(handle.slot)] == handle.visit }

  /// False when it ran or was taken back before. Its slot is free afterwards.
  mutating func take(_ handle: TimerHandle) -> Bool {
    guard isAlive(handle) else { return false }
    visits[Int(handle.slot)] &+= 1
    free.append(handle.slot)
    return true
  }

  mutating func cancel(_ handle: TimerHandle) -> Bool {
    guard take(handle) else { return false }
    dead += 1
    if dead > 64, dead > live { rebuild() }
    return true
  }

  /// The earliest entry that is alive, up to an instant; it leaves the heap.
  mutating func pop(until: Int64) -> Entry? {
    while let entry = entries.first, entry.at <= until {
      removeFirst()
      if isAlive(entry.handle) { return entry }
      dead -= 1
    }
    return nil
  }

  private mutating func removeFirst() {
    guard let last = entries.popLast(), !entries.isEmpty else { return }
    entries[0] = last
    sink(0)
  }

  private mutating func rebuild() {
    let visits = visits
    entries.removeAll { visits[Int($0.handle.slot)] != $0.handle.visit }
    dead = 0
    guard entries.count > 1 else { return }
    for index in stride(from: (entries.count - 2) / 4, through: 0, by: -1) { sink(index) }
  }

  /// Over the bare memory, as `sink`: checked each time, the bounds and the owner of the array cost more than the comparisons.
  private mutating func rise(_ index: Int) {
    entries.withUnsafeMutableBufferPointer { entries in
      var child = index
      let entry = entries[child]
      while child > 0 {
        let parent = (child - 1) >> 2
        guard entry < entries[parent] else { break }
        entries[child] = entries[parent]
        child = parent
      }
      entries[child] = entry
    }
  }

  private mutating func sink(_ index: Int) {
    entries.withUnsafeMutableBufferPointer { entries in
      let count = entries.count
      var parent = index
      let entry = entries[parent]
      while true {
        let first = parent << 2 + 1
        guard first < count else { break }
        var least = first
        var next = first + 1
        let end = min(first + 4, count)
        while next < end {
          if entries[next] < entries[least] { least = next }
          next += 1
        }
        guard entries[least] < entry else { break }
        entries[parent] = entries[least]
        parent = least
      }
      entries[parent] = entry
    }
  }
}
