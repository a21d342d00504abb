import AgentSystem
import ConnectorCheckers
import EventCatalog
import Evergreen
import ReleaseAnswers
import Releases
import Simulation
import WatchDogService
import World

/// A machine's Agent System: who may ask for what is the real table, what is done is done to the simulated machine, and P1 is asked of what comes of it.
extension FleetRun {
  /// By their numbers: to make a name each time costs as much as all else.
  private static let operationNames: [String] = PrivilegedOperation.Kind.allCases.reduce(into: []) { names, kind in
    while names.count <= Int(kind.rawValue) { names.append("") }
    names[Int(kind.rawValue)] = kind.name
  }

  /// - Parameters:
  ///   - purpose: of the updater that asks.
  ///   - caller: whose connection it is.
  /// - Returns: nil when the answer comes later, or not at all because the process ends with what was asked for.
  mutating func elevate(
    _ index: Int, _ purpose: UpdaterLogic.Purpose?, _ operation: PrivilegedOperation, asker: ServiceName = .watchDog,
    caller: ServiceName = .watchDog
  ) -> PrivilegedAnswer? {
    requests += 1
    let (request, name) = (String(requests), Self.operationNames[Int(operation.kind.rawValue)])
    if let refusal = refusal(index, request, name, operation, asker, caller) { return .refused(refusal) }
    let outcome = outcome(index, purpose, operation)
    // What is refused is not done.
    if case .success(.refused?) = outcome {} else { tellOwn(index, .operationDone(request: request, operation: name)) }
    if case .success(let answer) = outcome { return answer }
    powerCut(index, back: .seconds(120))
    return nil
  }

  /// A failure: the power goes in the middle of it.
  private mutating func outcome(
    _ index: Int, _ purpose: UpdaterLogic.Purpose?, _ operation: PrivilegedOperation
  ) -> Result<PrivilegedAnswer?, FolderError> {
    do throws(FolderError) { return .success(try performed(index, purpose, operation)) } catch {
      return error == .down ? .failure(error) : .success(error.answer)
    }
  }

  /// The audit before: who may not is told so, and without its record nothing is done.
  private mutating func refusal(
    _ index: Int, _ request: String, _ name: String, _ operation: PrivilegedOperation, _ asker: ServiceName, _ caller: ServiceName
  ) -> Refusal? {
    if machines[index].folder.disk.isFull {
      return mutant == .auditSkipped ? nil : Refusal(.auditUnavailable, FolderError.disk.text)
    }
    guard case .deny(let refusal) = Authorizer.decide(operation, asker: asker, caller: caller) else {
      tellOwn(index, .operationAllowed(request: request, operation: name))
      return nil
    }
    counts[AgentSystemEvents.operationDenied.name, default: 0] += 1
    tellOwn(index, .operationDenied(request: request, operation: name))
    return mutant == .refusalIgnored ? nil : refusal
  }

  /// Another service wants what it may not, by the WatchDog or past it. The draws are numbered, so they shift nothing.
  mutating func strangerAsks(_ index: Int) {
    var draws = Draws(Seed.numbered(machines[index].key &+ 0x5354_5247, UInt64(machines[index].incarnation)))
    guard draws.chance(200_000) else { return }
    let stranger = draws.pick(ServiceName.allCases.filter { $0 != .watchDog })
    let generation = UpdaterGeneration((try? machines[index].folder.record.read())??.generation ?? 0)
    let operation: PrivilegedOperation =
      switch draws.below(5) {
      case 0: .setMaintenance(true, reason: "why not")
      case 1: .removeRelease(machines[index].slot.version, by: generation)
      case 2: .scheduleRestart(.machine, delay: 60, reason: "why not")
      case 3: .rollBackRelease(reason: "why not", by: generation)
      default: .takeOverUpdates
      }
    _ = elevate(index, nil, operation, asker: stranger, caller: draws.chance(500_000) ? .watchDog : stranger)
  }

  private mutating func performed(
    _ index: Int, _ purpose: UpdaterLogic.Purpose?, _ operation: PrivilegedOperation
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
      guard case .install(let update)? = purpose else { return .done }
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
    case .clearFailedRelease(let version, let by):
      for slot in catalog.slots where slot.version == version { try machines[index].folder.clear(slot, by: by.number, at: wall) }
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
    case .refused(let refusal): reason = Refusal.Reason(refusal)
    }
    return .refused(Refusal(reason, text))
  }
}
