import BrokerConfiguration
import ConfigSynchronizerService
import ConnectorCheckers
import EventCatalog
import ServiceKit
import Simulation
import World

/// Each connector's copy of the broker configuration, in a fleet that elects (C1): the real `ConfigSynchronizerLogic` above databases whose imports meet a full disk, a bad
/// block, a configuration that contradicts itself, and an end of the service, the process or the power between any two steps.
///
/// The site's configuration changes near faults, where an import can meet them. A check that finds nothing new changes nothing, so it is not simulated: a connector rests
/// until something about its copy changes. All of it has draws and a lane of its own and shifts nothing else of a run.
extension FleetRun {
  /// Between two checks of a connector.
  static let syncEvery = Duration.seconds(60)

  mutating func settleConfigurations() {
    synchronizers = machines.map { Synchronizer(seed.draws($0.name, "configuration"), mutant) }
    published = Array(repeating: PublishedConfiguration(), count: scenario.places.count)
    for fault in scenario.faults {
      guard let place = place(of: fault.target) else { continue }
      // Named by when the fault begins: leaving out another one shifts nothing.
      var draws = Draws(Seed.numbered(seed.word("l\(place + 1)", "configuration"), UInt64(bitPattern: fault.begins.nanoseconds)))
      let (isNear, offset) = (draws.chance(400_000), draws.duration(.seconds(-60), .seconds(120)))
      let at = max(.seconds(120), fault.begins + offset)
      if isNear { engine.schedule(.configuration(Int32(place)), at: Moment(nanoseconds: 0) + at, lane: .idle) }
    }
  }

  private func place(of target: FaultTarget) -> Int? {
    switch target {
    case .machine(let index), .link(let index), .peer(let index, _): machines.indices.contains(index) ? Int(machines[index].location) : nil
    case .cloud: 0
    }
  }

  mutating func publishConfiguration(_ place: Int) {
    var draws = Draws(Seed.numbered(seed.word("l\(place + 1)", "published"), UInt64(published[place].revision)))
    published[place].renew(isSound: !draws.chance(300_000))
    trace.add(
      engine.now, "publisher", "changes the configuration", "l\(place + 1)", UInt64(published[place].revision), detail: published[place].problem ?? ""
    )
    for index in networks[place].members { wakeSync(index) }
  }

  // MARK: The service

  /// Called after whatever happened to a process or to its way to the cloud.
  mutating func noteSynchronizer(_ index: Int) {
    let process = machines[index].process
    if synchronizers[index].logic != nil,
      process == .none || process == .starting || synchronizers[index].process != machines[index].incarnation
    {
      stopSync(index)
    }
    guard process == .ready else { return }
    if synchronizers[index].process != machines[index].incarnation {
      synchronizers[index].process = machines[index].incarnation
      startSync(index)
    } else if reachesTheCloud(index) {
      wakeSync(index)
    }
  }

  private mutating func startSync(_ index: Int) {
    synchronizers[index].incarnation += 1
    synchronizers[index].checks = 0
    if synchronizers[index].draws.chance(30_000) { synchronizers[index].folder.damage() }
    // What it does in the first minutes besides is more of the same.
    synchronizers[index].logic = ConfigSynchronizerLogic(interval: Self.syncEvery, quickChecks: 0)
    feedSync(index, .started)
  }

  private mutating func stopSync(_ index: Int) {
    engine.cancel(synchronizers[index].timer)
    synchronizers[index].timer = .none
    synchronizers[index].incarnation += 1
    synchronizers[index].logic = nil
  }

  /// The service fails in the middle of something and is started anew, alone.
  private mutating func restartSync(_ index: Int) {
    stopSync(index)
    counts["config-sync.restarted", default: 0] += 1
    let pause = synchronizers[index].draws.duration(.seconds(1), .seconds(5))
    scheduleSync(index, .start(synchronizers[index].incarnation), after: pause)
  }

  /// Something about its copy has changed: it comes with its next check, if it has something to do there.
  mutating func wakeSync(_ index: Int) {
    guard synchronizers[index].logic != nil, synchronizers[index].folder.revision != published[Int(machines[index].location)].revision else { return }
    synchronizers[index].checks = 0
    guard synchronizers[index].timer == .none else { return }
    let pause = synchronizers[index].draws.duration(.zero, Self.syncEvery)
    synchronizers[index].timer = scheduleSync(index, .due(synchronizers[index].incarnation), after: pause)
  }

  @discardableResult
  private mutating func scheduleSync(_ index: Int, _ event: SyncEvent, after: Duration) -> TimerHandle {
    engine.schedule(.sync(Int32(index), event), after: after, lane: .idle)
  }

  mutating func sync(_ index: Int, _ event: SyncEvent) {
    let incarnation = synchronizers[index].incarnation
    switch event {
    case .start(incarnation), .due(incarnation), .answered(incarnation), .step(incarnation, _): break
    default: return
    }
    // A process that hangs does it when it goes on.
    if machines[index].process == .hung {
      let handle = engine.schedule(.sync(Int32(index), event), at: machines[index].hungUntil + .milliseconds(1), lane: .idle)
      if case .due = event { synchronizers[index].timer = handle }
      return
    }
    switch event {
    case .start: if machines[index].process == .ready { startSync(index) }
    case .due:
      synchronizers[index].timer = .none
      feedSync(index, .due)
    case .answered: feedSync(index, .fetched(fetched(index)))
    case .step(_, let step): importStep(index, step)
    }
  }

