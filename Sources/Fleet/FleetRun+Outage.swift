import ConnectorCheckers
import EventCatalog
import HighAvailabilityService
import Outage
import Simulation
import World

/// The outage state machine of each connector, in a fleet that elects and has outages: the real one, hosted by the real `HighAvailabilityLogic`, which looks at the cloud in every round.
///
/// Where nothing can change a connector rests here too: the cloud surely reached or surely not, nobody about to change. StoreFront asks each connector once a minute, which changes nothing
/// either: only its first request of a process is an event, and how long ago the last one was is told when the connector goes on. A silence is an interval; its third day is an event.
extension FleetRun {
  static let storeFrontEvery = Duration.seconds(60)
  /// Longer than the longest `holdDown`, and than whatever else keeps a check from beginning.
  static let calmInOutages = Duration.seconds(75)
  /// A look at the cloud that takes longer has failed.
  static let lookLimit = Duration.seconds(15)

  mutating func settleOutages() {
    guard scenario.timers != nil else { return }
    for index in electors.indices { tellChecks(index, .storeFrontAsks(true)) }
  }

  var outageSettings: OutageLogic.Settings? {
    guard var timers = scenario.timers else { return nil }
    if mutant == .dampingOff { timers.holdDown = .zero }
    if mutant == .recoveryCutShort { timers.pendingRecovery = .seconds(5) }
    return OutageLogic.Settings(timers, needsStoreFront: mutant != .storeFrontIgnored)
  }

  // MARK: The process

  mutating func joinOutages(_ index: Int) {
    guard scenario.timers != nil else { return }
    electors[index].outage.joinedAt = engine.now
    electors[index].outage.askedBefore = nil
    electors[index].outage.isStale = false
    scheduleStoreFront(index)
  }

  mutating func leaveOutages(_ index: Int) {
    guard scenario.timers != nil else { return }
    serve(index, false)
    restTimers(index)
    engine.cancel(electors[index].outage.storeFrontTimer)
    (electors[index].outage.due, electors[index].outage.takesPart) = (nil, nil)
    electors[index].outage.mode = .workingNormally
  }

  mutating func restTimers(_ index: Int) {
    engine.cancel(electors[index].timer)
    engine.cancel(electors[index].outage.timer)
  }

  mutating func armOutage(_ index: Int) {
    engine.cancel(electors[index].outage.timer)
    guard let due = electors[index].outage.due, takesPart(index), !electors[index].isResting else { return }
    let event = PeerEvent.outageDue(Int32(index), incarnation: electors[index].incarnation)
    electors[index].outage.timer = engine.schedule(.peer(event), at: due + electors[index].skipped, lane: .idle)
  }

  mutating func outage(_ index: Int, _ event: PeerEvent) {
    switch event {
    case .outageDue:
      guard takesPart(index) else { return }
      electors[index].outage.due = nil
      feed(index, .outage(.due))
    case .storeFrontAsks(let number, let incarnation):
      guard electors[index].outage.silences == 0 else { return }
      // A process that hangs hears the next one.
      guard takesPart(index) else {
        let next = PeerEvent.storeFrontAsks(number, incarnation: incarnation)
        electors[index].outage.storeFrontTimer = engine.schedule(.peer(next), after: Self.storeFrontEvery, lane: .idle)
        return
      }
      touchLocation(index)
      electors[index].outage.toldAt = engine.now
      feed(index, .outage(.storeFrontAsked))
    case .storeFrontExpires:
      guard takesPart(index), electors[index].outage.silences > 0 else { return }
      touchLocation(index)
      electors[index].outage.isStale = true
      feed(index, .outage(.due))
    default: break
    }
  }

  // MARK: What the logic wants done

