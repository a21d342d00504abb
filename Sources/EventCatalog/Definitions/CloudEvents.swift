/// The simulated cloud, provider SimulatedCloud, codes 20000 to 20999. All numbers are ours.
package enum CloudEvents {
  package static let registered = EventDefinition(
    20000, "cloud.registered", id: "7064363398de4a41a9c6ec8ccf446453", .cloud, .notice,
    "Connector {fqdn} registered in {location} of customer {customer} (again: {again}).",
    advice: "Nothing to do: it can connect now.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
      EventField("location", .text, "name of the resource location"),
      EventField("again", .flag, "whether it was known before and keeps its id"),
    ])

  package static let registrationRefused = EventDefinition(
    20001, "cloud.registration-refused", id: "6145767c99b8412984ec3188f96ae7e1", .cloud, .warning,
    "A registration of {fqdn} for customer {customer} was refused ({kind}): {detail}.",
    advice: "Correct the connector's configuration as the detail says and start it again.",
    fields: [
      EventField("customer", .text, "id of the customer as the connector gave it"),
      EventField("fqdn", .text, "name of the connector"),
      EventField("kind", .text, "the kind of refusal"),
      EventField("detail", .text, "what was wrong"),
    ])

  package static let leaseExpired = EventDefinition(
    20002, "cloud.lease-expired", id: "b4fd4d129a0849549188a0bbe17cc6c0", .cloud, .warning, "The lease of connector {fqdn} ran out: {reason}.",
    advice: "See whether its machine runs, whether connectord runs on it, and whether it can reach the cloud.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
      EventField("reason", .text, "why no heartbeat was answered"),
    ])

  package static let contactAgain = EventDefinition(
    20003, "cloud.contact-again", id: "b80744bff07b438fa920b17cf9b34ea8", .cloud, .notice, "Connector {fqdn} is in contact again after {after}.",
    advice: "Nothing to do: the connector can serve again.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
      EventField("after", .milliseconds, "since it last answered"),
    ])

  package static let healthImproved = EventDefinition(
    20004, "cloud.health-improved", id: "9d83c461116547de9cbed4d9f8c11e4c", .cloud, .notice, "Connector {fqdn} went from {from} to {to}: {reason}",
    advice: "Nothing to do.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
      EventField("from", .text, "the state before"),
      EventField("to", .text, "the state now"),
      EventField("reason", .text, "the reason in a sentence"),
    ])

  package static let healthImpaired = EventDefinition(
    20005, "cloud.health-impaired", id: "948fe2a5622b4a34b6f9154accda384c", .cloud, .warning, "Connector {fqdn} went from {from} to {to}: {reason}",
    advice: "Look at the connector's own events; connectorctl health on its machine says what it lacks.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
      EventField("from", .text, "the state before"),
      EventField("to", .text, "the state now"),
      EventField("reason", .text, "the reason in a sentence"),
    ])

  package static let locationHealthChanged = EventDefinition(
    20006, "cloud.location-health-changed", id: "1c0564ec6967423a9fb721ad44296578", .cloud, .notice,
    "Resource location {location} of customer {customer} went from {from} to {to}: {reason}",
    advice: "When it is not healthy, see which of its connectors are not.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("location", .text, "id of the resource location"),
      EventField("from", .text, "the state before"),
      EventField("to", .text, "the state now"),
      EventField("reason", .text, "the reason in a sentence"),
    ])

  package static let connectorDeleted = EventDefinition(
    20007, "cloud.connector-deleted", id: "4f3da8fa4733418d8bf1fcc83273e943", .cloud, .notice,
    "Connector {fqdn} of customer {customer} was deleted and its certificate revoked.",
    advice: "If that was not meant, register the connector again; it gets a new id.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
    ])

  package static let notified = EventDefinition(
    20008, "cloud.notified", id: "b6f74e7b07084a7b9c22398485b28b50", .cloud, .notice,
    "The administrators of customer {customer} were notified ({severity}): {title}.",
    advice: "Read the notification in the customer's list of notifications.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("severity", .text, "the notification's severity"),
      EventField("title", .text, "its title"),
    ])

  package static let configurationPublished = EventDefinition(
    20009, "cloud.configuration-published", id: "1e36eddcc6ae47d2b21621f4c9484430", .cloud, .notice,
    "Revision {revision} of the configuration of {location} was published ({bytes} bytes).",
    advice: "Nothing to do: the connectors fetch it at their next synchronization.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("location", .text, "name of the resource location"),
      EventField("revision", .integer, "the revision"),
      EventField("bytes", .integer, "its size as published"),
    ])

  package static let requestRefused = EventDefinition(
    20010, "cloud.request-refused", id: "5195d5a05556418ab02fbdb87187d6ed", .cloud, .info,
    "A {what} request for customer {customer} was refused ({kind}): {detail}.",
    advice: "If the client is yours, correct its credentials or its request as the detail says.",
    fields: [
      EventField("customer", .text, "id of the customer as the client gave it"),
      EventField("what", .text, "token or API call"),
      EventField("kind", .text, "the kind of refusal"),
      EventField("detail", .text, "what was wrong"),
    ])

  package static let clockSkew = EventDefinition(
    20011, "cloud.clock-skew", id: "58b90456d2544b399a37f705086a92c5", .cloud, .warning,
    "The clock of connector {fqdn} is {skew} ahead of the cloud's (behind, when negative).",
    advice: "Set the connector's clock to the correct UTC time, best by NTP.",
    fields: [
      EventField("customer", .text, "id of the customer"),
      EventField("connector", .text, "the connector's id"),
      EventField("fqdn", .text, "its fully qualified name"),
      EventField("skew", .milliseconds, "the connector's clock minus the cloud's"),
    ])

  package static let storeRebuilt = EventDefinition(
    20012, "cloud.store-rebuilt", id: "cc03a3971d2c46159d34244f7c1150ef", .cloud, .error,
    "The cloud's database was unreadable and was moved to {moved}: {detail}. It started empty.",
    advice: "Connectors register again by themselves; restore the moved file if the earlier state is needed.",
    fields: [
      EventField("moved", .text, "where the unreadable database is now"),
      EventField("detail", .text, "what was wrong with it"),
    ])

  package static let storeFailed = EventDefinition(
    20013, "cloud.store-failed", id: "b43d62c61f4b4fbeb2f918be75ed0275", .cloud, .error, "The cloud could not save its state: {detail}.",
    advice: "Free space on its disk; requests that change something are refused until saving works.",
    fields: [
      EventField("detail", .text, "what the database said")
    ])

  package static let recordsDropped = EventDefinition(
    20014, "cloud.records-dropped", id: "5af4b93bba434f17949c12ef1d5352d3", .cloud, .warning,
    "{count} saved records of the cloud could not be used and were left out: {detail}.",
    advice: "Nothing is lost on disk; a later version of the software may read them.",
    fields: [
      EventField("count", .integer, "how many"),
      EventField("detail", .text, "which kinds and why"),
    ])

  package static let all: [EventDefinition] = [
    registered, registrationRefused, leaseExpired, contactAgain, healthImproved, healthImpaired,
    locationHealthChanged, connectorDeleted, notified, configurationPublished, requestRefused, clockSkew,
    storeRebuilt, storeFailed, recordsDropped,
  ]
}

