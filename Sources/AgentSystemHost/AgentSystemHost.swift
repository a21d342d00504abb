package import AgentSystem
package import EventCatalog
package import World

/// Performs privileged operations, one decision at a time: audit before, durable state, effect, audit after. Without the audit before there is
/// no action.
/// It never touches the network.
package actor AgentSystemHost {
  /// How long after its answer a carrier or the process is restarted, so that the answer gets out.
  package static let answerGrace: Duration = .seconds(1)
  /// No scheduled restart is begun sooner after its start: one may have come due while the process was down.
  package static let overdueGrace: Duration = .seconds(5)
  /// When a restart is tried again that could not be recorded.
  package static let restartRetry: Duration = .seconds(60)

  private let clock: any WorldClock
  private let ports: AgentSystemPorts
  private let emit: @Sendable (Event) -> Void
  let releases: ReleaseOperations?
  private var logic: AgentSystemLogic
  private var store: StateStore
  private var audit: AuditTrail
  private var restartTimer: Task<Void, Never>?
  private var stopped = false

  /// - Parameters:
  ///   - directory: exists, and belongs to the Agent System alone.
  ///   - releases: nil where the connector was not started from a release folder: then what concerns releases is refused.
  package init(
    directory: String, files: any Files, clock: any WorldClock, ports: AgentSystemPorts, releases: ReleaseOperations? = nil,
    emit: @escaping @Sendable (Event) -> Void
  ) {
    self.releases = releases
    self.clock = clock
    self.ports = ports
    self.emit = emit
    logic = AgentSystemLogic(version: ports.version)
    store = StateStore(directory: directory, files: files, clock: clock, emit: emit)
    audit = AuditTrail(directory: directory, files: files)
  }

  /// Reads what is kept and takes up a scheduled restart again. Call it once, first.
  package func start() {
    audit.open()
    logic.adopt(store.load())
    emit(.agentSystemStarted(entries: logic.state.settings.count))
    guard let restart = logic.state.restart else { return }
    let left = restart.dueAt - clock.now().wall
    armRestart(after: max(Self.overdueGrace, min(left, .seconds(Int64(PrivilegedOperation.longestDelay)))))
  }

  /// The scheduled restart is kept, and taken up by the next start.
  package func stop() {
    stopped = true
    restartTimer?.cancel()
  }

  /// Does what the request asks for, if `caller` may, and never more than once for one id.
  package func perform(_ request: AgentRequest, from caller: ServiceName) async -> PrivilegedAnswer {
    let arrival = clock.now()
    let judgement = logic.judge(request, from: caller, at: arrival)
    if let refusal = auditBefore(request, caller, judgement, arrival) {
      auditAfter(request, caller, .refused(refusal), arrival)
      return .refused(refusal)
    }
    let answer: PrivilegedAnswer =
      switch judgement {
      case .deny(let refusal): .refused(refusal)
      case .repeated(let answer): answer
      case .proceed: await carryOut(request, arrival)
      }
    auditAfter(request, caller, answer, arrival)
    return answer
  }

  /// Reports bytes that were no request; `caller` gets the error's refusal if the request is known.
  package func rejected(_ error: FrameError, from caller: ServiceName) {
    emit(.agentSystemFrameRejected(caller: caller.rawValue, reason: error.description))
  }

  private func carryOut(_ request: AgentRequest, _ arrival: Now) async -> PrivilegedAnswer {
    if store.blocked != nil { logic.adopt(store.load()) }
    switch logic.plan(request, at: arrival) {
    case .answer(let answer): return answer
    case .commit(let next, let answer, let events):
      let scheduled = logic.state.restart
      return commit(next, answer) {
        for event in events { emit(event) }
        if logic.state.restart != scheduled { rearm(arrival) }
      }
    case .afterwards(let next, let afterwards): return commit(next, .done) { doLater(afterwards) }
    case .begin(let next, let name):
      var refused: PrivilegedAnswer?
      if case .refused(let refusal) = commit(next, .done, then: {}) { refused = .refused(refusal) }
      if let refused { return refused }
      logic.begun(request)
      let answer = await restart(name, request, arrival)
      // If this is lost the request counts as interrupted: it is still not done twice.
      _ = commit(logic.finish(request, answer), answer) {}
      return answer
    case .release(let next):
      guard let releases else {
        return .refused(
          Refusal(.noReleaseLayout, "this connector was not started from a release folder; set state.releases to the folder that it lies in"))
      }
      if let next {
        if case .refused(let refusal) = commit(next, .done, then: {}) { return .refused(refusal) }
        logic.begun(request)
      }
      return await change(releases, request, arrival)
    }
  }

  private func commit(_ next: AgentSystemState, _ answer: PrivilegedAnswer, then: () -> Void) -> PrivilegedAnswer {
    switch store.save(next, step: AgentSystemSteps.commit) {
    case .durable:
      logic.adopt(next)
      then()
      return answer
    case .notDurable(let detail):
      logic.adopt(next)
      then()
      return .failed(PrivilegedFailure(.notDurable, "it was done, but may not survive a loss of power: \(detail)"))
    case .unchanged(let refusal): return .refused(refusal)
    }
  }

  /// What is not done by the deadline goes on: nothing else is done to the releases until it has ended, and its end is remembered.
  private func change(_ releases: ReleaseOperations, _ request: AgentRequest, _ arrival: Now) async -> PrivilegedAnswer {
    let deadline = min(request.deadline, arrival.moment + request.operation.kind.rule.timeLimit)
    let (answers, continuation) = AsyncStream.makeStream(of: PrivilegedAnswer.self, bufferingPolicy: .bufferingOldest(1))
    Task {
      let answer = await offActor { releases.perform(request.operation, at: arrival.wall) }
      if request.operation.kind.rule.changes { _ = commit(logic.finish(request, answer), answer) {} }
      continuation.yield(answer)
    }
    let late = Task { [clock] in
      guard (try? await clock.sleep(until: deadline)) != nil else { return }
      continuation.yield(
        .failed(PrivilegedFailure(.timedOut, "\(request.operation.kind.name) goes on beyond its deadline; releaseStatus shows its end")))
    }
    defer { late.cancel() }
    for await answer in answers { return answer }
    return .failed(PrivilegedFailure(.timedOut, "the Agent System stopped meanwhile"))
  }

  private func restart(_ name: ServiceName, _ request: AgentRequest, _ arrival: Now) async -> PrivilegedAnswer {
    let deadline = min(request.deadline, arrival.moment + request.operation.kind.rule.timeLimit)
    let restartService = ports.restartService
    switch await outcome(by: deadline, clock, { try await restartService(name) }) {
    case .returned: return .done
    case .threw(let detail): return .failed(PrivilegedFailure(.effect, detail))
    case .late: return .failed(PrivilegedFailure(.timedOut, "\(name.rawValue) was told to restart, but had not by the deadline"))
    }
  }

  private func doLater(_ afterwards: AgentSystemLogic.Afterwards) {
    Task {
      guard (try? await clock.sleep(for: Self.answerGrace)) != nil else { return }
      do {
        switch afterwards {
        case .restartService(let name): try await ports.restartService(name)
        case .restartProcess(let reason):
          emit(.agentSystemRestartBegun(target: RestartTarget.process.rawValue, reason: reason.text))
          try await ports.restartProcess(.zero, reason.text)
        }
      } catch {
        let target = if case .restartService(let name) = afterwards { name.rawValue } else { RestartTarget.process.rawValue }
        emit(.agentSystemRestartFailed(target: target, reason: "\(error)"))
      }
    }
  }
}

