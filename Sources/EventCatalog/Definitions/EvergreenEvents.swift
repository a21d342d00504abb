/// Updates of the connector itself, provider Evergreen, codes 18000 to 18999. All numbers are ours.
package enum EvergreenEvents {
  private static let release = EventField("release", .text, "version and start of the manifest's digest")
  private static let from = EventField("from", .text, "the release that it follows or takes over from")
  private static let reason = EventField("reason", .text, "why, in words")

  package static let installed = EventDefinition(
    18000, "evergreen.installed", id: "fcc9f4e597c9455badda94b72ea47390", .evergreen, .info,
    "Release {release} is installed beside the one that runs.",
    advice: "Nothing to do: it is tried when the cloud grants it.", fields: [release])

  package static let installFailed = EventDefinition(
    18001, "evergreen.install-failed", id: "739bfeb903f348d4b950ee849ac43603", .evergreen, .warning,
    "A release could not be installed: {reason}.",
    advice:
      "Nothing of it stays. If the release itself is at fault, its version is not tried again: order a newer one, or connectorctl update clear.",
    fields: [reason])

  package static let refused = EventDefinition(
    18002, "evergreen.refused", id: "5d9c8b662821402fa71930393a68f9e2", .evergreen, .notice,
    "An update was refused: {reason}.", advice: "The reason says what to do.", fields: [reason])

  package static let trialOpened = EventDefinition(
    18003, "evergreen.trial-opened", id: "f0446395770c43e8b537ed042fa1bda9", .evergreen, .notice,
    "Release {release} is on trial instead of {from} until {deadline}, attempt {attempt}.",
    advice: "Nothing to do: it is committed when it was healthy for long enough, and goes back by itself otherwise.",
    fields: [release, from, EventField("deadline", .text, "to be committed by then"), EventField("attempt", .integer, "from 1")])

  package static let committed = EventDefinition(
    18004, "evergreen.committed", id: "decf0e6b4b094b418443bfa428583cd9", .evergreen, .notice,
    "Release {release} passed its trial and is active; {from} stays to go back to.",
    advice: "Nothing to do.", fields: [release, from])

  package static let rollbackOrdered = EventDefinition(
    18005, "evergreen.rollback-ordered", id: "d4401aeb26c542b8abc081565c90fa64", .evergreen, .warning,
    "The connector goes back from {from} to {release}: {reason}.",
    advice: "It takes the next start. Its version is not tried again until a newer one is ordered or an operator clears it.",
    fields: [release, from, reason])

  package static let rolledBack = EventDefinition(
    18006, "evergreen.rolled-back", id: "f8f5de3b3a0d4d9ca52e798502cc0bfe", .evergreen, .warning,
    "The connector went back from {from} to {release}.",
    advice: "connectorctl update history says why. When that is settled, order a newer release, or connectorctl update clear.",
    fields: [release, from])

  package static let cleared = EventDefinition(
    18007, "evergreen.cleared", id: "67631dc87c9143779d95fdccb90391c9", .evergreen, .notice,
    "Version {version} may be tried again.", advice: "Nothing to do.", fields: [EventField("version", .text, "four numbers")])

  package static let staleIgnored = EventDefinition(
    18008, "evergreen.stale-ignored", id: "b002d2526fc7417f9c16350fe3423521", .evergreen, .notice,
    "Updater {generation} wanted something although another one has taken over; nothing was done.",
    advice: "Nothing to do, unless it comes again and again: then two updaters fight over one release folder.",
    fields: [EventField("generation", .integer, "the number that it was given when it took over")])

  package static let removed = EventDefinition(
    18009, "evergreen.removed", id: "af04d785ec05488aa686d486517a047b", .evergreen, .info,
    "Release {release} was removed; nothing needs it any more.", advice: "Nothing to do.", fields: [release])

  package static let escalated = EventDefinition(
    18010, "evergreen.escalated", id: "c293a5eb443748328d0cd563add175eb", .evergreen, .error,
    "An update needs a person: {reason}.",
    advice: "See to the reason; then connectorctl update clear, or order a newer release.", fields: [reason])

  package static let all: [EventDefinition] = [
    installed, installFailed, refused, trialOpened, committed, rollbackOrdered, rolledBack, cleared, staleIgnored, removed, escalated,
  ]
}

extension Event {
  package static func evergreenInstalled(_ release: String) -> Event { EvergreenEvents.installed.event(["release": .text(release)]) }
  package static func evergreenInstallFailed(_ reason: String) -> Event { EvergreenEvents.installFailed.event(["reason": .text(reason)]) }
  package static func evergreenRefused(_ reason: String) -> Event { EvergreenEvents.refused.event(["reason": .text(reason)]) }
  package static func evergreenTrialOpened(_ release: String, from: String, deadline: String, attempt: Int) -> Event {
    EvergreenEvents.trialOpened.event([
      "release": .text(release), "from": .text(from), "deadline": .text(deadline), "attempt": .integer(attempt),
    ])
  }
  package static func evergreenCommitted(_ release: String, from: String) -> Event {
    EvergreenEvents.committed.event(["release": .text(release), "from": .text(from)])
  }
  package static func evergreenRollbackOrdered(to release: String, from: String, reason: String) -> Event {
    EvergreenEvents.rollbackOrdered.event(["release": .text(release), "from": .text(from), "reason": .text(reason)])
  }
  package static func evergreenRolledBack(to release: String, from: String) -> Event {
    EvergreenEvents.rolledBack.event(["release": .text(release), "from": .text(from)])
  }
  package static func evergreenCleared(_ version: String) -> Event { EvergreenEvents.cleared.event(["version": .text(version)]) }
  package static func evergreenStaleIgnored(_ generation: Int) -> Event {
    EvergreenEvents.staleIgnored.event(["generation": .integer(generation)])
  }
  package static func evergreenRemoved(_ release: String) -> Event { EvergreenEvents.removed.event(["release": .text(release)]) }
  package static func evergreenEscalated(_ reason: String) -> Event { EvergreenEvents.escalated.event(["reason": .text(reason)]) }
}
