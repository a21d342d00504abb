/// Updates as the WatchDog performs them, provider Evergreen, codes 18011 and up. What becomes of the releases on disk stands in `EvergreenEvents`.
package enum EvergreenUpdaterEvents {
  package static let leaseTaken = EventDefinition(
    18011, "evergreen.lease-taken", id: "71ae8e8ee65b4311b89c19dbab5d9bd9", .evergreen, .notice,
    "The cloud gave this connector the lease {token} for {action} until {until}.",
    advice: "Nothing to do: it is in maintenance meanwhile, and leaves it by itself when the lease ends.",
    fields: [
      EventField("token", .integer, "rises with every lease of the resource location"),
      EventField("action", .text, "what was ordered first"),
      EventField("until", .text, "the end of the lease"),
    ])

  package static let leaseOver = EventDefinition(
    18012, "evergreen.lease-over", id: "0d58a3ac0a6c4f82b2df46d77b208538", .evergreen, .notice,
    "The lease {token} is over: {reason}.",
    advice: "Nothing to do.",
    fields: [
      EventField("token", .integer, "of the lease"),
      EventField("reason", .text, "why"),
    ])

  package static let orderTaken = EventDefinition(
    18013, "evergreen.order-taken", id: "4faf8a05fbd1446d8061e2ed733ec232", .evergreen, .notice,
    "The cloud orders version {version} under lease {token}.",
    advice: "Nothing to do: it is fetched, checked and tried; connectorctl update status shows how far it is.",
    fields: [
      EventField("version", .text, "four numbers"),
      EventField("token", .integer, "of the lease"),
    ])

  package static let downloaded = EventDefinition(
    18014, "evergreen.downloaded", id: "ad38a43bf86c45f5855691fb8660e945", .evergreen, .info,
    "The bundle of version {version} is here and is what signed metadata says.",
    advice: "Nothing to do.",
    fields: [
      EventField("version", .text, "four numbers")
    ])

  package static let retry = EventDefinition(
    18015, "evergreen.fetch-failed", id: "0cad6f392b7046018db298fad57842e9", .evergreen, .notice,
    "Version {version} could not be fetched, and is tried again in {pause}: {reason}.",
    advice: "Nothing to do, unless it goes on: then see to the reason.",
    fields: [
      EventField("version", .text, "four numbers"),
      EventField("pause", .milliseconds, "until the next try"),
      EventField("reason", .text, "what went wrong"),
    ])

  package static let trialBegan = EventDefinition(
    18016, "evergreen.trial-began", id: "2185408eb9c84c1984cb53fe4201c5a0", .evergreen, .notice,
    "This process is version {version}, on trial: it must show its health and reach the cloud.",
    advice: "Nothing to do: it is committed or goes back by itself.",
    fields: [
      EventField("version", .text, "four numbers")
    ])

  package static let trialHealth = EventDefinition(
    18017, "evergreen.trial-health", id: "628e4cb8fceb44498dfb49573fa4c6f0", .evergreen, .notice,
    "The trial of version {version}: {verdict}.",
    advice: "Nothing to do, unless the trial goes back; then this says what was wrong.",
    fields: [
      EventField("version", .text, "four numbers"),
      EventField("verdict", .text, "what the probe saw"),
    ])

  package static let cameBack = EventDefinition(
    18018, "evergreen.came-back", id: "4753f4f524174fc99bd033e866b897e9", .evergreen, .warning,
    "This connector is back from version {version}: {reason}.",
    advice: "See to the reason. The version is not tried again until a newer one is ordered or connectorctl update clear.",
    fields: [
      EventField("version", .text, "four numbers"),
      EventField("reason", .text, "why its trial ended"),
    ])

  package static let givenUp = EventDefinition(
    18019, "evergreen.given-up", id: "316d6438e184468c88415ac8b812f37d", .evergreen, .warning,
    "The update to version {version} was given up: {reason}.",
    advice: "The release that runs stays. See to the reason; the cloud says whether it is tried again.",
    fields: [
      EventField("version", .text, "four numbers"),
      EventField("reason", .text, "why"),
    ])

  package static let pinned = EventDefinition(
    18020, "evergreen.pinned", id: "a196a51066b5478dbcb4fd373cf7304b", .evergreen, .notice,
    "An administrator keeps this connector at the release that runs: {reason}.",
    advice: "The cloud updates it again after connectorctl update unpin.",
    fields: [
      EventField("reason", .text, "why, in the administrator's words")
    ])

  package static let unpinned = EventDefinition(
    18021, "evergreen.unpinned", id: "7f707cfaf47c478a843308b87bcc1534", .evergreen, .notice,
    "This connector takes updates again.",
    advice: "Nothing to do.")

  package static let restartReported = EventDefinition(
    18022, "evergreen.restart-reported", id: "416b583253dc41c7bccd3664045b944f", .evergreen, .notice,
    "The machine waits for a restart ({flag}); the cloud orders it, one connector at a time.",
    advice: "Nothing to do. If the cloud never orders it: connectorctl watchdog schedule-restart.",
    fields: [
      EventField("flag", .text, "the setting that says so")
    ])

  package static let leaseNotKept = EventDefinition(
    18023, "evergreen.lease-not-kept", id: "b770b90913174479831a830cb2807d3d", .evergreen, .error,
    "What is under way of an update could not be written: {reason}.",
    advice: "Free room on the disk of the state directory. After a crash this connector would not know where the update ended.",
    fields: [
      EventField("reason", .text, "what the disk said")
    ])

  package static let leaseUnreadable = EventDefinition(
    18024, "evergreen.lease-unreadable", id: "1af3899539834de5a64f171e62410e8c", .evergreen, .warning,
    "The record of the update under way could not be read and was put aside: {reason}.",
    advice: "Nothing to do: the cloud orders again what it still wants.",
    fields: [
      EventField("reason", .text, "what is wrong with it")
    ])

  package static let freezeSuspected = EventDefinition(
    18025, "evergreen.freeze-suspected", id: "dca145234e4344088ca4f61357766296", .evergreen, .warning,
    "No newer signed metadata of releases came for {hours} hours: {reason}.",
    advice:
      "Look whether the repository still signs, and whether other connectors get newer metadata. If they do, somebody keeps it from this one; if its clock is "
      + "wrong, set it.",
    fields: [
      EventField("hours", .integer, "for how long the newest one has been the newest"), EventField("reason", .text, "what the last look found"),
    ])

  package static let freezeOver = EventDefinition(
    18026, "evergreen.freeze-over", id: "bb84babb90b84ba18699e3ca243df240", .evergreen, .notice,
    "Newer signed metadata of releases has come again.",
    advice: "Nothing to do.")

  package static let all: [EventDefinition] = [
    leaseTaken, leaseOver, orderTaken, downloaded, retry, trialBegan, trialHealth, cameBack, givenUp, pinned, unpinned, restartReported, leaseNotKept,
    leaseUnreadable, freezeSuspected, freezeOver,
  ]
}

