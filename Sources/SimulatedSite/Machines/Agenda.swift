import World

/// Who is due when: a binary heap in which each has one entry that counts.
struct Agenda: Sendable {
  private struct Entry: Sendable {
    var at: Moment
    var place: Int
  }
  private var heap: [Entry] = []
  private var current: [Int: Moment] = [:]

  var first: Moment? { heap.first?.at }

  /// - Parameter at: nil: not at all any more.
  mutating func put(_ place: Int, at: Moment?) {
    guard current[place] != at else { return }
    current[place] = at
    guard let at else { return dropStale() }
    heap.append(Entry(at: at, place: place))
    var child = heap.count - 1
    while child > 0, heap[child].at < heap[(child - 1) / 2].at {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
    dropStale()
  }

  /// The next one that is due by `now`, which then has no entry.
  mutating func pop(until now: Moment) -> Int? {
    dropStale()
    guard let top = heap.first, top.at <= now else { return nil }
    current[top.place] = nil
    removeFirst()
    dropStale()
    return top.place
  }

  /// The first entry is always one that counts.
  private mutating func dropStale() {
    while let top = heap.first, current[top.place] != top.at { removeFirst() }
  }

  private mutating func removeFirst() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      let (left, right) = (2 * parent + 1, 2 * parent + 2)
      var least = parent
      if left < heap.count, heap[left].at < heap[least].at { least = left }
      if right < heap.count, heap[right].at < heap[least].at { least = right }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