  mutating func perform(_ index: Int, _ task: OutageTask) -> HighAvailabilityLogic.Event? {
    switch task {
    case .lookAtCloud: return .outage(.looked(looksWell(index)))
    case .readForced(let order): return .outage(.forceRead(isForced(index), order: order))
    case .wait(let until):
      electors[index].outage.due = until
      armOutage(index)
    case .record(let flag, let value):
      switch flag {
      case .entered: serve(index, value)
      case .enabled: takePart(index, value)
      }
      return .outage(.recorded(flag, value, isDone: true))
    // The broker here follows the flags, and imports are not told of.
    case .tell, .abandonImport: break
    }
    return nil
  }

  mutating func toldOfOutage(_ index: Int, _ event: EventCatalog.Event) {
    func text(_ name: String) -> String { event.values[name].map(\.description) ?? "" }
    let name = machines[index].name
    if event.definition == OutageEvents.modeChanged {
      guard let mode = OutageMode.allCases.first(where: { $0.title == text("mode") }), let phase = OutagePhase(rawValue: mode.title) else { return }
      electors[index].outage.mode = mode
      trace.add(engine.now, name, mode.title, text("rule"), detail: "after \(text("before")): \(text("reason"))")
      tellChecks(index, .mode(phase, rule: text("rule")))
      if mutant == .servesUnelected { setServing(index, mode.brokersLocally) }
    } else if event.definition == OutageEvents.barred {
      trace.add(engine.now, name, "no outage", detail: text("reason"))
    }
  }

  private mutating func serve(_ index: Int, _ isServing: Bool) {
    if mutant == .servesUnelected { return setServing(index, electors[index].outage.mode.brokersLocally && electors[index].logic != nil) }
    if mutant == .servesOnAfterwards, !isServing, takesPart(index) { return }
    setServing(index, isServing)
  }

  private mutating func setServing(_ index: Int, _ isServing: Bool) {
    guard electors[index].outage.isServing != isServing else { return }
    electors[index].outage.isServing = isServing
    let name = machines[index].name
    trace.add(
      engine.now, name, isServing ? "brokers" : "brokers no more", "l\(machines[index].location + 1)", detail: electors[index].outage.mode.title)
    counts[isServing ? "brokers" : "brokers no more", default: 0] += 1
    serveDesktops(index, isServing)
    tellChecks(index, .serving(isServing))
  }

  private mutating func takePart(_ index: Int, _ takesPart: Bool) {
    let before = electors[index].outage.takesPart
    electors[index].outage.takesPart = takesPart
    // Before the first request nobody does.
    guard before != takesPart, takesPart || before != nil else { return }
    let why = takesPart ? "StoreFront asks it" : "StoreFront has not asked it for too long"
    trace.add(engine.now, machines[index].name, takesPart ? "takes part in outages" : "takes no part in outages", detail: why)
  }

  // MARK: The cloud

  func cloudReach(_ index: Int) -> ConnectorFact.Reach {
    let conditions = conditions(index)
    if !cloud.isUp || machines[index].behaviour == .noCloud || !conditions.isOpen { return .no }
    return conditions.lost == 0 && conditions.latency.longest * 2 < Self.lookLimit ? .yes : .unsure
  }

  /// Called after whatever may have changed the way to the cloud.
  mutating func noteCloudReach(_ index: Int) {
    guard scenario.timers != nil else { return }
    let reach = cloudReach(index)
    guard reach != electors[index].outage.reach else { return }
    touchLocation(index)
    electors[index].outage.reach = reach
    tellChecks(index, .reachesCloud(reach))
  }

  func looksWell(_ index: Int) -> Bool {
    if mutant == .cloudLossUnnoticed { return true }
    switch cloudReach(index) {
    case .yes: return true
    case .no: return false
    case .unsure:
      let conditions = conditions(index)
      // Numbered by when it is: what is left out shifts nothing.
      var draws = Draws(Seed.numbered(machines[index].key &* 5, UInt64(bitPattern: engine.now.nanoseconds)))
      let took = conditions.latency.draw(draws.next()) + conditions.latency.draw(draws.next())
      let isLost = [draws.chance(conditions.lost), draws.chance(conditions.lost)].contains(true)
      return !isLost && took <= Self.lookLimit
    }
  }

