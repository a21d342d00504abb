import CloudAPI
import Releases
import Rollouts
import Simulation
import World

/// Heartbeats. A connector sends one every 30 seconds, on a grid of its own, and one at once when something about it changes; the cloud gives it up when for
/// 90 seconds none was sent that arrived.
///
/// An exchange that changes nothing is not simulated (`HeartbeatMode.leased`). The contact is a lease: as long as the link has no fault, both ends are up, and
/// the cloud has acted on all that the connector says of itself, each heartbeat would only move the limit. So the limit is not armed, and `wake` settles the
/// account when something touches the contact: which heartbeat was the last to arrive follows from the grid, and how long it took from a draw with its
/// number, the same as if it had been sent. What is still on its way then is put on its way. Since these draws are numbered and have a lane of their own, every
/// other draw, and with it the trace, is the same as with every message (`HeartbeatMode.everyMessage`).
extension FleetRun {
  /// Whether its process would send at all.
  func canBeat(_ index: Int) -> Bool {
    machines[index].process == .ready && machines[index].behaviour != .noCloud
  }

  func conditions(_ index: Int) -> LinkConditions {
    guard !machines[index].linkFaults.isEmpty || cloud.extraLatency > .zero else { return scenario.link }
    var conditions = machines[index].linkFaults.reduce(scenario.link) { $0.with($1) }
    if cloud.extraLatency > .zero {
      conditions.latency = .uniform(cloud.extraLatency, cloud.extraLatency + conditions.latency.longest)
    }
    return conditions
  }

  // MARK: The grid

  private func phase(_ index: Int) -> Int64 { Int64(machines[index].key % UInt64(Self.beatNanoseconds)) }
  private func sent(_ index: Int, _ number: Int64) -> Moment { Moment(nanoseconds: phase(index) + number * Self.beatNanoseconds) }
  /// The number of the latest one that was due by now; -1 before the first.
  private func latest(_ index: Int) -> Int64 {
    let since = engine.now.nanoseconds - phase(index)
    return since < 0 ? -1 : since / Self.beatNanoseconds
  }

  private func arrivals(_ index: Int, _ number: Int64) -> Deliveries {
    var draws = Draws(Seed.numbered(machines[index].key, UInt64(number)))
    var link = LinkModel()
    return link.send(.up, bytes: 300, at: sent(index, number), conditions(index), &draws)
  }

  mutating func armBeat(_ index: Int) {
    engine.cancel(machines[index].contact.beat)
    machines[index].contact.beat = .none
    guard cloud.isUp, canBeat(index) else { return }
    machines[index].contact.beat = engine.schedule(.beat(Int32(index)), at: sent(index, latest(index) + 1), lane: .idle)
  }

  mutating func armLimit(_ index: Int) {
    engine.cancel(machines[index].contact.limit)
    let at = machines[index].contact.lastHeard + Self.contactLimit
    machines[index].contact.limit = engine.schedule(.contactLimit(Int32(index)), at: at, lane: .idle)
  }

  mutating func beat(_ index: Int) {
    machines[index].contact.beat = .none
    guard canBeat(index) else { return }
    // Told to come again later.
    if engine.now < machines[index].contact.notBefore { return armBeat(index) }
    let report = report(index)
    let arrivals = arrivals(index, latest(index))
    if let at = arrivals.first { engine.schedule(.up(Int32(index), report), at: at, lane: .idle) }
    if let at = arrivals.second { engine.schedule(.up(Int32(index), report), at: at, lane: .idle) }
    armBeat(index)
  }

  // MARK: Quiet

  /// After a heartbeat that changed nothing and left nothing open, the exchange need not be simulated.
  mutating func rest(_ index: Int) {
    let contact = machines[index].contact
    guard scenario.heartbeats == .leased, contact.quietSince == nil, contact.notBefore <= engine.now, machines[index].linkFaults.isEmpty,
      cloud.extraLatency == .zero,
      cloud.throttle == nil,
      cloud.isUp, canBeat(index), contact.heard == contact.epoch, machines[index].token == nil,
      let known = cloud.logic.glance(at: machines[index].name), !known.inFlight, known.pendingRestart == machines[index].isPendingRestart
    else { return }
    engine.cancel(contact.beat)
    engine.cancel(contact.limit)
    machines[index].contact.quietSince = engine.now
  }

