/// What a StoreFront asked, and what became of it. An acknowledged thing is kept or lost; what was refused is failed, by its reason.
package struct BrokeringTally: Hashable, Codable, Sendable {
  /// Launches, or tickets.
  package struct Promised: Hashable, Codable, Sendable {
    package var asked = 0
    /// Answered with an address, or with a ticket.
    package var acknowledged = 0
    /// The machine knew the session; the ticket gave its data back.
    package var kept = 0
    /// Of those kept: not at the first try, such as a ticket in the minute in which nobody brokers.
    package var late = 0
    /// The machine knew nothing; nobody had the ticket before its end.
    package var lost = 0
    /// It could not be checked, such as without `connector-lab vda`.
    package var unchecked = 0
    /// Refused by every server, by the last one's reason.
    package var failed: [String: Int] = [:]

    package init() {}
    package var failures: Int { failed.values.reduce(0, +) }
    /// Acknowledged and not checked yet.
    package var open: Int { acknowledged - kept - lost - unchecked }
  }

  package var launches = Promised()
  package var tickets = Promised()
  package var enumerations = 0
  package var enumerationsFailed: [String: Int] = [:]
  package var reconnections = 0
  package var reconnectionsFailed: [String: Int] = [:]
  package var healthChecks = 0
  package var healthChecksFailed = 0
  /// Times that another server was asked because one failed.
  package var failovers = 0
  package var latencies = Latencies()

  package init() {}

  package var lost: Int { launches.lost + tickets.lost }

  /// What has come since `earlier`; latencies stay whole.
  package func since(_ earlier: BrokeringTally) -> BrokeringTally {
    var made = self
    made.launches = launches.since(earlier.launches)
    made.tickets = tickets.since(earlier.tickets)
    made.enumerations -= earlier.enumerations
    made.enumerationsFailed = Self.since(enumerationsFailed, earlier.enumerationsFailed)
    made.reconnections -= earlier.reconnections
    made.reconnectionsFailed = Self.since(reconnectionsFailed, earlier.reconnectionsFailed)
    made.healthChecks -= earlier.healthChecks
    made.healthChecksFailed -= earlier.healthChecksFailed
    made.failovers -= earlier.failovers
    return made
  }

  /// Of several StoreFronts.
  package mutating func add(_ other: BrokeringTally) {
    launches.add(other.launches)
    tickets.add(other.tickets)
    enumerations += other.enumerations
    enumerationsFailed.merge(other.enumerationsFailed, uniquingKeysWith: +)
    reconnections += other.reconnections
    reconnectionsFailed.merge(other.reconnectionsFailed, uniquingKeysWith: +)
    healthChecks += other.healthChecks
    healthChecksFailed += other.healthChecksFailed
    failovers += other.failovers
    latencies.add(other.latencies)
  }

  fileprivate static func since(_ now: [String: Int], _ earlier: [String: Int]) -> [String: Int] {
    now.merging(earlier) { $0 - $1 }.filter { $0.value > 0 && now[$0.key] != nil }
  }
}

extension BrokeringTally.Promised {
  func since(_ earlier: Self) -> Self {
    var made = self
    made.asked -= earlier.asked
    // What was promised before and not checked yet is still to be kept: it counts.
    made.acknowledged -= earlier.acknowledged - earlier.open
    made.kept -= earlier.kept
    made.late -= earlier.late
    made.lost -= earlier.lost
    made.unchecked -= earlier.unchecked
    made.failed = BrokeringTally.since(failed, earlier.failed)
    return made
  }

  mutating func add(_ other: Self) {
    asked += other.asked
    acknowledged += other.acknowledged
    kept += other.kept
    late += other.late
    lost += other.lost
    unchecked += other.unchecked
    failed.merge(other.failed, uniquingKeysWith: +)
  }
}
