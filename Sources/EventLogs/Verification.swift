package import ConnectorCheckers
import EventCatalog
package import EvergreenCheckers
package import Releases
import RolloutCheckers
import Rollouts
package import TrustCheckers
package import World

/// What is checked: events, and the facts of updates that connectors keep beside their releases.
package struct VerificationInput: Sendable {
  /// The updates of one connector, as its `FactTrail` has them.
  package struct Updates: Sendable {
    package var connector: String
    package var facts: [UpdateFact]
    package var bounds: EvergreenBounds
    /// What was done with signed metadata, and whether what was before it is not kept any more.
    package var trust: [TrustFact]
    package var isTorn: Bool

    package init(connector: String, facts: [UpdateFact], bounds: EvergreenBounds, trust: [TrustFact] = [], isTorn: Bool = false) {
      (self.connector, self.facts, self.bounds, self.trust, self.isTorn) = (connector, facts, bounds, trust, isTorn)
    }
  }
  package var log: EventLog
  package var updates: [Updates] = []
  package var elections = ElectionBounds()

  package init(_ log: EventLog) { self.log = log }
}

/// What came of one invariant.
package struct InvariantVerdict: Hashable, Codable, Sendable {
  package enum Standing: String, Codable, Sendable {
    case held, broken
    case notChecked = "not checked"
  }
  /// What goes against it.
  package struct Violation: Hashable, Codable, Sendable {
    package var time: WallTime
    package var connector: String
    package var what: String

    package init(time: WallTime, connector: String, what: String) { (self.time, self.connector, self.what) = (time, connector, what) }
  }
  package var id: String
  package var expected: String
  package var standing: Standing
  /// How many facts were looked at that the invariant is about.
  package var facts: Int
  /// Why it was not checked.
  package var why: String?
  package var violations: [Violation]

  /// - Parameter lacks: why it cannot be checked; nil: it can, where there are facts.
  init(_ rule: InvariantRule, facts: Int, _ violations: [Violation], lacks: String? = nil) {
    (id, expected, self.facts, self.violations) = (rule.id, rule.expected, facts, violations)
    why = violations.isEmpty ? lacks ?? (facts == 0 ? "nothing of this happened in what was read" : nil) : nil
    standing = violations.isEmpty ? why == nil ? .held : .notChecked : .broken
  }
}

/// What came of all of them.
package struct Verification: Hashable, Codable, Sendable {
  package var events: Int
  package var connectors: [String]
  package var from: WallTime?
  package var until: WallTime?
  package var invariants: [InvariantVerdict]
  /// What a reader must know of the input: where it begins in the middle, what was left out.
  package var notes: [String]

  package var isBroken: Bool { invariants.contains { $0.standing == .broken } }
}

extension Verification {
  package init(_ input: VerificationInput) {
    let trails = EventTrail.trails(of: input.log)
    let locations = LiveLocations(trails)
    let records = trails.flatMap(\.records)
    events = records.count
    connectors = trails.map(\.connector)
    (from, until) = (records.map(\.time).min(), records.map(\.time).max())
    var notes = Self.notes(input.log, trails)
    let (own, unproven) = OwnInvariants.verdicts(trails, locations)
    if unproven > 0 { notes.append("\(unproven) privileged operations were begun before the log, or in a hole of it; P1 was not asked of them") }
    invariants =
      [Numbering.verdict(trails)] + ElectionInvariants.verdicts(trails, locations, input.elections) + own + RolloutInvariants.verdicts(trails)
      + TrustInvariants.verdicts(input.updates) + UpdateInvariants.verdicts(input.updates)
    self.notes = notes
  }

  private static func notes(_ log: EventLog, _ trails: [EventTrail]) -> [String] {
    var notes: [String] = []
    for trail in trails where trail.headless > 0 {
      notes.append(
        "\(trail.connector): \(trail.headless == 1 ? "one run begins" : "\(trail.headless) runs begin") in the middle; what was before is not known")
    }
    let unknown = Set(trails.flatMap(\.records).filter { !$0.event.isKnown }.map(\.event.definition.code)).sorted()
    if !unknown.isEmpty { notes.append("events of another version, which say nothing here: \(unknown.map(String.init).joined(separator: ", "))") }
    if log.cutOff > 0 { notes.append("\(log.cutOff) lines were cut off by a crash, or are just being written") }
    if log.foreign > 0 { notes.append("\(log.foreign) entries are not connectord's") }
    return notes
  }
}
