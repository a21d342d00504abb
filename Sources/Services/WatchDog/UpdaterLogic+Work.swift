import AgentSystem
import CloudAPI
import EventCatalog
import Evergreen
import Releases
import ServiceKit
import World

/// One update: what `UpdateLogic` wants, asked of the Agent System and the repository.
extension UpdaterLogic {
  mutating func begin() -> [Directive] {
    guard let held = lease, let version = held.version else { return [] }
    forgetUpdate()
    findTries = 0
    isFinding = true
    lease?.bundle = nil
    lease?.wasActivated = false
    lease?.boot = settings.boot
    lease?.stage = .installing
    lease?.reason = ""
    return [
      .emit(.evergreenOrderTaken(version: version.text, token: Int(clamping: held.token))),
      .ask(.pin(.begin(number)), .registryRead(KnownRegistryKeys.updatePin)),
    ]
  }

  mutating func find() -> [Directive] { lease?.version.map { [.find(number, $0)] } ?? [] }

  mutating func found(_ result: Result<UpdateOrder.Bundle, ReleaseFetchProblem>, _ now: Now) -> [Directive] {
    guard let held = lease, let version = held.version else { return [] }
    switch result {
    case .success(let bundle):
      isFinding = false
      lease?.bundle = bundle
      return feed(.order(UpdateOrder(command: held.maintenanceReason, version: version, bundle: bundle)), now)
    case .failure(let problem):
      findTries += 1
      let pauses = settings.update.retryPauses
      guard problem.isPassing, findTries < settings.update.attempts, !pauses.isEmpty else {
        forgetUpdate()
        return fail(findTries > 1 ? "after \(findTries) attempts: \(problem)" : problem.description)
      }
      let pause = pauses[min(findTries, pauses.count) - 1]
      return [retried(version, pause, problem.description), .wake(.find(number), after: pause)]
    }
  }

  mutating func downloaded(_ problem: ReleaseFetchProblem?, _ now: Now) -> [Directive] {
    guard let problem else { return feed(.downloaded, now) }
    // Metadata that says something else now does so in an hour as well; meanwhile the connector would stand in maintenance.
    guard problem.isPassing || update.state != .downloading else { return abandon(problem.description) }
    return feed(.downloadFailed(problem.description), now)
  }

  private func retried(_ version: ReleaseVersion, _ pause: Duration, _ reason: String) -> Directive {
    .emit(.evergreenRetry(version: version.text, pause: Int(pause.nanoseconds / 1_000_000), reason: reason))
  }

  /// The cloud orders the way back. Only what was tried or committed under this very lease is left; otherwise nothing ran that could be.
  mutating func goBack(_ now: Now) -> [Directive] {
    let reason = orderedBack
    if update.state == .trial || lease?.stage == .committed && lease?.version == settings.version {
      return feed(.rollBackAsked(command: reason, reason: reason), now)
    }
    // Done when it is known what runs.
    if isTrying || isUnknown { return [] }
    if isFinding || !update.state.isTerminal { forgetUpdate() }
    lease?.stage = .rolledBack
    if lease?.reason.isEmpty != false { lease?.reason = "it did not run, so there is nothing to go back from" }
    return []
  }

  var orderedBack: String { "the cloud ordered the way back under lease \(lease?.token ?? 0)" }

  mutating func restartMachine() -> [Directive] {
    lease?.stage = .restarting
    lease?.reason = ""
    lease?.version = nil
    lease?.boot = settings.boot
    return [askForMachine()]
  }

  /// A second is for the answer to get out.
  func askForMachine() -> Directive {
    .ask(.machine, .scheduleRestart(.machine, delay: 1, reason: ReasonText("ordered by the cloud under lease \(lease?.token ?? 0)")))
  }

  mutating func machineRestart(_ answer: Outcome) -> [Directive] {
    guard lease?.stage == .restarting, let problem = answer.problem else { return [] }
    return fail("the machine could not be restarted: \(problem)")
  }

  /// It came to nothing before there was anything to try.
  mutating func fail(_ reason: String) -> [Directive] {
    lease?.stage = .failed
    lease?.reason = reason
    var said: [Directive] = []
    if let version = lease?.version { said.append(.emit(.evergreenGivenUp(version: version.text, reason: reason))) }
    return said + answerAll()
  }

  // MARK: the update's own logic

  mutating func feed(_ event: UpdateLogic.Event, _ now: Now) -> [Directive] {
    var out: [Directive] = []
    var wanted = update.handle(event, at: now)
    while !wanted.isEmpty {
      let next = wanted.removeFirst()
      // The lease is the permission to restart; it needs no question.
      if case .askPermission = next {
        let isHeld = lease.map { $0.isHeld && $0.left(at: now) > .zero } ?? false
        wanted += update.handle(isHeld ? .granted : .notNow("the lease is over"), at: now)
      } else {
        out += carryOut(next)
      }
    }
    return out
  }

