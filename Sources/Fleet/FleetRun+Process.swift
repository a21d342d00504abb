import AgentSystem
import CloudAPI
import EventCatalog
import Evergreen
import Releases
import ServiceKit
import Simulation
import TrustCheckers
import WatchDogService
import World

/// What a connector's process does about updates: the WatchDog's own logic decides, and here its directives are performed as the daemon's shell does.
extension FleetRun {
  /// Hands the updater an event, performs what it wants, and hands it what came of that, until nothing more comes.
  mutating func apply(_ index: Int, _ first: UpdaterLogic.Event) {
    guard !machines[index].updater.isEmpty else { return }
    let incarnation = machines[index].incarnation
    let isStart = if case .started = first { true } else { false }
    var events = [first]
    var (next, isChanged) = (0, false)
    while next < events.count {
      let directives = machines[index].updater[0].handle(events[next], at: now(index))
      next += 1
      for directive in directives {
        if case .save = directive { isChanged = true }
        if let event = perform(index, directive, isStart) { events.append(event) }
        // A step may end the process; what it still wanted ends with it.
        guard machines[index].incarnation == incarnation, machines[index].process == .ready else { return }
      }
    }
    if isChanged, machines[index].renewStanding() { tellCloud(index) }
  }

  /// What comes of it at once, if anything does.
  private mutating func perform(_ index: Int, _ directive: UpdaterLogic.Directive, _ isStart: Bool) -> UpdaterLogic.Event? {
    let incarnation = machines[index].incarnation
    switch directive {
    case .answer(let id, .failure(let error)): refused(index, OrderName(id.number), error as? WireError)
    // Where it stands is told when it changes, and with each heartbeat.
    case .answer(_, .success): break
    case .emit(let event): heard(index, event)
    case .ask(let purpose, let operation): return elevate(index, purpose, operation).map { .answered(purpose, .success($0)) }
    case .save(let lease): return .saved(lease, problem: keep(index, lease, isStart))
    case .find(let number, let version): return .found(number, find(index, version))
    case .download(let number, let version, _):
      let length = machines[index].draws.duration(.seconds(5), .seconds(120))
      let slow: Duration = conditions(index).rate.map { .seconds(Int64(40_000_000 / max(1, $0))) } ?? .zero
      schedule(index, .downloaded(incarnation, update: Int32(number), release: release(version)), after: length + slow)
    case .lookAtMetadata: return .looked(lookAtMetadata(index))
    case .probe(let number): return probe(index).map { .probed(number, $0) }
    case .wake(.metadata, _) where !isMetadataHeld: break
    case .wake(let alarm, let pause): schedule(index, .alarm(incarnation, alarm), after: pause)
    }
    return nil
  }

  // MARK: The record of the lease

  /// Why it could not be written; nil when it is durable.
  private mutating func keep(_ index: Int, _ lease: UpdateLease, _ isStart: Bool) -> String? {
    let stage = ((try? machines[index].kept.read()) ?? nil)?.stage
    do throws(DiskError) {
      let disk = machines[index].folder.disk
      if mutant == .leaseNotSynced {
        try machines[index].kept.write(lease, inPlace: false, disk)
      } else {
        try machines[index].kept.replace(lease, disk)
      }
    } catch { return FolderError.disk.text }
    if !isStart, lease.stage == .installing, stage != .installing, let version = lease.version { takenUp(index, lease.token, release(version)) }
    return nil
  }

  /// L8: an order was taken up, and whoever comes later knows it. Another version under the same lease is another order.
  private mutating func takenUp(_ index: Int, _ token: UInt64, _ release: Int16) {
    let isAnother = machines[index].takenToken == token && machines[index].takenRelease != release
    (machines[index].takenToken, machines[index].takenRelease) = (token, release)
    if isAnother { return }
    machines[index].folder.say(.commanded, machines[index].wall(engine.now), command: token) { $0.ok = true }
  }

