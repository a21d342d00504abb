import Directory
package import World

/// What the AD Provider remembers of the directory. The times are the product's name cache's (facts/product.md 9).
package struct NameCache: Sendable {
  package struct Settings: Hashable, Sendable {
    /// A look-up that takes longer is given up.
    package var lookupTimeout = Duration.milliseconds(3000)
    /// An answer older than this is fetched again when it is asked for.
    package var refreshAfter = Duration.seconds(1440 * 60)
    /// After a failed refresh the next one waits this long, then twice as long each time, up to `errorBackoffMax`.
    package var errorBackoff = Duration.seconds(60 * 60)
    package var errorBackoffMax = Duration.seconds(7200 * 60)
    /// Chosen; the product's is not known. The oldest entry makes room.
    package var capacity = 10_000

    package init() {}
  }

  package struct Cached: Hashable, Sendable {
    package var answer: DirectoryAnswer
    package var asOf: WallTime
    /// Older than `refreshAfter`.
    package var stale: Bool
    /// It is time to fetch it again.
    package var needsRefresh: Bool
  }

  private struct Entry: Sendable {
    var answer: DirectoryAnswer
    var asOf: WallTime
    var storedAt: Moment
    var nextRefresh: Moment
    var failures = 0
    var number: UInt64
  }

  package let settings: Settings
  private var entries: [DirectoryQuestion: Entry] = [:]
  /// Keys in the order in which they were stored; a key that was stored again or removed leaves a dead place behind.
  private var order: [(number: UInt64, key: DirectoryQuestion)] = []
  private var first = 0
  private var lastNumber: UInt64 = 0

  package init(_ settings: Settings = Settings()) { self.settings = settings }

  package var count: Int { entries.count }

  package func look(_ key: DirectoryQuestion, at now: Now) -> Cached? {
    guard let entry = entries[key] else { return nil }
    let stale = now.moment - entry.storedAt >= settings.refreshAfter
    return Cached(answer: entry.answer, asOf: entry.asOf, stale: stale, needsRefresh: now.moment >= entry.nextRefresh)
  }

  package mutating func store(_ key: DirectoryQuestion, _ answer: DirectoryAnswer, at now: Now) {
    lastNumber += 1
    entries[key] = Entry(
      answer: answer, asOf: now.wall, storedAt: now.moment, nextRefresh: now.moment + settings.refreshAfter, number: lastNumber)
    order.append((lastNumber, key))
    while entries.count > settings.capacity, first < order.count {
      let oldest = order[first]
      if entries[oldest.key]?.number == oldest.number { entries[oldest.key] = nil }
      first += 1
    }
    compact()
  }

  /// A refresh failed: the old answer stays, the next try waits.
  package mutating func failed(_ key: DirectoryQuestion, at now: Now) {
    guard var entry = entries[key] else { return }
    let doublings = min(entry.failures, 16)
    entry.failures += 1
    entry.nextRefresh = now.moment + min(settings.errorBackoff * (1 << doublings), settings.errorBackoffMax)
    entries[key] = entry
  }

  /// The directory says that there is no such thing any more.
  package mutating func remove(_ key: DirectoryQuestion) { entries[key] = nil }

  package mutating func removeAll() {
    entries = [:]
    order = []
    first = 0
  }

  private mutating func compact() {
    guard order.count > 2 * settings.capacity + 16 else { return }
    order = order[first...].filter { entries[$0.key]?.number == $0.number }
    first = 0
  }
}
