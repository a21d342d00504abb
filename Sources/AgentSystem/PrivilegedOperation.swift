package import Releases
package import World

/// Everything that the Agent System can be asked to do to the machine: the whole audit surface stands in this file. No case takes a shell string
/// or a free path; a release is named by its version and a setting by a registry path that is not a file's.
package enum PrivilegedOperation: Hashable, Sendable {
  /// Unpacks the downloaded bundle of this digest and length (bytes); it lies under its digest, so no path is named.
  case installRelease(ReleaseVersion, digest: ContentDigest, length: Int64, by: UpdaterGeneration)
  /// Orders the trial of an installed release: the next start tries it.
  case activateRelease(ReleaseVersion, by: UpdaterGeneration)
  /// Orders the way back: from the trial, or from the active release to the one before it. The next start goes it.
  case rollBackRelease(reason: ReasonText, by: UpdaterGeneration)
  /// Removes an installed release that is neither active, on trial nor the one to roll back to.
  case removeRelease(ReleaseVersion, by: UpdaterGeneration)
  /// Makes the release on trial the active one.
  case commitRelease(ReleaseVersion, TrialEvidence, by: UpdaterGeneration)
  /// The asker is the updater from now on; every earlier one is stale. Answers its generation.
  case takeOverUpdates
  /// Lets a version be tried again that failed here; ends an escalation.
  case clearFailedRelease(ReleaseVersion, by: UpdaterGeneration)
  /// Answers which release runs, which would come back, what is tried, what failed and who updates.
  case releaseStatus
  /// Restarts the process or the machine after `delay` seconds. Only one restart can be scheduled; it survives a crash.
  case scheduleRestart(RestartTarget, delay: UInt32, reason: ReasonText)
  /// Takes the scheduled restart back. Answers whether there was one.
  case cancelRestart
  /// Restarts the connector's process right after the answer is out. A scheduled restart stays scheduled.
  case restartSupervisor(reason: ReasonText)
  /// Restarts one service. Those that carry the answer (Agent System, Logger, WatchDog) are restarted right after it is out.
  case restartService(ServiceName)
  /// Answers the value at the path, its documented default, or nothing.
  case registryRead(RegistryPath)
  case registryWrite(RegistryPath, RegistryValue)
  /// Removes the value; a known key goes back to its default. Answers whether there was one.
  case registryDelete(RegistryPath)
  /// Answers the values at and below `under` (all if nil) that sort after `after`, as many as fit one frame, and whether there are more.
  case registryList(under: RegistryPath?, after: RegistryPath?)
  case setMaintenance(Bool, reason: ReasonText)

  /// The operations without their arguments. The raw value is the wire code: it never changes and is never used again.
  package enum Kind: UInt16, CaseIterable, Sendable {
    case installRelease = 1
    case activateRelease = 2
    case rollBackRelease = 3
    case removeRelease = 4
    case commitRelease = 5
    case takeOverUpdates = 6
    case clearFailedRelease = 7
    case releaseStatus = 8
    case scheduleRestart = 10
    case cancelRestart = 11
    case restartSupervisor = 12
    case restartService = 13
    case registryRead = 20
    case registryWrite = 21
    case registryDelete = 22
    case registryList = 23
    case setMaintenance = 30

    package var name: String { String(describing: self) }
  }

  package var kind: Kind {
    switch self {
    case .installRelease: .installRelease
    case .activateRelease: .activateRelease
    case .rollBackRelease: .rollBackRelease
    case .removeRelease: .removeRelease
    case .commitRelease: .commitRelease
    case .takeOverUpdates: .takeOverUpdates
    case .clearFailedRelease: .clearFailedRelease
    case .releaseStatus: .releaseStatus
    case .scheduleRestart: .scheduleRestart
    case .cancelRestart: .cancelRestart
    case .restartSupervisor: .restartSupervisor
    case .restartService: .restartService
    case .registryRead: .registryRead
    case .registryWrite: .registryWrite
    case .registryDelete: .registryDelete
    case .registryList: .registryList
    case .setMaintenance: .setMaintenance
    }
  }
}

