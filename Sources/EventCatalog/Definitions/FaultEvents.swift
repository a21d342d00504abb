/// Faults on a running lab, provider Testbed, codes 22000 to 22999. All numbers are ours. The fields of a beginning are the whole order, so that the same faults can be ordered again from a record.
package enum FaultEvents {
  private static let fields = [
    EventField("number", .integer, "the fault's id in this run of the cloud"),
    EventField("what", .text, "the fault in short"),
    EventField("on", .text, "the place, such as link:c1"),
    EventField("kind", .text, "the kind of fault"),
    EventField("value", .text, "its value, such as 300ms, 20% or 64KiB/s; empty where it has none"),
    EventField("jitter", .text, "around the value; empty: none"),
    EventField("probability", .text, "of each chance; empty where nothing is drawn"),
    EventField("seed", .text, "what chance is drawn from"),
    EventField("lasts", .text, "the lease that was ordered"),
  ]

  package static let began = EventDefinition(
    22000, "fault.began", id: "547f6124946c417da8c7d564845230b7", .testbed, .notice, "Fault {number} begins on {on} for {lasts}: {what}.",
    advice: "It heals by itself; connector-lab fault clear ends it at once.", fields: fields)

  package static let ended = EventDefinition(
    22001, "fault.ended", id: "3ad625c8caa6484982b6a38596bece9d", .testbed, .notice, "Fault {number} on {on} ends ({reason}): {what}.",
    advice: "Nothing to do.", fields: fields + [EventField("reason", .text, "its time was over, it was cleared, or it had struck")])

  package static let refused = EventDefinition(
    22002, "fault.refused", id: "ca3d01f93cd848819eba4e120ed77bf2", .testbed, .warning, "Fault {number} on {on} cannot be applied: {reason}.",
    advice: "Do what the reason says, and order it again.", fields: fields + [EventField("reason", .text, "what stands against it")])

  package static let all: [EventDefinition] = [began, ended, refused]
}

extension Event {
  /// What is not given is left empty.
  package static func fault(
    _ definition: EventDefinition, number: Int, what: String, on place: String, kind: String, value: String?, jitter: String?, probability: String?,
    seed: UInt64?, lasts: String?, reason: String?
  ) -> Event {
    var values: [String: EventValue] = [
      "number": .integer(number), "what": .text(what), "on": .text(place), "kind": .text(kind), "value": .text(value ?? ""),
      "jitter": .text(jitter ?? ""), "probability": .text(probability ?? ""), "seed": .text(seed.map { String($0) } ?? ""),
      "lasts": .text(lasts ?? ""),
    ]
    if let reason { values["reason"] = .text(reason) }
    return definition.event(values)
  }
}
