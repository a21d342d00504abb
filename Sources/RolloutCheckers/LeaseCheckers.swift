import Rollouts
import World

/// F1: nothing that the coordinator starts takes a location below N−1 healthy, nor below the minimum. N are those that the location counts on.
struct Redundancy: Checker {
  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry, decision.isStart, let id = decision.connector, let connector = fleet.connectors[id],
      let members = fleet.locations[connector.location]?.connectors, members.count >= 2, connector.health == .healthy
    else { return [] }
    let others = members.subtracting([id])
    let serving = others.count { id in fleet.connectors[id].map { $0.health == .healthy && !$0.inFlight && !$0.quarantined } ?? false }
    let counted = others.count { fleet.connectors[$0]?.quarantined == false && !fleet.isOutOfService($0, at: decision.time) }
    guard serving < max(fleet.settings.minimumHealthy, counted) else { return [] }
    return [Violation("F1", decision.time, "\(id) goes down while only \(serving) of \(counted) others in \(connector.location) serve")]
  }
}

/// F2: one lease at a time in a location, tokens that grow, no start without one, and nothing done for an old token.
struct OneLease: Checker {
  private struct Lease {
    var holder: String
    var token: UInt64
    var until: WallTime?
  }
  private var held: [String: Lease] = [:]
  private var last: [String: UInt64] = [:]
  private var stale: String?
  private static let acts: Set<RolloutDecision.Kind> = [.installing, .trial, .committed, .failed, .rollingBack, .rolledBack, .restarted]

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    switch entry {
    case .fact(let event, let now):
      stale = nil
      if case .report(let id, let token, _) = event, let location = fleet.connectors[id]?.location {
        let lease = held[location]
        let good = lease?.holder == id && lease?.token == token && (lease?.until.map { now < $0 } ?? true)
        stale = good ? nil : id
      }
      if case .connectorRemoved(let id) = event { held = held.filter { $0.value.holder != id } }
      if case .clockAhead(let by) = event { held = held.mapValues { Lease(holder: $0.holder, token: $0.token, until: $0.until.map { $0 + by }) } }
      return []
    case .decision(let decision): return see(decision)
    }
  }

  private mutating func see(_ decision: RolloutDecision) -> [Violation] {
    guard let id = decision.connector, let location = decision.location else { return [] }
    var out: [Violation] = []
    switch decision.kind {
    case .leaseGranted:
      if let other = held[location] { out.append(Violation("F2", decision.time, "\(id) gets the lease of \(location), which \(other.holder) holds")) }
      let token = decision.token ?? 0
      if token <= last[location] ?? 0 { out.append(Violation("F2", decision.time, "token \(token) of \(location) does not grow")) }
      last[location] = token
      held[location] = Lease(holder: id, token: token, until: decision.until)
    case .leaseReleased, .leaseReturned: held[location] = nil
    case .started, .installing, .trial, .rollingBack, .restarting, .awaited:
      if held[location]?.holder != id { out.append(Violation("F2", decision.time, "\(id) is \(decision.kind.rawValue) without the lease")) }
      held[location]?.until = decision.until
    default: break
    }
    if stale == id, Self.acts.contains(decision.kind) {
      out.append(Violation("F2", decision.time, "\(id): \(decision.kind.rawValue) for a lease that is over"))
    }
    return out
  }
}

/// F3: whoever holds a lease is done with it within the sum of its phases' limits: committed, back, or quarantined.
struct FlightTime: Checker {
  private var open: [String: WallTime] = [:]
  private var isLeap = false

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    var out: [Violation] = []
    if case .fact(let event, _) = entry {
      isLeap = false
      if case .clockAhead(let by) = event { (open, isLeap) = (open.mapValues { $0 + by }, true) }
    }
    for (id, start) in open where entry.time - start > fleet.settings.flightLimit {
      open[id] = nil
      out.append(Violation("F3", entry.time, "\(id) has held its location up since \(start.iso8601(fraction: 0))"))
    }
    if case .fact(.connectorRemoved(let id), _) = entry { open[id] = nil }
    guard case .decision(let decision) = entry, let id = decision.connector else { return out }
    if decision.kind == .leaseGranted { open[id] = decision.time }
    // The shell was down: that time is not the connector's.
    if decision.kind == .awaited, !isLeap { open[id] = open[id].map { $0 + fleet.settings.hearingTime } }
    if decision.kind == .leaseReleased || decision.kind == .leaseReturned { open[id] = nil }
    return out
  }
}

/// F8: never more than so many in flight. (That who vanishes counts as failed is held by `RingOrder`.)
struct InFlightLimit: Checker {
  private var flying: Set<String> = []

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    if case .fact(.connectorRemoved(let id), _) = entry { flying.remove(id) }
    guard case .decision(let decision) = entry, let id = decision.connector else { return [] }
    if decision.kind == .leaseReleased { flying.remove(id) }
    guard decision.isStart else { return [] }
    flying.insert(id)
    guard flying.count > fleet.settings.maximumInFlight else { return [] }
    return [Violation("F8", decision.time, "\(id) is the \(flying.count)th in flight")]
  }
}

/// F13: in any period, at most so many starts.
struct StartCap: Checker {
  private var starts: [WallTime] = []

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry, decision.isStart else { return [] }
    starts.removeAll { decision.time - $0 >= fleet.settings.startPeriod }
    starts.append(decision.time)
    guard starts.count > fleet.settings.startCap else { return [] }
    return [Violation("F13", decision.time, "\(starts.count) starts within \(fleet.settings.startPeriod)")]
  }
}