  /// Something is about to touch the contact: from now on each message is simulated, beginning with what would be on its way.
  mutating func wake(_ index: Int) {
    guard let since = machines[index].contact.quietSince else { return }
    machines[index].contact.quietSince = nil
    let number = latest(index)
    for back in [number, number - 1] where back >= 0 && sent(index, back) > since {
      guard let arrival = arrivals(index, back).first else { continue }
      if arrival <= engine.now {
        machines[index].contact.lastHeard = max(machines[index].contact.lastHeard, sent(index, back))
      } else {
        var report = report(index)
        report.sent = sent(index, back)
        engine.schedule(.up(Int32(index), report), at: arrival, lane: .idle)
      }
    }
    armLimit(index)
    armBeat(index)
  }

  // MARK: Messages

  func report(_ index: Int) -> Report {
    Report(
      epoch: machines[index].contact.epoch, sent: engine.now, version: machines[index].slot.version, isHealthy: isHealthy(index),
      isPendingRestart: machines[index].isPendingRestart, standing: machines[index].standing,
      digest: (mutant == .digestOfBefore ? catalog.slots[0] : machines[index].slot).digest, token: machines[index].token)
  }

  /// Something about the connector has changed: the cloud hears of it now, if it can.
  mutating func tellCloud(_ index: Int, refused: OrderName? = nil) {
    wake(index)
    machines[index].contact.epoch += 1
    guard canBeat(index), engine.now >= machines[index].contact.notBefore else { return }
    var report = report(index)
    report.refused = refused
    let conditions = conditions(index)
    var draws = machines[index].draws
    let arrivals = machines[index].link.send(.up, bytes: 300, at: engine.now, conditions, &draws)
    machines[index].draws = draws
    if let at = arrivals.first { engine.schedule(.up(Int32(index), report), at: at) }
    if let at = arrivals.second { engine.schedule(.up(Int32(index), report), at: at) }
  }

  mutating func sendDown(_ index: Int, _ intended: DownMessage) {
    let message = garbled(index, intended)
    let conditions = conditions(index)
    var draws = machines[index].draws
    let arrivals = machines[index].link.send(.down, bytes: 300, at: engine.now, conditions, &draws)
    machines[index].draws = draws
    for at in [arrivals.first, arrivals.second].compactMap({ $0 }) {
      engine.schedule(.down(Int32(index), message, sent: engine.now), at: at)
    }
  }

  mutating func lostContact(_ index: Int) {
    guard cloud.isUp, mutant != .lossOfContactUnnoticed, let known = cloud.logic.connectors[machines[index].name], known.health != .gone else {
      return
    }
    trace.add(engine.now, "cloud", "loses contact", machines[index].name)
    tell(.health(machines[index].name, .gone))
  }

  // MARK: What the cloud hears

