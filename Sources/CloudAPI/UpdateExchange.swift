package import World

/// What the cloud's rollout coordinator orders one connector under its lease: the body of the WatchDog's operation `update-order`. It may be sent
/// more than once, and is sent again after each heartbeat while it is open: what was acted on already changes nothing but the lease's end. The lease's
/// token rises with every lease of the location, so an older one is stale.
///
/// **How long a lease lasts** is said as a length, because two wall clocks never agree: the connector counts from the order's arrival by a clock that nobody
/// sets. What is said is shorter by `underWay` than what the cloud itself counts, so that an order that was long on its way does not let a connector hold
/// its lease after the cloud has ended it. After a start of the machine the connector goes by its own wall clock as it was kept, and never for longer than
/// the whole length. The cloud's own lease is counted by the cloud's wall clock: should that be put ahead, the cloud's lease ends early and the connector
/// learns of it with what the cloud orders then.
package struct UpdateCommand: Hashable, Codable, Sendable {
  package enum Action: String, CaseIterable, Codable, Sendable {
    case enterMaintenance, install, rollBack, restartMachine, leaveMaintenance
  }
  package var action: Action
  package var token: UInt64
  /// Whole seconds, rounded down, that the connector holds the lease from when this is sent; absent for `leaveMaintenance`. When they are over, the connector is out of
  /// maintenance, whatever it hears.
  package var lasts: Int?
  /// The lease's end by the cloud's clock, for people; nothing is decided by it. Connectors from before there was `lasts` go by it.
  package var expires: WallTime?
  /// Four numbers; for `install` only. Length and digest come from signed metadata, never from here.
  package var version: String?

  /// No lease is longer (a week); what says more is no order.
  package static let longest = 604_800

  /// Seconds: no order is under way for longer than a minute, or the cloud has given its request up; and two within which a repeated order counts as
  /// nothing new.
  package static let underWay = 62

  package init(_ action: Action, token: UInt64, lasts: Int? = nil, expires: WallTime? = nil, version: String? = nil) {
    self.action = action
    self.token = token
    self.lasts = lasts
    self.expires = expires
    self.version = version
  }

  /// The same after it has waited for so long to be sent; nil when the lease is over meanwhile.
  package func sent(after waiting: Duration) -> UpdateCommand? {
    guard let lasts else { return self }
    let (seconds, attoseconds) = waiting.components
    let left = lasts - Int(clamping: max(0, attoseconds > 0 ? seconds + 1 : seconds))
    guard left > 0 else { return nil }
    var out = self
    out.lasts = left
    return out
  }
}

/// How far a connector is with what was ordered under a lease: the answer to `update-order`, and a part of every heartbeat, so that nothing depends
/// on one message.
package struct UpdateStanding: Hashable, Codable, Sendable {
  package enum Stage: String, CaseIterable, Codable, Sendable {
    /// In maintenance; nothing is asked of it any more.
    case drained
    /// The release is fetched, checked or about to be tried.
    case installing
    /// This process is the release on trial.
    case trial
    /// The release stays.
    case committed
    case rollingBack
    /// The release before runs again.
    case rolledBack
    /// It did not come to a trial, or back; the release before runs.
    case failed
    case restarting, restarted
  }
  package var token: UInt64
  package var stage: Stage
  /// Of the release concerned; absent for a restart.
  package var version: String?
  /// For people; empty when there is nothing to say.
  package var reason: String
  /// With `committed`: SHA-256 of the manifest of the release that runs, 64 hexadecimal digits. Absent when the program does not know it.
  package var digest: String?

  package init(token: UInt64, stage: Stage, version: String? = nil, reason: String = "", digest: String? = nil) {
    self.token = token
    self.stage = stage
    self.version = version
    self.reason = reason
    self.digest = digest
  }
}
