import ConnectorCheckers
import EventCatalog
import HighAvailabilityService
import ServiceKit
import Simulation
import World

/// The election in each resource location, without the cloud: the real logic of each connector, over a network of peers that can be split.
///
/// The logic says hello to its peers in every round. When nothing has changed in a location for `calm`, nothing more can: all its deadlines are shorter. Then a
/// connector rests at its next round: its clock stands still until something touches the location, and goes on with a whole number of rounds left out. So an
/// election that is settled costs no events. What was on its way when the location was touched counts as arrived, and how long the last message took is not drawn
/// anew, which can move the round in which a silence is noticed by one; the bounds of E1 and E2 hold either way.
extension FleetRun {
  static let probeEvery = Duration.seconds(5)
  static let peerTimeout = Duration.seconds(15)
  /// Longer than each deadline of the logic, of which the longest is that for a peer that holds another for elected: twice `peerTimeout`.
  static let calm = Duration.seconds(40)

  var calm: Duration { scenario.outages == nil ? Self.calm : Self.calmInOutages }

  mutating func settleElection() {
    for place in scenario.places.indices { networks.append(PeerNetwork(members: machines.indices.filter { machines[$0].location == place })) }
    electors = machines.map { Elector($0.name, Int($0.location)) }
    for place in networks.indices { networks[place].servers = networks[place].members.map { electors[$0].server } }
    settleOutages()
  }

  // MARK: Processes

  /// Called after whatever happened to a process.
  mutating func noteElector(_ index: Int) {
    let process = machines[index].process
    let isFrozen = process == .hung
    if process == .none || process == .starting || machines[index].incarnation != electors[index].incarnation {
      if electors[index].logic != nil { leaveElection(index) }
    }
    if process == .ready, electors[index].logic == nil {
      joinElection(index)
    } else if electors[index].logic != nil, isFrozen != electors[index].isFrozen {
      touchLocation(index)
      electors[index].isFrozen = isFrozen
      tellChecks(index, .frozen(isFrozen))
      if isFrozen { restTimers(index) } else { armRound(index) }
    }
  }

  private mutating func joinElection(_ index: Int) {
    touchLocation(index)
    let settings = HighAvailabilityLogic.Settings(
      fqdn: electors[index].fqdn, boot: "\(machines[index].incarnation)", probeEvery: Self.probeEvery, peerTimeout: Self.peerTimeout,
      outage: outageSettings)
    electors[index].logic = HighAvailabilityLogic(settings)
    electors[index].incarnation = machines[index].incarnation
    electors[index].isFrozen = false
    electors[index].arrivals = []
    tellChecks(index, .joined(location: "l\(machines[index].location + 1)"))
    if electors[index].isSynced { tellChecks(index, .configured) }
    joinOutages(index)
    feed(index, .started)
  }

  private mutating func leaveElection(_ index: Int) {
    touchLocation(index)
    tellChecks(index, .left)
    if electors[index].holdsItself { unelected(index) }
    engine.cancel(electors[index].timer)
    leaveOutages(index)
    electors[index].logic = nil
    electors[index].answer = nil
    electors[index].holds = nil
    for limit in electors[index].asking.values { engine.cancel(limit) }
    electors[index].asking = [:]
  }

  func takesPart(_ index: Int) -> Bool { electors[index].logic != nil && !electors[index].isFrozen }

  // MARK: The logic

  mutating func feed(_ index: Int, _ first: HighAvailabilityLogic.Event) {
    var events = lateStoreFront(index) + [first]
    while !events.isEmpty {
      let event = events.removeFirst()
      let now = Now(moment: engine.now - electors[index].skipped, wall: machines[index].wall(engine.now))
      guard let directives = electors[index].logic?.handle(event, at: now) else { return }
      for directive in directives { if let next = perform(index, directive, now) { events.append(next) } }
    }
  }

