package import World

/// What comes of a request. `refused`: nothing was done. `failed`: something may have been done.
package enum PrivilegedAnswer: Hashable, Sendable {
  case done
  case value(PrivilegedValue)
  case refused(Refusal)
  case failed(PrivilegedFailure)
}

package enum PrivilegedValue: Hashable, Sendable {
  /// Of `registryRead`; nil when there is neither a value nor a default.
  case registry(RegistryValue?)
  /// Of `registryList`, in the order of the paths.
  case entries([RegistryEntry], more: Bool)
  /// Of `cancelRestart` and `registryDelete`: whether there was one.
  case flag(Bool)
  /// Of `scheduleRestart`.
  case restart(ScheduledRestart)
  /// Of `takeOverUpdates`.
  case updater(UpdaterGeneration)
  /// Of `releaseStatus`.
  case releases(ReleaseStatus)
}

package struct ScheduledRestart: Hashable, Sendable {
  package var target: RestartTarget
  package var dueAt: WallTime
  package var reason: ReasonText

  package init(target: RestartTarget, dueAt: WallTime, reason: ReasonText) {
    self.target = target
    self.dueAt = dueAt
    self.reason = reason
  }
}

extension ScheduledRestart {
  /// Microseconds since 1970 that a due time can have: up to the end of the year 9999.
  package static let dueRange: ClosedRange<Int64> = 0...253_402_300_799_999_999

  /// From the read-only settings below `HKLM\Software\Connectord\Restart`; nil when none is scheduled.
  package init?(in settings: [RegistryPath: RegistryValue]) {
    guard case .integer(let due) = settings[KnownRegistryKeys.restartDueAt], case .string(let word) = settings[KnownRegistryKeys.restartTarget],
      Self.dueRange.contains(due), let target = RestartTarget(rawValue: word)
    else { return nil }
    let reason: ReasonText = if case .string(let text) = settings[KnownRegistryKeys.restartReason] { ReasonText(text) } else { "" }
    self.init(target: target, dueAt: WallTime(microseconds: due), reason: reason)
  }
}

/// Why nothing was done, and what to do about it.
package struct Refusal: Hashable, Sendable, Error, CustomStringConvertible {
  package enum Reason: String, CaseIterable, Sendable {
    /// The connection does not belong to the WatchDog.
    case notTheWatchDog
    /// The table does not let this service ask for this operation.
    case notPermitted
    case unknownOperation, malformed, deadlinePassed
    /// The request could not be recorded, and without the record nothing is done.
    case auditUnavailable
    case storageFull, storageFailed
    /// Too many requests at once.
    case busy
    /// This id was given to another request before.
    case requestReused
    /// A request with this id is being done right now.
    case stillRunning
    /// This request was begun before a crash; whether it was done is unknown.
    case interrupted
    /// The operation is declared but not served by this build.
    case notAvailable
    case outOfRange, alreadyScheduled
    case keyNotPermitted, readOnlyKey, wrongType, registryFull
    /// This connector was not started from a release folder: `state.releases` is unset, or nothing was ever installed there.
    case noReleaseLayout
    /// Another updater has taken over.
    case staleUpdater
    /// The bundle does not lie under its digest; fetch it first.
    case notDownloaded
    /// The bundle or the installed release is not what its manifest says.
    case badRelease
    case noRoom
    /// Another version must run first.
    case floorMissing
    case wrongPlatform, olderRelease, alreadyActive
    /// It is not tried again without a clear.
    case failedBefore
    /// FIPS mode below 5.102: it cannot be updated in place.
    case reinstallNeeded
    /// Not installed.
    case unknownRelease
    /// Active, on trial, or the one to go back to.
    case releaseInUse
    case updateUnderWay, noTrial, nothingToGoBackTo

    /// Those that any operation can meet.
    package static let general: [Reason] = [
      .notTheWatchDog, .notPermitted, .unknownOperation, .malformed, .deadlinePassed, .auditUnavailable, .storageFull, .storageFailed, .busy,
      .requestReused, .stillRunning,
    ]
  }
  package var reason: Reason
  package var detail: String

  package init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
  package var description: String { "\(reason.rawValue): \(detail)" }
}

package struct PrivilegedFailure: Hashable, Sendable, Error, CustomStringConvertible {
  package enum Reason: String, CaseIterable, Sendable {
    case timedOut
    /// What the machine said.
    case effect
    /// It was done, but may not survive a loss of power.
    case notDurable
    /// The disk failed in the middle; the next start finishes it or takes it back.
    case disk
  }
  package var reason: Reason
  package var detail: String

  package init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
  package var description: String { "\(reason.rawValue): \(detail)" }
}

extension PrivilegedAnswer {
  /// For the audit: `done`, `refused notPermitted`, `failed timedOut`. Never a value.
  package var outcome: String {
    switch self {
    case .done, .value: "done"
    case .refused(let refusal): "refused \(refusal.reason.rawValue)"
    case .failed(let failure): "failed \(failure.reason.rawValue)"
    }
  }

  /// The value of an answer that has one, nil for `done`; throws the `Refusal` or the `PrivilegedFailure`.
  package func get() throws -> PrivilegedValue? {
    switch self {
    case .done: nil
    case .value(let value): value
    case .refused(let refusal): throw refusal
    case .failed(let failure): throw failure
    }
  }
}
