package import CloudAPI
package import Evergreen
package import World

/// What the WatchDog keeps of the lease under which the cloud updates this connector: one small record, so that the next process goes on under the
/// same token. It belongs to the machine, not to a release: a rollback leaves it as it is, so that a token never goes back; and whichever release runs,
/// the status of the releases says more about the trial than the record, so one from before the trial would do as well.
package struct UpdateLease: Hashable, Codable, Sendable {
  package var token: UInt64
  /// By this machine's own wall clock: for people, and for after a start of the machine.
  package var expires: WallTime
  /// Nil in a record from before there were any.
  package var term: LeaseTerm?
  /// The highest token that the cloud ended without this connector having held it; nil: none above `token`.
  package var fence: UInt64?
  /// False once it ended, by the cloud's word or by its time.
  package var isHeld = true
  /// What was ordered last under it.
  package var action: UpdateCommand.Action
  package var version: ReleaseVersion?
  /// As signed metadata lists it.
  package var bundle: UpdateOrder.Bundle?
  /// The order to try the version was about to be given: from then on it may have run.
  package var wasActivated = false
  /// Nil before anything came of it.
  package var stage: UpdateStanding.Stage?
  package var reason = ""
  /// Of the process that was told to restart the machine, or to try the version.
  package var boot: String

  package init(token: UInt64, expires: WallTime, action: UpdateCommand.Action, boot: String, term: LeaseTerm? = nil) {
    self.token = token
    self.expires = expires
    self.term = term
    self.action = action
    self.boot = boot
  }

  /// Nothing more is to be done under it that would need the connector in maintenance.
  var isOver: Bool { !isHeld || [.committed, .rolledBack, .failed, .restarted].contains(stage) }

  /// What was ordered under it was about to be tried, and how that ended is not written down.
  var mayHaveRun: Bool {
    switch stage {
    case .installing: wasActivated
    case .trial, .rollingBack: true
    case .drained, .committed, .rolledBack, .failed, .restarting, .restarted, nil: false
    }
  }

  /// Orders under a lower token are stale.
  var highest: UInt64 { max(token, fence ?? 0) }

  /// What the cloud is told.
  package var standing: UpdateStanding? {
    stage.map { UpdateStanding(token: token, stage: $0, version: version?.text, reason: reason) }
  }

  /// By which its own maintenance is known; another's stays when the lease is over.
  static let maintenanceMark = "update under lease "
  var maintenanceReason: String { "\(Self.maintenanceMark)\(token)" }
}

/// What an administrator said who keeps this connector at its release: the text of one setting, the time and then the reason.
package struct UpdatePin: Hashable, Sendable {
  /// Nil when somebody wrote the setting by hand.
  package var since: WallTime?
  package var reason: String

  package init(since: WallTime, reason: String) {
    self.since = since
    self.reason = reason
  }

  /// Nil for an empty text.
  package init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard !text.isEmpty else { return nil }
    since = WallTime(iso8601: String(parts[0]))
    reason = since == nil ? text : parts.count > 1 ? String(parts[1]) : ""
  }

  package var text: String { (since.map { $0.iso8601(fraction: 0) + " " } ?? "") + reason }

  var sentence: String {
    "an administrator keeps this connector at its release\(since.map { " since \($0.iso8601(fraction: 0))" } ?? "")"
      + (reason.isEmpty ? "" : ": \(reason)") + "; connectorctl update unpin ends it"
  }
}
