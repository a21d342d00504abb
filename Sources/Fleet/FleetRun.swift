import ConnectorCheckers
import Evergreen
import Releases
import RolloutCheckers
import Rollouts
package import Simulation
import TrustCheckers
import World

/// One run of a fleet: a cloud, its connectors on their machines, the links between them, and what goes wrong. Pure: the same scenario gives the same trace.
package struct FleetRun {
  package let scenario: Scenario
  let seed: Seed
  let catalog: Catalog
  let ground: Ground
  /// At some time in the run.
  let isMetadataHeld: Bool
  var engine: Agenda
  var machines: [Machine] = []
  var cloud: CloudNode
  var trace: Trace
  var truth: GroundTruth
  /// Of the election, when the scenario has one: by machine, and by location.
  var electors: [Elector] = []
  var networks: [PeerNetwork] = []
  /// Of the broker configuration, when the scenario has an election: by machine, and by location.
  var synchronizers: [Synchronizer] = []
  var published: [PublishedConfiguration] = []
  /// Machines that users work on, and who brokers to them, when the scenario has both outages and machines.
  var desktops: [Desktop] = []
  var brokers: FleetBrokers?
  var connectorChecks = ConnectorChecks()
  /// Of the Agent Systems of all machines.
  var requests: UInt64 = 0
  /// What was seen of the signed metadata by those to whom nothing newer has come for too long.
  var freezes: [Int: [TrustFact]] = [:]
  var violations: [FoundViolation] = []
  var counts: [String: Int] = [:]
  var mutant: Mutant? { scenario.mutant }

  /// Between two heartbeats of a connector; three missed ones are the limit.
  static let beatEvery = Duration.seconds(30)
  static let beatNanoseconds: Int64 = 30_000_000_000
  static let contactLimit = Duration.seconds(90)
  /// How long a request of the cloud may take on its way.
  static let requestLimit = Duration.seconds(60)

  /// - Parameter sink: gets each line of the trace.
  package init(_ scenario: Scenario, sink: ((TraceLine) -> Void)? = nil) {
    self.scenario = scenario
    seed = Seed(scenario.seed)
    engine = Agenda(seed: seed)
    trace = Trace(sink: sink)
    catalog = Catalog(first: scenario.first, scenario.releases)
    isMetadataHeld = scenario.faults.contains { $0.kind == .metadataFrozen }
    ground = Ground(UpdateSettings(), scenario.mutant, catalog)
    truth = GroundTruth(locations: scenario.places.count)
    if let timers = scenario.timers { connectorChecks = ConnectorChecks(outages: OutageBounds(timers)) }
    let clock = ClockModel(at: Moment(nanoseconds: 0), shows: scenario.starts)
    cloud = CloudNode(
      logic: RolloutLogic(settings: scenario.settings.with(scenario.mutant)), checks: RolloutChecks(scenario.settings), clock: clock)
    settle()
  }

  /// Who is there at the beginning, and everything that is known to come.
  private mutating func settle() {
    var number = 0
    machines.reserveCapacity(scenario.connectors)
    for (place, settings) in scenario.places.enumerated() {
      tell(.location("l\(place + 1)", settings.schedule, settings.assignment))
      for _ in 0..<settings.connectors {
        number += 1
        add("c\(number)", place)
      }
    }
    if scenario.isElecting {
      settleElection()
      settleConfigurations()
      settleDesktops()
    }
    for index in scenario.releases.indices { engine.schedule(.publish(Int32(index)), at: moment(scenario.releases[index].at)) }
    for index in scenario.actions.indices { engine.schedule(.act(Int32(index)), at: moment(scenario.actions[index].at)) }
    for index in scenario.faults.indices { engine.schedule(.faultBegins(Int32(index)), at: moment(scenario.faults[index].begins)) }
  }

  private func moment(_ since: Duration) -> Moment { Moment(nanoseconds: 0) + since }

  private mutating func add(_ name: String, _ place: Int) {
    var draws = seed.draws(name, "machine")
    let skew = draws.duration(.zero, .seconds(4))
    let starts = WallTime(microseconds: scenario.starts.microseconds + (skew - .seconds(2)).nanoseconds / 1_000)
    let clock = ClockModel(at: Moment(nanoseconds: 0), shows: starts, drift: Int64(draws.below(101)) - 50)
    var folder = ReleaseFolder(catalog.slots[0], at: starts, draws: seed.draws(name, "disk"))
    folder.mutant = mutant
    cloud.numbers[name] = machines.count
    machines.append(
      Machine(
        name: name, location: Int32(place), key: seed.word(name, "heartbeats"), clock: clock, slot: catalog.slots[0], folder: folder,
        draws: draws))
    let index = machines.count - 1
    machines[index].startedAt = starts
    machines[index].folder.say(.machine, starts) { $0.platform = .current }
    engine.schedule(.machine(Int32(index), .start), after: draws.duration(.zero, .seconds(60)))
  }

  /// From the beginning to the end of its time, or until nothing is due any more.
  package mutating func run() -> Verdict {
    let end = Moment(nanoseconds: 0) + scenario.length
    while let event = engine.next(until: end) { handle(event) }
    let standing: RunEnd = engine.waiting == 0 ? .standing(at: engine.now, waiting) : .timeOver
    conclude()
    return Verdict(
      seed: scenario.seed, violations: violations, hash: trace.hash, end: standing, events: engine.ran, lines: trace.count, counts: counts)
  }

  private mutating func handle(_ event: FleetEvent) {
    switch event {
    case .cloudDue(let incarnation):
      guard cloud.isUp, incarnation == cloud.incarnation else { return }
      cloud.dueAt = nil
      if mutant == .deadlinesIgnored, cloud.logic.inFlight > 0 {
        engine.schedule(.cloudDue(incarnation), after: .seconds(3_600))
        return
      }
      tell(.tick)
    case .cloudBack: cloudBack()
    case .contactLimit(let index): lostContact(Int(index))
    case .beat(let index): beat(Int(index))
    case .up(let index, let report): if cloud.isUp, !isTurnedAway(Int(index)) { hear(Int(index), report) }
    case .down(let index, let message, let sent):
      // A request that is older than its time limit is none any more.
      if engine.now - sent < Self.requestLimit || mutant == .fencingTokenIgnored { receive(Int(index), message) }
    case .machine(let index, let timer):
      due(Int(index), timer)
      look(Int(index))
    case .peer(let event): peer(event)
    case .sync(let index, let event): sync(Int(index), event)
    case .desktop(let index, let event, let number): desktop(Int(index), event, number)
    case .configuration(let place): publishConfiguration(Int(place))
    case .publish(let index): publish(Int(index))
    case .act(let index): act(Int(index))
    case .faultBegins(let index): begin(Int(index))
    case .faultEnds(let index): end(Int(index))
    }
  }

  mutating func found(_ id: String, _ subject: String, _ what: String) {
    guard violations.count < 200 else { return }
    violations.append(FoundViolation(id: id, at: engine.now, subject: subject, what: what))
    trace.add(engine.now, subject, "violation", id, detail: what)
  }
}
