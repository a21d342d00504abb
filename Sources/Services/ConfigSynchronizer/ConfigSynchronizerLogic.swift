package import BrokerConfiguration
package import EventCatalog
package import ServiceKit
package import World

/// When the cloud is asked for the configuration, and what becomes of its answers.
///
/// Phases: `opening` → `asking` → (`importing` →) `waiting` → `asking` … One request or import at a time.
package struct ConfigSynchronizerLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    case opened(OpenedConfiguration)
    /// The wait that was asked for is over, or an earlier one.
    case due
    case fetched(FetchedConfiguration)
    case imported(revision: Int, Result<ConfigurationSummary, ConfigurationImportFailed>)
    case asked(RequestID, Question)
  }

  package enum Question: Hashable, Sendable { case status, syncNow, revision, edgeServers }

  package enum Directive: Sendable {
    case open
    /// Ask the cloud; the revision in use goes with the question.
    case fetch(known: Int?)
    /// Changes that cannot be applied to what is in use are no failure: the whole is fetched then.
    case importConfiguration(revision: Int, [UInt8], isChanges: Bool)
    /// Give `due` at `until` plus a random part of `spread`.
    case wait(until: Moment, spread: Duration)
    case emit(EventCatalog.Event)
    case answer(RequestID, Result<ConfigSynchronizerAnswer, any Error>)
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<ConfigSynchronizerAnswer, any Error>)? {
    if case .answer(let id, let result) = directive { (id, result) } else { nil }
  }

  /// First wait after a check that failed; chosen.
  static let firstBackoff = Duration.seconds(1)
  /// Between looks at a link that registers; they cost no message. Chosen.
  static let registrationPause = Duration.milliseconds(200)

  private let interval: Duration
  private let quickChecks: Int
  /// Checks since the start that the cloud answered.
  private var answered = 0
  private var status = ConfigSynchronizerStatus()
  private var summary: ConfigurationSummary?
  private var early: [(RequestID, Question)] = []
  private var syncing: [RequestID] = []
  private var nextCheck: Moment?
  /// The latest wait that has not come back. A later need waits behind it, so there are never many.
  private var pendingWait: Moment?
  private var toldFailure: ToldFailure?
  private var toldNothing = false

  private struct ToldFailure: Hashable {
    var revision: Int
    var failure: ConfigurationImportFailed
  }

  /// - Parameter quickChecks: how many of the first checks come 1, 2, 4… seconds apart instead of `interval`: connectors that start together
  ///   appear in the configuration, with their addresses, moments after each other.
  package init(interval: Duration, quickChecks: Int = 4) {
    self.interval = max(.milliseconds(1), interval)
    self.quickChecks = quickChecks
  }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .started: return [.open]
    case .opened(let found): return opened(found, now)
    case .due: return due(now)
    case .fetched(let found): return fetched(found, now)
    case .imported(let revision, .success(let summary)): return imported(revision, summary, now)
    case .imported(let revision, .failure(let failure)): return failed(revision, failure, now)
    case .asked(let id, let question): return asked(id, question, now)
    }
  }

  private mutating func opened(_ found: OpenedConfiguration, _ now: Now) -> [Directive] {
    guard status.state == .opening else { return [] }
    var out = found.damaged.map { Directive.emit(.configurationDamaged(path: $0.path, reason: $0.reason)) }
    if let current = found.current {
      use(current)
      out.append(.emit(.configurationOpened(revision: current.revision, machines: current.counts["machines"] ?? 0)))
    }
    out += check(now)
    let waiting = early
    early = []
    for (id, question) in waiting { out += asked(id, question, now) }
    return out
  }

  private mutating func asked(_ id: RequestID, _ question: Question, _ now: Now) -> [Directive] {
    switch question {
    case .status:
      var shown = status
      shown.nextCheck = nextCheck.map { now.wall + ($0 - now.moment) }
      return [.answer(id, .success(.status(shown)))]
    case _ where status.state == .opening:
      early.append((id, question))
      return []
    case .revision: return [.answer(id, .success(.revision(summary?.revision)))]
    case .edgeServers:
      let servers = (summary?.edgeServers ?? []).map { EdgeServer(fqdn: $0.fqdn, uuid: $0.uuid, peerAddress: $0.peerAddress) }
      return [.answer(id, .success(.edgeServers(servers)))]
    case .syncNow:
      syncing.append(id)
      return status.state == .waiting ? check(now) : []
    }
  }

  private mutating func due(_ now: Now) -> [Directive] {
    pendingWait = nil
    guard status.state == .waiting, let nextCheck else { return [] }
    if now.moment >= nextCheck { return check(now) }
    pendingWait = nextCheck
    return [.wait(until: nextCheck, spread: .zero)]
  }

  private mutating func check(_ now: Now) -> [Directive] {
    status.state = .asking
    status.lastCheck = now.wall
    nextCheck = nil
    return [.fetch(known: summary?.revision)]
  }

  private mutating func fetched(_ found: FetchedConfiguration, _ now: Now) -> [Directive] {
    guard status.state == .asking else { return [] }
    var out: [Directive] = []
    switch found {
    case .unreachable, .notRegistered: break
    default: out += reachable(now)
    }
    switch found {
    case .notModified: return out + settled(.success(.upToDate), now)
    case .received(let revision, _, _) where revision == summary?.revision: return out + settled(.success(.upToDate), now)
    case .received(let revision, let bytes, let isChanges):
      status.state = .importing
      if toldFailure?.revision != revision { out.append(.emit(.configurationReceived(revision: revision, bytes: bytes.count))) }
      return out + [.importConfiguration(revision: revision, bytes, isChanges: isChanges)]
    case .rejected(let revision, let reason): return out + failed(revision, ConfigurationImportFailed(.read, reason), now)
    case .nothing:
      if !toldNothing { out.append(.emit(.noConfiguration())) }
      toldNothing = true
      status.problem = "the cloud has no configuration for this resource location"
      return out + settled(.success(.nothing), now)
    case .unreachable(let reason):
      status.failures += 1
      status.problem = "the cloud could not be asked: \(reason)"
      if status.failures == 1 { out.append(.emit(.configurationUnreachable(reason: reason, kept: summary?.revision))) }
      return out + settled(.failure(.unreachable(reason)), now)
    case .notRegistered:
      status.problem = "this connector has not registered with its cloud yet"
      return settled(.failure(.notRegistered), now, pause: Self.registrationPause)
    }
  }

  private mutating func reachable(_ now: Now) -> [Directive] {
    status.lastAnswer = now.wall
    answered += 1
    guard status.failures > 0 else { return [] }
    let failures = status.failures
    status.failures = 0
    status.problem = nil
    return [.emit(.configurationReachable(failures: failures))]
  }

  private mutating func imported(_ revision: Int, _ imported: ConfigurationSummary, _ now: Now) -> [Directive] {
    guard status.state == .importing else { return [] }
    use(imported)
    status.lastImport = now.wall
    status.problem = nil
    toldFailure = nil
    toldNothing = false
    let machines = imported.counts["machines"] ?? 0
    return [.emit(.configurationImported(revision: revision, machines: machines, digest: imported.digest))]
      + settled(.success(.imported), now)
  }

  private mutating func failed(_ revision: Int, _ failure: ConfigurationImportFailed, _ now: Now) -> [Directive] {
    guard status.state == .importing || status.state == .asking else { return [] }
    if failure.step == .abandon { return abandoned(revision, failure, now) }
    status.problem = "revision \(revision) could not be imported: \(failure)"
    status.failedImports += 1
    var out: [Directive] = []
    let told = ToldFailure(revision: revision, failure: failure)
    if toldFailure != told {
      out.append(.emit(.configurationImportFailed(revision: revision, step: failure.step.rawValue, reason: failure.reason, kept: summary?.revision)))
    }
    toldFailure = told
    return out + settled(.failure(.importFailed(revision: revision, failure)), now)
  }

  /// Told once for each revision, as a failure is: in an outage every check may end so.
  private mutating func abandoned(_ revision: Int, _ failure: ConfigurationImportFailed, _ now: Now) -> [Directive] {
    status.problem = "the import of revision \(revision) was given up for an outage; the next check tries again"
    let told = ToldFailure(revision: revision, failure: failure)
    let out: [Directive] = toldFailure == told ? [] : [.emit(.configurationImportAbandoned(revision: revision, kept: summary?.revision))]
    toldFailure = told
    return out + settled(.failure(.importFailed(revision: revision, failure)), now)
  }

  private mutating func use(_ current: ConfigurationSummary) {
    summary = current
    status.revision = current.revision
    status.digest = current.digest
    status.counts = current.counts
  }

  /// The end of a check: answers who asked for it and plans the next.
  private mutating func settled(
    _ outcome: Result<ConfigSynchronizerAnswer.Sync, ConfigSyncFailed>, _ now: Now, pause: Duration? = nil
  ) -> [Directive] {
    if case .success(let sync) = outcome, sync == .upToDate { status.problem = nil }
    status.state = .waiting
    let answers = syncing.map { id in
      Directive.answer(id, outcome.map { .synced($0, revision: summary?.revision) }.mapError { $0 as any Error })
    }
    syncing = []
    return answers + planned(now, pause: pause)
  }

  private mutating func planned(_ now: Now, pause: Duration?) -> [Directive] {
    var fixed = interval
    if let pause {
      fixed = pause
    } else if status.failures == 0, answered <= quickChecks {
      fixed = min(interval, Self.firstBackoff * (1 << max(0, min(answered - 1, 20))))
    }
    var spread = fixed / 10
    if pause == nil, status.failures > 0 {
      let ceiling = min(interval, Self.firstBackoff * (1 << min(status.failures - 1, 20)))
      (fixed, spread) = (ceiling / 2, ceiling / 2)
    }
    let until = now.moment + fixed
    nextCheck = until
    if let pendingWait, pendingWait <= until { return [] }
    pendingWait = until
    return [.wait(until: until, spread: spread)]
  }
}
