/// Provider RemoteBroker, codes 19000 to 19999: who answers machines, StoreFront and gateways, and what the broker in a connector did.
package enum RemoteBrokerEvents {
  private static let vendor = "Citrix Remote Broker Provider"
  private static let availability = "Citrix High Availability Service"
  private static let unverified = "facts/product.md 3.5, from memory, unverified"
  private static let machine = EventField("machine", .text, "the machine's name")
  private static let reason = EventField("reason", .text, "why")

  package static let route = EventDefinition(
    19000, "remote-broker.route", id: "b262a9ec7a7940b5a64a17beeeba26ce", .remoteBroker, .notice,
    "Machines and StoreFront are now answered from {brokers} (mode {mode}, elected {elected}).",
    advice:
      "cloud: they are relayed to the cloud's broker. here: this connector brokers. elsewhere: it refuses them, and they go to the elected connector by themselves.",
    fields: [
      EventField("brokers", .text, "cloud, here or elsewhere"), EventField("mode", .text, "the outage mode, such as extendedHA"),
      EventField("elected", .text, "the elected connector, or nobody"),
    ], vendor: VendorEvent(provider: vendor, id: 3002, source: unverified))

  package static let servingEnded = EventDefinition(
    19001, "remote-broker.serving-ended", id: "a06e6fef2e4f473b89fcdeb5d0974414", .remoteBroker, .notice,
    "This connector brokers no more: it had taken {registrations} registrations, launched {launched} sessions and refused {refused} launches; {forgotten} machines are forgotten.",
    advice: "Nothing to do: the machines register with the next broker within five minutes; running sessions go on.",
    fields: [
      EventField("registrations", .integer, "taken since the service started"), EventField("launched", .integer, "launches that got a machine"),
      EventField("refused", .integer, "launches that got none"), EventField("forgotten", .integer, "machines that were registered at the end"),
    ], vendor: VendorEvent(provider: availability, id: 3508, source: "facts/product.md 3.5"))

  package static let relayFailed = EventDefinition(
    19002, "remote-broker.relay-failed", id: "ba14173bdd724e06a53c6883ab25ed11", .remoteBroker, .warning,
    "The cloud's broker did not answer ({kind}): {reason}.",
    advice: "connectorctl ha why says whether that leads into an outage. This is told once until a request is answered again.",
    fields: [EventField("kind", .text, "enumeration, launch, relay, ticket or registration"), reason],
    vendor: VendorEvent(provider: vendor, id: 3001, source: unverified))

  package static let relays = EventDefinition(
    19003, "remote-broker.relays-again", id: "516b58eb0a3542fb90a8701fd0e435c4", .remoteBroker, .notice, "The cloud's broker answers again.",
    advice: "Nothing to do.")

  package static let listening = EventDefinition(
    19004, "remote-broker.listening", id: "e0cf241b0e434e0c9f5e90af3e3d3b4d", .remoteBroker, .info,
    "StoreFront, gateways and machines can ask this connector at {address}.",
    advice: "Nothing to do. StoreFront's delivery controllers and gateways' ticket authorities name this address.",
    fields: [EventField("address", .text, "host:port")])

  package static let cannotListen = EventDefinition(
    19005, "remote-broker.cannot-listen", id: "ddd50aec20ec4473b415de2ab7b82368", .remoteBroker, .error,
    "StoreFront, gateways and machines cannot ask this connector: it cannot listen on {address}: {reason}.",
    advice:
      "End what has the port (ss -ltnp shows it), or set remoteBroker.listen to another and restart connectord. It is tried again by itself, every 30 s at the latest.",
    fields: [EventField("address", .text, "host:port as set"), reason])

  package static let configured = EventDefinition(
    19006, "remote-broker.configured", id: "4577bcd209be4d46807e79f485dc4978", .remoteBroker, .info,
    "The broker in this connector knows revision {revision} with {machines} machines; {dropped} registered ones are gone from it.",
    advice: "Nothing to do.",
    fields: [
      EventField("revision", .integer, "of the broker configuration"), EventField("machines", .integer, "machines in it"),
      EventField("dropped", .integer, "machines that were registered and stand in it no more"),
    ])

  package static let unreadable = EventDefinition(
    19007, "remote-broker.configuration-unreadable", id: "c2c97437e68e44f2bdb61a1ca1c0bbbf", .remoteBroker, .error,
    "The broker in this connector cannot read the configuration in use: {reason}.",
    advice: "Check the disk. connectorctl sync now imports it anew; until then an outage is brokered with what was read before, if anything.",
    fields: [reason])

  package static let registered = EventDefinition(
    19008, "remote-broker.machine-registered", id: "8cd7c69a1fc54648bf124831b1091d6e", .remoteBroker, .info,
    "The machine {machine} has registered with this connector.", advice: "Nothing to do.", fields: [machine])

  package static let deregistered = EventDefinition(
    19009, "remote-broker.machine-deregistered", id: "474e9784ac5147838e8fb0689a8d34d9", .remoteBroker, .info,
    "The machine {machine} is registered no longer: {reason}.",
    advice: "contactLost: it has said nothing for ten minutes; look at the machine and its network. Otherwise nothing to do.",
    fields: [machine, reason])

  package static let registrationRefused = EventDefinition(
    19010, "remote-broker.registration-refused", id: "e8d21da186d4452ca3a5765e661407e2", .remoteBroker, .warning,
    "The machine {machine} may not register: {reason}.",
    advice: "Compare the machine's agent with its catalog and its zone in the broker configuration.", fields: [machine, reason])

  package static let sinBin = EventDefinition(
    19011, "remote-broker.sin-bin", id: "979242d88e9040b6b430e50026209d43", .remoteBroker, .warning,
    "The machine {machine} is left alone for {seconds} s: {reason}.",
    advice: "failedRegistrations: its registrations fail again and again. failedPrepare: it did not get ready for a user. Look at the machine.",
    fields: [machine, reason, EventField("seconds", .integer, "how long")])

  package static let maintenance = EventDefinition(
    19012, "remote-broker.machine-maintenance", id: "5baaedc56d524d09af0d2f3130d610f1", .remoteBroker, .notice,
    "The machine {machine} gets no more users in this outage: {reason}.",
    advice:
      "usedInOutage: nobody can restart it now; the site's ReuseMachinesWithoutShutdownInOutageAllowed and its delivery group may allow that it serves again.",
    fields: [machine, reason])

  package static let assigned = EventDefinition(
    19013, "remote-broker.machine-assigned", id: "7c6a1bc11b0f4e9db6bc680bbd59c3b6", .remoteBroker, .notice,
    "The machine {machine} was given to {user}.", advice: "Nothing to do.", fields: [machine, EventField("user", .text, "SID")])

  package static let launched = EventDefinition(
    19014, "remote-broker.launched", id: "0ea8d9834f6f4efb8fdeffd03ff690dd", .remoteBroker, .info,
    "The launch {launch} got the session {session} on {machine}.", advice: "Nothing to do.",
    fields: [EventField("launch", .text, "the launch's id"), EventField("session", .text, "the session's id"), machine])

  package static let sessionGivenUp = EventDefinition(
    19015, "remote-broker.session-given-up", id: "05898d7a307942118b12d21bb3fc95cc", .remoteBroker, .warning,
    "The session {session} on {machine} was given up: its user's client never came.",
    advice: "If it happens often, look at the way from clients to the machine.",
    fields: [EventField("session", .text, "the session's id"), machine])

  package static let all: [EventDefinition] = [
    route, servingEnded, relayFailed, relays, listening, cannotListen, configured, unreadable, registered, deregistered, registrationRefused, sinBin,
    maintenance, assigned, launched, sessionGivenUp,
  ]
}

