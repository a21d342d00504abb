import CloudAPI
import Foundation
import Releases
import RolloutCheckers
import Rollouts
import Simulation
import World

/// The shell around the coordinator: facts in, decisions to the trace and the checkers, directives to the connectors.
extension FleetRun {
  mutating func tell(_ event: RolloutEvent) {
    let now = cloud.clock.read(engine.now)
    if event != .tick, let due = cloud.logic.nextDue, due <= now { one(.tick, now) }
    if cloud.isUp { one(event, now) }
    if cloud.isUp { armDue() }
  }

  private mutating func one(_ event: RolloutEvent, _ now: WallTime) {
    let before = cloud.crashesAtNextSending && mutant == .stateNotSavedFirst ? cloud.logic : nil
    let directives = cloud.logic.handle(event.with(mutant), at: now)
    cloud.checks.see(.fact(event, at: now))
    for case .decided(let decision) in directives { see(decision) }
    report()
    let sends = directives.contains { if case .decided = $0 { false } else { true } }
    guard cloud.crashesAtNextSending, sends else {
      for directive in directives { send(directive) }
      return
    }
    cloud.crashesAtNextSending = false
    if let before {
      cloud.saved = before
      for directive in directives { send(directive) }
    }
    trace.add(engine.now, "cloud", "crashes while it sends")
    cloudDown()
  }

  private mutating func see(_ decision: RolloutDecision) {
    let subject = decision.connector ?? decision.location ?? "-"
    trace.add(engine.now, "cloud", decision.kind.rawValue, subject, decision.token ?? 0, UInt64(decision.number), detail: decision.reason)
    counts[decision.kind.rawValue, default: 0] += 1
    if decision.kind == .started || decision.kind == .restarting, let id = decision.connector { foresee(id) }
    cloud.checks.see(.decision(decision))
  }

  /// Hands on what the coordinator's checkers have found since.
  mutating func report() {
    let known = truth.rolloutViolations
    guard cloud.checks.violations.count > known else { return }
    truth.rolloutViolations = cloud.checks.violations.count
    for violation in cloud.checks.violations[known...] where !isExcused(violation) { found(violation.invariant, "cloud", violation.text) }
  }

  /// The checkers know nothing of a cloud that is down: what is late by no more than that is not the coordinator's.
  private func isExcused(_ violation: Violation) -> Bool {
    switch violation.invariant {
    case "F9": cloud.outages.contains { $0.from <= violation.time && violation.time <= $0.to }
    case "F3": cloud.outages.contains { $0.to >= violation.time + (.zero - scenario.settings.flightLimit) }
    default: false
    }
  }

  mutating func armDue() {
    guard cloud.logic.nextDue != cloud.dueAt else { return }
    engine.cancel(cloud.due)
    cloud.dueAt = cloud.logic.nextDue
    if let due = cloud.dueAt { cloud.due = engine.schedule(.cloudDue(cloud.incarnation), at: cloud.clock.moment(due)) }
  }

  mutating func send(_ directive: RolloutDirective) {
    switch directive {
    case .enterMaintenance(let id, let lease): send(id, .enterMaintenance, lease)
    case .install(let id, let hop, let lease):
      // Planted: whoever runs a newer release is sent back to the first one of all.
      let runsNewer = cloud.numbers[id].map { machines[$0].slot.version > catalog.versions[0] } ?? false
      send(id, .install, lease, mutant == .olderAccepted && runsNewer ? catalog.versions[0] : hop)
    case .rollBack(let id, let lease): send(id, .rollBack, lease)
    case .restartMachine(let id, let lease): send(id, .restartMachine, lease)
    case .leaveMaintenance(let id, let token): send(id, UpdateCommand(.leaveMaintenance, token: token))
    case .decided: break
    }
  }

  /// With how long the lease still lasts by the coordinator's time, which stands still where its clock goes back.
  private mutating func send(_ id: String, _ action: UpdateCommand.Action, _ lease: MaintenanceLease, _ version: ReleaseVersion? = nil) {
    let now = max(cloud.clock.read(engine.now), cloud.logic.latest)
    let lasts = lease.expires.map { Int(max(0, ($0 - now).components.seconds)) - UpdateCommand.underWay } ?? UpdateCommand.longest
    guard lasts > 0 else { return }
    let expires = mutant == .leaseOnWallClock ? lease.expires : nil
    send(id, UpdateCommand(action, token: lease.token, lasts: lasts, expires: expires, version: version?.text))
  }

  private mutating func send(_ id: String, _ command: UpdateCommand) {
    guard let index = cloud.numbers[id] else { return }
    // Who acts under a lease is not left to the lease of its contact.
    wake(index)
    trace.add(engine.now, "cloud", "sends \(command.action.rawValue)", id, command.token)
    sendDown(index, .command(command))
  }

  // MARK: Its own failures

  mutating func cloudDown() {
    guard cloud.isUp else { return }
    for index in machines.indices {
      wake(index)
      engine.cancel(machines[index].contact.beat)
      engine.cancel(machines[index].contact.limit)
    }
    cloud.isUp = false
    cloud.downSince = cloud.clock.read(engine.now)
    engine.cancel(cloud.due)
    cloud.dueAt = nil
    trace.add(engine.now, "cloud", "down")
    for index in electors.indices { noteCloudReach(index) }
  }

  mutating func cloudBack() {
    guard !cloud.isUp else { return }
    cloud.isUp = true
    cloud.upSince = engine.now
    cloud.outages.append((cloud.downSince, cloud.clock.read(engine.now)))
    cloud.incarnation += 1
    cloud.logic = reloaded(cloud.saved ?? cloud.logic)
    cloud.saved = nil
    trace.add(engine.now, "cloud", "up")
    for index in machines.indices {
      machines[index].contact.lastHeard = engine.now
      // Whoever does not answer soon is gone; nothing is believed of before.
      if mutant != .healthKeptAcrossRestart { armLimit(index) }
      armBeat(index)
    }
    for index in electors.indices { noteCloudReach(index) }
    for index in synchronizers.indices where reachesTheCloud(index) { wakeSync(index) }
    for directive in cloud.logic.repeated { send(directive) }
    armDue()
  }

  /// What a new process of the cloud reads of what the one before has written. Large fleets skip the text: it costs seconds and shows nothing new.
  func reloaded(_ logic: RolloutLogic) -> RolloutLogic {
    guard machines.count <= 400 else { return logic }
    // What cannot be read back is lost, and the checkers find it.
    let read = try? JSONDecoder().decode(RolloutLogic.self, from: logic.record(mutant))
    return read ?? RolloutLogic(settings: logic.settings)
  }
}
