package import World

/// What the coordinator is told.
package enum RolloutEvent: Hashable, Codable, Sendable {
  /// A resource location is new, or its schedule or ring assignment was edited.
  case location(String, UpdateSchedule, RingAssignment)
  /// Only when it has no connectors left.
  case locationRemoved(String)
  /// A connector is new, or was seen to run this version. Its location never changes.
  case connector(String, location: String, ReleaseVersion)
  case connectorRemoved(String)
  /// Its health changed. A new connector counts as `gone` until this says otherwise.
  case health(String, ConnectorHealth)
  /// Whether its machine waits for a restart.
  case pendingRestart(String, Bool)
  case publish(ReleaseOffer)
  /// Nothing may start towards this version any more.
  case revoke(ReleaseVersion)
  /// Why a connector takes no updates from here, or nil: it does again. Says nothing of its machine's restarts before that: it takes no part in those either.
  case barred(String, reason: String?)
  /// The shell has started again: nobody was heard since, and whoever acts under a lease gets `RolloutSettings.hearingTime` to say how far it is.
  case shellStarted
  /// The shell's clock was set ahead by so much since the last event: no lease, phase or bake has lasted that much longer. Calendars follow the clock.
  case clockAhead(by: Duration)
  /// What a connector says of its work, with the token of its lease.
  case report(String, token: UInt64, UpdateReport)
  case order(RolloutOrder)
  /// Time alone: due at `RolloutLogic.nextDue`.
  case tick
}

package enum ConnectorHealth: String, Codable, Sendable {
  case healthy
  /// In contact, but something is wrong.
  case unhealthy
  case gone
}

/// What a connector reports under its lease.
package enum UpdateReport: Hashable, Codable, Sendable {
  /// In maintenance; nothing is asked of it any more.
  case drained
  /// The new version runs, on probation.
  case trialBegan
  /// It passed: this version stays.
  case committed(ReleaseVersion)
  case failed(String)
  /// The version before runs again, and why; empty when that is not known.
  case rolledBack(String)
  case restarted
}

/// What an operator can order.
package enum RolloutOrder: Hashable, Codable, Sendable {
  /// This connector at once: no window, no ring. Leases, health and caps hold.
  case now(String)
  case pause, resume, abort
  /// Lets a connector take part again that failed or is quarantined or stuck.
  case clear(String)
  /// The one delay by two weeks.
  case delay(String)
  /// Lets a ring reach further (hundredths of a percent). Never less far.
  case widen(String, upTo: Int)
  /// Lets the rings up to this one open, one after the other; nil: all of them. Never fewer than before.
  case extend(upTo: String?)
}
