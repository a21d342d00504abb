import CloudAPI
import Evergreen
import Releases
import Simulation
import World

/// What a connector's process does: it performs what its updater wants, and tells it what came of it.
extension FleetRun {
  mutating func apply(_ index: Int, _ input: ConnectorUpdater.Input) {
    let incarnation = machines[index].incarnation
    let before = machines[index].updater
    let actions = machines[index].updater.handle(input, at: now(index))
    if machines[index].updater.kept != before.kept {
      do throws(DiskError) { try machines[index].kept.replace(machines[index].updater.kept, machines[index].folder.disk) } catch {
        // What cannot be remembered is not begun: a restart of the machine would be ordered again after it, and again. To stop needs no memory.
        if case .command(let command) = input, command.action != .leaveMaintenance, command.action != .rollBack {
          machines[index].updater = before
          return trace.add(engine.now, machines[index].name, "cannot remember what it is told")
        }
      }
    }
    for action in actions {
      // A step may end the process; what it still wanted ends with it.
      guard machines[index].incarnation == incarnation, machines[index].process == .ready else { return }
      perform(index, action)
    }
  }

  private mutating func feed(_ index: Int, _ event: UpdateLogic.Event) { apply(index, .event(event)) }

  private mutating func perform(_ index: Int, _ action: ConnectorUpdater.Action) {
    let (name, incarnation) = (machines[index].name, machines[index].incarnation)
    switch action {
    case .perform(let directive, let token): perform(index, directive, token)
    case .drain:
      machines[index].isInMaintenance = true
      trace.add(engine.now, name, "drains", "-", machines[index].updater.kept.highest)
      let length = machines[index].draws.duration(.seconds(10), .seconds(150))
      schedule(
        index, .drained(incarnation, token: machines[index].updater.kept.highest), after: machines[index].isSlow ? length * 5 : length)
    case .serve:
      guard machines[index].isInMaintenance else { return check(index) }
      machines[index].isInMaintenance = false
      trace.add(engine.now, name, "serves", "-", machines[index].updater.kept.highest)
      check(index)
    case .restartMachine:
      trace.add(engine.now, name, "restarts its machine", "-", machines[index].updater.kept.highest)
      machines[index].isPendingRestart = machines[index].isRestartStale
      machines[index].wasRestarted = true
      machines[index].isOn = false
      stop(index)
      schedule(index, .powerOn, after: machines[index].draws.duration(.seconds(30), .seconds(240)))
    case .tell: tellCloud(index)
    case .wake(let length, let token): schedule(index, .lease(incarnation, token: token), after: max(.zero, length))
    case .ignored(let why): trace.add(engine.now, name, "ignores", detail: why)
    }
  }

