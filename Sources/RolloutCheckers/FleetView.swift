import Rollouts
import World

/// What the trace says of the fleet so far, worked out without the coordinator's own state.
package struct FleetView: Sendable {
  struct Connector: Sendable {
    var location: String
    var version: ReleaseVersion
    var health = ConnectorHealth.gone
    /// Nil while healthy.
    var unwellSince: WallTime?
    var neverWell = true
    var quarantined = false
    var barred = false
    /// Holds its location's lease, by the decisions.
    var inFlight = false
    /// Of its latest decision in the current release.
    var ring: Int?
  }
  struct Location: Sendable {
    var schedule: UpdateSchedule
    var assignment: RingAssignment
    var nextSchedule: UpdateSchedule?
    var nextAssignment: RingAssignment?
    var connectors: Set<String> = []
  }
  let settings: RolloutSettings
  var connectors: [String: Connector] = [:]
  var locations: [String: Location] = [:]
  /// The offer in force: published and not refused.
  var offer: ReleaseOffer?
  var aborted = false
  private var asked: ReleaseOffer?

  init(_ settings: RolloutSettings) { self.settings = settings }

  func isOutOfService(_ id: String, at now: WallTime) -> Bool {
    guard let connector = connectors[id] else { return true }
    if connector.neverWell { return true }
    return connector.unwellSince.map { now - $0 >= settings.absentAfter } ?? false
  }

  mutating func see(_ entry: TraceEntry) {
    switch entry {
    case .fact(let event, let time): see(event, time)
    case .decision(let decision): see(decision)
    }
  }

  private mutating func see(_ event: RolloutEvent, _ time: WallTime) {
    switch event {
    case .location(let id, let schedule, let assignment):
      guard var location = locations[id] else {
        locations[id] = Location(schedule: schedule, assignment: assignment)
        return
      }
      if offer == nil || aborted {
        (location.schedule, location.assignment) = (schedule, assignment)
        (location.nextSchedule, location.nextAssignment) = (nil, nil)
      } else {
        (location.nextSchedule, location.nextAssignment) = (schedule, assignment)
      }
      locations[id] = location
    case .locationRemoved(let id): if locations[id]?.connectors.isEmpty == true { locations[id] = nil }
    case .connector(let id, let location, let version):
      if connectors[id] == nil, locations[location] != nil {
        connectors[id] = Connector(location: location, version: version)
        locations[location]?.connectors.insert(id)
      } else if connectors[id]?.inFlight == false {
        connectors[id]?.version = version
      }
    case .connectorRemoved(let id):
      if let location = connectors.removeValue(forKey: id)?.location { locations[location]?.connectors.remove(id) }
    case .health(let id, let health): set(id, health, time)
    case .barred(let id, let reason): connectors[id]?.barred = reason != nil
    case .shellStarted: for id in connectors.keys { set(id, .gone, time) }
    case .publish(let offer): asked = offer
    default: break
    }
  }

  private mutating func set(_ id: String, _ health: ConnectorHealth, _ time: WallTime) {
    guard var connector = connectors[id] else { return }
    connector.health = health
    if health == .healthy {
      connector.unwellSince = nil
      connector.neverWell = false
    } else if connector.unwellSince == nil {
      connector.unwellSince = time
    }
    connectors[id] = connector
  }

  private mutating func see(_ decision: RolloutDecision) {
    let id = decision.connector ?? ""
    if let ring = decision.ring, decision.connector != nil { connectors[id]?.ring = ring }
    switch decision.kind {
    case .published:
      offer = asked
      aborted = false
      for id in locations.keys {
        guard var location = locations[id] else { continue }
        location.schedule = location.nextSchedule ?? location.schedule
        location.assignment = location.nextAssignment ?? location.assignment
        (location.nextSchedule, location.nextAssignment) = (nil, nil)
        locations[id] = location
      }
    case .aborted: aborted = true
    case .leaseGranted: connectors[id]?.inFlight = true
    case .leaseReleased, .leaseReturned: connectors[id]?.inFlight = false
    case .committed:
      if let version = decision.version { connectors[id]?.version = version }
      if connectors[id]?.inFlight == true { set(id, .healthy, decision.time) }
    case .rolledBack, .restarted: if connectors[id]?.inFlight == true { set(id, .healthy, decision.time) }
    case .quarantined: connectors[id]?.quarantined = true
    case .cleared: connectors[id]?.quarantined = false
    default: break
    }
  }
}
