/// Provider HighAvailability, codes 17000 to 17999.
package enum HighAvailabilityEvents {
  private static let peer = EventField("peer", .text, "fully qualified name of the other connector")

  package static let elected = EventDefinition(
    17000, "availability.elected", id: "dc1cfc02a06049419f9ad22b5ded1fea", .highAvailability, .notice,
    "{elected} is the elected connector: {reason}.",
    advice: "Nothing to do. In an outage of the cloud only the elected connector brokers sessions.",
    fields: [
      EventField("elected", .text, "fully qualified name of the elected connector"), EventField("before", .text, "who was elected before, or nobody"),
      EventField("is_self", .flag, "whether it is this connector"), EventField("reason", .text, "the rule that decided"),
      EventField("candidates", .text, "names of those who took part"),
    ],
    vendor: VendorEvent(provider: "Citrix High Availability Service", id: 3504, source: "facts/product.md 3.5"))

  package static let peerLost = EventDefinition(
    17001, "availability.peer-lost", id: "23accdac9d0948b38a8bc6cc26e7cfae", .highAvailability, .warning,
    "The peer {peer} has answered nothing for {silence}: {reason}; it does not take part in the election.",
    advice: "Check that connector and the network between the two: peers must reach each other for high availability.",
    fields: [peer, EventField("silence", .milliseconds, "since its last answer"), EventField("reason", .text, "why the last probe failed")])

  package static let peerJoined = EventDefinition(
    17002, "availability.peer-joined", id: "8af166e0099e4dea8da6f4e3991d139d", .highAvailability, .info,
    "The peer {peer} answers and takes part in the election.", advice: "Nothing to do.", fields: [peer])

  package static let peersChanged = EventDefinition(
    17003, "availability.peers-changed", id: "8fba3c29b44247cdb3a0d22585a07daa", .highAvailability, .info,
    "The configuration names {count} connectors of this resource location: {connectors}.",
    advice: "Nothing to do, unless a connector is missing: then see whether it is registered in this resource location.",
    fields: [EventField("count", .integer, "connectors, this one included"), EventField("connectors", .text, "their fully qualified names")])

  package static let disagreement = EventDefinition(
    17004, "availability.disagreement", id: "0c46a44c55734fffbe6e5100bdc90409", .highAvailability, .warning,
    "{peer} holds {theirs} for elected and this connector {ours}, for {duration} now.",
    advice:
      "The two see different peers: check the network between all connectors of the resource location, and that all hold the same configuration.",
    fields: [
      peer, EventField("theirs", .text, "whom the peer holds for elected"), EventField("ours", .text, "whom this connector holds for elected"),
      EventField("duration", .milliseconds, "since when they differ"),
    ])

  package static let all: [EventDefinition] = [elected, peerLost, peerJoined, peersChanged, disagreement] + OutageEvents.all
}

extension Event {
  package static func connectorElected(_ elected: String, before: String?, isSelf: Bool, reason: String, candidates: [String]) -> Event {
    HighAvailabilityEvents.elected.event([
      "elected": .text(elected), "before": .text(before ?? "nobody"), "is_self": .flag(isSelf), "reason": .text(reason),
      "candidates": .text(candidates.joined(separator: ", ")),
    ])
  }
  package static func peerLost(_ peer: String, silence milliseconds: Int, reason: String) -> Event {
    HighAvailabilityEvents.peerLost.event(["peer": .text(peer), "silence": .milliseconds(milliseconds), "reason": .text(reason)])
  }
  package static func peerJoined(_ peer: String) -> Event { HighAvailabilityEvents.peerJoined.event(["peer": .text(peer)]) }
  package static func peersChanged(_ connectors: [String]) -> Event {
    HighAvailabilityEvents.peersChanged.event(["count": .integer(connectors.count), "connectors": .text(connectors.joined(separator: ", "))])
  }
  package static func electionDisagreement(peer: String, theirs: String, ours: String, duration milliseconds: Int) -> Event {
    HighAvailabilityEvents.disagreement.event([
      "peer": .text(peer), "theirs": .text(theirs), "ours": .text(ours), "duration": .milliseconds(milliseconds),
    ])
  }
}
