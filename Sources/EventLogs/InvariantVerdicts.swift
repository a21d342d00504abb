import ConnectorCheckers
import EventCatalog
import EvergreenCheckers
import Releases
import RolloutCheckers
import Rollouts
import World

/// N: the numbers of events.
enum Numbering {
  static func verdict(_ trails: [EventTrail]) -> InvariantVerdict {
    let found = trails.flatMap { trail in
      trail.gaps.map { gap in
        let lost = gap.before - gap.after - 1
        let how = gap.isTold ? "; connectord itself says that an output was too slow" : ""
        return InvariantVerdict.Violation(
          time: gap.at, connector: trail.connector,
          what: "\(lost == 1 ? "event \(gap.after + 1) is" : "events \(gap.after + 1) to \(gap.before - 1) are") missing in boot \(gap.boot)\(how)")
      }
    }
    return InvariantVerdict(.numbers, facts: trails.reduce(0) { $0 + $1.records.count }, found)
  }
}

/// C1, S1, P1, O5: of one connector each.
enum OwnInvariants {
  static func verdicts(_ trails: [EventTrail], _ locations: LiveLocations) -> ([InvariantVerdict], unproven: Int) {
    var (found, unproven): ([ConnectorViolation], Int) = ([], 0)
    var counts: [ConnectorInvariant: Int] = [:]
    for trail in trails {
      for stretch in trail.stretches {
        let live = LiveFacts.own(stretch, fqdn: locations.names[trail.connector] ?? trail.connector)
        unproven += live.unproven
        var checks = ConnectorChecks()
        for fact in live.facts {
          checks.see(fact)
          if let invariant = invariant(fact.what) { counts[invariant, default: 0] += 1 }
        }
        found += checks.violations
      }
    }
    let verdicts = [ConnectorInvariant.c1, .s1, .p1, .o5].map { invariant in
      let lacks = invariant == .s1 ? "events tell what was stored, read and removed, but have no word for a secret that is not found" : nil
      return InvariantVerdict(
        InvariantRule(invariant), facts: counts[invariant] ?? 0, ElectionInvariants.violations(found, of: invariant), lacks: lacks)
    }
    let unasked = InvariantVerdict(
      InvariantRule("O1 to O4, O6", "the other rules of an outage"), facts: 0, [],
      lacks: "events do not tell who brokers, nor when the cloud and StoreFront are truly there")
    return (verdicts + [unasked], unproven)
  }

  private static func invariant(_ what: ConnectorFact.What) -> ConnectorInvariant? {
    switch what {
    case .configurationOpened, .configurationImported, .importFailed, .configurationRead, .configurationDamaged: .c1
    case .secretBegun, .secretAcknowledged, .secretRemoved, .secretRead, .secretDamaged: .s1
    case .operationAllowed, .operationDenied, .operationDone: .p1
    case .mode: .o5
    default: nil
    }
  }
}

/// E1, E2, E3.
enum ElectionInvariants {
  static func verdicts(_ trails: [EventTrail], _ locations: LiveLocations, _ bounds: ElectionBounds) -> [InvariantVerdict] {
    let facts = LiveFacts.elections(trails, locations)
    var checks = ConnectorChecks(bounds)
    for fact in facts { checks.see(fact) }
    if let last = trails.flatMap(\.records).map(\.time).max() { checks.finish(at: last) }
    let told = facts.count { if case .elected = $0.what { true } else if case .reaches(_, .yes) = $0.what { true } else { false } }
    let alone = "it takes the events of two connectors of one resource location, and these are of one"
    return [ConnectorInvariant.e1, .e2].map {
      InvariantVerdict(InvariantRule($0), facts: told, violations(checks.violations, of: $0), lacks: facts.isEmpty ? alone : nil)
    } + [InvariantVerdict(InvariantRule(.e3), facts: 0, [], lacks: "nothing registers in an outage yet, so no event tells of it")]
  }

  static func violations(_ found: [ConnectorViolation], of invariant: ConnectorInvariant) -> [InvariantVerdict.Violation] {
    found.filter { $0.invariant == invariant }.map { InvariantVerdict.Violation(time: $0.at, connector: $0.node, what: $0.what) }
  }
}

/// Those of the rollout that the cloud's decisions alone decide.
enum RolloutInvariants {
  static func verdicts(_ trails: [EventTrail]) -> [InvariantVerdict] {
    var (found, kinds): ([RolloutCheckers.Violation], [RolloutDecision.Kind]) = ([], [])
    for stretch in trails.flatMap(\.stretches) {
      var checks = RolloutChecks(decisionsOf: RolloutSettings())
      for entry in LiveDecisions.entries(stretch) {
        checks.see(entry)
        if case .decision(let decision) = entry { kinds.append(decision.kind) }
      }
      found += checks.violations
    }
    return InvariantRule.rollouts.map { rule in
      let violations = found.filter { $0.invariant == rule.id }.map {
        InvariantVerdict.Violation(time: $0.time, connector: "cloud", what: $0.text)
      }
      let lacks = kinds.isEmpty ? "no decision of a cloud is in what was read" : nil
      return InvariantVerdict(rule, facts: kinds.count { about(rule.id).contains($0) }, violations, lacks: lacks)
    }
      + [
        InvariantVerdict(
          InvariantRule("F1, F4 to F7, F9, F11, F12, F14 to F20", "the other rules of a rollout"), facts: 0, [],
          lacks: "events do not carry what they need: health at each decision, schedules, and what a release asks for")
      ]
  }

  /// Without one of these a rule was not put to the test.
  private static func about(_ id: String) -> Set<RolloutDecision.Kind> {
    switch id {
    case "F2", "F3": [.leaseGranted]
    case "F10": [.paused, .halted, .aborted]
    default: [.started, .restarting]
    }
  }
}

/// L, T7, T8 and F16: of each connector's release folder.
enum UpdateInvariants {
  static func verdicts(_ updates: [VerificationInput.Updates]) -> [InvariantVerdict] {
    EvergreenInvariant.allCases.map { invariant in
      var found: [InvariantVerdict.Violation] = []
      for one in updates {
        found += EvergreenCheckers.check(invariant, one.facts, one.bounds).map {
          let at = one.facts.indices.contains($0.index) ? one.facts[$0.index].at : one.facts.last?.at ?? WallTime(seconds: 0)
          return InvariantVerdict.Violation(time: at, connector: one.connector, what: $0.what)
        }
      }
      let count = updates.reduce(0) { $0 + $1.facts.count { kinds(invariant).contains($0.kind) } }
      let lacks = updates.isEmpty ? "no release folder was read, and events do not carry the facts of updates" : nil
      return InvariantVerdict(InvariantRule(invariant), facts: count, found, lacks: lacks)
    }
  }

  /// Without one of these an invariant was not put to the test.
  private static func kinds(_ invariant: EvergreenInvariant) -> Set<UpdateFact.Kind> {
    switch invariant {
    case .l1, .t8: [.started]
    case .l2, .l4, .l6, .l7, .t7: [.trialOpened]
    case .l3: [.committed]
    case .l5: [.rollbackBegan, .rolledBack]
    case .l8: [.commanded]
    case .l9: [.preflight, .installed]
    case .l10: [.snapshotTaken, .stateRestored]
    case .f16: [.configurationReset]
    }
  }
}