  /// Whether nothing of an outage can change here before something else does.
  func mayRestInOutages(_ index: Int) -> Bool {
    guard scenario.timers != nil else { return true }
    let members = networks[Int(machines[index].location)].members.filter(takesPart)
    guard !members.contains(where: { electors[$0].outage.reach == .unsure }) else { return false }
    switch electors[index].outage.mode {
    case .workingNormally: return true
    case .extendedHA: return isForced(index) || !members.contains { electors[$0].outage.reach == .yes }
    case .pendingHA, .initialHA, .pendingRecovery: return false
    }
  }

  // MARK: Administrators

  private func isForced(_ index: Int) -> Bool { electors[index].outage.forces > 0 }

  mutating func forceOutage(_ index: Int, _ begins: Bool) {
    guard scenario.timers != nil else { return }
    let before = isForced(index)
    touchLocation(index)
    if begins || mutant != .forcedForEver { electors[index].outage.forces += begins ? 1 : -1 }
    tellChecks(index, .outageForced(begins))
    guard before != isForced(index), takesPart(index) else { return }
    feed(index, .outage(.forced(isForced(index), reason: "a drill")))
  }

  // MARK: StoreFront

  /// When StoreFront asks next, after now.
  private func nextRequest(_ index: Int) -> Moment {
    let period = Self.storeFrontEvery.nanoseconds
    let phase = Int64(machines[index].key % UInt64(period))
    return Moment(nanoseconds: (engine.now.nanoseconds - phase + period) / period * period + phase)
  }

  /// When it asked this process last.
  private func lastRequest(_ index: Int) -> Moment? {
    let part = electors[index].outage
    guard part.silences == 0 else { return part.askedBefore }
    let latest = nextRequest(index) + (.zero - Self.storeFrontEvery)
    return latest >= max(part.asksSince, part.joinedAt) ? latest : part.askedBefore
  }

  private mutating func scheduleStoreFront(_ index: Int) {
    engine.cancel(electors[index].outage.storeFrontTimer)
    guard electors[index].outage.silences == 0, electors[index].logic != nil else { return }
    let event = PeerEvent.storeFrontAsks(Int32(index), incarnation: electors[index].incarnation)
    electors[index].outage.storeFrontTimer = engine.schedule(.peer(event), at: nextRequest(index), lane: .idle)
  }

  mutating func silenceStoreFront(_ index: Int, _ begins: Bool) {
    guard let timers = scenario.timers else { return }
    touchLocation(index)
    let asked = lastRequest(index)
    electors[index].outage.silences += begins ? 1 : -1
    if begins, electors[index].outage.silences == 1 {
      electors[index].outage.askedBefore = asked
      tellChecks(index, .storeFrontAsks(false))
      engine.cancel(electors[index].outage.storeFrontTimer)
      guard let asked, electors[index].logic != nil else { return }
      // A round later: by then its own clock has come there too.
      let event = PeerEvent.storeFrontExpires(Int32(index), incarnation: electors[index].incarnation)
      electors[index].outage.storeFrontTimer = engine.schedule(.peer(event), at: asked + timers.storeFrontFor + Self.probeEvery * 2, lane: .idle)
    } else if electors[index].outage.silences == 0 {
      electors[index].outage.asksSince = engine.now
      tellChecks(index, .storeFrontAsks(true))
      scheduleStoreFront(index)
    }
  }

  /// While it is awake: now and then its state machine hears that StoreFront still asks.
  mutating func noteStoreFront(_ index: Int) {
    guard scenario.timers != nil, engine.now - electors[index].outage.toldAt >= .seconds(3_600) else { return }
    electors[index].outage.toldAt = engine.now
    electors[index].outage.isStale = true
  }

  /// What it is told before anything else when it has not looked for a while.
  mutating func lateStoreFront(_ index: Int) -> [HighAvailabilityLogic.Event] {
    guard scenario.timers != nil, electors[index].outage.isStale else { return [] }
    electors[index].outage.isStale = false
    return lastRequest(index).map { [.outage(.storeFrontAskedAgo(engine.now - $0))] } ?? []
  }
}
