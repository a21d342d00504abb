package import EventCatalog
package import SimulatedSite
package import World

/// What was gathered in one drill: the cloud was cut, and came back.
package struct OutageDrill: Sendable {
  /// What a StoreFront and machines showed at one moment, all processes of them together.
  package struct Sample: Hashable, Codable, Sendable {
    package var time: WallTime
    /// Nil: nobody plays machines.
    package var machines: Int?
    package var registered: Int?
    /// So far; nil: nobody plays StoreFront.
    package var launches: Int?
    package var failed: Int?

    package init(time: WallTime, machines: Int? = nil, registered: Int? = nil, launches: Int? = nil, failed: Int? = nil) {
      self.time = time
      self.machines = machines
      self.registered = registered
      self.launches = launches
      self.failed = failed
    }
  }

  /// Machines that lost their broker, and had one again.
  package struct Storm: Hashable, Codable, Sendable {
    package var began: WallTime
    package var machines: Int
    package var back: Int
    package var firstBack: WallTime?
    package var lastBack: WallTime?
    package var cause: String

    package init(began: WallTime, machines: Int, back: Int, firstBack: WallTime?, lastBack: WallTime?, cause: String) {
      self.began = began
      self.machines = machines
      self.back = back
      self.firstBack = firstBack
      self.lastBack = lastBack
      self.cause = cause
    }
  }

  package var title: String
  package var profile: String
  /// Short names of the connectors, as in their events.
  package var connectors: [String]
  /// The drill began; a while before the cut.
  package var began: WallTime
  package var cut: WallTime
  package var healed: WallTime
  package var ended: WallTime
  /// Of all connectors, in any order; those outside of the drill are left out.
  package var events: [EventRecord]
  /// Who was elected when the drill began.
  package var elected: Set<String> = []
  package var samples: [Sample] = []
  package var storms: [Storm] = []
  /// What StoreFronts counted from the drill's begin to its end; nil: none ran.
  package var brokering: BrokeringTally?

  package init(
    title: String, profile: String, connectors: [String], began: WallTime, cut: WallTime, healed: WallTime, ended: WallTime, events: [EventRecord]
  ) {
    self.title = title
    self.profile = profile
    self.connectors = connectors
    self.began = began
    self.cut = cut
    self.healed = healed
    self.ended = ended
    self.events = events.filter { began <= $0.time && $0.time <= ended }.sorted {
      ($0.time, $0.connector, $0.sequence) < ($1.time, $1.connector, $1.sequence)
    }
  }
}
