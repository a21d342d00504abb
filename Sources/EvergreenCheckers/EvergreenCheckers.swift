package import Releases
import World

/// The invariants of updates on one connector, by the ids that docs and tests use.
package enum EvergreenInvariant: String, CaseIterable, Sendable {
  case l1 = "L1"
  case l2 = "L2"
  case l3 = "L3"
  case l4 = "L4"
  case l5 = "L5"
  case l6 = "L6"
  case l7 = "L7"
  case l8 = "L8"
  case l9 = "L9"
  case l10 = "L10"
  case t7 = "T7"
  case t8 = "T8"
  case f16 = "F16"
}

/// The numbers that the invariants are held to.
package struct EvergreenBounds: Hashable, Sendable {
  /// W, K and the end-to-end probes of L3; two probes further apart are not continuous.
  package var healthyFor: Duration = .seconds(600)
  package var probes = 20
  package var endToEndProbes = 1
  package var longestGap: Duration = .seconds(60)
  /// L4: from the deadline until something else runs.
  package var grace: Duration = .seconds(60)
  /// R of L5.
  package var rollBackWithin: Duration = .seconds(300)
  package var rollbackTries = 3
  /// A of L6.
  package var attempts = 5

  package init() {}
}

package struct EvergreenViolation: Hashable, Sendable, CustomStringConvertible {
  package var invariant: EvergreenInvariant
  /// Which fact, counted from 0.
  package var index: Int
  package var what: String

  package var description: String { "\(invariant.rawValue) at fact \(index): \(what)" }
}

/// Checkers that read a trace and nothing else, so that a simulation and a live log are held to the same. A prefix of a good trace is good.
package enum EvergreenCheckers {
  package static func check(_ facts: [UpdateFact], _ bounds: EvergreenBounds = EvergreenBounds()) -> [EvergreenViolation] {
    EvergreenInvariant.allCases.flatMap { check($0, facts, bounds) }
  }

  package static func check(_ invariant: EvergreenInvariant, _ facts: [UpdateFact], _ bounds: EvergreenBounds = EvergreenBounds())
    -> [EvergreenViolation]
  {
    let found =
      switch invariant {
      case .l1: bootable(facts)
      case .l2: untouched(facts)
      case .l3: proven(facts, bounds)
      case .l4: deadMan(facts, bounds)
      case .l5: offlineRollback(facts, bounds)
      case .l6: notRetried(facts, bounds)
      case .l7: oneUpdater(facts)
      case .l8: replay(facts)
      case .l9: preflighted(facts)
      case .l10: stateRestored(facts)
      case .t7: neverOlder(facts)
      case .t8: rightPlatform(facts)
      case .f16: configurationComesWithReleases(facts)
      }
    return found.map { EvergreenViolation(invariant: invariant, index: $0.0, what: $0.1) }
  }

  typealias Found = [(Int, String)]
}
