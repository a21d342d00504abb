import Rollouts
import World

/// F9: whoever is told to be waiting for something until a time is spoken of again by then.
struct Deadlines: Checker {
  private var until: [String: WallTime] = [:]
  private var timers = TimerHeap()

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    var out: [Violation] = []
    if case .fact(.clockAhead(let by), _) = entry { leap(by, fleet) }
    // A deadline at this very instant is kept by the decisions that follow.
    while let (timer, at) = timers.pop(at: WallTime(microseconds: entry.time.microseconds - 1)) {
      guard case .phase(let id) = timer, until[id] == at else { continue }
      until[id] = nil
      out.append(Violation("F9", at, "\(id): its deadline passed without a word"))
    }
    if case .decision(let decision) = entry { note(decision, fleet) }
    return out
  }

  /// Nobody can keep a time that the clock leapt over; whoever acts under a lease has as long as before.
  private mutating func leap(_ by: Duration, _ fleet: FleetView) {
    until = until.filter { fleet.connectors[$0.key]?.inFlight == true }.mapValues { $0 + by }
    for (id, at) in until { timers.arm(.phase(id), at: at) }
  }

  private mutating func note(_ decision: RolloutDecision, _ fleet: FleetView) {
    if decision.kind == .published { until = until.filter { fleet.connectors[$0.key]?.inFlight == true } }
    guard let id = decision.connector else { return }
    switch decision.kind {
    case .waitsForHealth, .waitsForCapacity, .staleReport, .orderRefused, .ordered, .restartHeld: return
    case .leaseReleased: if until[id] != nil, fleet.connectors[id]?.inFlight != true { return }
    default: break
    }
    until[id] = decision.until
    if let at = decision.until { timers.arm(.phase(id), at: at) }
  }
}

/// F10: after a pause or an abort nothing starts, until it is resumed or another release is out.
struct NothingStarts: Checker {
  private var stopped: RolloutDecision.Kind?

  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry else { return [] }
    switch decision.kind {
    case .paused, .aborted, .halted: stopped = decision.kind
    case .resumed, .published: stopped = nil
    case .started, .installing:
      if let stopped {
        return [Violation("F10", decision.time, "\(decision.connector ?? "?") is \(decision.kind.rawValue) after it was \(stopped.rawValue)")]
      }
    default: break
    }
    return []
  }
}

/// F12: each step of a connector goes to the next floor on its way, and at last to the release.
struct FloorPath: Checker {
  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation] {
    guard case .decision(let decision) = entry, decision.kind == .started, let id = decision.connector, let version = fleet.connectors[id]?.version,
      let offer = fleet.offer, let hop = decision.version
    else { return [] }
    let floor = offer.floors.filter { $0 > version && $0 < offer.version }.min() ?? offer.version
    return hop == floor ? [] : [Violation("F12", decision.time, "\(id) goes from \(version) to \(hop); \(floor) comes first")]
  }
}