/// What the table says of one operation.
package struct OperationRule: Hashable, Sendable {
  /// For people: what it takes.
  package var arguments: String
  /// The refusals of its own, beyond those that any operation can meet (`Refusal.Reason.general`).
  package var errors: [Refusal.Reason]
  /// Whether doing it again, as a new request, changes nothing more. The same request id is done once in any case.
  package var isIdempotent: Bool
  /// Whether it changes anything; what only reads is not remembered by its request id.
  package var changes: Bool
  /// Measured from its arrival; a request's own deadline can only be earlier.
  package var timeLimit: Duration
  /// The services that may ask for it (through the WatchDog). For registry writes the key's own writers count as well.
  package var askers: Set<ServiceName>
}

extension PrivilegedOperation.Kind {
  /// The table. The only caller is the WatchDog in every row (`Authorizer`). Time limits are chosen: the product documents none.
  package var rule: OperationRule {
    switch self {
    case .installRelease, .activateRelease, .rollBackRelease, .removeRelease, .commitRelease, .takeOverUpdates, .clearFailedRelease,
      .releaseStatus:
      releaseRule
    case .scheduleRestart:
      OperationRule(
        arguments: "process or machine, delay of 0 to \(PrivilegedOperation.longestDelay) seconds, reason", errors: [.outOfRange, .alreadyScheduled],
        isIdempotent: false, changes: true, timeLimit: .seconds(5), askers: [.watchDog])
    case .cancelRestart:
      OperationRule(arguments: "none", errors: [], isIdempotent: true, changes: true, timeLimit: .seconds(5), askers: [.watchDog])
    case .restartSupervisor:
      OperationRule(arguments: "reason", errors: [], isIdempotent: false, changes: true, timeLimit: .seconds(5), askers: [.watchDog])
    case .restartService:
      OperationRule(
        arguments: "service", errors: [.interrupted], isIdempotent: false, changes: true, timeLimit: .seconds(30), askers: [.watchDog])
    case .registryRead:
      OperationRule(
        arguments: "path", errors: [], isIdempotent: true, changes: false, timeLimit: .seconds(5),
        askers: [.watchDog, .adProvider, .agentDiscovery, .credentialProvider, .configSynchronizer, .highAvailability, .remoteBroker])
    case .registryWrite:
      OperationRule(
        arguments: "path, typed value", errors: [.keyNotPermitted, .readOnlyKey, .wrongType, .outOfRange, .registryFull], isIdempotent: true,
        changes: true, timeLimit: .seconds(5), askers: [.watchDog, .configSynchronizer, .highAvailability])
    case .registryDelete:
      OperationRule(
        arguments: "path", errors: [.keyNotPermitted, .readOnlyKey], isIdempotent: true, changes: true, timeLimit: .seconds(5), askers: [.watchDog])
    case .registryList:
      OperationRule(
        arguments: "path or nothing, path to go on after or nothing", errors: [], isIdempotent: true, changes: false, timeLimit: .seconds(5),
        askers: [.watchDog, .configSynchronizer, .highAvailability])
    case .setMaintenance:
      OperationRule(arguments: "on or off, reason", errors: [], isIdempotent: true, changes: true, timeLimit: .seconds(5), askers: [.watchDog])
    }
  }
}

extension PrivilegedOperation {
  /// Seconds: seven days.
  package static let longestDelay: UInt32 = 604_800

  /// The arguments as the audit shows them; never a value of the registry, which may be confidential.
  package var auditText: String {
    switch self {
    case .installRelease(let version, let digest, let length, let by): "\(version) of \(length) bytes, \(digest.short)…, by \(by)"
    case .activateRelease(let version, let by), .removeRelease(let version, let by), .clearFailedRelease(let version, let by): "\(version) by \(by)"
    case .rollBackRelease(let reason, let by): "by \(by): \(reason.text)"
    case .commitRelease(let version, let evidence, let by):
      "\(version) by \(by) after \(evidence.healthySeconds) s, \(evidence.probes) probes, \(evidence.endToEndProbes) end to end"
    case .cancelRestart, .takeOverUpdates, .releaseStatus: ""
    case .scheduleRestart(let target, let delay, let reason): "\(target.rawValue) in \(delay) s: \(reason.text)"
    case .restartSupervisor(let reason): reason.text
    case .restartService(let name): name.rawValue
    case .registryRead(let path), .registryDelete(let path): path.text
    case .registryWrite(let path, let value): "\(path.text) (\(value.type.rawValue))"
    case .registryList(let under, let after): (under?.text ?? "all") + (after.map { " after \($0.text)" } ?? "")
    case .setMaintenance(let on, let reason): "\(on ? "on" : "off"): \(reason.text)"
    }
  }
}
