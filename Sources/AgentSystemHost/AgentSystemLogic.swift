package import AgentSystem
package import EventCatalog
package import World

/// Decides what a request comes to: pure. The host records the decision, makes the new state durable, and only then adopts it here.
package struct AgentSystemLogic: Sendable {
  package private(set) var state: AgentSystemState
  /// Shown at `ProductVersionBase`.
  private let version: String
  /// Requests whose effect is under way.
  private var running: Set<AgentRequestID> = []
  /// The change of releases that is under way: one at a time.
  private var releaseChange: (id: AgentRequestID, kind: PrivilegedOperation.Kind)?

  package init(_ state: AgentSystemState = AgentSystemState(), version: String) {
    self.state = state
    self.version = version
  }

  package enum Judgement: Hashable, Sendable {
    case proceed
    case deny(Refusal)
    /// The request was done before: this was its answer.
    case repeated(PrivilegedAnswer)
  }

  /// What carrying out a request takes. A state in it must be durable before anything else happens.
  package enum Plan: Sendable {
    /// Nothing changes.
    case answer(PrivilegedAnswer)
    case commit(AgentSystemState, PrivilegedAnswer, [Event])
    /// Restart the service, then `finish` with what came of it.
    case begin(AgentSystemState, ServiceName)
    /// Do it to the releases; if it changes something, with the state durable before and `finish` after.
    case release(AgentSystemState?)
    /// Answer, and when that is out restart what carried it.
    case afterwards(AgentSystemState, Afterwards)
  }

  package enum Afterwards: Hashable, Sendable {
    case restartService(ServiceName)
    case restartProcess(ReasonText)
  }

  /// The services between an asker and this one: they restart after the answer has passed through them.
  package static let carriers: Set<ServiceName> = [.agentSystem, .logger, .watchDog]

  package func judge(_ request: AgentRequest, from caller: ServiceName, at now: Now) -> Judgement {
    if case .deny(let refusal) = Authorizer.decide(request.operation, asker: request.asker, caller: caller) { return .deny(refusal) }
    if request.operation.kind.rule.changes, let found = state.requests.first(where: { $0.id == request.id }) {
      guard found.fingerprint == HandledRequest.fingerprint(of: request.operation) else {
        return .deny(Refusal(.requestReused, "the id \(request.id) was given to another request before; draw a new one"))
      }
      if let answer = found.answer { return .repeated(answer) }
      if running.contains(request.id) { return .deny(Refusal(.stillRunning, "the request \(request.id) is being done right now")) }
      // What a crash interrupted is done again where that changes nothing more.
      if !request.operation.kind.rule.isIdempotent {
        let detail = "the request \(request.id) was begun before a crash and may or may not have been done; ask with a new id"
        return .deny(Refusal(.interrupted, detail))
      }
    }
    if request.deadline <= now.moment { return .deny(Refusal(.deadlinePassed, "the deadline had passed when the request came")) }
    return .proceed
  }

  package func plan(_ request: AgentRequest, at now: Now) -> Plan {
    switch request.operation {
    case .installRelease, .activateRelease, .rollBackRelease, .removeRelease, .commitRelease, .takeOverUpdates, .clearFailedRelease,
      .releaseStatus:
      release(request)
    case .scheduleRestart(let target, let delay, let reason): schedule(request, target, delay, reason, now)
    case .cancelRestart:
      commit(request, .value(.flag(state.restart != nil)), state.restart == nil ? [] : [.agentSystemRestartCancelled()]) { $0.restart = nil }
    case .restartSupervisor(let reason): .afterwards(remembering(request, .done), .restartProcess(reason))
    case .restartService(let name):
      Self.carriers.contains(name)
        ? .afterwards(remembering(request, .done), .restartService(name)) : .begin(remembering(request, nil), name)
    case .registryRead(let path): .answer(.value(.registry(value(at: path))))
    case .registryWrite(let path, let value): write(request, path, value)
    case .registryDelete(let path): commit(request, .value(.flag(state.settings[path] != nil)), []) { $0.settings[path] = nil }
    case .registryList(let under, let after): .answer(list(under, after))
    case .setMaintenance(let on, let reason): maintenance(request, on, reason)
    }
  }

  /// Takes over a state that is durable.
  package mutating func adopt(_ new: AgentSystemState) { state = new }

  package mutating func begun(_ request: AgentRequest) {
    running.insert(request.id)
    if PrivilegedOperation.Kind.ofReleases.contains(request.operation.kind) { releaseChange = (request.id, request.operation.kind) }
  }

  /// The state after a `begin` came to its answer.
  package mutating func finish(_ request: AgentRequest, _ answer: PrivilegedAnswer) -> AgentSystemState {
    running.remove(request.id)
    if releaseChange?.id == request.id { releaseChange = nil }
    return remembering(request, answer)
  }

  /// The state at the moment of the scheduled restart: nothing is scheduled any more, and a machine's restart has settled what waited for it.
  package func atRestart() -> (AgentSystemState, ScheduledRestart)? {
    guard let restart = state.restart else { return nil }
    var next = state
    next.restart = nil
    if restart.target == .machine { for flag in KnownRegistryKeys.pendingRestartFlags { next.settings[flag] = nil } }
    return (next, restart)
  }

  /// An installation may take minutes: meanwhile the releases can be looked at, and nothing else.
  private func release(_ request: AgentRequest) -> Plan {
    guard request.operation.kind.rule.changes else { return .release(nil) }
    if let releaseChange {
      return .answer(.refused(Refusal(.busy, "\(releaseChange.kind.name) is under way; ask again when it has ended")))
    }
    return .release(remembering(request, nil))
  }

  private func schedule(_ request: AgentRequest, _ target: RestartTarget, _ delay: UInt32, _ reason: ReasonText, _ now: Now) -> Plan {
    guard delay <= PrivilegedOperation.longestDelay else {
      return .answer(.refused(Refusal(.outOfRange, "expected a delay of at most \(PrivilegedOperation.longestDelay) seconds; got \(delay)")))
    }
    if let restart = state.restart {
      let detail = "a restart of the \(restart.target.rawValue) is due at \(restart.dueAt) (\(restart.reason.text)); cancel it first"
      return .answer(.refused(Refusal(.alreadyScheduled, detail)))
    }
    let restart = ScheduledRestart(target: target, dueAt: now.wall + .seconds(Int64(delay)), reason: reason)
    let event = Event.agentSystemRestartScheduled(target: target.rawValue, dueAt: restart.dueAt.description, reason: reason.text)
    return commit(request, .value(.restart(restart)), [event]) { $0.restart = restart }
  }

  private func write(_ request: AgentRequest, _ path: RegistryPath, _ value: RegistryValue) -> Plan {
    if let refusal = KnownRegistryKeys.refusal(of: value, at: path) { return .answer(.refused(refusal)) }
    var next = state
    next.settings[path] = value
    guard !next.isTooLarge else {
      let limits = "\(AgentSystemState.maxSettings) settings and \(AgentSystemState.maxBytes) bytes"
      return .answer(.refused(Refusal(.registryFull, "the registry holds at most \(limits); delete settings first")))
    }
    return commit(request, .done, []) { $0.settings[path] = value }
  }

  private func maintenance(_ request: AgentRequest, _ on: Bool, _ reason: ReasonText) -> Plan {
    let changes = on != state.inMaintenance
    return commit(request, .done, changes ? [.agentSystemMaintenanceChanged(on: on, reason: reason.text)] : []) {
      $0.settings[KnownRegistryKeys.inMaintenance] = .integer(on ? 1 : 0)
      $0.settings[KnownRegistryKeys.maintenanceReason] = .string(on ? reason.text : "")
    }
  }

  private func value(at path: RegistryPath) -> RegistryValue? {
    if let set = state.settings[path] { return set }
    return path == KnownRegistryKeys.productVersionBase ? .string(version) : KnownRegistryKeys.find(path)?.initial
  }

  private func list(_ under: RegistryPath?, _ after: RegistryPath?) -> PrivilegedAnswer {
    let paths = Set(state.settings.keys).union(KnownRegistryKeys.all.map(\.path))
    var entries: [RegistryEntry] = []
    var room = AgentFrame.maxSize - 1024
    for path in paths.sorted() where under.map(path.isAtOrBelow) ?? true && after.map({ $0 < path }) ?? true {
      guard let value = value(at: path) else { continue }
      let entry = RegistryEntry(path, value)
      room -= entry.size
      if room < 0 { return .value(.entries(entries, more: true)) }
      entries.append(entry)
    }
    return .value(.entries(entries, more: false))
  }

  private func commit(
    _ request: AgentRequest, _ answer: PrivilegedAnswer, _ events: [Event], _ change: (inout AgentSystemState) -> Void
  ) -> Plan {
    var next = remembering(request, answer)
    change(&next)
    return .commit(next, answer, events)
  }

  private func remembering(_ request: AgentRequest, _ answer: PrivilegedAnswer?) -> AgentSystemState {
    var next = state
    next.remember(HandledRequest(request, answer: answer))
    return next
  }
}