extension Event {
  package static func brokerRoute(_ brokers: String, mode: String, elected: String?) -> Event {
    RemoteBrokerEvents.route.event(["brokers": .text(brokers), "mode": .text(mode), "elected": .text(elected ?? "nobody")])
  }
  package static func brokerServingEnded(registrations: Int, launched: Int, refused: Int, forgotten: Int) -> Event {
    RemoteBrokerEvents.servingEnded.event([
      "registrations": .integer(registrations), "launched": .integer(launched), "refused": .integer(refused), "forgotten": .integer(forgotten),
    ])
  }
  package static func brokerRelayFailed(kind: String, reason: String) -> Event {
    RemoteBrokerEvents.relayFailed.event(["kind": .text(kind), "reason": .text(reason)])
  }
  package static func brokerRelays() -> Event { RemoteBrokerEvents.relays.event() }
  package static func brokerListening(address: String) -> Event { RemoteBrokerEvents.listening.event(["address": .text(address)]) }
  package static func brokerCannotListen(address: String, reason: String) -> Event {
    RemoteBrokerEvents.cannotListen.event(["address": .text(address), "reason": .text(reason)])
  }
  package static func brokerConfigured(revision: Int, machines: Int, dropped: Int) -> Event {
    RemoteBrokerEvents.configured.event(["revision": .integer(revision), "machines": .integer(machines), "dropped": .integer(dropped)])
  }
  package static func brokerConfigurationUnreadable(reason: String) -> Event { RemoteBrokerEvents.unreadable.event(["reason": .text(reason)]) }
  package static func brokerRegistered(machine: String) -> Event { RemoteBrokerEvents.registered.event(["machine": .text(machine)]) }
  package static func brokerDeregistered(machine: String, reason: String) -> Event {
    RemoteBrokerEvents.deregistered.event(["machine": .text(machine), "reason": .text(reason)])
  }
  package static func brokerRegistrationRefused(machine: String, reason: String) -> Event {
    RemoteBrokerEvents.registrationRefused.event(["machine": .text(machine), "reason": .text(reason)])
  }
  package static func brokerSinBin(machine: String, reason: String, seconds: Int) -> Event {
    RemoteBrokerEvents.sinBin.event(["machine": .text(machine), "reason": .text(reason), "seconds": .integer(seconds)])
  }
  package static func brokerMaintenance(machine: String, reason: String) -> Event {
    RemoteBrokerEvents.maintenance.event(["machine": .text(machine), "reason": .text(reason)])
  }
  package static func brokerAssigned(machine: String, user: String) -> Event {
    RemoteBrokerEvents.assigned.event(["machine": .text(machine), "user": .text(user)])
  }
  package static func brokerLaunched(launch: String, machine: String, session: String) -> Event {
    RemoteBrokerEvents.launched.event(["launch": .text(launch), "machine": .text(machine), "session": .text(session)])
  }
  package static func brokerSessionGivenUp(machine: String, session: String) -> Event {
    RemoteBrokerEvents.sessionGivenUp.event(["machine": .text(machine), "session": .text(session)])
  }
}
