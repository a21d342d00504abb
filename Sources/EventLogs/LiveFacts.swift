package import ConnectorCheckers
import EventCatalog
import World

/// Live events as facts for the checkers. A fact is made only where the events leave no doubt: what a hole in the log may hide is not held against anybody.
package enum LiveFacts {
  /// Of one connector, for C1, S1, P1 and O5.
  ///
  /// - Returns: `unproven` counts operations that nothing allows in what is left of the log.
  package static func own(_ stretch: EventTrail.Stretch, fqdn: String) -> (facts: [ConnectorFact], unproven: Int) {
    var facts: [ConnectorFact] = []
    var (seen, unproven): (Set<String>, Int) = ([], 0)
    for fact in stretch.records.flatMap({ ConnectorFact.facts(of: $0, fqdn: fqdn, location: "") }) {
      switch fact.what {
      case .operationAllowed(let request, _), .operationDenied(let request, _): seen.insert(request)
      case .operationDone(let request, _) where stretch.isTorn && !seen.contains(request):
        unproven += 1
        continue
      default: break
      }
      facts.append(fact)
    }
    return (facts, unproven)
  }

  /// Of all connectors of all locations, by time, for E1 and E2. A location of which the events of only one connector are there has none.
  package static func elections(_ trails: [EventTrail], _ locations: LiveLocations) -> [ConnectorFact] {
    let known = trails.compactMap { trail in locations.names[trail.connector].map { (trail, $0) } }
    let sizes = Dictionary(grouping: known) { locations.locations[$0.1] ?? $0.1 }.mapValues(\.count)
    var facts: [ConnectorFact] = []
    for (trail, fqdn) in known {
      let location = locations.locations[fqdn] ?? fqdn
      guard sizes[location] ?? 0 > 1 else { continue }
      var peers = Set(known.map(\.1).filter { $0 != fqdn && locations.locations[$0] == location })
      for (number, stretch) in trail.stretches.enumerated() { facts += one(stretch, fqdn, location, &peers, isFirst: number == 0) }
    }
    return facts.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  private static func one(_ stretch: EventTrail.Stretch, _ fqdn: String, _ location: String, _ peers: inout Set<String>, isFirst: Bool)
    -> [ConnectorFact]
  {
    guard let first = stretch.records.first else { return [] }
    func fact(_ what: ConnectorFact.What, _ at: WallTime) -> ConnectorFact { ConnectorFact(fqdn, what, at: at) }
    var facts: [ConnectorFact] = []
    var isBlind = false
    if stretch.isTorn, first.sequence != 1 {
      // Whom it holds for elected, and whom it reaches, is not known until it says so.
      if isFirst { facts.append(fact(.joined(location: location), first.time)) }
      facts.append(fact(.frozen(true), first.time))
      isBlind = true
      facts += peers.sorted().map { fact(.reaches($0, .unsure), first.time) }
    }
    for record in stretch.records {
      let event = record.event
      switch event.definition.code {
      case DaemonEvents.started.code:
        facts.append(fact(.joined(location: location), record.time))
        if isBlind { facts.append(fact(.frozen(false), record.time)) }
        isBlind = false
        // Whom it reaches now it says once it has asked.
        facts += peers.sorted().map { fact(.reaches($0, .unsure), record.time) }
      case HighAvailabilityEvents.peersChanged.code:
        let listed = Set(event.text("connectors").split(separator: ", ").map(String.init))
        for peer in peers.sorted() where !listed.contains(peer) { facts.append(fact(.reaches(peer, .unsure), record.time)) }
        peers.formUnion(listed.subtracting([fqdn]))
      case HighAvailabilityEvents.elected.code:
        if isBlind { facts += [fact(.frozen(false), record.time), fact(.configured, record.time)] }
        isBlind = false
        facts.append(fact(.elected(event.text("elected")), record.time))
      default: facts += ConnectorFact.facts(of: record, fqdn: fqdn, location: location).filter(isOfElections)
      }
    }
    return facts
  }

  private static func isOfElections(_ fact: ConnectorFact) -> Bool {
    switch fact.what {
    case .joined, .left, .frozen, .configured, .elected, .reaches: true
    default: false
    }
  }
}
