import AgentSystem
import Evergreen
import Releases
import Simulation
import WatchDogService
import World

/// A machine's Agent System, as far as its updater asks it: who may ask for what is the real table, what is done is done to the simulated machine.
extension FleetRun {
  /// Nil: the answer comes later, or not at all because the process ends with what was asked for.
  mutating func elevate(_ index: Int, _ purpose: UpdaterLogic.Purpose, _ operation: PrivilegedOperation) -> PrivilegedAnswer? {
    if case .deny(let refusal) = Authorizer.decide(operation, asker: .watchDog, caller: .watchDog) { return .refused(refusal) }
    // Without its audit record nothing is done.
    if machines[index].folder.disk.isFull { return .refused(Refusal(.auditUnavailable, FolderError.disk.text)) }
    do throws(FolderError) { return try performed(index, purpose, operation) } catch {
      if error == .down {
        powerCut(index, back: .seconds(120))
        return nil
      }
      return error.answer
    }
  }

  private mutating func performed(
    _ index: Int, _ purpose: UpdaterLogic.Purpose, _ operation: PrivilegedOperation
  ) throws(FolderError) -> PrivilegedAnswer? {
    let wall = machines[index].wall(engine.now)
    switch operation {
    case .takeOverUpdates:
      return .value(.updater(UpdaterGeneration(try machines[index].folder.takeOver(at: wall))))
    case .releaseStatus: return .value(.releases(try machines[index].folder.status(at: wall)))
    case .registryRead(let path): return .value(.registry(setting(index, path)))
    case .setMaintenance(let on, let reason): return maintain(index, on, reason)
    case .installRelease(let version, _, _, let by):
      _ = try machines[index].folder.current(by.number, at: wall)
      if let refusal = machines[index].folder.refusal(of: version, ground.settings, at: wall) { throw .refused(refusal) }
      guard case .install(let update) = purpose else { return .done }
      let length = machines[index].draws.duration(.seconds(5), .seconds(40))
      let release = Int16(catalog.number(of: version) ?? -1)
      schedule(
        index, .installed(machines[index].incarnation, update: Int32(update), release: release),
        after: machines[index].folder.disk.isSlow ? length * 6 : length)
      return nil
    case .activateRelease(let version, let by):
      guard let number = catalog.number(of: version) else { throw .notInstalled }
      try machines[index].folder.openTrial(
        catalog.slots[number], by: by.number, command: machines[index].lease?.token ?? 0, ground.settings, at: wall)
      tellFacts(index)
    case .commitRelease(_, let seen, let by):
      let evidence = Evidence(
        healthyFor: .seconds(Int64(seen.healthySeconds)), probes: Int(seen.probes), endToEndProbes: Int(seen.endToEndProbes))
      try machines[index].folder.commit(evidence, by: by.number, at: wall, machines[index].uptime(engine.now))
      trialStops(index)
      machines[index].role = .active
    case .rollBackRelease(let reason, let by):
      try machines[index].folder.orderRollBack(reason.text, by: by.number, at: wall)
      tellFacts(index)
    case .removeRelease(let version, let by): try machines[index].folder.remove(version, by: by.number, at: wall)
    case .clearFailedRelease: break
    case .restartSupervisor:
      stop(index)
      restart(index)
      return nil
    case .scheduleRestart(let target, let delay, let reason): return scheduleRestart(index, target, delay, reason)
    case .cancelRestart, .restartService, .registryWrite, .registryDelete, .registryList:
      return .refused(Refusal(.notAvailable, "no updater asks for \(operation.kind.name)"))
    }
    return .done
  }

  private func setting(_ index: Int, _ path: RegistryPath) -> RegistryValue? {
    switch path {
    case KnownRegistryKeys.inMaintenance: .integer(machines[index].isInMaintenance ? 1 : 0)
    case KnownRegistryKeys.maintenanceReason: .string(machines[index].maintenanceReason.text)
    default: nil
    }
  }

  /// Whoever goes into maintenance is drained once what it serves has ended.
  private mutating func maintain(_ index: Int, _ on: Bool, _ reason: ReasonText) -> PrivilegedAnswer? {
    let (name, token) = (machines[index].name, machines[index].lease?.token ?? 0)
    machines[index].maintenanceReason = reason
    guard on else {
      if machines[index].isInMaintenance { trace.add(engine.now, name, "serves", "-", token) }
      machines[index].isInMaintenance = false
      check(index)
      return .done
    }
    machines[index].isInMaintenance = true
    trace.add(engine.now, name, "drains", "-", token)
    let length = machines[index].draws.duration(.seconds(10), .seconds(150))
    schedule(index, .entered(machines[index].incarnation), after: machines[index].isSlow ? length * 5 : length)
    return nil
  }

  mutating func install(_ index: Int, _ release: Int16) -> PrivilegedAnswer {
    guard release >= 0 else { return FolderError.notInstalled.answer }
    do throws(FolderError) { try machines[index].folder.install(catalog.slots[Int(release)], at: machines[index].wall(engine.now)) } catch {
      return error.answer
    }
    return .done
  }

  // MARK: The restart of the machine

  private mutating func scheduleRestart(_ index: Int, _ target: RestartTarget, _ delay: UInt32, _ reason: ReasonText) -> PrivilegedAnswer {
    if machines[index].isRestartDue { return .refused(Refusal(.alreadyScheduled, "a restart of the machine is due; cancel it first")) }
    machines[index].isRestartDue = true
    schedule(index, .restartDue(machines[index].incarnation), after: .seconds(Int64(delay)))
    return .value(.restart(ScheduledRestart(target: target, dueAt: machines[index].wall(engine.now) + .seconds(Int64(delay)), reason: reason)))
  }

  /// Forgotten durably before it is begun, so no loop comes of it.
  mutating func restartMachine(_ index: Int) {
    guard machines[index].isRestartDue else { return }
    if machines[index].folder.disk.isFull { return schedule(index, .restartDue(machines[index].incarnation), after: .seconds(60)) }
    machines[index].isRestartDue = false
    trace.add(engine.now, machines[index].name, "restarts its machine", "-", machines[index].lease?.token ?? 0)
    machines[index].isPendingRestart = machines[index].isRestartStale
    machines[index].wasRestarted = true
    machines[index].isOn = false
    stop(index)
    schedule(index, .powerOn, after: machines[index].draws.duration(.seconds(30), .seconds(240)))
  }
}

extension FolderError {
  /// As the Agent System words it. What the power takes is answered by nobody.
  var answer: PrivilegedAnswer {
    let reason: Refusal.Reason
    switch self {
    case .down, .disk: return .failed(PrivilegedFailure(.disk, text))
    case .stale: reason = .staleUpdater
    case .busy: reason = .updateUnderWay
    case .noTrial: reason = .noTrial
    case .damaged: reason = .badRelease
    case .notInstalled: reason = .unknownRelease
    case .inUse: reason = .releaseInUse
    case .nothingToGoBackTo: reason = .nothingToGoBackTo
    case .nothingToRun: reason = .noReleaseLayout
    case .refused(let refusal):
      switch refusal {
      case .wrongPlatform: reason = .wrongPlatform
      case .older: reason = .olderRelease
      case .runsAlready: reason = .alreadyActive
      case .floor: reason = .floorMissing
      case .tooOldForFIPS: reason = .reinstallNeeded
      case .failedHere, .tooManyAttempts: reason = .failedBefore
      }
    }
    return .refused(Refusal(reason, text))
  }
}
