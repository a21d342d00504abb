import World

/// What happens by itself, and when. One alarm of each kind for each thing; those of one moment ring in the order in which they were set.
struct Alarms: Sendable {
  enum Kind: Hashable, Sendable {
    case contact(String)
    case sinBin(String)
    case prepare(PrepareOrder)
    case establish(SessionKey)
    case launch(String)
    case ticket(String)
    case keepTicket(UInt64)
  }
  struct Rank: Comparable, Sendable {
    let at: Moment
    let number: UInt64
    static func < (a: Rank, b: Rank) -> Bool { (a.at, a.number) < (b.at, b.number) }
  }
  private var heap = IndexedHeap<Kind, Rank>()
  private var number: UInt64 = 0

  var first: Rank? { heap.first?.rank }
  var count: Int { heap.count }

  mutating func set(_ kind: Kind, _ now: Moment, _ wait: Duration) {
    number &+= 1
    // Far ahead it saturates: no arithmetic on what a host says the time is may trap.
    let (sum, over) = now.nanoseconds.addingReportingOverflow(max(0, wait.nanoseconds))
    heap.set(kind, Rank(at: Moment(nanoseconds: over ? .max : sum), number: number))
  }
  mutating func remove(_ kind: Kind) { heap.remove(kind) }
  func moment(_ kind: Kind) -> Moment? { heap.rank(of: kind)?.at }

  mutating func takeFirst(until now: Moment) -> Kind? {
    guard let first = heap.first, first.rank.at <= now else { return nil }
    heap.remove(first.key)
    return first.key
  }
}
