import Simulation
package import World

/// The faults that hold at one place that applies them: added, cleared, and gone by themselves at the end of their lease on this place's own steady clock. A value; whoever keeps it tells it the time.
package struct FaultBook: Sendable {
  package struct Entry: Hashable, Sendable {
    package let id: Int
    package let rule: FaultRule
    package let ends: Moment
    var draws: Draws
  }

  /// In the order in which they came.
  package private(set) var entries: [Entry] = []

  package init() {}

  package var isEmpty: Bool { entries.isEmpty }
  package var nextEnd: Moment? { entries.map(\.ends).min() }
  package func contains(_ id: Int) -> Bool { entries.contains { $0.id == id } }

  /// False when it is there already: then nothing changes.
  ///
  /// - Parameter left: of the lease; what is longer than a fault may last is cut.
  @discardableResult
  package mutating func put(_ id: Int, _ rule: FaultRule, left: Duration, at now: Moment) -> Bool {
    expire(at: now)
    guard !contains(id), left > .zero else { return false }
    let draws = Seed(rule.seed).draws(rule.place.description, rule.effect.kind)
    entries.append(Entry(id: id, rule: rule, ends: now + min(left, FaultRule.longest), draws: draws))
    return true
  }

  /// Returns what was there; nil: all.
  @discardableResult
  package mutating func clear(_ id: Int?) -> [Entry] {
    defer { entries.removeAll { id == nil || $0.id == id } }
    return entries.filter { id == nil || $0.id == id }
  }

  /// Returns those whose lease is over.
  @discardableResult
  package mutating func expire(at now: Moment) -> [Entry] {
    defer { entries.removeAll { $0.ends <= now } }
    return entries.filter { $0.ends <= now }
  }

  /// Those that strike now: each one of the place draws for itself, so one that goes does not shift what another draws.
  package mutating func strikes(at now: Moment, _ isHere: (FaultRule) -> Bool) -> [Strike] {
    guard !entries.isEmpty else { return [] }
    expire(at: now)
    var out: [Strike] = []
    for index in entries.indices where isHere(entries[index].rule) {
      let rule = entries[index].rule
      let (hits, word) = (entries[index].draws.chance(rule.probability), entries[index].draws.next())
      if hits { out.append(Strike(id: entries[index].id, effect: rule.effect, ends: entries[index].ends, word: word)) }
    }
    return out
  }
}

/// One fault that strikes one call, or one write.
package struct Strike: Hashable, Sendable {
  package let id: Int
  package let effect: FaultEffect
  package let ends: Moment
  /// What is drawn beside whether it strikes.
  package let word: UInt64

  /// How long a latency takes this time.
  package var delay: Duration { effect.delay(word) }
}

extension FaultEffect {
  /// How long a latency takes: evenly between value − jitter and value + jitter, never less than nothing.
  package func delay(_ word: UInt64) -> Duration {
    guard case .latency(let value, let jitter) = self else { return .zero }
    return max(.zero, Latency.uniform(value - jitter, value + jitter).draw(word))
  }
}
