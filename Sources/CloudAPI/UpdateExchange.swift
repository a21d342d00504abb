package import World

/// What the cloud's rollout coordinator orders one connector under its lease: the body of the WatchDog's operation `update-order`. It may be sent
/// more than once; what was acted on already changes nothing. The lease's token rises with every lease of the location, so an older one is stale.
package struct UpdateCommand: Hashable, Codable, Sendable {
  package enum Action: String, CaseIterable, Codable, Sendable {
    case enterMaintenance, install, rollBack, restartMachine, leaveMaintenance
  }
  package var action: Action
  package var token: UInt64
  /// The lease's end; absent for `leaveMaintenance`. By then the connector is out of maintenance, whatever it hears.
  package var expires: WallTime?
  /// Four numbers; for `install` only. Length and digest come from signed metadata, never from here.
  package var version: String?

  package init(_ action: Action, token: UInt64, expires: WallTime? = nil, version: String? = nil) {
    self.action = action
    self.token = token
    self.expires = expires
    self.version = version
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

  package init(token: UInt64, stage: Stage, version: String? = nil, reason: String = "") {
    self.token = token
    self.stage = stage
    self.version = version
    self.reason = reason
  }
}
