/// The coordinator of updates in the simulated cloud, provider Rollout, codes 21000 to 21999. All numbers are ours. Each event is one decision; its kind
/// says which, its reason why.
package enum RolloutEvents {
  private static let fields = [
    EventField("kind", .text, "what was decided"),
    EventField("subject", .text, "the connector's name, else the resource location's"),
    EventField("location", .text, "name of the resource location"),
    EventField("ring", .text, "name of the ring, or canaries"),
    EventField("version", .text, "the release concerned"),
    EventField("token", .text, "fencing token of the lease"),
    EventField("rule", .text, "the rule of the schedule that decided"),
    EventField("until", .text, "something is decided about it again by then"),
    EventField("reason", .text, "why, in words"),
  ]

  package static let release = EventDefinition(
    21000, "rollout.release", id: "1424dae05ac847fe965d4f6687cb566c", .rollout, .notice, "Rollout of {version} ({kind}): {reason}.",
    advice: "Nothing to do; connector-lab update status shows how far it is.", fields: fields)

  package static let halted = EventDefinition(
    21001, "rollout.halted", id: "b870be308be84c1b9458e93691d9b8fb", .rollout, .warning, "Rollout of {version} ({kind}): {reason}.",
    advice: "See which connectors failed and why. Then connector-lab update resume, or revoke the release and publish a higher version.",
    fields: fields)

  package static let refused = EventDefinition(
    21002, "rollout.refused", id: "9c2ec1354e894544bbf3094d557e26ab", .rollout, .notice, "Refused for {subject} ({kind}): {reason}.",
    advice: "The reason says what stands against it.", fields: fields)

  package static let schedule = EventDefinition(
    21003, "rollout.schedule", id: "fe4f09b1d87d417d8bf0a0081133f395", .rollout, .info, "Update schedule of {location} ({kind}): {reason}.",
    advice: "Nothing to do.", fields: fields)

  package static let waiting = EventDefinition(
    21004, "rollout.waiting", id: "a8e1a3b06b93417b832b98f14507bab1", .rollout, .info, "{subject} ({kind}): {reason}.",
    advice: "Nothing to do; connector-lab update now lets a connector update at once.", fields: fields)

  package static let lease = EventDefinition(
    21005, "rollout.lease", id: "43bf8793c43342a0a6cb9602b62e304b", .rollout, .info, "{subject} ({kind}): {reason}.",
    advice: "Nothing to do.", fields: fields)

  package static let step = EventDefinition(
    21006, "rollout.step", id: "6633a070433d4926962b9b98e1ba9d04", .rollout, .notice, "Update of {subject} ({kind}): {reason}.",
    advice: "Nothing to do.", fields: fields)

  package static let failed = EventDefinition(
    21007, "rollout.failed", id: "3f97f26340684c59b7d2a53b0fab9dfa", .rollout, .warning, "Update of {subject} ({kind}): {reason}.",
    advice: "connectorctl update history on the connector says more. When that is settled, publish a higher version, or connector-lab update clear.",
    fields: fields)

  package static let metadataRenewed = EventDefinition(
    21008, "rollout.metadata-renewed", id: "b91b4b32eb1e41eaaf55288884d8602b", .rollout, .info, "Metadata of the releases was signed anew: {roles}.",
    advice: "Nothing to do: it had less than half of its life left.", fields: [EventField("roles", .text, "the roles that were signed")])

  package static let releasesUnreadable = EventDefinition(
    21009, "rollout.releases-unreadable", id: "90cd1a5a40e0414b80197b590ec8dd0f", .rollout, .warning,
    "The repository of releases cannot be used: {detail}.",
    advice: "What was published before stays in force. Repair the repository as the detail says.",
    fields: [EventField("detail", .text, "what is wrong with it")])

  package static let foreignRelease = EventDefinition(
    21010, "rollout.foreign-release", id: "5bc577114c2c4d1eb7554f4bfd0bd4a1", .rollout, .warning,
    "{subject} does not run the release that it names: {reason}.",
    advice: "It takes no updates meanwhile. Compare connectorctl update status there with connector-lab release list, and install the release anew.",
    fields: [EventField("subject", .text, "the connector's name"), EventField("reason", .text, "what it runs, and what is published")])

  package static let all: [EventDefinition] = [
    release, halted, refused, schedule, waiting, lease, step, failed, metadataRenewed, releasesUnreadable, foreignRelease,
  ]
}

extension Event {
  /// A decision; what it does not name is left empty.
  package static func rollout(_ definition: EventDefinition, _ values: [String: String?]) -> Event {
    definition.event(values.mapValues { .text($0 ?? "") })
  }

  package static func rolloutMetadataRenewed(roles: String) -> Event { RolloutEvents.metadataRenewed.event(["roles": .text(roles)]) }
  package static func rolloutForeignRelease(subject: String, reason: String) -> Event {
    RolloutEvents.foreignRelease.event(["subject": .text(subject), "reason": .text(reason)])
  }
  package static func rolloutReleasesUnreadable(detail: String) -> Event { RolloutEvents.releasesUnreadable.event(["detail": .text(detail)]) }
}
