/// Where a connector stands in its update.
package enum ConnectorPhase: String, CaseIterable, Codable, Sendable {
  /// Nothing is offered.
  case idle
  /// Offered; its window is not open.
  case waiting
  /// Its window is open; it waits for its turn.
  case due
  /// Offered, and not in contact.
  case absent
  /// Away for so long that nobody waits for it; takes its next window when it is back.
  case late
  /// Holds the lease and goes into maintenance.
  case draining
  case installing
  /// Runs the new version, on probation.
  case trial
  case rollingBack
  /// Holds the lease; its machine restarts.
  case restarting
  case updated
  /// Back on its old version; not tried again before a new release or an operator's word.
  case failed
  /// Nobody knows what it is doing; left alone until an operator clears it.
  case quarantined
  /// There is no way to the release from where it is.
  case blocked
  /// The product's own end of a failed update: it keeps the turn of its location, in everybody's way (`Compatibility.vendor` only).
  case stuck

  /// Holds the lease of its location.
  package var inFlight: Bool {
    switch self {
    case .draining, .installing, .trial, .rollingBack, .restarting, .stuck: true
    default: false
    }
  }

  /// Nothing happens to it any more without a fact from outside.
  package var settled: Bool {
    switch self {
    case .idle, .late, .updated, .failed, .quarantined, .blocked: true
    default: false
    }
  }
}

/// What can happen to a connector.
package enum ConnectorStep: String, CaseIterable, Codable, Sendable {
  case offered, opened, closed, granted, drained, trialBegan, committed, failed, rolledBack, restartGranted, restarted, cancelled
  case deadline, lost, found, cleared, withdrawn, barred
}

extension ConnectorPhase {
  /// The table of phase × step; nil: such a step changes nothing here. Every phase that is not settled goes somewhere at its deadline (F9).
  package func after(_ step: ConnectorStep, _ compatibility: Compatibility = .ours) -> ConnectorPhase? {
    if compatibility.isVendor, inFlight, self != .stuck, step == .deadline || step == .failed { return .stuck }
    switch (self, step) {
    case (.idle, .offered), (.updated, .offered), (.failed, .offered), (.blocked, .offered), (.waiting, .offered), (.due, .offered): return .waiting
    case (.absent, .offered): return .absent
    case (.late, .offered): return .late

    case (.waiting, .opened): return .due
    case (.waiting, .deadline), (.due, .closed): return .waiting
    case (.due, .deadline): return .due
    case (.due, .granted): return .draining
    case (.waiting, .lost), (.due, .lost): return .absent
    case (.absent, .deadline): return .late
    case (.absent, .found), (.late, .found): return .waiting

    case (.draining, .drained): return .installing
    case (.draining, .cancelled): return .waiting
    case (.draining, .failed): return .failed
    case (.draining, .deadline): return .quarantined
    case (.installing, .trialBegan): return .trial
    case (.installing, .committed), (.trial, .committed): return .updated
    case (.installing, .failed), (.installing, .deadline), (.trial, .failed), (.trial, .deadline): return .rollingBack
    case (.installing, .rolledBack), (.trial, .rolledBack), (.rollingBack, .rolledBack): return .failed
    case (.rollingBack, .deadline), (.rollingBack, .failed): return .quarantined
    // Somebody took the release off it again.
    case (.updated, .rolledBack): return .failed

    case (.idle, .restartGranted), (.waiting, .restartGranted), (.due, .restartGranted), (.updated, .restartGranted), (.failed, .restartGranted),
      (.blocked, .restartGranted):
      return .restarting
    case (.restarting, .restarted): return .idle
    case (.restarting, .deadline), (.restarting, .failed): return .quarantined

    case (.failed, .cleared), (.quarantined, .cleared), (.stuck, .cleared), (.blocked, .cleared): return .idle
    case (.waiting, .withdrawn), (.due, .withdrawn), (.absent, .withdrawn), (.late, .withdrawn): return .idle
    case (.waiting, .barred), (.due, .barred): return .blocked
    case (.waiting, .committed), (.due, .committed), (.late, .committed), (.absent, .committed), (.blocked, .committed), (.failed, .committed):
      return .updated
    default: return nil
    }
  }
}
