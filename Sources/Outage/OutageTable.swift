/// What the table is asked with: an event, or a time that has come.
package enum OutageTrigger: String, Hashable, CaseIterable, Sendable {
  case enumerationFailed, launchFailed, relayFailed, ticketFailed, registrationFailed, probeFailed
  /// The cloud answered: something brokered, or a probe.
  case cloudAnswered
  case peerTold, storeFrontAsked, electionChanged, importChanged
  case forced, cleared
  /// The last StoreFront activity is too old.
  case storeFrontExpired
  /// The way to the cloud fails, whatever just happened: a peer's word or the damping may have run out.
  case failing
  /// It has failed for `detection`, and was checked for `check`.
  case lossLasted
  /// It has been well for `settle`.
  case settled
  /// The mode lasts for `checkLimit`, `initialHA`, `pendingRecovery`.
  case checkOver, initialOver, recoveryOver
}

/// What must hold for a move.
package enum OutageGuard: String, Hashable, Sendable {
  case always
  /// The way to the cloud fails, here and by every peer's word.
  case failing
  /// The same, StoreFront uses this connector, and the damping is over.
  case mayCheck
  /// StoreFront uses this connector.
  case takesPart
  /// The way to the cloud has been well for `settle`, and nobody forces an outage.
  case settled
  /// The way to the cloud is well, and nobody forces an outage.
  case well
}

/// One way out of a mode.
package struct OutageMove: Hashable, Sendable {
  package var to: OutageMode
  package var rule: OutageRule
  package var when: OutageGuard

  package init(_ to: OutageMode, _ rule: OutageRule, when: OutageGuard = .always) {
    self.to = to
    self.rule = rule
    self.when = when
  }
}

/// State × event → state and rule. In a cell the first move whose guard holds is made; without one the mode stays.
package struct OutageTable: Sendable {
  /// The cells of one trigger.
  package struct Line: Sendable {
    package var cells: [OutageMode: [OutageMove]]

    init(
      normal: [OutageMove] = [], pendingHA: [OutageMove] = [], initialHA: [OutageMove] = [], extendedHA: [OutageMove] = [],
      recovery: [OutageMove] = []
    ) {
      cells = [.workingNormally: normal, .pendingHA: pendingHA, .initialHA: initialHA, .extendedHA: extendedHA, .pendingRecovery: recovery]
    }
  }

  private var lines: [OutageTrigger: Line]

  /// Nil: the table says nothing of it, which a test forbids.
  package func cell(_ mode: OutageMode, _ trigger: OutageTrigger) -> [OutageMove]? { lines[trigger]?.cells[mode] }

  /// The table with one cell replaced: for tests that plant a fault.
  package func replacing(_ mode: OutageMode, _ trigger: OutageTrigger, with moves: [OutageMove]) -> OutageTable {
    var table = self
    table.lines[trigger]?.cells[mode] = moves
    return table
  }

  /// A failure begins a health check, and ends a recovery ("any failure", product facts 3.2). In outage mode nothing is brokered through the cloud.
  private static func failure(_ rule: OutageRule) -> Line {
    Line(normal: [.init(.pendingHA, rule, when: .mayCheck)], recovery: [.init(.extendedHA, .failedInRecovery, when: .failing)])
  }

  /// The documented transitions (product facts 3.2, 3.3, 3.6), and ours: `OutageRule.source` tells them apart.
  package static let documented = OutageTable(lines: [
    .enumerationFailed: failure(.enumerationFailed),
    .launchFailed: failure(.launchFailed),
    .relayFailed: failure(.relayFailed),
    .ticketFailed: failure(.ticketFailed),
    .registrationFailed: failure(.registrationFailed),
    .probeFailed: failure(.probeFailed),
    .failing: failure(.stillFailing),
    .cloudAnswered: Line(),
    .peerTold: Line(),
    .storeFrontAsked: Line(),
    .electionChanged: Line(),
    .importChanged: Line(),
    // A person's order is not damped, and needs no StoreFront: unknown, chosen.
    .forced: Line(
      normal: [.init(.initialHA, .forced)], pendingHA: [.init(.initialHA, .forced)], recovery: [.init(.extendedHA, .forced)]),
    // The way back is the one from any outage: unknown, chosen.
    .cleared: Line(),
    .storeFrontExpired: Line(pendingHA: [.init(.workingNormally, .noStoreFront)]),
    .lossLasted: Line(pendingHA: [.init(.initialHA, .checkFailed, when: .takesPart)]),
    .settled: Line(
      pendingHA: [.init(.workingNormally, .checkSucceeded)], extendedHA: [.init(.pendingRecovery, .wellAgain, when: .settled)]),
    .checkOver: Line(pendingHA: [.init(.initialHA, .checkOverdue, when: .takesPart)]),
    .initialOver: Line(initialHA: [.init(.pendingRecovery, .initialOverWell, when: .settled), .init(.extendedHA, .initialOver)]),
    .recoveryOver: Line(recovery: [.init(.workingNormally, .recovered, when: .well)]),
  ])
}