extension Event {
  package static func cloudRegistered(customer: String, connector: String, fqdn: String, location: String, again: Bool) -> Event {
    CloudEvents.registered.event([
      "customer": .text(customer), "connector": .text(connector), "fqdn": .text(fqdn), "location": .text(location), "again": .flag(again),
    ])
  }

  package static func cloudRegistrationRefused(customer: String, fqdn: String, kind: String, detail: String) -> Event {
    CloudEvents.registrationRefused.event(["customer": .text(customer), "fqdn": .text(fqdn), "kind": .text(kind), "detail": .text(detail)])
  }

  package static func cloudLeaseExpired(customer: String, connector: String, fqdn: String, reason: String) -> Event {
    CloudEvents.leaseExpired.event(["customer": .text(customer), "connector": .text(connector), "fqdn": .text(fqdn), "reason": .text(reason)])
  }

  package static func cloudContactAgain(customer: String, connector: String, fqdn: String, after: Int) -> Event {
    CloudEvents.contactAgain.event(["customer": .text(customer), "connector": .text(connector), "fqdn": .text(fqdn), "after": .milliseconds(after)])
  }

  package static func cloudLocationHealthChanged(customer: String, location: String, from: String, to: String, reason: String) -> Event {
    CloudEvents.locationHealthChanged.event([
      "customer": .text(customer), "location": .text(location), "from": .text(from), "to": .text(to), "reason": .text(reason),
    ])
  }

  package static func cloudConnectorDeleted(customer: String, connector: String, fqdn: String) -> Event {
    CloudEvents.connectorDeleted.event(["customer": .text(customer), "connector": .text(connector), "fqdn": .text(fqdn)])
  }

  package static func cloudNotified(customer: String, severity: String, title: String) -> Event {
    CloudEvents.notified.event(["customer": .text(customer), "severity": .text(severity), "title": .text(title)])
  }

  package static func cloudConfigurationPublished(customer: String, location: String, revision: Int, bytes: Int) -> Event {
    CloudEvents.configurationPublished.event([
      "customer": .text(customer), "location": .text(location), "revision": .integer(revision), "bytes": .integer(bytes),
    ])
  }

  package static func cloudRequestRefused(customer: String, what: String, kind: String, detail: String) -> Event {
    CloudEvents.requestRefused.event(["customer": .text(customer), "what": .text(what), "kind": .text(kind), "detail": .text(detail)])
  }

  package static func cloudClockSkew(customer: String, connector: String, fqdn: String, skew: Int) -> Event {
    CloudEvents.clockSkew.event(["customer": .text(customer), "connector": .text(connector), "fqdn": .text(fqdn), "skew": .milliseconds(skew)])
  }

  package static func cloudStoreRebuilt(moved: String, detail: String) -> Event {
    CloudEvents.storeRebuilt.event(["moved": .text(moved), "detail": .text(detail)])
  }

  package static func cloudStoreFailed(detail: String) -> Event {
    CloudEvents.storeFailed.event(["detail": .text(detail)])
  }

  package static func cloudRecordsDropped(count: Int, detail: String) -> Event {
    CloudEvents.recordsDropped.event(["count": .integer(count), "detail": .text(detail)])
  }

  /// Improved or impaired: `better` says which.
  package static func cloudHealthChanged(
    better: Bool, customer: String, connector: String, fqdn: String, from: String, to: String, reason: String
  ) -> Event {
    (better ? CloudEvents.healthImproved : CloudEvents.healthImpaired).event([
      "customer": .text(customer), "connector": .text(connector), "fqdn": .text(fqdn), "from": .text(from), "to": .text(to), "reason": .text(reason),
    ])
  }
}
