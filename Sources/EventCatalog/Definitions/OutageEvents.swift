/// Provider HighAvailability, codes 17005 to 17099: outages of the cloud, as the High Availability service sees them.
package enum OutageEvents {
  private static let mode = EventField("mode", .text, "the mode, such as Extended HA")
  private static let duration = EventField("duration", .milliseconds, "since outage mode was entered")

  package static let modeChanged = EventDefinition(
    17005, "availability.mode-changed", id: "9016e90edd7343f5a6b822cb64655805", .highAvailability, .notice,
    "The mode goes from {before} to {mode}: {reason}.",
    advice:
      "connectorctl ha why says what it waits for. In Initial HA, Extended HA and Pending Recovery the elected connector brokers, not the cloud.",
    fields: [
      EventField("before", .text, "the mode before"), mode, EventField("rule", .text, "the rule that decided, in one word"),
      EventField("reason", .text, "the same in a sentence"),
    ],
    vendor: VendorEvent(provider: "Citrix Remote Broker Provider", id: 3003, source: "facts/product.md 3.5"))

  package static let began = EventDefinition(
    17006, "availability.outage-began", id: "a7ef3beb80514b91b28905db91a30c89", .highAvailability, .error,
    "An outage has begun: {reason}; the resource location brokers by itself.",
    advice: "Find out why the cloud is not reached: connectorctl health and connectorctl ha why. Machines register here within five minutes.",
    fields: [EventField("reason", .text, "why outage mode was entered")],
    vendor: VendorEvent(provider: "Citrix High Availability Service", id: 3502, source: "facts/product.md 3.5"))

  package static let ended = EventDefinition(
    17007, "availability.outage-ended", id: "5ecaa93831b34725809358a1500c3e5d", .highAvailability, .notice,
    "The outage is over after {duration}; the cloud brokers again.",
    advice: "Nothing to do. Machines register with the cloud again within five minutes.", fields: [duration],
    vendor: VendorEvent(provider: "Citrix High Availability Service", id: 3503, source: "facts/product.md 3.5"))

  package static let lasts = EventDefinition(
    17008, "availability.outage-lasts", id: "378003ca31ed44fd8913b9c3dfea7737", .highAvailability, .warning,
    "The outage has lasted for {duration} ({mode}).", advice: "connectorctl ha why says what would end it.", fields: [duration, mode],
    vendor: VendorEvent(provider: "Citrix High Availability Service", id: 3507, source: "facts/product.md 3.5"))

  package static let barred = EventDefinition(
    17009, "availability.outage-barred", id: "aedc487af1e147eba171c64be2295360", .highAvailability, .warning,
    "The cloud is not reached from here, and outage mode is not entered: {reason}.",
    advice:
      "If StoreFront should use this connector, enter it there as a delivery controller. If a peer reaches the cloud, repair the way from this connector.",
    fields: [EventField("reason", .text, "what keeps it from outage mode")])

  package static let forced = EventDefinition(
    17010, "availability.outage-forced", id: "64d9cefeeef849009ed9d94bf6a3425b", .highAvailability, .warning,
    "Outage mode is forced ({forced}): {reason}.",
    advice: "true: it is, and lasts until connectorctl ha clear; force it on every connector of the resource location. false: it is so no more.",
    fields: [EventField("forced", .flag, "whether it is forced now"), EventField("reason", .text, "what an administrator gave as the reason")])

  package static let all: [EventDefinition] = [modeChanged, began, ended, lasts, barred, forced]
}

extension Event {
  package static func outageModeChanged(_ mode: String, before: String, rule: String, reason: String) -> Event {
    OutageEvents.modeChanged.event(["mode": .text(mode), "before": .text(before), "rule": .text(rule), "reason": .text(reason)])
  }
  package static func outageBegan(reason: String) -> Event { OutageEvents.began.event(["reason": .text(reason)]) }
  package static func outageEnded(after milliseconds: Int) -> Event { OutageEvents.ended.event(["duration": .milliseconds(milliseconds)]) }
  package static func outageLasts(mode: String, for milliseconds: Int) -> Event {
    OutageEvents.lasts.event(["mode": .text(mode), "duration": .milliseconds(milliseconds)])
  }
  package static func outageBarred(reason: String) -> Event { OutageEvents.barred.event(["reason": .text(reason)]) }
  package static func outageForced(_ forced: Bool, reason: String) -> Event {
    OutageEvents.forced.event(["forced": .flag(forced), "reason": .text(reason)])
  }
}
