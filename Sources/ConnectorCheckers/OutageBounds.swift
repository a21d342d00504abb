import World

/// A connector's outage mode, by its name in events.
package enum OutagePhase: String, Hashable, Codable, Sendable {
  case workingNormally = "Working Normally"
  case pendingHA = "Pending HA"
  case initialHA = "Initial HA"
  case extendedHA = "Extended HA"
  case pendingRecovery = "Pending Recovery"

  /// The elected connector brokers in it.
  package var brokersLocally: Bool { self != .workingNormally && self != .pendingHA }
}

/// How long outages may take to be entered and left, and what damps them.
package struct OutageBounds: Hashable, Codable, Sendable {
  /// From when the cloud is out of everybody's reach until outage mode.
  package var entered: Duration
  /// From when the cloud is well until Working Normally.
  package var left: Duration
  /// Between a return to Working Normally and the next check.
  package var holdDown: Duration
  /// How long Pending Recovery lasts before the cloud brokers again.
  package var recovery: Duration
  /// Between a recovery that failed and the next; doubled with each, up to `recovery`.
  package var settle: Duration
  /// A connector that StoreFront has not asked for this long enters no outage.
  package var storeFrontFor: Duration
  /// So long the cloud, or a peer that reaches it, is well before a connector must know it.
  package var known: Duration
  /// From when a location has one broker until each of its machines is registered with it: they say every five minutes that they are there, and ask all connectors then.
  package var registered = Duration.seconds(300 + 120)
  /// By how much two times of events may be off.
  package var slack: Duration

  /// - Parameters: the timers of the profile that the connectors run by, and how often they look and ask their peers (`highAvailability`).
  package init(
    detection: Duration, settle: Duration, holdDown: Duration, initialHA: Duration, recovery: Duration, wordFor: Duration, storeFrontFor: Duration,
    probeEvery: Duration = .seconds(5), peerTimeout: Duration = .seconds(15), slack: Duration = .milliseconds(1)
  ) {
    // Each connector looks once in a round, its peers hear it a round later, and an answer from before counts for `wordFor`.
    entered = detection + wordFor + probeEvery * 3 + peerTimeout / 2
    // At worst Initial HA has just begun, or a recovery has just failed for the last of many times; an order is read once a minute.
    left = max(initialHA, max(settle, recovery)) + recovery + probeEvery * 4 + .seconds(60)
    known = max(settle, wordFor) + peerTimeout + probeEvery * 2
    (self.holdDown, self.recovery, self.settle, self.storeFrontFor, self.slack) = (holdDown, recovery, settle, storeFrontFor, slack)
  }

  /// For live events, which tell neither the profile nor what the configuration has otherwise (`highAvailability.pendingRecovery`, at least 1 s): what holds for each of them, by clocks
  /// that people set right.
  package static let loosest = OutageBounds(
    detection: .seconds(90), settle: .seconds(5), holdDown: .seconds(15), initialHA: .seconds(600), recovery: .seconds(1), wordFor: .seconds(15),
    storeFrontFor: .seconds(3 * 86_400), slack: .seconds(2))

  func settle(after relapses: Int) -> Duration { min(settle * (1 << min(max(relapses, 0), 16)), max(settle, recovery)) }
}
