import CloudAPI
import Evergreen
import Releases
import RolloutCheckers
import Simulation
import WatchDogService
import World

/// What happens on a machine: power, the launcher, the process.
extension FleetRun {
  func now(_ index: Int) -> Now {
    // The monotonic clock drifts as the wall clock does, and is not stepped. It begins anew with each start of the machine.
    let wall = machines[index].wall(engine.now)
    let since = machines[index].steady(engine.now) - machines[index].startedAt
    let machine = mutant == .leaseOnWallClock ? Moment(nanoseconds: wall.microseconds * 1_000) : Moment(nanoseconds: since.nanoseconds)
    return Now(moment: Moment(nanoseconds: since.nanoseconds), wall: wall, machine: machine)
  }

  mutating func schedule(_ index: Int, _ timer: MachineTimer, after: Duration) { engine.schedule(.machine(Int32(index), timer), after: after) }

  mutating func due(_ index: Int, _ timer: MachineTimer) {
    let incarnation = machines[index].incarnation
    switch timer {
    case .powerOn: powerOn(index)
    case .start: start(index)
    case .ready(incarnation): ready(index)
    case .endsByItself(incarnation): crash(index, "exit code 70")
    case .launcherLooks(incarnation): launcherLooks(index)
    case .unhang(incarnation): unhang(index)
    case .entered(incarnation), .downloaded(incarnation, _, _), .installed(incarnation, _, _), .alarm(incarnation, _), .restartDue(incarnation):
      // A process that hangs does it when it goes on.
      if machines[index].process == .hung {
        engine.schedule(.machine(Int32(index), timer), at: machines[index].hungUntil + .milliseconds(1))
      } else if machines[index].process == .ready {
        inProcess(index, timer)
      }
    default: break
    }
    tellFacts(index)
  }

  // MARK: Power

  mutating func powerCut(_ index: Int, back: Duration?) {
    guard machines[index].isOn else { return }
    machines[index].folder.lose()
    if scenario.isElecting { synchronizers[index].folder.lose() }
    var draws = machines[index].draws
    machines[index].kept.lose(&draws)
    machines[index].draws = draws
    machines[index].isOn = false
    stop(index)
    machines[index].folder.say(.powerCut, machines[index].steady(engine.now))
    tellFacts(index)
    if let back { schedule(index, .powerOn, after: back) }
  }

  mutating func powerOn(_ index: Int) {
    guard !machines[index].isOn else { return }
    machines[index].isOn = true
    machines[index].cameByPower = !machines[index].wasRestarted
    machines[index].starts += 1
    machines[index].startedAt = machines[index].steady(engine.now)
    schedule(index, .start, after: machines[index].draws.duration(.seconds(20), .seconds(90)))
  }

  // MARK: The launcher

  private mutating func start(_ index: Int) {
    guard machines[index].isOn, machines[index].process == .none else { return }
    let choice: BootChoice
    do { choice = try machines[index].folder.boot(at: machines[index].wall(engine.now), machines[index].uptime(engine.now)) } catch {
      if error == .down { return powerCut(index, back: .seconds(120)) }
      trace.add(engine.now, machines[index].name, "nothing to run", detail: error.text)
      return schedule(index, .start, after: .seconds(60))
    }
    tellFacts(index)
    machines[index].slot = choice.slot
    machines[index].role = choice.role
    machines[index].behaviour = behaviour(index)
    machines[index].reason = choice.reason
    machines[index].isMakeshift = choice.isMakeshift
    machines[index].process = .starting
    truth.reports.ran(machines[index].name, .init(choice.slot.version, choice.slot.digest), at: engine.now)
    let incarnation = machines[index].incarnation
    if choice.role == .trial, machines[index].trialEnds == nil {
      let (wall, uptime) = (machines[index].wall(engine.now), machines[index].uptime(engine.now))
      if let trial = try? machines[index].folder.current(at: wall).trial { machines[index].trialEnds = engine.now + trial.left(at: wall, uptime) }
    }
    if let look = choice.checkAgainIn { schedule(index, .launcherLooks(incarnation), after: look) }
    switch machines[index].behaviour {
    case .crashes: schedule(index, .endsByItself(incarnation), after: machines[index].draws.duration(.seconds(1), .seconds(4)))
    case .hangs: break
    case .slow: schedule(index, .ready(incarnation), after: machines[index].draws.duration(.seconds(60), .seconds(120)))
    default:
      let length = machines[index].draws.duration(.seconds(4), .seconds(15))
      schedule(index, .ready(incarnation), after: machines[index].isSlow ? length * 5 : length)
    }
  }

  private mutating func launcherLooks(_ index: Int) {
    if machines[index].isMakeshift {
      switch machines[index].folder.canFinish() {
      case true?:
        trace.add(engine.now, machines[index].name, "the launcher starts it anew", detail: "an update is to be finished")
        stop(index)
        return restart(index)
      case false?: return schedule(index, .launcherLooks(machines[index].incarnation), after: .seconds(60))
      case nil: return
      }
    }
    do {
      let running = machines[index].role == .trial ? machines[index].slot : nil
      let decision = try machines[index].folder.check(
        at: machines[index].wall(engine.now), machines[index].uptime(engine.now), running: running)
      guard decision.step == .none else {
        trace.add(engine.now, machines[index].name, "the launcher ends the trial", detail: decision.reason)
        stop(index)
        return restart(index)
      }
      if let look = decision.checkAgainIn { schedule(index, .launcherLooks(machines[index].incarnation), after: max(look, .seconds(1))) }
    } catch {
      if error == .down { return powerCut(index, back: .seconds(120)) }
      // The way back could not be ordered: the start that follows decides anew.
      stop(index)
      restart(index)
    }
  }

