package import Simulation
package import World

/// What went against an invariant: which, when, and whom it concerns.
package struct FoundViolation: Hashable, Sendable, CustomStringConvertible {
  package var id: String
  package var at: Moment
  package var subject: String
  package var what: String

  package var description: String { "\(id) at \(at.nanoseconds / 1_000_000_000) s (\(subject)): \(what)" }
}

/// What a run came to.
package struct Verdict: Sendable {
  package var seed: UInt64
  package var violations: [FoundViolation]
  package var hash: TraceHash
  package var end: RunEnd
  /// Events that ran, and lines of the trace.
  package var events: Int
  package var lines: Int
  /// How often each thing was decided or done, by its name.
  package var counts: [String: Int]

  package var isGood: Bool {
    if case .deadlock = end { return false }
    return violations.isEmpty
  }
}
