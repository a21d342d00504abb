/// Outcomes in the order of their seeds, however many run at a time.
package struct SeedOrder {
  /// Everything before it has been handed on.
  package private(set) var next: UInt64
  private var early: [UInt64: SeedOutcome] = [:]

  package init(first: UInt64) { next = first }

  /// - Returns: what can be handed on now.
  package mutating func add(_ outcome: SeedOutcome) -> [SeedOutcome] {
    early[outcome.seed] = outcome
    var out: [SeedOutcome] = []
    while let ready = early.removeValue(forKey: next) {
      out.append(ready)
      if next == .max { break }
      next += 1
    }
    return out
  }

  /// What came before its turn, when nothing more comes.
  package var rest: [SeedOutcome] { early.values.sorted { $0.seed < $1.seed } }
}
