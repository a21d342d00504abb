import EvergreenCheckers
import Releases
import RolloutCheckers
import Rollouts
import Simulation
import World

/// What is true of the machines, whatever the cloud believes: kept to hold F1, F2, F19 and L4 against it.
struct GroundTruth: Sendable {
  struct Aside: Sendable {
    var machine: Int
    var since: Moment
  }
  /// Two of a location may be out of service so long together: what clocks, a restart and a message that is on its way account for.
  static let slack = Duration.seconds(120)
  /// From the last sign of life until the cloud knows: three heartbeats, one interval, and a message's time.
  static let noticed = Duration.seconds(150)
  /// By location.
  var asides: [[Aside]]
  /// So many of the coordinator's violations were handed on.
  var rolloutViolations = 0
  var reports = RunningReports()

  init(locations: Int) { asides = Array(repeating: [], count: locations) }
}

extension FleetRun {
  /// F2 in truth: at most one connector of a location is drained, on trial or restarting because of an update. Called after whatever happened to a machine.
  mutating func look(_ index: Int) {
    // In place: a copy of a machine costs more than all else that is done here.
    let isAside = machines.withUnsafeBufferPointer { $0[index].isOutOfService }
    guard isAside != machines[index].isAside else { return }
    machines[index].isAside = isAside
    let place = Int(machines[index].location)
    if isAside { return truth.asides[place].append(GroundTruth.Aside(machine: index, since: engine.now)) }
    guard let known = truth.asides[place].firstIndex(where: { $0.machine == index }) else { return }
    let mine = truth.asides[place].remove(at: known)
    overlaps(mine, place)
  }

  private mutating func overlaps(_ mine: GroundTruth.Aside, _ place: Int) {
    for other in truth.asides[place] where engine.now - max(mine.since, other.since) > GroundTruth.slack {
      found("F2", machines[mine.machine].name, "it was out of service together with \(machines[other.machine].name)")
    }
  }

  /// F1 in truth: whom the coordinator counts on when it takes one away was heard of lately.
  mutating func foresee(_ id: String) {
    guard let connector = cloud.logic.connectors[id], connector.health == .healthy, let place = cloud.logic.locations[connector.location] else {
      return
    }
    for other in place.connectors where other != id {
      guard let known = cloud.logic.connectors[other], known.health == .healthy, !known.phase.inFlight, let index = cloud.numbers[other],
        let since = machines[index].awaySince
      else { continue }
      if engine.now - max(since, cloud.upSince) > GroundTruth.noticed {
        found("F1", id, "it goes down because \(other) is there, which has been away for \(Int((engine.now - since).inSeconds)) s")
      }
    }
  }

  /// L4 in truth: whatever became of the updater, a trial does not run on after its deadline.
  mutating func trialStops(_ index: Int) {
    defer { machines[index].trialEnds = nil }
    guard machines[index].role == .trial, let ends = machines[index].trialEnds, engine.now - ends > .seconds(120) else { return }
    found("L4", machines[index].name, "its trial ran \(Int((engine.now - ends).inSeconds)) s longer than it may")
  }

  /// Holds a machine's facts against the invariants of updates; what was checked is not checked again, and looks at a trial that is over are let go.
  mutating func check(_ index: Int) {
    tellFacts(index)
    let facts = machines[index].facts
    guard facts.count > machines[index].checked else { return }
    let known = facts.map { $0.fact(catalog) }
    for violation in EvergreenCheckers.check(known) where violation.index >= machines[index].checked {
      found(violation.invariant.rawValue, machines[index].name, violation.what)
    }
    if machines[index].role != .trial {
      let left = facts.lazy.filter { !$0.isProbe }
      // Exactly as much as is needed: a fleet has many of these lists.
      machines[index].facts = []
      machines[index].facts.reserveCapacity(left.count { _ in true })
      machines[index].facts.append(contentsOf: left)
    }
    machines[index].checked = machines[index].facts.count
  }

  /// The end: everything that had to have happened by now.
  mutating func conclude() {
    for index in machines.indices {
      check(index)
      if machines[index].process != .none { trialStops(index) }
    }
    for place in truth.asides.indices {
      while let mine = truth.asides[place].popLast() { overlaps(mine, place) }
    }
    if scenario.isElecting { concludeElection() }
    let now = cloud.clock.read(engine.now)
    // F3, F9: whatever had a deadline is spoken of by now.
    if cloud.isUp { tell(.tick) }
    cloud.checks.see(.fact(.tick, at: now))
    report()
    for index in machines.indices { reported(index) }
    guard scenario.isCalm else { return }
    for violation in cloud.checks.settled(at: now) { found(violation.invariant, "cloud", violation.text) }
  }

  /// F19: what is believed of a connector ran there when it spoke.
  mutating func believe(_ index: Int, _ report: Report) {
    let release = RunningReports.Release(report.version, report.digest)
    for what in truth.reports.believed(machines[index].name, release, asked: report.sent, at: engine.now) { found("F19", machines[index].name, what) }
  }

  /// F19: who is in contact and idle is known by the version that it runs.
  private mutating func reported(_ index: Int) {
    guard cloud.isUp, machines[index].contact.quietSince != nil || scenario.heartbeats == .everyMessage, machines[index].process == .ready,
      machines[index].linkFaults.isEmpty, machines[index].contact.heard == machines[index].contact.epoch,
      let known = cloud.logic.connectors[machines[index].name], !known.phase.inFlight, known.version != machines[index].slot.version
    else { return }
    found("F19", machines[index].name, "it runs \(machines[index].slot.version), and is known to run \(known.version)")
  }

  /// Who is not at an end, when nothing is due any more.
  var waiting: [Waiting] {
    var out: [Waiting] = []
    for machine in machines where machine.process != .ready { out.append(Waiting(machine.name, for: "its process to start")) }
    for connector in cloud.logic.connectors.values.sorted(by: { $0.id < $1.id }) where connector.phase.inFlight {
      out.append(Waiting(connector.id, for: "the end of \(connector.phase.rawValue)"))
    }
    if !cloud.isUp { out.append(Waiting("cloud", for: "its start")) }
    return out
  }
}
