package import Rollouts
package import World

/// Holds one invariant of the fleet (F1…) against a trace.
protocol Checker: Sendable {
  /// - Parameter fleet: what the trace said before this entry.
  mutating func see(_ entry: TraceEntry, _ fleet: FleetView) -> [Violation]
}

/// All checkers at once.
package struct RolloutChecks: Sendable {
  package private(set) var violations: [Violation] = []
  private var fleet: FleetView
  private var checkers: [any Checker]

  package init(_ settings: RolloutSettings) {
    fleet = FleetView(settings)
    checkers = [
      Redundancy(), OneLease(), FlightTime(), InsideWindow(), RingOrder(), CanariesFirst(), InFlightLimit(), Deadlines(), NothingStarts(),
      FloorPath(),
      StartCap(), StableRings(), BoundedDeferral(), RinglessStay(), NotAgain(),
    ]
  }

  /// The invariants that decisions alone decide, as a live cloud's events carry them: without health, schedules and what a release asks for.
  package static let ofDecisions = ["F2", "F3", "F8", "F10", "F13"]

  /// - Parameter settings: of a coordinator of which only the decisions are known.
  package init(decisionsOf settings: RolloutSettings) {
    fleet = FleetView(settings)
    checkers = [OneLease(), FlightTime(), InFlightLimit(), NothingStarts(), StartCap()]
  }

  package mutating func see(_ entry: TraceEntry) {
    for index in checkers.indices { violations += checkers[index].see(entry, fleet) }
    fleet.see(entry)
  }

  /// F17: with a healthy release and a fair schedule, every connector in contact is at the target by now, or out of it visibly (quarantined, failed, blocked).
  /// Not asked of a location that has too few healthy connectors to spare one.
  package func settled(at now: WallTime, except: Set<String> = []) -> [Violation] {
    guard let offer = fleet.offer else { return [] }
    var out: [Violation] = []
    for (id, connector) in fleet.connectors.sorted(by: { $0.key < $1.key })
    where !except.contains(id) && connector.health == .healthy && connector.ring != nil && !connector.barred {
      if connector.version >= offer.version || connector.quarantined { continue }
      let others = (fleet.locations[connector.location]?.connectors ?? []).subtracting([id])
      guard others.isEmpty || others.contains(where: { fleet.connectors[$0]?.health == .healthy && fleet.connectors[$0]?.quarantined == false })
      else { continue }
      out.append(Violation("F17", now, "\(id) is still on \(connector.version), the release is \(offer.version)"))
    }
    return out
  }
}

extension RolloutDecision {
  /// An update or a restart of a machine begins.
  var isStart: Bool { kind == .started || kind == .restarting }
}