  mutating func restart(_ index: Int) { schedule(index, .start, after: machines[index].draws.duration(.seconds(1), .seconds(4))) }

  // MARK: The process

  /// A fence: nothing that was meant for this process reaches the next one.
  mutating func stop(_ index: Int) {
    wake(index)
    engine.cancel(machines[index].contact.beat)
    if machines[index].process != .none, machines[index].role == .trial { trialStops(index) }
    machines[index].incarnation += 1
    machines[index].process = .none
    (machines[index].updater, machines[index].standing, machines[index].token) = ([], nil, nil)
    truth.reports.ran(machines[index].name, nil, at: engine.now)
    noteReach(index)
    trace.add(engine.now, machines[index].name, "process ends", "-", UInt64(machines[index].incarnation))
  }

  mutating func crash(_ index: Int, _ how: String) {
    guard machines[index].process != .none else { return }
    if machines[index].role == .trial || machines[index].crashes < 3 {
      do { try machines[index].folder.noteEnd(how, at: machines[index].wall(engine.now)) } catch {
        if error == .down { return powerCut(index, back: .seconds(120)) }
      }
    }
    stop(index)
    machines[index].crashes = min(machines[index].crashes + 1, 10)
    schedule(index, .start, after: .seconds(Int64(machines[index].crashes) * 5))
  }

  private mutating func ready(_ index: Int) {
    let wall = machines[index].wall(engine.now)
    machines[index].process = .ready
    machines[index].readySince = engine.now
    machines[index].crashes = 0
    do throws(FolderError) { try machines[index].folder.noteReady(at: wall) } catch {
      if error == .down { return powerCut(index, back: .seconds(120)) }
    }
    machines[index].updater = [ground.updater(machines[index].slot, machines[index].incarnation, machines[index].starts, keptLease(index))]
    trace.add(engine.now, machines[index].name, "ready", machines[index].slot.version.text, detail: machines[index].reason)
    machines[index].wasRestarted = false
    machines[index].cameByPower = false
    noteReach(index)
    let incarnation = machines[index].incarnation
    _ = machines[index].renewStanding()
    apply(index, .started)
    guard machines[index].process == .ready, machines[index].incarnation == incarnation else { return }
    strangerAsks(index)
    guard machines[index].process == .ready, machines[index].incarnation == incarnation else { return }
    // One that came due while nobody ran.
    if machines[index].isRestartDue { schedule(index, .restartDue(incarnation), after: .seconds(5)) }
    if machines[index].token == nil { check(index) }
    tellCloud(index)
    armBeat(index)
  }

  mutating func hang(_ index: Int, for length: Duration) {
    guard machines[index].process == .ready else { return }
    wake(index)
    engine.cancel(machines[index].contact.beat)
    machines[index].process = .hung
    machines[index].hungUntil = engine.now + length
    noteReach(index)
    schedule(index, .unhang(machines[index].incarnation), after: length)
  }

  private mutating func unhang(_ index: Int) {
    guard machines[index].process == .hung else { return }
    machines[index].process = .ready
    noteReach(index)
    tellCloud(index)
    armBeat(index)
  }

  // MARK: What it is like

  private func behaviour(_ index: Int) -> ReleaseBehaviour {
    guard let number = catalog.number(of: machines[index].slot), number > 0 else { return .healthy }
    return catalog.behaviour(of: number, on: machines[index].key)
  }

  /// What its own health check says.
  func isHealthy(_ index: Int) -> Bool {
    guard machines[index].process == .ready else { return false }
    let age = Int64((engine.now - machines[index].readySince).nanoseconds / 1_000_000_000)
    // A release that was committed is taken to be well: its faults show in the trial, or it would not be a test of the trial.
    guard machines[index].role == .trial else { return true }
    return switch machines[index].behaviour {
    case .failsLater: age < 300
    case .flaps: age / 60 % 2 == 0
    case .crashes, .hangs: false
    case .healthy, .noCloud, .slow: true
    }
  }

  func reachesTheCloud(_ index: Int) -> Bool { canBeat(index) && cloud.isUp && conditions(index).isOpen }

  /// Since when the cloud cannot have heard of it.
  mutating func noteReach(_ index: Int) {
    if scenario.isElecting {
      noteCloudReach(index)
      noteElector(index)
      noteSynchronizer(index)
    }
    let conditions = conditions(index)
    if canBeat(index), conditions.isUpOpen, conditions.lost < 1_000_000 {
      machines[index].awaySince = nil
    } else if machines[index].awaySince == nil {
      machines[index].awaySince = engine.now
    }
  }

  /// Takes what the folder has said to the trace and to the checkers' list.
  mutating func tellFacts(_ index: Int) {
    guard !machines[index].folder.facts.isEmpty else { return }
    let said = machines[index].folder.facts
    machines[index].folder.facts = []
    let offset = machines[index].clock.stepped
    for var entry in said {
      // The folder reads the wall clock; facts carry time without steps.
      if entry.fact.kind != .powerCut, entry.fact.kind != .probed { entry.fact.at = entry.fact.at + (.zero - offset) }
      entry.fact.deadline = entry.fact.deadline.map { $0 + (.zero - offset) }
      machines[index].facts.append(CompactFact(entry.fact, catalog, command: entry.command, state: entry.state))
      counts[entry.fact.kind.rawValue, default: 0] += 1
      trace.add(
        engine.now, machines[index].name, entry.fact.kind.rawValue, entry.fact.slot?.version.text ?? "-", entry.fact.generation ?? 0,
        entry.command ?? UInt64(entry.fact.ok == true ? 1 : 0),
        detail: "\(entry.fact.role?.rawValue ?? "") \(entry.fact.reason ?? "")")
    }
  }
}
