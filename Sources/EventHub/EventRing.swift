import EventCatalog
package import World

/// From where on a reader wants events.
package enum EventPosition: Hashable, Sendable {
  /// Those with a greater sequence number.
  case after(sequence: UInt64)
  /// Those recorded at or after this time.
  case since(WallTime)
}

/// The latest records, oldest first, at most `capacity` of them. A capacity below 1 counts as 1.
struct EventRing: Sendable {
  private var slots: [EventRecord] = []
  private var oldest = 0
  private let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  mutating func append(_ record: EventRecord) {
    if slots.count < capacity {
      slots.append(record)
    } else {
      slots[oldest] = record
      oldest = (oldest + 1) % capacity
    }
  }

  /// The latest `limit` records that match, oldest first.
  func records(since position: EventPosition?, code: Int?, limit: Int) -> [EventRecord] {
    var found: [EventRecord] = []
    for offset in slots.indices.reversed() {
      if found.count >= limit { break }
      let record = slots[(oldest + offset) % slots.count]
      if let code, record.event.definition.code != code { continue }
      switch position {
      case .after(let sequence) where record.sequence <= sequence: continue
      case .since(let time) where record.time < time: continue
      default: found.append(record)
      }
    }
    return found.reversed()
  }
}