  private mutating func heard(_ index: Int, _ event: EventCatalog.Event) {
    if event.definition == EvergreenEvents.escalated {
      trace.add(engine.now, machines[index].name, "a person is needed", detail: event.message)
    } else if event.definition == EvergreenUpdaterEvents.leaseNotKept {
      trace.add(engine.now, machines[index].name, "cannot remember what it is told")
    } else if event.definition == EvergreenUpdaterEvents.freezeSuspected {
      trace.add(engine.now, machines[index].name, "suspects a freeze", detail: event.message)
      tellTrust(index, .freezeSuspected)
    } else if event.definition == EvergreenUpdaterEvents.freezeOver {
      trace.add(engine.now, machines[index].name, "sees fresh metadata")
    }
  }

  private mutating func refused(_ index: Int, _ order: OrderName, _ error: WireError?) {
    trace.add(engine.now, machines[index].name, "ignores", detail: error?.detail ?? "")
    // Not now is no answer: what holds still is given again.
    guard let error, error.code != .unavailable else { return }
    tellCloud(index, refused: order)
  }

  // MARK: The repository

  private func release(_ version: ReleaseVersion) -> Int16 { catalog.number(of: version).map { Int16($0) } ?? -1 }

  private mutating func find(_ index: Int, _ version: ReleaseVersion) -> Result<UpdateOrder.Bundle, ReleaseFetchProblem> {
    if let problem = refreshMetadata(index) { return .failure(problem) }
    guard let number = catalog.number(of: version), isListed(number) else {
      return .failure(ReleaseFetchProblem("no signed metadata lists \(version)", isPassing: false))
    }
    return .success(ground.bundle(number))
  }

  private mutating func downloaded(_ index: Int, _ update: Int32, _ release: Int16) {
    guard reachesTheCloud(index), release >= 0 else {
      return apply(index, .downloaded(Int(update), ReleaseFetchProblem("no connection", isPassing: true)))
    }
    machines[index].folder.say(.downloaded, machines[index].wall(engine.now), catalog.slots[Int(release)])
    apply(index, .downloaded(Int(update), nil))
  }

  // MARK: Time

  mutating func inProcess(_ index: Int, _ timer: MachineTimer) {
    switch timer {
    case .entered: apply(index, .answered(.enter, .success(.done)))
    case .downloaded(_, let update, let release): downloaded(index, update, release)
    case .installed(_, let update, let release): apply(index, .answered(.install(Int(update)), .success(install(index, release))))
    case .alarm(_, let alarm): if !isDeaf(to: alarm) { apply(index, .due(alarm)) }
    case .restartDue: restartMachine(index)
    default: break
    }
  }

  private mutating func probe(_ index: Int) -> Probe? {
    guard machines[index].role == .trial else { return nil }
    let (isHealthy, isReached) = (isHealthy(index), reachesTheCloud(index))
    machines[index].folder.say(.probed, machines[index].steady(engine.now), machines[index].slot) {
      $0.ok = isHealthy
      $0.endToEnd = isHealthy && isReached
    }
    tellFacts(index)
    let blind = mutant == .commitOnProcessLiveness
    return Probe(isHealthy: blind || isHealthy, reachedTheCloud: blind || isReached, detail: isHealthy ? "" : "its health check failed")
  }

  mutating func receive(_ index: Int, _ message: DownMessage) {
    guard machines[index].process == .ready, canBeat(index) else { return }
    switch message {
    case .command(let command): order(index, command)
    case .clear:
      let wall = machines[index].wall(engine.now)
      guard let generation = try? machines[index].folder.current(at: wall).generation else { break }
      let by = UpdaterGeneration(generation)
      for slot in catalog.slots where machines[index].process == .ready { _ = elevate(index, nil, .clearFailedRelease(slot.version, by: by)) }
      apply(index, .look)
    }
    tellFacts(index)
    look(index)
  }
}
