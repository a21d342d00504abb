/// Keys in the order of their ranks: the first at once, any other found, changed or taken out in logarithmic time. Each key is there once.
struct IndexedHeap<Key: Hashable & Sendable, Rank: Comparable & Sendable>: Sendable {
  private var items: [(key: Key, rank: Rank)] = []
  private var places: [Key: Int] = [:]

  var count: Int { items.count }
  var first: (key: Key, rank: Rank)? { items.first }

  func rank(of key: Key) -> Rank? { places[key].map { items[$0].rank } }

  mutating func set(_ key: Key, _ rank: Rank) {
    if let place = places[key] {
      items[place].rank = rank
      settle(place)
    } else {
      items.append((key, rank))
      places[key] = items.count - 1
      settle(items.count - 1)
    }
  }

  mutating func remove(_ key: Key) {
    guard let place = places.removeValue(forKey: key) else { return }
    let last = items.removeLast()
    guard place < items.count else { return }
    items[place] = last
    places[last.key] = place
    settle(place)
  }

  mutating func removeAll() {
    items.removeAll()
    places.removeAll()
  }

  /// Up or down, whichever the item at `start` needs.
  private mutating func settle(_ start: Int) {
    let item = items[start]
    var place = start
    while place > 0, item.rank < items[(place - 1) / 2].rank {
      move((place - 1) / 2, to: place)
      place = (place - 1) / 2
    }
    while true {
      var child = 2 * place + 1
      guard child < items.count else { break }
      if child + 1 < items.count, items[child + 1].rank < items[child].rank { child += 1 }
      guard items[child].rank < item.rank else { break }
      move(child, to: place)
      place = child
    }
    guard place != start else { return }
    items[place] = item
    places[item.key] = place
  }

  private mutating func move(_ from: Int, to: Int) {
    items[to] = items[from]
    places[items[to].key] = to
  }
}