  /// What comes of it at once, if anything does.
  private mutating func perform(_ index: Int, _ directive: HighAvailabilityLogic.Directive, _ now: Now) -> HighAvailabilityLogic.Event? {
    switch directive {
    case .readConfiguration:
      sync(index)
      guard electors[index].isSynced else {
        return .configuration(.neverSynced)
      }
      return .configuration(.synced(networks[Int(machines[index].location)].servers))
    case .probe(let fqdn, _, _, let timeout): ask(index, fqdn, timeout)
    case .answerPeers(let hello):
      if electors[index].answer != hello, mutant != .peersNotAnswered { scenario.outages == nil ? change(index) : touchLocation(index) }
      electors[index].answer = mutant == .peersNotAnswered ? nil : hello
    case .wait(let until):
      electors[index].round = until
      armRound(index)
    case .record(let isElected): return .recorded(isElected: isElected, true)
    case .emit(let event):
      // That an outage lasts is no news for anybody.
      if event.definition != OutageEvents.lasts { change(index) }
      counts[event.definition.name, default: 0] += 1
      toldOfOutage(index, event)
      if event.definition == HighAvailabilityEvents.elected, case .text(let elected)? = event.values["elected"] { elect(index, elected, event) }
    case .outage(let task): return perform(index, task)
    case .answer: break
    }
    return nil
  }

  private mutating func elect(_ index: Int, _ elected: String, _ event: EventCatalog.Event) {
    let held = electors[index].holdsItself
    let chosen = plantedChoice(index, elected)
    electors[index].holds = chosen
    guard chosen == electors[index].fqdn else {
      if held { unelected(index) }
      return tellChecks(index, .elected(chosen))
    }
    tellChecks(index, .elected(chosen))
    guard !held else { return }
    counts["elected", default: 0] += 1
    trace.add(engine.now, machines[index].name, "elected", "l\(machines[index].location + 1)", detail: event.message)
  }

  private mutating func unelected(_ index: Int) {
    counts["unelected", default: 0] += 1
    trace.add(engine.now, machines[index].name, "unelected", "l\(machines[index].location + 1)")
  }

  /// Planted faults in what is made of the logic's choice.
  private func plantedChoice(_ index: Int, _ elected: String) -> String {
    switch mutant {
    case .electionByArrival: electors[index].arrivals.first ?? electors[index].fqdn
    case .electionByNameAlone: networks[Int(machines[index].location)].servers.map(\.fqdn).min() ?? elected
    case .electionNeverGivenUp: electors[index].holdsItself ? electors[index].fqdn : elected
    default: elected
    }
  }

  /// The configuration is there once the cloud has been reached.
  private mutating func sync(_ index: Int) {
    guard !electors[index].isSynced, reachesTheCloud(index) else { return }
    electors[index].isSynced = true
    change(index)
    tellChecks(index, .configured)
  }

  // MARK: Rounds and rest

  /// Something has changed here: nobody rests until it is calm again.
  mutating func change(_ index: Int) { networks[Int(machines[index].location)].changed = engine.now }

  /// Something is about to change: whoever rests goes on from where it would be.
  mutating func touchLocation(_ index: Int) {
    change(index)
    for member in networks[Int(machines[index].location)].members where electors[member].isResting {
      electors[member].isResting = false
      let behind = engine.now - electors[member].skipped - electors[member].round
      if behind > .zero {
        let rounds = (behind.nanoseconds + Self.probeEvery.nanoseconds - 1) / Self.probeEvery.nanoseconds
        electors[member].skipped += Self.probeEvery * Int(rounds)
      }
      electors[member].outage.isStale = true
      armRound(member)
    }
  }

  private mutating func armRound(_ index: Int) {
    engine.cancel(electors[index].timer)
    guard takesPart(index) else { return }
    armOutage(index)
    electors[index].timer = engine.schedule(.peer(.round(Int32(index))), at: electors[index].round + electors[index].skipped, lane: .idle)
  }

