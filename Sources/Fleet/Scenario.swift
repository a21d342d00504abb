package import Rollouts
package import Simulation
package import World

/// What operators do in a run.
package struct OperatorAction: Hashable, Codable, Sendable {
  package enum Act: Hashable, Codable, Sendable {
    case order(RolloutOrder)
    case revoke(ReleaseVersion)
    case schedule(location: Int, UpdateSchedule, RingAssignment)
    /// Resumes what is halted or paused, and clears who failed or is quarantined.
    case lookAfter
  }
  package var act: Act
  /// Since the start of the run.
  package var at: Duration

  package init(_ act: Act, at: Duration) {
    self.act = act
    self.at = at
  }
}

/// How heartbeats are simulated. Both give the same trace; an election's may differ by one round (`FleetRun+Election`).
package enum HeartbeatMode: String, Sendable {
  /// An exchange that changes nothing is not simulated: the contact is a lease that is settled when something touches it.
  case leased
  case everyMessage
}

/// The profiles of the outage state machine, by their names.
package enum OutageProfile: String, CaseIterable, Codable, Sendable {
  case cloud60 = "cloud-60s"
  case cloud20 = "cloud-20s"
  case onPrem90 = "onprem-90s"
}

/// A run, complete: nothing else goes into it but the seed.
package struct Scenario: Hashable, Codable, Sendable {
  package struct Place: Hashable, Codable, Sendable {
    package var schedule: UpdateSchedule
    package var assignment: RingAssignment
    package var connectors: Int

    package init(_ schedule: UpdateSchedule, _ assignment: RingAssignment, connectors: Int) {
      self.schedule = schedule
      self.assignment = assignment
      self.connectors = connectors
    }
  }
  package var seed: UInt64
  package var starts: WallTime
  package var length: Duration
  package var places: [Place]
  package var first: ReleaseVersion
  package var releases: [ReleasePlan] = []
  package var actions: [OperatorAction] = []
  package var faults: [Fault] = []
  package var settings = RolloutSettings()
  package var link = LinkConditions()
  package var mutant: Mutant?
  package var heartbeats = HeartbeatMode.leased
  /// Asks F17 of the end: the last release is healthy, faults are over in time, and somebody looks after what stopped.
  package var isCalm = false
  /// Every connector takes part in the election of its location.
  package var isElecting = false
  /// Every connector of a fleet that elects hosts the outage state machine as well, by this profile, and StoreFront asks each once a minute; nil: they only elect.
  package var outages: OutageProfile?
  /// In a fleet with outages: machines in each location that register with a connector.
  package var machinesPerLocation = 0
  /// Between connectors of one location.
  package var peerLink = LinkConditions(latency: .skewed(.milliseconds(1), .milliseconds(60)))

  package init(seed: UInt64, starts: WallTime, length: Duration, places: [Place], first: ReleaseVersion) {
    self.seed = seed
    self.starts = starts
    self.length = length
    self.places = places
    self.first = first
  }

  package var connectors: Int { places.reduce(0) { $0 + $1.connectors } }

  /// The numbers of each location's connectors.
  package var groups: [[Int]] {
    var next = 0
    return places.map { place in
      defer { next += place.connectors }
      return Array(next..<(next + place.connectors))
    }
  }
}