  mutating func hear(_ index: Int, _ sent: Report) {
    let report = machines[index].linkFaults.isEmpty ? sent : garbled(index, sent)
    guard engine.now - report.sent < Self.contactLimit else { return }
    // One that a later one has overtaken says nothing any more.
    guard report.sent >= machines[index].contact.lastHeard || mutant == .overtakenReportBelieved else { return }
    machines[index].contact.lastHeard = max(machines[index].contact.lastHeard, report.sent)
    let isQuiet = machines[index].contact.quietSince != nil
    if !isQuiet { armLimit(index) }
    guard report.epoch >= machines[index].contact.heard || mutant == .overtakenReportBelieved else { return }
    believe(index, report)
    let id = machines[index].name
    let health = report.isHealthy ? ConnectorHealth.healthy : .unhealthy
    // Most reports say what is known; one look shows it.
    var known = cloud.logic.glance(at: id)
    if known?.version != report.version || known?.health != health || known?.pendingRestart != report.isPendingRestart {
      tellNews(id, index, report, health, known)
      known = cloud.logic.glance(at: id)
    }
    let isNews = cloud.isUp && report.standing.map { handOn($0, index) } ?? false
    let isRefused = cloud.isUp && report.refused.map { noteRefusal($0, index) } ?? false
    guard cloud.isUp else { return }
    machines[index].contact.heard = report.epoch
    // What follows from news was sent just now.
    if !isNews, !isRefused, report.token != nil || known?.inFlight == true { answer(index, report) }
    // One that comes late says nothing of those that were sent after it.
    if engine.now - report.sent < Self.beatEvery { rest(index) }
  }

  private mutating func tellNews(_ id: String, _ index: Int, _ report: Report, _ health: ConnectorHealth, _ known: RolloutLogic.Glance?) {
    if known == nil || (known?.version != report.version && known?.inFlight == false && mutant != .versionNeverReported) {
      tell(.connector(id, location: "l\(machines[index].location + 1)", report.version))
    }
    if cloud.isUp, cloud.logic.connectors[id]?.health != health {
      if cloud.logic.connectors[id]?.health == .gone { trace.add(engine.now, "cloud", "has contact", id) }
      tell(.health(id, health))
    }
    if cloud.isUp, cloud.logic.connectors[id]?.pendingRestart != report.isPendingRestart { tell(.pendingRestart(id, report.isPendingRestart)) }
  }

  /// A stage is handed on once: the second time it would be news to the coordinator that is none.
  private mutating func handOn(_ standing: UpdateStanding, _ index: Int) -> Bool {
    let stage = UInt8(UpdateStanding.Stage.allCases.firstIndex(of: standing.stage) ?? 0)
    let contact = machines[index].contact
    guard contact.saidToken != standing.token || contact.saidStage != stage else { return false }
    machines[index].contact.saidToken = standing.token
    machines[index].contact.saidStage = stage
    let said: UpdateReport? =
      switch standing.stage {
      case .drained: .drained
      case .trial: .trialBegan
      case .committed: standing.version.flatMap { ReleaseVersion($0) }.map { .committed($0) }
      case .rollingBack, .failed: .failed(standing.reason)
      case .rolledBack: .rolledBack(standing.reason)
      case .restarted: .restarted
      case .installing, .restarting: nil
      }
    guard let said else { return false }
    trace.add(engine.now, "cloud", "hears \(standing.stage.rawValue)", machines[index].name, standing.token, detail: standing.reason)
    tell(.report(machines[index].name, token: standing.token, said))
    return true
  }

  /// Who refuses to go into maintenance or to install has failed before it began, as `CloudLogic.refused` has it; any other refusal is left to the deadline.
  private mutating func noteRefusal(_ order: OrderName, _ index: Int) -> Bool {
    guard let connector = cloud.logic.connectors[machines[index].name], connector.flight?.token == order.token else { return false }
    switch (order.action, connector.phase) {
    case (.enterMaintenance, .draining), (.install, .installing): break
    default: return false
    }
    trace.add(engine.now, "cloud", "hears refused", machines[index].name, order.token)
    tell(.report(machines[index].name, token: order.token, .failed("it refused \(order.action.rawValue)")))
    return true
  }

  /// After a heartbeat the cloud repeats what is open, so that nothing depends on one message and a lease that lasts longer now is known to.
  private mutating func answer(_ index: Int, _ report: Report) {
    let id = machines[index].name
    guard let known = cloud.logic.connectors[id] else { return }
    let lease = cloud.logic.locations[known.location]?.book.current
    guard let lease, lease.holder == id else {
      if let token = report.token { send(.leaveMaintenance(id, token: token)) }
      return
    }
    if let open = cloud.logic.repeated(for: id) { send(open) }
  }
}
