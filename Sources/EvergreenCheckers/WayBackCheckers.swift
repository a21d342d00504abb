import Releases
import World

/// The way back and what it rests on: L2, L5, L10.
extension EvergreenCheckers {
  /// L2: while a trial is open, nothing of what is tried or of what comes back is removed.
  static func untouched(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    for span in TrialSpan.all(in: facts) {
      for index in facts.indices[span.first..<span.last] where facts[index].kind == .removed {
        if let slot = facts[index].slot, slot == span.slot || slot == span.from { found.append((index, "\(slot) was removed during a trial")) }
      }
    }
    return found
  }

  /// L5: no network, in time, never in a loop; what was left does not start in between.
  static func offlineRollback(_ facts: [UpdateFact], _ bounds: EvergreenBounds) -> Found {
    var found: Found = []
    var open: (index: Int, from: SlotName?, wasCut: Bool)?
    var failures = 0
    var hasEscalated = false
    for (index, fact) in facts.enumerated() {
      switch fact.kind {
      case .rollbackBegan: (open, failures, hasEscalated) = ((index, fact.from, false), 0, false)
      case .powerCut: open?.wasCut = true
      case .networkUsed where open != nil: found.append((index, "the network was used during a rollback"))
      case .rollbackFailed:
        failures += 1
        if failures > bounds.rollbackTries || hasEscalated { found.append((index, "the rollback was tried \(failures) times")) }
      case .escalated: hasEscalated = true
      case .rolledBack:
        if let began = open, !began.wasCut, fact.length(since: facts[began.index]) > bounds.rollBackWithin {
          found.append((index, "the rollback took \(Int(fact.length(since: facts[began.index]).inSeconds)) s"))
        }
        if fact.ok == false, !hasEscalated, !facts[index...].prefix(2).contains(where: { $0.kind == .escalated }) {
          found.append((index, "a rollback failed and nobody was told"))
        }
        open = nil
      case .started:
        if let began = open, fact.slot == began.from { found.append((index, "\(name(fact.slot)) started in the middle of its rollback")) }
        open = nil
      default: continue
      }
    }
    return found
  }

  /// L10: what comes back finds the state that was taken of it before the trial.
  static func stateRestored(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    for span in TrialSpan.all(in: facts) where span.ending == .wentBack {
      let taken = facts[..<span.first].last { $0.kind == .snapshotTaken && $0.slot == span.from }
      // From the rollback's beginning to the start of what came back.
      let rest = facts[span.last...]
      let started = rest.firstIndex { $0.kind == .started } ?? facts.endIndex
      guard started < facts.endIndex else { continue }
      if facts[span.first..<started].contains(where: { $0.kind == .escalated }) { continue }
      let restored = facts[span.first..<started].last { $0.kind == .stateRestored && $0.slot == span.from }
      guard let restored else {
        found.append((started, "\(name(span.from)) came back without its state"))
        continue
      }
      if restored.state != taken?.state { found.append((started, "\(name(span.from)) came back with another state than was taken of it")) }
    }
    return found
  }
}