/// The scheduled restart.
extension AgentSystemHost {
  private func rearm(_ now: Now) {
    if let restart = logic.state.restart {
      armRestart(after: restart.dueAt - now.wall)
    } else {
      restartTimer?.cancel()
      restartTimer = nil
    }
  }

  private func armRestart(after delay: Duration) {
    restartTimer?.cancel()
    let moment = clock.now().moment + delay
    restartTimer = Task {
      guard (try? await clock.sleep(until: moment)) != nil, !Task.isCancelled else { return }
      await beginRestart()
    }
  }

  /// Forgets the schedule durably, then restarts: a crash in between is a restart as well, and a loop of restarts cannot come of it.
  private func beginRestart() async {
    guard !stopped, let (next, restart) = logic.atRestart() else { return }
    if case .unchanged(let refusal) = store.save(next, step: AgentSystemSteps.beginRestart) {
      emit(.agentSystemRestartFailed(target: restart.target.rawValue, reason: refusal.description))
      armRestart(after: Self.restartRetry)
      return
    }
    logic.adopt(next)
    emit(.agentSystemRestartBegun(target: restart.target.rawValue, reason: restart.reason.text))
    do { try await ports.restartProcess(.zero, restart.reason.text) } catch {
      emit(.agentSystemRestartFailed(target: restart.target.rawValue, reason: "\(error)"))
    }
  }
}

