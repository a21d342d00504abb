/// Faults planted in the fleet's own glue, in its settings, or in what stands between the pure logic and the world. Each must be caught by a checker; a
/// checker that catches none is itself a defect.
package enum Mutant: String, CaseIterable, Sendable {
  // The connector's updater.
  case leaseWithoutExpiry, leaseOnWallClock, fencingTokenIgnored, replayedCommandTwice, tokenNotKept, leaseNotSynced
  case staleTakenForFresh
  // The connector's releases.
  case commitOnProcessLiveness, missingSync, deadManOff, failedVersionAgain, snapshotNotRestored, noPreflight, rollbackNeedsNetwork
  case removedDuringTrial, rollbackLoops, versionComparedAsText, releaseNotSynced, olderAccepted, foreignPlatform
  // The cloud's shell.
  case stateNotSavedFirst, ordersNotSaved, healthKeptAcrossRestart, lossOfContactUnnoticed, deadlinesIgnored
  case versionNeverReported, unwellCountsAsHealthy, ringsNotSaved, delayForgotten, failureNotSaved, digestOfBefore, overtakenReportBelieved
  // The coordinator's settings and inputs.
  case windowCheckedWithoutRoom, windowInWrongZone, noBake, failuresNotCounted, startCapOff, inFlightLimitOff, floorsSkipped, everybodyInARing
  case canaryLimitOff, windowCheckedBeforeLease
  // The election.
  case electionByArrival, electionByNameAlone, electionNeverGivenUp, peersNotAnswered
  // Outages.
  case cloudLossUnnoticed, storeFrontIgnored, peersWordIgnored, forcedForEver, servesUnelected, servesOnAfterwards, dampingOff, recoveryCutShort
  // Registrations in an outage.
  case unelectedRegisters, heartbeatsBelieved
  // The copy of the broker configuration.
  case importInPlace, importNotSynced, unfinishedImportUsed
  // The Agent System.
  case refusalIgnored, auditSkipped
}
