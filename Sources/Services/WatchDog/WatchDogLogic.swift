package import AgentSystem
package import EventCatalog
package import ServiceKit
package import World

/// Relays elevated requests that the table permits, watches the other services, and sees to restarts that the machine waits for.
package struct WatchDogLogic: ServiceLogic {
  package enum Event: Sendable {
    case started
    /// A service asks through its context.
    case elevate(RequestID, PrivilegedOperation, asker: ServiceName)
    /// The cloud or an administrator asks over a wire; what they may ask was checked there.
    case administer(RequestID, PrivilegedOperation, caller: WireCaller)
    case report(RequestID)
    case answered(Purpose, PrivilegedOperation, Result<PrivilegedAnswer, any Error>)
    case conditions([ServiceCondition])
    case pollDue
    case checkDue
  }

  package enum Directive: Sendable {
    case answer(RequestID, Result<Answer, any Error>)
    /// Ask the Agent System; `answered` comes of it.
    case ask(Purpose, PrivilegedOperation, asker: ServiceName)
    case emit(EventCatalog.Event)
    /// `conditions` comes of it.
    case readConditions
    /// `pollDue` or `checkDue` comes of it.
    case wake(Alarm, after: Duration)
  }

  package enum Answer: Sendable {
    case privileged(PrivilegedAnswer)
    case report(Report)
  }

  package enum Alarm: Hashable, Sendable { case poll, check }

  /// What a question to the Agent System is for.
  package enum Purpose: Hashable, Sendable {
    case relay(RequestID)
    /// Counts the changes of the standing: an answer from before the latest is out of date.
    case learn(Int)
    case look(RegistryPath)
    case schedule(RegistryPath)
  }

  /// What the WatchDog knows without asking.
  package struct Report: Sendable {
    package var standing: ConnectorStanding
    package var isAgentSystemReachable: Bool
    /// The flag that the last check found set.
    package var pendingRestart: RegistryPath?
    package var services: [ServiceWatch.Record]
  }

  private let settings: WatchDogSettings
  private var watch: ServiceWatch
  private var standing = ConnectorStanding()
  private var learned: Set<PrivilegedOperation> = []
  private var changes = 0
  /// Changes of the standing that are under way, and whether two of them were at once: their answers tell nothing of the order in which they were made.
  private var changing = 0
  private var hasOverlapped = false
  private var isReachable = true
  /// What the last look at each flag found.
  private var flags: [RegistryPath: Bool] = [:]
  private var isReported = false
  private var isScheduling = false

  /// Where the standing is kept: read once, then followed from the answers that pass through.
  private static let lessons: [PrivilegedOperation] = [
    .registryRead(KnownRegistryKeys.inMaintenance), .registryList(under: KnownRegistryKeys.ours, after: nil),
  ]

  package init(_ settings: WatchDogSettings = WatchDogSettings()) {
    self.settings = settings
    watch = ServiceWatch(settings)
  }

  package static func answer(in directive: Directive) -> (RequestID, Result<Answer, any Error>)? {
    if case .answer(let id, let answer) = directive { (id, answer) } else { nil }
  }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch event {
    case .started: learn() + [.readConditions, .wake(.check, after: settings.pendingCheckEvery)]
    case .elevate(let id, let operation, let asker): relay(id, operation, asker)
    case .administer(let id, let operation, let caller):
      (operation.kind.rule.changes
        ? [.emit(.watchDogAdministered(caller: caller.name, operation: operation.kind.name, detail: operation.auditText))] : [])
        + relay(id, operation, .watchDog)
    case .report(let id): [.answer(id, .success(.report(report)))]
    case .answered(let purpose, let operation, let result): reachability(result) + answered(purpose, operation, result)
    case .conditions(let conditions): watch.update(conditions, at: now.moment).map { .emit($0) } + [.wake(.poll, after: settings.pollEvery)]
    case .pollDue: [.readConditions]
    case .checkDue: check()
    }
  }

  private var report: Report {
    Report(
      standing: standing, isAgentSystemReachable: isReachable, pendingRestart: KnownRegistryKeys.pendingRestartFlags.first { flags[$0] == true },
      services: watch.records)
  }

  private mutating func relay(_ id: RequestID, _ operation: PrivilegedOperation, _ asker: ServiceName) -> [Directive] {
    switch Authorizer.decide(operation, asker: asker, caller: .watchDog) {
    case .allow:
      begin(operation)
      return [.ask(.relay(id), operation, asker: asker)]
    case .deny(let refusal):
      return [
        .emit(.watchDogElevationDenied(asker: asker.rawValue, operation: operation.kind.name, reason: refusal.description)),
        .answer(id, .success(.privileged(.refused(refusal)))),
      ]
    }
  }

  private mutating func reachability(_ result: Result<PrivilegedAnswer, any Error>) -> [Directive] {
    switch result {
    case .success:
      defer { isReachable = true }
      return isReachable ? [] : [.emit(.watchDogAgentSystemReachable())]
    case .failure(let error):
      guard !(error is CancellationError), isReachable else { return [] }
      isReachable = false
      return [.emit(.watchDogAgentSystemUnreachable(reason: "\(error)"))]
    }
  }

  private mutating func answered(
    _ purpose: Purpose, _ operation: PrivilegedOperation, _ result: Result<PrivilegedAnswer, any Error>
  ) -> [Directive] {
    switch purpose {
    case .relay(let id):
      return follow(operation, result) + [.answer(id, result.map { .privileged($0) })]
    case .learn(let changes):
      if changes == self.changes, case .success(.value(let value)) = result { learn(operation, value) }
      return []
    case .look(let flag): return found(flag, result)
    case .schedule(let flag):
      isScheduling = false
      return follow(operation, result) + scheduled(flag, result)
    }
  }

  private mutating func begin(_ operation: PrivilegedOperation) {
    guard operation.changesStanding else { return }
    changing += 1
    if changing > 1 { hasOverlapped = true }
  }

  /// Keeps the standing in step with what passes through. Where an answer leaves it open, it is read again.
  private mutating func follow(_ operation: PrivilegedOperation, _ result: Result<PrivilegedAnswer, any Error>) -> [Directive] {
    let isOrderOpen = operation.changesStanding && hasOverlapped
    if operation.changesStanding { changing -= 1 }
    if changing == 0 { hasOverlapped = false }
    switch (operation, try? result.get()) {
    case (_, .refused(let refusal)):
      guard refusal.reason == .alreadyScheduled, standing.restart == nil else { return [] }
      learned = []
    case (.setMaintenance(let on, let reason), .done):
      standing.inMaintenance = on
      standing.maintenanceReason = on ? reason.text : ""
    case (.scheduleRestart, .value(.restart(let restart))): standing.restart = restart
    case (.cancelRestart, .value): standing.restart = nil
    case (.setMaintenance, _), (.scheduleRestart, _), (.cancelRestart, _): learned = []
    default: return []
    }
    if isOrderOpen { learned = [] }
    changes += 1
    return learn()
  }

  private func learn() -> [Directive] { Self.lessons.filter { !learned.contains($0) }.map { .ask(.learn(changes), $0, asker: .watchDog) } }

  private mutating func learn(_ operation: PrivilegedOperation, _ value: PrivilegedValue) {
    switch value {
    case .registry(let flag): standing.inMaintenance = flag == .integer(1)
    case .entries(let entries, _):
      let settings = Dictionary(entries.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
      standing.restart = ScheduledRestart(in: settings)
      if case .string(let text) = settings[KnownRegistryKeys.maintenanceReason] { standing.maintenanceReason = text }
    case .flag, .restart, .updater, .releases: return
    }
    learned.insert(operation)
  }

  private func check() -> [Directive] {
    learn() + KnownRegistryKeys.pendingRestartFlags.map { .ask(.look($0), .registryRead($0), asker: .watchDog) }
      + [.wake(.check, after: settings.pendingCheckEvery)]
  }

  private mutating func found(_ flag: RegistryPath, _ result: Result<PrivilegedAnswer, any Error>) -> [Directive] {
    guard case .success(.value(.registry(let value))) = result else { return [] }
    flags[flag] = KnownRegistryKeys.asksForRestart(value)
    guard flags[flag] == true else {
      if !flags.values.contains(true) { isReported = false }
      return []
    }
    if settings.isCoordinated {
      defer { isReported = true }
      return isReported ? [] : [.emit(.evergreenRestartReported(flag: flag.text))]
    }
    guard standing.restart == nil, !isScheduling else { return [] }
    isScheduling = true
    let operation = PrivilegedOperation.scheduleRestart(.machine, delay: settings.restartDelay, reason: ReasonText("a restart is pending: \(flag)"))
    begin(operation)
    return [.ask(.schedule(flag), operation, asker: .watchDog)]
  }

  private func scheduled(_ flag: RegistryPath, _ result: Result<PrivilegedAnswer, any Error>) -> [Directive] {
    switch result {
    case .success(.value), .success(.done): [.emit(.watchDogRestartPending(flag: flag.text))]
    case .success(.refused(let refusal)):
      refusal.reason == .alreadyScheduled ? [] : [.emit(.watchDogRestartNotScheduled(flag: flag.text, reason: refusal.description))]
    case .success(.failed(let failure)): [.emit(.watchDogRestartNotScheduled(flag: flag.text, reason: failure.description))]
    case .failure(let error): [.emit(.watchDogRestartNotScheduled(flag: flag.text, reason: "\(error)"))]
    }
  }
}

extension PrivilegedOperation {
  /// Done, it changes what `ConnectorStanding` says.
  fileprivate var changesStanding: Bool {
    switch kind {
    case .setMaintenance, .scheduleRestart, .cancelRestart: true
    default: false
    }
  }
}

extension WireCaller {
  /// As events show it.
  var name: String {
    switch self {
    case .cloud: "the cloud"
    case .control(let uid): "user \(uid)"
    }
  }
}
