/// Provider CredentialProvider, codes 15000 to 15999. Our own numbers; the product's are not public.
package enum CredentialProviderEvents {
  package static let opened = EventDefinition(
    15000, "credentials.opened", id: "9eae5109f6a9420bba2eebdbc72a62e1", .credentialProvider, .notice,
    "The secret store is open: {secrets} secrets, root key from {origin}.",
    advice: "Nothing to do.",
    fields: [EventField("secrets", .integer, "secrets stored"), EventField("origin", .text, "where the root key comes from")])

  package static let unavailable = EventDefinition(
    15001, "credentials.unavailable", id: "8d126a801fe04b73b3ab4f55e6ce1bfc", .credentialProvider, .error,
    "The secret store cannot be opened: {reason}.",
    advice: "Do what the reason says; opening is tried again every minute and when the service restarts.",
    fields: [EventField("reason", .text, "what is wrong")])

  package static let requested = EventDefinition(
    15002, "credentials.requested", id: "5cf74bf95bf64c9e80b27cb4f5706b15", .credentialProvider, .info,
    "{caller} asks to {operation} {secret}.",
    advice: "Nothing to do; the answer has an event of its own.",
    fields: [EventField("caller", .text, "who asks"), EventField("operation", .text, "what for"), EventField("secret", .text, "owner and name")])

  package static let answered = EventDefinition(
    15003, "credentials.answered", id: "81a4d39359ba4c5a936aa0e2d16f159c", .credentialProvider, .info,
    "{caller} was answered on {operation} {secret}: {outcome}.",
    advice: "Nothing to do unless the outcome is a failure.",
    fields: [
      EventField("caller", .text, "who asked"),
      EventField("operation", .text, "what for"),
      EventField("secret", .text, "owner and name"),
      EventField("outcome", .text, "done, or why not"),
    ])

  package static let denied = EventDefinition(
    15004, "credentials.denied", id: "595eb9f16d0846989c3c89049d6b77c0", .credentialProvider, .warning,
    "{caller} may not {operation} {secret}: {reason}.",
    advice: "Find out who asks; a service may only use its own secrets.",
    fields: [
      EventField("caller", .text, "who asks"),
      EventField("operation", .text, "what for"),
      EventField("secret", .text, "owner and name"),
      EventField("reason", .text, "the rule"),
    ])

  package static let auditFailed = EventDefinition(
    15005, "credentials.audit-failed", id: "9f82eebad33f47429d02c95c544e1036", .credentialProvider, .critical,
    "The audit log cannot be written, so {caller} got no answer: {reason}.",
    advice: "Free the disk or mend the directory; without the audit no secret is handed out.",
    fields: [EventField("caller", .text, "who asked"), EventField("reason", .text, "the disk's words")])

  package static let damaged = EventDefinition(
    15006, "credentials.damaged", id: "e7d366e92e1e4d88a1204a8911298b87", .credentialProvider, .error,
    "Damage in the secret store: {subject} is {damage}.",
    advice: "Look at the file that was set aside, check the disk, and store the secret anew.",
    fields: [
      EventField("subject", .text, "which secret or file"),
      EventField("damage", .text, "missing, truncated, altered, swapped, rolledBack or newerThanManifest"),
      EventField("moved_to", .text, "where the file lies now; empty if there is none"),
    ])

  package static let rotated = EventDefinition(
    15007, "credentials.rotated", id: "811cdd512e444d02ab38cc73b85b5e7a", .credentialProvider, .notice,
    "The {what} key was replaced; {secrets} secrets are sealed under the new one.",
    advice: "Keep a copy of a root key file that is not a systemd credential.",
    fields: [EventField("what", .text, "root or data"), EventField("secrets", .integer, "secrets stored")])

  package static let all: [EventDefinition] = [
    opened, unavailable, requested, answered, denied, auditFailed, damaged, rotated,
  ]
}

extension Event {
  package static func credentialsOpened(secrets: Int, origin: String) -> Event {
    CredentialProviderEvents.opened.event(["secrets": .integer(secrets), "origin": .text(origin)])
  }

  package static func credentialsUnavailable(reason: String) -> Event {
    CredentialProviderEvents.unavailable.event(["reason": .text(reason)])
  }

  package static func credentialsRequested(caller: String, operation: String, secret: String) -> Event {
    CredentialProviderEvents.requested.event(["caller": .text(caller), "operation": .text(operation), "secret": .text(secret)])
  }

  package static func credentialsAnswered(caller: String, operation: String, secret: String, outcome: String) -> Event {
    CredentialProviderEvents.answered.event([
      "caller": .text(caller), "operation": .text(operation), "secret": .text(secret), "outcome": .text(outcome),
    ])
  }

  package static func credentialsDenied(caller: String, operation: String, secret: String, reason: String) -> Event {
    CredentialProviderEvents.denied.event(["caller": .text(caller), "operation": .text(operation), "secret": .text(secret), "reason": .text(reason)])
  }

  package static func credentialsAuditFailed(caller: String, reason: String) -> Event {
    CredentialProviderEvents.auditFailed.event(["caller": .text(caller), "reason": .text(reason)])
  }

  package static func credentialsDamaged(subject: String, damage: String, movedTo: String) -> Event {
    CredentialProviderEvents.damaged.event(["subject": .text(subject), "damage": .text(damage), "moved_to": .text(movedTo)])
  }

  package static func credentialsRotated(what: String, secrets: Int) -> Event {
    CredentialProviderEvents.rotated.event(["what": .text(what), "secrets": .integer(secrets)])
  }
}
