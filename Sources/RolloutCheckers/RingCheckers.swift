import Rollouts
import World

/// F5, F6 and the half of F8 about the vanished: a ring opens when the one before is through, has baked, and failed less than its limit; at the limit
/// nothing starts any more.
struct RingOrder: Checker {
  private var open = -1
  private var baked: [Int: WallTime] = [:]
  private var begun: Set<Int> = []
  private var failures: [Int: Int] = [:]
  private var mustHalt = false
  /// Connectors of each ring that it waits for.
  private var members: [Int: Set<String>] = [:]
  private var delayed: Set<String> = []
  /// Those that no ring waits for: delayed by two weeks, or their ring's time was over.
  private var putOff: Set<String> = []
  private var canaries: Set<String> = []
  /// Updates of this release that have not failed yet.
  private var flights: Set<String> = []

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry else { return [] }
    defer { note(decision, fleet) }
    switch decision.kind {
    case .ringOpened: return opens(decision, fleet)
    case .ringBaking where decision.ring.map { $0 >= 0 } ?? false:
      let waiting = (members[decision.ring ?? 0] ?? []).filter { !delayed.contains(fleet.connectors[$0]?.location ?? "") }
      return waiting.isEmpty ? [] : [Violation("F5", decision.time, "ring \(decision.ring ?? 0) is through while it waits for \(waiting.sorted())")]
    case .started:
      guard let id = decision.connector, decision.rule != .ordered else { return [] }
      if mustHalt { return [Violation("F6", decision.time, "\(id) starts after a ring had its limit of failures")] }
      let ring = decision.ring ?? .max
      return ring <= open || canaries.contains(id) ? [] : [Violation("F5", decision.time, "\(id) of ring \(ring) starts while ring \(open) is open")]
    default: return []
    }
  }

  private func opens(_ decision: RolloutDecision, _ fleet: FleetView) -> [Violation] {
    guard let ring = decision.ring, let rings = fleet.offer?.rings, rings.indices.contains(ring) else { return [] }
    var out: [Violation] = []
    if ring != open + 1 { out.append(Violation("F5", decision.time, "ring \(ring) opens after ring \(open)")) }
    if mustHalt { out.append(Violation("F6", decision.time, "ring \(ring) opens after a ring had its limit of failures")) }
    let before = ring - 1
    // Canaries that take no updates any more, or whose location delayed them, are none, and where only one connector is left there is no other (F7).
    if before < 0 && canaries.allSatisfy({ fleet.connectors[$0].map { $0.barred || delayed.contains($0.location) } ?? true }) { return out }
    guard let since = baked[before] else { return out + [Violation("F5", decision.time, "ring \(ring) opens before ring \(before) was through")] }
    let bake = rings[max(0, before)].bake
    if begun.contains(before), decision.time - since < bake {
      out.append(Violation("F5", decision.time, "ring \(before) has not baked for \(bake)"))
    }
    return out
  }

  private mutating func note(_ decision: RolloutDecision, _ fleet: FleetView) {
    let id = decision.connector ?? ""
    switch decision.kind {
    case .published: self = RingOrder()
    case .canaryChosen: canaries.insert(id)
    case .ringOpened: open = decision.ring ?? open
    case .ringBaking: baked[decision.ring ?? 0] = decision.time
    case .resumed:
      failures = [:]
      mustHalt = false
    case .ringExpired:
      putOff.formUnion(members[decision.ring ?? 0] ?? [])
      members[decision.ring ?? 0] = []
    case .delayed: delayed.insert(decision.location ?? "")
    case .offered:
      // Delayed by two weeks: no ring waits for it.
      if decision.rule == .delayed { putOff.insert(id) }
      if !putOff.contains(id) { members[decision.ring ?? .max, default: []].insert(id) }
    case .found: if let ring = decision.ring, ring <= open, !putOff.contains(id) { members[ring, default: []].insert(id) }
    case .committed: if decision.version == fleet.offer?.version { leaves(id) }
    case .started:
      flights.insert(id)
      begun.insert(decision.ring ?? .max)
      if open < 0 { begun.insert(-1) }
    case .failed, .rollingBack, .rolledBack, .quarantined, .stuck: failed(decision, id, fleet)
    case .late, .blocked, .withdrawn, .removed, .barred:
      leaves(id)
      // Replaced before it began: no canary any more.
      if decision.kind == .withdrawn || decision.kind == .removed { canaries.remove(id) }
    case .leaseReleased: flights.remove(id)
    default: break
    }
  }

  private mutating func failed(_ decision: RolloutDecision, _ id: String, _ fleet: FleetView) {
    if decision.kind != .rollingBack { leaves(id) }
    guard flights.remove(id) != nil, let ring = decision.ring, let rings = fleet.offer?.rings, rings.indices.contains(ring) else { return }
    failures[ring, default: 0] += 1
    if failures[ring, default: 0] >= rings[ring].failureLimit || open < 0 && !baked.keys.contains(-1) && canaries.contains(id) { mustHalt = true }
  }

  private mutating func leaves(_ id: String) { for ring in members.keys { members[ring]?.remove(id) } }
}