  private func mayRest(_ index: Int) -> Bool {
    let network = networks[Int(machines[index].location)]
    return scenario.heartbeats == .leased && network.faults.isEmpty && electors[index].asking.isEmpty && electors[index].isSynced
      && engine.now - network.changed >= calm && mayRestInOutages(index)
  }

  mutating func peer(_ event: PeerEvent) {
    switch event {
    case .round(let number):
      let index = Int(number)
      guard takesPart(index) else { return }
      noteStoreFront(index)
      if mayRest(index) {
        electors[index].isResting = true
        restTimers(index)
      } else {
        feed(index, .due)
      }
    case .asked(let of, let by, let incarnation, let limit): asked(Int(of), Int(by), incarnation, limit)
    case .answered(let by, let to, let incarnation, let limit, let result):
      guard electors[Int(to)].incarnation == incarnation, electors[Int(to)].asking[by] == limit else { return }
      heard(Int(to), by, result, event)
    case .overdue(let by, let to, let incarnation):
      guard electors[Int(to)].incarnation == incarnation, electors[Int(to)].asking[by] != nil else { return }
      heard(Int(to), by, .failure(PeerFailure(.timeout, "no answer within \(Self.peerTimeout / 2)")), event)
    case .outageDue(let index, let incarnation), .storeFrontAsks(let index, let incarnation), .storeFrontExpires(let index, let incarnation):
      if electors[Int(index)].incarnation == incarnation, electors[Int(index)].logic != nil { outage(Int(index), event) }
    }
  }

  private mutating func heard(_ index: Int, _ by: Int32, _ result: Result<PeerHello, PeerFailure>, _ event: PeerEvent) {
    guard electors[index].logic != nil else { return }
    // A process that hangs hears it when it goes on.
    if electors[index].isFrozen {
      engine.schedule(.peer(event), at: machines[index].hungUntil + .milliseconds(1), lane: .idle)
      return
    }
    if let limit = electors[index].asking.removeValue(forKey: by) { engine.cancel(limit) }
    let peer = electors[Int(by)]
    if case .success = result, !electors[index].arrivals.contains(peer.fqdn) { electors[index].arrivals.append(peer.fqdn) }
    feed(index, .probed(fqdn: peer.fqdn, address: peer.server.peerAddress ?? "", planted(result)))
  }

  private func planted(_ result: Result<PeerHello, PeerFailure>) -> Result<PeerHello, PeerFailure> {
    guard mutant == .peersWordIgnored else { return result }
    return result.map { hello in
      var mute = hello
      mute.mode = nil
      return mute
    }
  }

  // MARK: What the checkers see

  mutating func tellChecks(_ index: Int, _ what: ConnectorFact.What) {
    tellChecks(electors[index].fqdn, what)
  }

  /// What concerns this connector alone.
  mutating func tellOwn(_ index: Int, _ what: ConnectorFact.What) { tellChecks(machines[index].name, what) }

  mutating func tellChecks(_ node: String, _ what: ConnectorFact.What) {
    let known = connectorChecks.violations.count
    connectorChecks.see(ConnectorFact(node, what, at: WallTime(microseconds: engine.now.nanoseconds / 1_000)))
    if connectorChecks.violations.count > known { reportConnectors(after: known) }
  }

  private mutating func reportConnectors(after known: Int) {
    for violation in connectorChecks.violations.dropFirst(known) { found(violation.invariant.rawValue, violation.node, violation.what) }
  }

  mutating func concludeElection() {
    let known = connectorChecks.violations.count
    connectorChecks.finish(at: WallTime(microseconds: engine.now.nanoseconds / 1_000))
    reportConnectors(after: known)
    let (overlaps, splits) = (connectorChecks.election.overlaps, connectorChecks.election.splits)
    counts["elected twice"] = overlaps.count
    counts["elected twice, longest ms"] = Int(overlaps.longest.nanoseconds / 1_000_000)
    counts["elected on both sides of a split"] = splits.count
  }
}
