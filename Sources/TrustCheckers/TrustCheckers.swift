import World

/// The invariants of signed metadata, by the ids that docs and tests use.
package enum TrustInvariant: String, CaseIterable, Sendable {
  case t1 = "T1"
  case t2 = "T2"
  case t3 = "T3"
  case t4 = "T4"
  case t5 = "T5"
  case t6 = "T6"
  case t9 = "T9"
  case t10 = "T10"
  /// The part of T4 that is about being told.
  case freeze = "T4 freeze"
}

/// The numbers that the invariants are held to.
package struct TrustBounds: Hashable, Sendable {
  /// F: without a newer timestamp for so long, a freeze is suspected.
  package var freezeAfter: Duration
  /// Within which that must be told: from one look to the next.
  package var pollEvery: Duration
  /// What was before the trace is not known: what may rest on it is held against nobody.
  package var isTorn = false

  /// Chosen: a day, and an hour.
  package init(freezeAfter: Duration = .seconds(86_400), pollEvery: Duration = .seconds(3_600)) {
    (self.freezeAfter, self.pollEvery) = (freezeAfter, pollEvery)
  }
}

package struct TrustViolation: Hashable, Sendable, CustomStringConvertible {
  package var invariant: TrustInvariant
  /// Which fact, counted from 0.
  package var index: Int
  package var what: String

  package var description: String { "\(invariant.rawValue) at fact \(index): \(what)" }
}

/// Checkers that read a trace of one client and nothing else. A prefix of a good trace is good.
package enum TrustCheckers {
  package static func check(_ facts: [TrustFact], _ bounds: TrustBounds = TrustBounds()) -> [TrustViolation] {
    TrustInvariant.allCases.flatMap { check($0, facts, bounds) }
  }

  package static func check(_ invariant: TrustInvariant, _ facts: [TrustFact], _ bounds: TrustBounds = TrustBounds()) -> [TrustViolation] {
    let found =
      switch invariant {
      case .t1: verified(facts, bounds)
      case .t2: chained(facts)
      case .t3: neverBack(facts)
      case .t4: fresh(facts)
      case .t5: bounded(facts)
      case .t6: asListed(facts)
      case .t9: recovers(facts)
      case .t10: agreed(facts, bounds)
      case .freeze: freezeTold(facts, bounds)
      }
    return found.map { TrustViolation(invariant: invariant, index: $0.0, what: $0.1) }
  }

  typealias Found = [(Int, String)]
}
