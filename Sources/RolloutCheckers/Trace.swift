package import Rollouts
package import World

/// One line of a rollout's trace: what the coordinator was told, or what it decided. Checkers read nothing else.
package enum TraceEntry: Hashable, Codable, Sendable {
  case fact(RolloutEvent, at: WallTime)
  case decision(RolloutDecision)

  package var time: WallTime {
    switch self {
    case .fact(_, let time): time
    case .decision(let decision): decision.time
    }
  }
}

/// What went against an invariant, and where.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
  package var invariant: String
  package var time: WallTime
  package var text: String

  package init(_ invariant: String, _ time: WallTime, _ text: String) {
    self.invariant = invariant
    self.time = time
    self.text = text
  }

  package var description: String { "\(invariant) at \(time.iso8601(fraction: 0)): \(text)" }
}

/// A coordinator whose facts and decisions are handed to the checkers as they happen.
package struct CheckedRollout: Sendable {
  package private(set) var logic: RolloutLogic
  package private(set) var checks: RolloutChecks
  /// Kept only on demand: a long run has many.
  package private(set) var trace: [TraceEntry] = []
  private let keepsTrace: Bool

  package init(_ logic: RolloutLogic, keepsTrace: Bool = true) {
    self.logic = logic
    self.keepsTrace = keepsTrace
    checks = RolloutChecks(logic.settings)
  }

  /// Handles what is due by then, and after that the event. What a clock leapt over is due only when the coordinator knows of the leap.
  package mutating func handle(_ event: RolloutEvent, at now: WallTime) -> [RolloutDirective] {
    var directives: [RolloutDirective] = []
    let isLeap = if case .clockAhead = event { true } else { false }
    if event != .tick, !isLeap, let due = logic.nextDue, due <= now { directives = one(.tick, now) }
    return directives + one(event, now)
  }

  private mutating func one(_ event: RolloutEvent, _ now: WallTime) -> [RolloutDirective] {
    let directives = logic.handle(event, at: now)
    record(.fact(event, at: now))
    for case .decided(let decision) in directives { record(.decision(decision)) }
    return directives
  }

  private mutating func record(_ entry: TraceEntry) {
    checks.see(entry)
    if keepsTrace { trace.append(entry) }
  }
}