  private mutating func carryOut(_ directive: UpdateLogic.Directive) -> [Directive] {
    let by = generation ?? UpdaterGeneration(0)
    switch directive {
    case .check: return [.ask(.status(.check(number)), .releaseStatus)]
    case .download(let order): return [.download(number, order.version, order.bundle)]
    case .install(let order):
      return [.ask(.install(number), .installRelease(order.version, digest: order.bundle.sha256, length: order.bundle.length, by: by))]
    case .activate(let slot):
      lease?.wasActivated = true
      lease?.boot = settings.boot
      return [.ask(.activate(number), .activateRelease(slot.version, by: by))]
    case .probe(let pause): return [.wake(.probe(number), after: pause)]
    case .commit(_, let evidence):
      let seen = TrialEvidence(
        healthySeconds: UInt32(clamping: evidence.healthyFor.components.seconds), probes: UInt32(clamping: evidence.probes),
        endToEndProbes: UInt32(clamping: evidence.endToEndProbes))
      return [.ask(.commit(number), .commitRelease(settings.version, seen, by: by))]
    case .rollBack(_, let reason): return [.ask(.rollBack(number), .rollBackRelease(reason: ReasonText(reason), by: by))]
    // A trial that cannot order its way back ends: whoever starts the connector counts its starts and goes back.
    case .escalate(let reason):
      let isTrial = status?.trial?.slot.version == settings.version
      return [.emit(.evergreenEscalated(reason))] + (isTrial ? [restart("to end a trial that cannot order its way back")] : [])
    case .changed(let state, let reason): return changed(state, reason)
    case .wake(let alarm, let pause):
      let alarmed = Directive.wake(.update(number, alarm), after: pause)
      guard alarm.purpose == .retry, let version = update.order?.version else { return [alarmed] }
      return [retried(version, pause, update.reason), alarmed]
    case .askPermission, .givePermissionBack: return []
    }
  }

  private mutating func changed(_ state: UpdateLogic.State, _ reason: String) -> [Directive] {
    let version = update.order?.version ?? lease?.version
    if let stage = state.stage, let held = lease, held.version == version || update.order == nil {
      lease?.stage = stage
      lease?.reason = stage == .trial ? "" : reason
    }
    guard let version = version?.text else { return [] }
    switch state {
    case .verified: return [.emit(.evergreenDownloaded(version: version))]
    case .trial: return [.emit(.evergreenTrialBegan(version: version))]
    case .rolledBack: return [.emit(.evergreenCameBack(version: version, reason: reason))]
    case .failed: return [.emit(.evergreenGivenUp(version: version, reason: reason))]
    default: return []
    }
  }

  mutating func probed(_ probe: Probe, _ now: Now) -> [Directive] {
    var said: [Directive] = []
    if lastProbe.map({ $0.isHealthy != probe.isHealthy || $0.reachedTheCloud != probe.reachedTheCloud }) ?? true {
      let health = probe.isHealthy ? "it is healthy" : probe.detail.isEmpty ? "it is not healthy" : probe.detail
      let cloud = probe.reachedTheCloud ? "the cloud answers" : "the cloud does not answer"
      said.append(.emit(.evergreenTrialHealth(version: settings.version.text, verdict: "\(Sentence.clause(health)); \(cloud)")))
    }
    lastProbe = probe
    let work = feed(.probed(probe), now)
    return said + work
  }

  /// What the Agent System came to.
  mutating func performed(_ purpose: Purpose, _ answer: Outcome, _ now: Now) -> [Directive] {
    switch (purpose, answer.problem) {
    case (.install, let problem?): return feed(.installFailed(problem), now)
    case (.install, nil): return [.ask(.status(.installed(number)), .releaseStatus)]
    case (.activate, let problem?): return feed(.activateFailed(problem), now)
    case (.restart, let problem?) where update.state == .rollingBack: return feed(.rollBackFailed(problem), now)
    // Left as it is, the next start would try what the cloud is told has failed.
    case (.restart, let problem?) where update.state == .activating:
      let reason = "the restart was refused: \(problem)"
      return [.ask(.giveUp(number, reason), .rollBackRelease(reason: ReasonText(reason), by: generation ?? UpdaterGeneration(0)))]
    case (.giveUp(_, let reason), nil): return feed(.activateFailed(reason), now)
    case (.giveUp(_, let reason), let problem?): return feed(.activateFailed("\(reason); and it could not be given up: \(problem)"), now)
    case (.activate, nil): return [restart("to try \(lease?.version?.text ?? "a release")")]
    case (.commit, let problem?): return feed(.commitFailed(problem), now)
    // With the commit the Agent System has removed what nobody can go back to.
    case (.commit, nil): return feed(.committed, now) + [.ask(.status(.look), .releaseStatus)]
    case (.rollBack, nil): return [restart("to go back")]
    // Somebody else may have ordered it already, such as whoever starts the connector.
    case (.rollBack, _): return [.ask(.status(.rollBack(number)), .releaseStatus)]
    default: return []
    }
  }

  func restart(_ why: String) -> Directive { .ask(.restart(number), .restartSupervisor(reason: ReasonText(why))) }
}

extension UpdateLogic.State {
  /// What the cloud is told of it; nil before there is an order.
  fileprivate var stage: UpdateStanding.Stage? {
    switch self {
    case .idle: nil
    case .checking, .downloading, .verified, .installed, .activating: .installing
    case .trial, .committing: .trial
    case .rollingBack: .rollingBack
    case .committed: .committed
    case .rolledBack: .rolledBack
    case .failed: .failed
    }
  }
}