/// F7: until the canaries have committed, only they start; at most as many as the release asks for, never the whole group, each in its own location.
struct CanariesFirst: Checker {
  private var chosen: Set<String> = []
  private var started: [String: String] = [:]
  private var committed: Set<String> = []
  private var delayed: Set<String> = []
  private var alone = false
  private var wanted = 0

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry else { return [] }
    let id = decision.connector ?? ""
    switch decision.kind {
    case .published:
      self = CanariesFirst()
    case .canaryChosen:
      let group = fleet.connectors.values.count { connector in
        guard let offer = fleet.offer, connector.version < offer.version, !connector.barred else { return false }
        switch fleet.locations[connector.location]?.assignment {
        case .byBucket: return true
        case .named(let name): return offer.rings.contains { $0.name == name }
        default: return false
        }
      }
      wanted = max(wanted, min(fleet.offer?.canaries ?? 0, group - 1))
      alone = true
      chosen.insert(id)
    case .started where alone && decision.rule != .ordered:
      var out: [Violation] = []
      let location = decision.location ?? ""
      if !chosen.contains(id) { out.append(Violation("F7", decision.time, "\(id) starts before the canaries have committed")) }
      if started.contains(where: { $0.key != id && $0.value == location }) {
        out.append(Violation("F7", decision.time, "a second canary starts in \(location)"))
      }
      started[id] = location
      if started.count > wanted { out.append(Violation("F7", decision.time, "\(started.count) canaries start, of \(wanted)")) }
      return out
    case .committed: if decision.version == fleet.offer?.version { committed.insert(id) }
    case .barred, .withdrawn:
      // It takes no part any more, or another goes first in its place.
      if !committed.contains(id) {
        chosen.remove(id)
        if decision.kind == .barred { started[id] = nil }
      }
    // What was let go before anything was installed has not begun.
    case .cancelled: started[id] = nil
    case .delayed: delayed.insert(decision.location ?? "")
    case .ringOpened:
      let waiting = chosen.subtracting(committed).filter { fleet.connectors[$0].map { !delayed.contains($0.location) } ?? false }
      if waiting.isEmpty, committed.isDisjoint(with: chosen) { alone = false }
    case .removed: if !committed.contains(id) { started[id] = nil }
    case .resumed: started = started.filter { committed.contains($0.key) }
    case .ringBaking where decision.ring == -1:
      alone = false
      let open = started.keys.filter { !committed.contains($0) }
      if !open.isEmpty || committed.isEmpty { return [Violation("F7", decision.time, "the canaries are through without \(open.sorted())")] }
    default: break
    }
    return []
  }
}

/// F14: within a release a connector never moves to a later ring.
struct StableRings: Checker {
  private var rings: [String: Int] = [:]

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry else { return [] }
    if decision.kind == .published { rings = [:] }
    guard let id = decision.connector, decision.kind != .removed, let ring = decision.ring else { return [] }
    defer { rings[id] = ring }
    guard let old = rings[id], ring > old else { return [] }
    return [Violation("F14", decision.time, "\(id) falls back from ring \(old) to ring \(ring)")]
  }
}

/// F18: a connector without a ring starts only on an operator's order, and one that takes no updates never.
struct RinglessStay: Checker {
  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry, decision.kind == .started, let id = decision.connector, let connector = fleet.connectors[id] else {
      return []
    }
    if connector.barred { return [Violation("F18", decision.time, "\(id) starts although it takes no updates")] }
    guard decision.rule != .ordered else { return [] }
    let location = connector.location
    switch fleet.locations[location]?.assignment {
    case .byBucket: return []
    case .named(let name) where fleet.offer?.rings.contains { $0.name == name } ?? false: return []
    default: return [Violation("F18", decision.time, "\(id) starts although it has no ring")]
    }
  }
}