  // MARK: The logic

  private mutating func feedSync(_ index: Int, _ first: ConfigSynchronizerLogic.Event) {
    var (events, next) = ([first], 0)
    while next < events.count {
      let now = now(index)
      guard let directives = synchronizers[index].logic?.handle(events[next], at: now) else { return }
      next += 1
      for directive in directives { if let event = performSync(index, directive) { events.append(event) } }
    }
    readConfiguration(index)
  }

  /// Whoever brokers now asks which one is in use, and reads it.
  private mutating func readConfiguration(_ index: Int) {
    let now = now(index)
    let directives = synchronizers[index].logic?.handle(.asked(RequestID(0), .revision), at: now) ?? []
    for directive in directives {
      guard case .success(.revision(let revision))? = ConfigSynchronizerLogic.answer(in: directive)?.1 else { continue }
      tellOwn(index, .configurationRead(revision))
      tellOwn(index, .configurationRead(synchronizers[index].folder.revision))
    }
  }

  /// What comes of it at once, if anything does.
  private mutating func performSync(_ index: Int, _ directive: ConfigSynchronizerLogic.Directive) -> ConfigSynchronizerLogic.Event? {
    let incarnation = synchronizers[index].incarnation
    switch directive {
    case .open: return .opened(synchronizers[index].folder.open())
    case .fetch(let known):
      synchronizers[index].known = known
      synchronizers[index].checks += 1
      let length = synchronizers[index].draws.duration(.milliseconds(50), .seconds(3))
      scheduleSync(index, .answered(incarnation), after: length)
    case .importConfiguration(let revision, _, _):
      if let problem = synchronizers[index].importing.problem {
        return .imported(revision: revision, .failure(ConfigurationImportFailed(.check, problem)))
      }
      scheduleStep(index, .build)
    case .wait(let until, let spread):
      // After a few checks in vain nothing more comes of another one before something changes.
      guard synchronizers[index].folder.revision != published[Int(machines[index].location)].revision, synchronizers[index].checks < 3 else { break }
      engine.cancel(synchronizers[index].timer)
      let more = synchronizers[index].draws.duration(.zero, spread)
      let pause = until - now(index).moment + more
      synchronizers[index].timer = scheduleSync(index, .due(incarnation), after: max(.zero, pause))
    case .emit(let event): toldBySync(index, event)
    case .answer: break
    }
    return nil
  }

  private mutating func fetched(_ index: Int) -> FetchedConfiguration {
    guard reachesTheCloud(index) else { return .unreachable("no connection") }
    let chance = wrongness(index)
    if chance > 0, synchronizers[index].draws.chance(chance) { return .rejected(revision: 0, reason: "it has no revision") }
    let current = published[Int(machines[index].location)]
    if current.revision == synchronizers[index].known { return .notModified }
    synchronizers[index].importing = current
    return .received(revision: current.revision, [])
  }

  private mutating func toldBySync(_ index: Int, _ event: EventCatalog.Event) {
    counts[event.definition.name, default: 0] += 1
    synchronizers[index].told += 1
    let wall = WallTime(microseconds: engine.now.nanoseconds / 1_000)
    let record = EventRecord(
      event: event, sequence: synchronizers[index].told, boot: "\(machines[index].incarnation)", time: wall, connector: machines[index].name,
      service: .configSynchronizer)
    for fact in ConnectorFact.facts(of: record, fqdn: machines[index].name, location: "") { tellOwn(index, fact.what) }
    let revision = synchronizers[index].folder.revision ?? 0
    trace.add(engine.now, machines[index].name, event.definition.name, "-", UInt64(revision), detail: event.message)
  }

  // MARK: An import

  private mutating func scheduleStep(_ index: Int, _ step: ImportStep) {
    let length = synchronizers[index].draws.duration(.milliseconds(200), .seconds(20))
    let isSlow = machines[index].folder.disk.isSlow
    scheduleSync(index, .step(synchronizers[index].incarnation, step), after: isSlow ? length * 6 : length)
  }

  private mutating func importStep(_ index: Int, _ step: ImportStep) {
    let revision = synchronizers[index].importing.revision
    let (isBad, failsBefore, failsAfter) = (chance(index, 30_000), chance(index, 20_000), chance(index, 30_000))
    if failsBefore { return restartSync(index) }
    let disk = machines[index].folder.disk
    do throws(ConfigurationImportFailed) {
      switch step {
      case .build: try synchronizers[index].folder.build(revision, disk)
      case .check: try synchronizers[index].folder.check(isBad: isBad)
      case .swap:
        let summary = try synchronizers[index].folder.swap(disk)
        tellOwn(index, .importPending(revision))
        if failsAfter { return restartSync(index) }
        return feedSync(index, .imported(revision: revision, .success(summary)))
      }
    } catch { return feedSync(index, .imported(revision: revision, .failure(error))) }
    if failsAfter { return restartSync(index) }
    scheduleStep(index, step == .build ? .check : .swap)
  }

  private mutating func chance(_ index: Int, _ perMillion: Int) -> Bool { synchronizers[index].draws.chance(perMillion) }
}
