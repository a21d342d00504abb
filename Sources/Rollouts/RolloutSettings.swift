/// Whether updates go our way or the product's.
package enum Compatibility: Hashable, Codable, Sendable {
  case ours
  /// The product's documented behaviour, for those who test against it: a connector that fails keeps the turn of its location, and no other in the scope updates
  /// until somebody clears or removes it (CTX224073: the resource location; an older page: the whole account); what was missed for 48 hours starts at any time.
  case vendor(VendorScope)

  package enum VendorScope: String, Codable, Sendable {
    case location, account
  }

  package var isVendor: Bool { self != .ours }
}

/// What a missed update does after 48 hours.
package enum ForcedStart: String, Codable, Sendable {
  /// Starts in the window of the next day, whatever day is preferred.
  case nextDailyWindow
  /// Starts as soon as the connector is there, as the product does.
  case unscheduled
}

/// The numbers of a coordinator. None is documented for the product, except where it says so.
package struct RolloutSettings: Hashable, Codable, Sendable {
  package var compatibility = Compatibility.ours
  package var forcedStart = ForcedStart.nextDailyWindow
  /// What a normal update takes; a start must leave that much room before its window closes.
  package var expectedDrain = Duration.seconds(300)
  package var expectedInstall = Duration.seconds(1_500)
  /// Beyond these a phase has failed.
  package var drainLimit = Duration.seconds(900)
  package var installLimit = Duration.seconds(1_200)
  package var trialLimit = Duration.seconds(1_500)
  package var rollbackLimit = Duration.seconds(600)
  package var restartLimit = Duration.seconds(1_800)
  /// Starts spread over so much of a window's beginning, or of the time after the availability.
  package var splay = Duration.seconds(1_800)
  /// At most so many starts in any `startPeriod`.
  package var startCap = 100
  package var startPeriod = Duration.seconds(600)
  package var maximumInFlight = 200
  /// Not healthy for so long: the location no longer counts on it, and no ring waits for it.
  package var absentAfter = Duration.seconds(86_400)
  /// In a location of two or more, so many stay healthy whatever happens.
  package var minimumHealthy = 1
  /// In its window for so long without a start: said aloud, and again.
  package var overdueAfter = Duration.seconds(48 * 3600)
  /// A ring that is not done by then no longer waits for those that have not started.
  package var ringLimit = Duration.seconds(21 * 86_400)
  /// A ring with fewer of its members updated (percent) is no evidence: the rollout halts.
  package var minimumUpdated = 50
  /// Pending restarts are looked at so often (the product: five minutes).
  package var restartCheck = Duration.seconds(300)
  /// So many drains in a row that end too late for the window are a failure.
  package var slowDrainLimit = 3

  /// After its work nobody counts on a connector until a health fact says so: for a shell that hears of each connector's health all the time.
  /// Otherwise its last report is taken for good health.
  package var confirmsHealth = false
  /// After a restart of the shell, a connector under a lease is waited for at least so long.
  package var hearingTime = Duration.seconds(60)

  package init() {}

  package var expected: Duration { expectedDrain + expectedInstall }
  /// What the installation needs of a window: in one that is shorter than a whole update, what a normal drain leaves of it.
  package func expectedInstall(in schedule: UpdateSchedule) -> Duration { max(.zero, min(expectedInstall, schedule.windowLength - expectedDrain)) }
  /// From the lease to the end of its work, whatever happens (F3).
  package var flightLimit: Duration { max(drainLimit + installLimit + trialLimit + rollbackLimit, restartLimit) }
  package var forcedUnscheduled: Bool { compatibility.isVendor || forcedStart == .unscheduled }
}
