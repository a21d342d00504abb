import World

/// The table's rows of releases. The WatchDog alone asks for them: it decides, the Agent System acts.
extension PrivilegedOperation.Kind {
  /// What only concerns releases; nil for the other operations.
  package static let ofReleases: Set<PrivilegedOperation.Kind> = [
    .installRelease, .activateRelease, .rollBackRelease, .removeRelease, .commitRelease, .takeOverUpdates, .clearFailedRelease, .releaseStatus,
  ]

  var releaseRule: OperationRule {
    switch self {
    case .installRelease:
      row(
        "version, SHA-256 and length of the bundle, updater",
        [
          .staleUpdater, .notDownloaded, .badRelease, .noRoom, .floorMissing, .wrongPlatform, .olderRelease, .alreadyActive, .failedBefore,
          .reinstallNeeded,
        ], seconds: 600)
    case .activateRelease:
      row(
        "version, updater",
        [
          .staleUpdater, .unknownRelease, .badRelease, .floorMissing, .wrongPlatform, .olderRelease, .alreadyActive, .failedBefore,
          .reinstallNeeded, .updateUnderWay,
        ], seconds: 60)
    case .commitRelease:
      row("version, evidence of its health, updater", [.staleUpdater, .noTrial, .badRelease, .outOfRange], seconds: 60)
    case .rollBackRelease: row("reason, updater", [.staleUpdater, .interrupted, .nothingToGoBackTo], isIdempotent: false, seconds: 30)
    case .removeRelease: row("version, updater", [.staleUpdater, .unknownRelease, .releaseInUse], seconds: 60)
    case .clearFailedRelease: row("version, updater", [.staleUpdater], seconds: 30)
    case .takeOverUpdates: row("none", [.interrupted], isIdempotent: false, seconds: 30)
    default: row("none", [], changes: false, seconds: 5)
    }
  }

  private func row(
    _ arguments: String, _ errors: [Refusal.Reason], isIdempotent: Bool = true, changes: Bool = true, seconds: Int
  ) -> OperationRule {
    OperationRule(
      arguments: arguments, errors: [.noReleaseLayout] + errors, isIdempotent: isIdempotent, changes: changes, timeLimit: .seconds(seconds),
      askers: [.watchDog])
  }
}