  private mutating func perform(_ index: Int, _ directive: UpdateLogic.Directive, _ token: UInt64) {
    let (wall, incarnation, generation) = (machines[index].wall(engine.now), machines[index].incarnation, machines[index].generation)
    do throws(FolderError) {
      switch directive {
      case .check(let order):
        machines[index].updates += 1
        let record = try machines[index].folder.current(at: wall)
        if let why = record.escalation { return feed(index, .checked(.failedHere(order.version, reason: "it needs a person first: \(why)"))) }
        // A record that was made anew meanwhile has another generation; this process is still the only updater. Or its disk was full when it started.
        let isMine = record.generation == machines[index].generation
        if !isMine, record.phase == .idle, generation == 0 || EvergreenRecord.isAnew(record.generation) {
          machines[index].generation = try machines[index].folder.takeOver(at: wall)
        }
        // L8: a replay of what was taken up ends here.
        guard try machines[index].folder.take(command: token, by: machines[index].generation, at: wall) else {
          return feed(index, .checked(.failedHere(order.version, reason: "a replay")))
        }
        feed(index, .checked(machines[index].folder.refusal(of: order.version, ground.settings, at: wall)))
      case .download:
        let length = machines[index].draws.duration(.seconds(5), .seconds(120))
        let slow: Duration = conditions(index).rate.map { .seconds(Int64(40_000_000 / max(1, $0))) } ?? .zero
        schedule(index, .downloaded(incarnation), after: length + slow)
      case .install:
        let length = machines[index].draws.duration(.seconds(5), .seconds(40))
        schedule(index, .installed(incarnation), after: machines[index].folder.disk.isSlow ? length * 6 : length)
      case .activate(let slot):
        try machines[index].folder.openTrial(slot, by: generation, command: token, ground.settings, at: wall)
        tellFacts(index)
        stop(index)
        restart(index)
      case .probe(let pause): schedule(index, .probe(incarnation), after: pause)
      case .commit(_, let evidence):
        try machines[index].folder.commit(evidence, by: generation, at: wall, machines[index].uptime(engine.now))
        trialStops(index)
        machines[index].role = .active
        feed(index, .committed)
      case .rollBack(_, let reason):
        try machines[index].folder.orderRollBack(reason, by: generation, at: wall)
        tellFacts(index)
        stop(index)
        restart(index)
      case .wake(let alarm, let pause): schedule(index, .alarm(incarnation, alarm, update: machines[index].updates), after: pause)
      case .escalate(let why):
        trace.add(engine.now, machines[index].name, "a person is needed", detail: why)
        // A trial that cannot order its own way back ends: whoever starts it decides.
        if machines[index].role == .trial { crash(index, "it could not go back") }
      case .changed, .askPermission, .givePermissionBack: break
      }
    } catch {
      if error == .down { return powerCut(index, back: .seconds(120)) }
      let why = error.text
      switch directive {
      case .check: feed(index, .checked(.failedHere(catalog.versions[0], reason: why)))
      case .activate: feed(index, .activateFailed(why))
      case .commit: feed(index, .commitFailed(why))
      case .rollBack: feed(index, .rollBackFailed(why))
      default: break
      }
    }
  }

  mutating func inProcess(_ index: Int, _ timer: MachineTimer) {
    switch timer {
    case .drained(_, let token): if machines[index].updater.kept.token == token { apply(index, .drained) }
    case .downloaded:
      guard reachesTheCloud(index) else { return feed(index, .downloadFailed("no connection")) }
      // No signed metadata lists it.
      guard target(index) != nil else { return feed(index, .downloadFailed("no such release")) }
      machines[index].folder.say(.downloaded, machines[index].wall(engine.now), target(index))
      feed(index, .downloaded)
    case .installed: install(index)
    case .probe: probe(index)
    // An alarm of an earlier update is none of this one's.
    case .alarm(_, let alarm, let update): if update == machines[index].updates { feed(index, .due(alarm)) }
    case .lease(_, let token): apply(index, .leaseEnded(token: token))
    default: break
    }
  }

  private func target(_ index: Int) -> SlotName? {
    machines[index].updater.kept.target.flatMap { catalog.number(of: $0) }.map { catalog.slots[$0] }
  }

  private mutating func install(_ index: Int) {
    guard let slot = target(index) else { return }
    do throws(FolderError) {
      try machines[index].folder.install(slot, at: machines[index].wall(engine.now))
      feed(index, .installed(slot))
    } catch { feed(index, .installFailed(error.text)) }
  }

  private mutating func probe(_ index: Int) {
    guard machines[index].role == .trial else { return }
    let (isHealthy, isReached) = (isHealthy(index), reachesTheCloud(index))
    machines[index].folder.say(.probed, machines[index].steady(engine.now), machines[index].slot) {
      $0.ok = isHealthy
      $0.endToEnd = isHealthy && isReached
    }
    tellFacts(index)
    let blind = mutant == .commitOnProcessLiveness
    feed(
      index, .probed(Probe(isHealthy: blind || isHealthy, reachedTheCloud: blind || isReached, detail: isHealthy ? "" : "its health check failed")))
  }

  mutating func receive(_ index: Int, _ message: DownMessage) {
    guard machines[index].process == .ready, canBeat(index) else { return }
    switch message {
    case .command(let command): apply(index, .command(command))
    case .clear:
      machines[index].generation = (try? machines[index].folder.takeOver(at: machines[index].wall(engine.now))) ?? 0
      for slot in catalog.slots {
        try? machines[index].folder.clear(slot, by: machines[index].generation, at: machines[index].wall(engine.now))
      }
    }
    tellFacts(index)
    look(index)
  }
}