extension Event {
  package static func evergreenLeaseTaken(token: Int, action: String, until: String) -> Event {
    EvergreenUpdaterEvents.leaseTaken.event(["token": .integer(token), "action": .text(action), "until": .text(until)])
  }
  package static func evergreenLeaseOver(token: Int, reason: String) -> Event {
    EvergreenUpdaterEvents.leaseOver.event(["token": .integer(token), "reason": .text(reason)])
  }
  package static func evergreenOrderTaken(version: String, token: Int) -> Event {
    EvergreenUpdaterEvents.orderTaken.event(["version": .text(version), "token": .integer(token)])
  }
  package static func evergreenDownloaded(version: String) -> Event {
    EvergreenUpdaterEvents.downloaded.event(["version": .text(version)])
  }
  package static func evergreenFreezeSuspected(hours: Int, reason: String) -> Event {
    EvergreenUpdaterEvents.freezeSuspected.event(["hours": .integer(hours), "reason": .text(reason)])
  }
  package static func evergreenFreezeOver() -> Event { EvergreenUpdaterEvents.freezeOver.event() }
  package static func evergreenRetry(version: String, pause: Int, reason: String) -> Event {
    EvergreenUpdaterEvents.retry.event(["version": .text(version), "pause": .milliseconds(pause), "reason": .text(reason)])
  }
  package static func evergreenTrialBegan(version: String) -> Event {
    EvergreenUpdaterEvents.trialBegan.event(["version": .text(version)])
  }
  package static func evergreenTrialHealth(version: String, verdict: String) -> Event {
    EvergreenUpdaterEvents.trialHealth.event(["version": .text(version), "verdict": .text(verdict)])
  }
  package static func evergreenCameBack(version: String, reason: String) -> Event {
    EvergreenUpdaterEvents.cameBack.event(["version": .text(version), "reason": .text(reason)])
  }
  package static func evergreenGivenUp(version: String, reason: String) -> Event {
    EvergreenUpdaterEvents.givenUp.event(["version": .text(version), "reason": .text(reason)])
  }
  package static func evergreenPinned(reason: String) -> Event {
    EvergreenUpdaterEvents.pinned.event(["reason": .text(reason)])
  }
  package static func evergreenUnpinned() -> Event {
    EvergreenUpdaterEvents.unpinned.event()
  }
  package static func evergreenRestartReported(flag: String) -> Event {
    EvergreenUpdaterEvents.restartReported.event(["flag": .text(flag)])
  }
  package static func evergreenLeaseNotKept(reason: String) -> Event {
    EvergreenUpdaterEvents.leaseNotKept.event(["reason": .text(reason)])
  }
  package static func evergreenLeaseUnreadable(reason: String) -> Event {
    EvergreenUpdaterEvents.leaseUnreadable.event(["reason": .text(reason)])
  }
}