/// The audit.
extension AgentSystemHost {
  /// Returns why nothing may be done, if it cannot be recorded.
  private func auditBefore(_ request: AgentRequest, _ caller: ServiceName, _ judgement: AgentSystemLogic.Judgement, _ now: Now) -> Refusal? {
    var line = line(request, caller, .allow, now)
    let names = (line.operation, line.detail, line.asker, line.request)
    let event: Event
    if case .deny(let refusal) = judgement {
      line.phase = .deny
      line.outcome = refusal.description
      event = .agentSystemOperationDenied(
        operation: names.0, detail: names.1, asker: names.2, request: names.3, caller: line.caller, reason: refusal.description)
    } else {
      event = .agentSystemOperationAllowed(operation: names.0, detail: names.1, asker: names.2, request: names.3)
    }
    do {
      try audit.write(line, sync: true)
      emit(event)
      if case .repeated = judgement { emit(.agentSystemRequestRepeated(request: names.3, operation: names.0)) }
      return nil
    } catch {
      emit(.agentSystemAuditFailed(file: audit.path, reason: "\(error)"))
      return Refusal(.auditUnavailable, "nothing was done, because the audit record could not be written: \(error)")
    }
  }

  private func auditAfter(_ request: AgentRequest, _ caller: ServiceName, _ answer: PrivilegedAnswer, _ arrival: Now) {
    let now = clock.now()
    var line = line(request, caller, .result, now)
    line.outcome = answer.outcome
    let elapsed = Int((now.moment - arrival.moment).nanoseconds / 1_000_000)
    line.milliseconds = elapsed
    do { try audit.write(line, sync: false) } catch { emit(.agentSystemAuditFailed(file: audit.path, reason: "\(error)")) }
    let reason: String? =
      switch answer {
      case .done, .value: nil
      case .refused(let refusal): refusal.detail
      case .failed(let failure): failure.detail
      }
    if let reason {
      emit(
        .agentSystemOperationFailed(
          operation: line.operation, detail: line.detail, asker: line.asker, request: line.request, result: answer.outcome, elapsed: elapsed,
          reason: reason))
    } else {
      emit(
        .agentSystemOperationFinished(
          operation: line.operation, detail: line.detail, asker: line.asker, request: line.request, result: answer.outcome, elapsed: elapsed))
    }
    if now.moment >= request.deadline || now.moment >= arrival.moment + request.operation.kind.rule.timeLimit {
      emit(
        .agentSystemDeadlineMissed(
          operation: line.operation, detail: line.detail, asker: line.asker, request: line.request, elapsed: elapsed))
    }
  }

  private func line(_ request: AgentRequest, _ caller: ServiceName, _ phase: AuditTrail.Phase, _ now: Now) -> AuditTrail.Line {
    AuditTrail.Line(
      time: now.wall, phase: phase, request: request.id.description, caller: caller.rawValue, asker: request.asker.rawValue,
      operation: request.operation.kind.name, detail: request.operation.auditText, outcome: nil, milliseconds: nil)
  }
}
