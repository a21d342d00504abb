package import EventCatalog
package import World

/// Which events are asked for. Every condition that is set must hold.
package struct EventQuery: Hashable, Codable, Sendable {
  /// Recorded at or after this time.
  package var since: WallTime?
  /// Any of these codes; empty means all.
  package var codes: [Int]
  /// Only the latest so many of the past.
  package var limit: Int?
  /// Go on with what happens from now, until the asker closes.
  package var follow: Bool

  package init(since: WallTime? = nil, codes: [Int] = [], limit: Int? = nil, follow: Bool = false) {
    self.since = since
    self.codes = codes
    self.limit = limit
    self.follow = follow
  }

  package func matches(_ record: EventRecord) -> Bool {
    if let since, record.time < since { return false }
    return codes.isEmpty || codes.contains(record.event.definition.code)
  }

  /// The part of `records`, oldest first, that the query asks for.
  package func select(_ records: some Sequence<EventRecord>) -> [EventRecord] {
    let matching = records.filter(matches)
    guard let limit else { return matching }
    return Array(matching.suffix(max(0, limit)))
  }
}
