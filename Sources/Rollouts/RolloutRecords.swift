package import World

/// What the coordinator keeps of one connector.
package struct ConnectorRollout: Hashable, Codable, Sendable {
  /// What runs under its lease.
  package struct Flight: Hashable, Codable, Sendable {
    package var token: UInt64
    /// The version that it goes to in this step; nil: only the machine restarts.
    package var hop: ReleaseVersion?
    /// The release that this is for.
    package var release: ReleaseVersion?
    package var rule: DecidingRule
    /// Where it stood before its machine restarted.
    package var before: ConnectorPhase
  }
  package let id: String
  package let location: String
  package var version: ReleaseVersion
  package var health = ConnectorHealth.gone
  /// Its health is taken from the end of its work; nobody counts on it before a health fact says the same (`RolloutSettings.confirmsHealth`).
  package var unconfirmed = false
  /// When it stops to be counted on, while it is not healthy.
  package var absentAt: WallTime?
  /// Not healthy for long: the location does not count on it.
  package var outOfService = true
  package var phase = ConnectorPhase.idle
  /// Something happens to it by then.
  package var deadline: WallTime?
  /// Of the current release.
  package var ring: Int?
  /// The current release was offered to it.
  package var joined = false
  /// Since when it has an update to take that it did not take; a newer release does not set the clock back (F15).
  /// What the schedule counts from: the opening of its ring, its choice as a canary, or its arrival in an open ring.
  package var available: WallTime?
  package var due: Due?
  package var window: UpdateWindow?
  package var rule: DecidingRule?
  package var forced = false
  package var ordered = false
  /// Delayed by two weeks: no ring waits for it, and none misses it.
  package var delayed = false
  /// The time of its ring is over: the ring no longer waits for it.
  package var excused = false
  /// It was drained for the current release: what has begun is not put off any more.
  package var touched = false
  /// The release that it went back from, was quarantined under, or was taken off again by hand: it is not offered that one before an operator's word (L6).
  package var failedRelease: ReleaseVersion?
  package var flight: Flight?
  /// How often in a row it was drained too late for its window.
  package var slowDrains = 0
  package var pendingRestart = false
  /// When its machine restarted last, and until when it is not restarted again, because that restart changed nothing.
  package var restartedAt: WallTime?
  package var restartHeldUntil: WallTime?
  /// Why it takes no part; nil: it does.
  package var barred: String?
  /// The latest reason to wait that was said aloud, so that it is said once.
  package var said: RolloutDecision.Kind?

  init(id: String, location: String, version: ReleaseVersion) {
    self.id = id
    self.location = location
    self.version = version
  }

  /// Its ring waits for it.
  var holdsRing: Bool {
    // Who is still at work for an earlier release, or restarts, gets its offer after that.
    guard joined else { return phase.inFlight && phase != .stuck && !excused }
    guard !excused, !delayed else { return false }
    return phase == .restarting ? !(flight?.before.settled ?? true) : !phase.settled
  }

  /// Healthy, and not itself being worked on.
  var serves: Bool { health == .healthy && !unconfirmed && !phase.inFlight && phase != .quarantined }
  /// The location counts on it.
  var inService: Bool { !outOfService && phase != .quarantined && phase != .stuck }
}

/// What the coordinator keeps of one resource location.
package struct LocationRollout: Hashable, Codable, Sendable {
  package let id: String
  /// In force for this update cycle.
  package var schedule: UpdateSchedule
  package var assignment: RingAssignment
  /// An edit that waits for the next cycle.
  package var nextSchedule: UpdateSchedule?
  package var nextAssignment: RingAssignment?
  /// The one delay was asked for, and holds until the updates that it put off are taken.
  package var delayed = false
  /// It has put nothing off yet, so that the next cycle has it. Nil: it has.
  package var delayIsUnused: Bool?
  /// Sorted.
  package var connectors: [String] = []
  package var book: LeaseBook

  init(id: String, schedule: UpdateSchedule, assignment: RingAssignment, tokensAfter: UInt64) {
    self.id = id
    self.schedule = schedule
    self.assignment = assignment
    book = LeaseBook(after: tokensAfter)
  }
}

/// The release that is rolled out.
package struct Rollout: Hashable, Codable, Sendable {
  package enum Standing: String, Codable, Sendable {
    case running, paused, halted, aborted
    /// Every ring is through; late arrivers still update.
    case done

    /// Whether anything may start.
    package var starts: Bool { self == .running || self == .done }
  }
  package var offer: ReleaseOffer
  package var standing = Standing.running
  /// The ring that is open; -1 while only the canaries are.
  package var ring = -1
  /// It is through, and the next one opens at `deadline`.
  package var baking = false
  package var deadline: WallTime
  /// Since when it is paused or halted: that time is not the ring's.
  package var stoppedAt: WallTime?
  package var counts: [RingCount]
  /// Those that have not committed yet.
  package var canaries: [String] = []
  /// The locations of those that have.
  package var proven: [String] = []
  /// One that was to go first takes no updates any more: another is looked for, and that there is none yet halts nothing.
  package var canaryBarred = false
  /// Somebody looked at the ring that has too little evidence, and let it pass.
  package var waived = false
  /// Why it is not running, for people.
  package var reason = ""

  init(offer: ReleaseOffer, at now: WallTime) {
    self.offer = offer
    deadline = now
    counts = Array(repeating: RingCount(), count: offer.rings.count)
  }
}
