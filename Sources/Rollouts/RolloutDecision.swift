package import World

/// One decision and its reason: the trace that people and checkers read.
package struct RolloutDecision: Hashable, Codable, Sendable {
  package enum Kind: String, CaseIterable, Codable, Sendable {
    // The rollout.
    case published, offerRefused, canaryChosen, ringOpened, ringBaking, ringExpired, done, halted, paused, resumed, aborted, revoked, widened, held,
      extended
    // A location.
    case scheduleTaken, schedulePostponed, delayed, orderRefused
    // A connector that waits.
    case offered, planned, opened, missed, forced, overdue, lost, late, found, waitsForHealth, waitsForCapacity, blocked, withdrawn, ordered, barred,
      unbarred
    // A connector that acts.
    case leaseGranted, leaseReturned, leaseReleased, started, installing, trial, committed, failed, rollingBack, rolledBack, quarantined, stuck,
      cancelled
    case restarting, restarted, restartHeld, cleared, removed, staleReport, awaited
  }
  /// Counts without a hole.
  package var number: Int
  package var time: WallTime
  package var kind: Kind
  package var connector: String?
  package var location: String?
  /// Index of the ring.
  package var ring: Int?
  package var version: ReleaseVersion?
  package var token: UInt64?
  /// The schedule rule that decided.
  package var rule: DecidingRule?
  /// The deadline of the state that this begins: something is decided about the subject by then.
  package var until: WallTime?
  /// For people, in one sentence.
  package var reason: String

  package init(
    number: Int, time: WallTime, kind: Kind, connector: String?, location: String?, ring: Int?, version: ReleaseVersion?, token: UInt64?,
    rule: DecidingRule?, until: WallTime?, reason: String
  ) {
    (self.number, self.time, self.kind, self.connector, self.location) = (number, time, kind, connector, location)
    (self.ring, self.version, self.token) = (ring, version, token)
    (self.rule, self.until, self.reason) = (rule, until, reason)
  }
}
