/// What decided a change of mode, or keeps the first one.
package enum OutageRule: String, Hashable, CaseIterable, Codable, Sendable {
  case started
  case enumerationFailed, launchFailed, relayFailed, ticketFailed, registrationFailed
  case probeFailed, stillFailing
  case checkSucceeded, checkFailed, checkOverdue
  case noStoreFront
  case initialOverWell, initialOver
  case wellAgain, recovered, failedInRecovery
  case forced

  /// In a sentence without its full stop.
  package var sentence: String {
    switch self {
    case .started: "it has just started"
    case .enumerationFailed: "an enumeration for StoreFront failed through the cloud"
    case .launchFailed: "a launch for StoreFront failed through the cloud"
    case .relayFailed: "what a machine and the cloud's broker tell each other could not be relayed"
    case .ticketFailed: "a ticket could not be had through the cloud"
    case .registrationFailed: "a machine's registration could not be relayed to the cloud"
    case .probeFailed: "the cloud did not answer a health probe"
    case .stillFailing: "the cloud fails still, and nothing speaks against checking it any more"
    case .checkSucceeded: "the health check found the way to the cloud well"
    case .checkFailed: "the cloud has failed for as long as it takes, and no peer reaches it"
    case .checkOverdue: "the health check came to no end: the way to the cloud is never well for long"
    case .noStoreFront: "StoreFront does not use this connector, so it cannot enter outage mode"
    case .initialOverWell: "Initial HA is over and everything is well"
    case .initialOver: "Initial HA is over and not everything is well"
    case .wellAgain: "the way to the cloud is well again"
    case .recovered: "the cloud was well for the whole of Pending Recovery"
    case .failedInRecovery: "something failed during Pending Recovery"
    case .forced: "outage mode is forced by an administrator"
    }
  }

  /// Where the rule is known from.
  package var source: String {
    switch self {
    case .started, .stillFailing, .checkOverdue, .registrationFailed, .probeFailed: "unknown, chosen"
    case .enumerationFailed, .launchFailed, .relayFailed, .ticketFailed, .checkSucceeded, .checkFailed, .initialOverWell, .initialOver, .wellAgain,
      .recovered, .failedInRecovery:
      "facts/product.md 3.2"
    case .noStoreFront: "facts/product.md 3.3"
    case .forced: "facts/product.md 3.6"
    }
  }
}
