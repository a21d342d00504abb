import ConnectorCheckers
import ServiceKit
import Simulation
import World

/// The network between the connectors of a location: a hello goes there and another comes back, or not.
extension FleetRun {
  /// What an address that nobody answers for costs before the network says so.
  static let unreachable = Duration.seconds(3)

  private func peerConditions(_ a: Int, _ b: Int) -> LinkConditions {
    let network = networks[Int(machines[a].location)]
    return (network.faults[PeerPair(a, b)] ?? []).reduce(scenario.peerLink) { $0.with($1) }
  }

  private func draws(_ from: Int, _ to: Int, _ at: Moment) -> Draws {
    // Numbered by when it was sent: what is left out shifts nothing.
    Draws(Seed.numbered(machines[from].key ^ machines[to].key &* 3, UInt64(bitPattern: at.nanoseconds)))
  }

  private func deliver(_ from: Int, _ to: Int) -> Moment? {
    var (draws, link) = (draws(from, to, engine.now), LinkModel())
    return link.send(from < to ? .up : .down, bytes: 200, at: engine.now, peerConditions(from, to), &draws).first
  }

  mutating func ask(_ index: Int, _ fqdn: String, _ timeout: Duration) {
    guard let to = networks[Int(machines[index].location)].members.first(where: { electors[$0].fqdn == fqdn }) else { return }
    let incarnation = electors[index].incarnation
    let overdue = PeerEvent.overdue(by: Int32(to), to: Int32(index), incarnation: incarnation)
    let limit = engine.schedule(.peer(overdue), at: engine.now + timeout, lane: .idle)
    electors[index].asking[Int32(to)] = limit
    guard let arrives = deliver(index, to) else { return }
    engine.schedule(.peer(.asked(of: Int32(to), by: Int32(index), incarnation: incarnation, limit: limit)), at: arrives, lane: .idle)
  }

  private mutating func answer(
    _ by: Int, _ to: Int, _ incarnation: UInt32, _ limit: TimerHandle, _ result: Result<PeerHello, PeerFailure>, at: Moment
  ) {
    engine.schedule(.peer(.answered(by: Int32(by), to: Int32(to), incarnation: incarnation, limit: limit, result)), at: at, lane: .idle)
  }

  mutating func asked(_ of: Int, _ by: Int, _ incarnation: UInt32, _ limit: TimerHandle) {
    // A process that hangs takes the connection and says nothing.
    if electors[of].isFrozen { return }
    guard let hello = electors[of].answer, takesPart(of) else {
      let pause = machines[of].isOn ? Duration.zero : Self.unreachable
      return answer(of, by, incarnation, limit, .failure(PeerFailure(.unreachable, "nothing answers there")), at: engine.now + pause)
    }
    guard let arrives = deliver(of, by) else { return }
    answer(of, by, incarnation, limit, .success(hello), at: arrives)
  }

  mutating func beginPeer(_ a: Int, _ b: Int, _ kind: FaultKind?, ends: FaultKind?) {
    guard !electors.isEmpty, machines.indices.contains(a), machines.indices.contains(b), machines[a].location == machines[b].location, a != b else {
      return
    }
    let (place, pair) = (Int(machines[a].location), PeerPair(a, b))
    touchLocation(a)
    if let kind { networks[place].faults[pair, default: []].append(kind) }
    if let ends, let known = networks[place].faults[pair]?.firstIndex(of: ends) { networks[place].faults[pair]?.remove(at: known) }
    if networks[place].faults[pair]?.isEmpty == true { networks[place].faults[pair] = nil }
    // Of a pair always from the one side: what the checkers know of either side holds until it is told anew.
    tellChecks(Int(pair.first), .reaches(electors[Int(pair.second)].fqdn, reach(a, b)))
  }

  private func reach(_ a: Int, _ b: Int) -> ConnectorFact.Reach {
    let conditions = peerConditions(a, b)
    if !conditions.isOpen { return .no }
    let isSure = conditions.lost == 0 && conditions.latency.longest + conditions.heldBack < .seconds(1)
    return isSure ? .yes : .unsure
  }
}
