import Releases
import World

/// Orders, attempts and room: L6, L7, L8, L9.
extension EvergreenCheckers {
  /// L6: what failed here is not tried again without a clear, and nothing is tried too often. A record that was lost has forgotten which failed: nothing is tried until an operator
  /// clears anything, who was told so and lets all of them be tried again.
  static func notRetried(_ facts: [UpdateFact], _ bounds: EvergreenBounds) -> Found {
    var found: Found = []
    var failed: Set<ReleaseVersion> = []
    var attempts: [ReleaseVersion: Int] = [:]
    var isForgotten = false
    let openings = Set(TrialSpan.all(in: facts).map(\.first))
    for (index, fact) in facts.enumerated() {
      switch fact.kind {
      case .rollbackBegan: if let from = fact.from { failed.insert(from.version) }
      case .rolledBack: if let from = fact.from { failed.insert(from.version) }
      case .escalated: if fact.reason == UpdateFact.forgotten { isForgotten = true }
      case .cleared:
        if isForgotten { (failed, attempts, isForgotten) = ([], [:], false) }
        guard let version = fact.reason.flatMap({ ReleaseVersion($0) }) else { continue }
        failed.remove(version)
        attempts[version] = 0
      case .trialOpened, .started:
        guard openings.contains(index), let version = fact.slot?.version else { continue }
        attempts[version, default: 0] += 1
        if failed.contains(version) { found.append((index, "\(version) failed here and is tried again")) }
        if attempts[version, default: 0] > bounds.attempts { found.append((index, "\(version) is tried more than \(bounds.attempts) times")) }
      default: continue
      }
    }
    return found
  }

  /// L7: one ending for each trial, and of the trial that is open.
  static func oneUpdater(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    var open: UInt64?
    var ended: [UInt64: UpdateFact.Kind] = [:]
    for (index, fact) in facts.enumerated() {
      switch fact.kind {
      // The word of the opening may be lost in a crash; the start of the trial has it too.
      case .trialOpened: open = fact.generation
      case .started where fact.role == .trial: open = fact.generation
      case .committed:
        guard let generation = fact.generation else { continue }
        if let open, open != generation { found.append((index, "trial \(generation) was committed while trial \(open) is open")) }
        if let other = ended.updateValue(.committed, forKey: generation) {
          found.append((index, "trial \(generation) was committed and had ended before: \(other.rawValue)"))
        }
      case .rollbackBegan:
        guard let generation = fact.generation else { continue }
        if ended.updateValue(.rollbackBegan, forKey: generation) == .rollbackBegan {
          found.append((index, "trial \(generation) was rolled back twice"))
        }
      default: continue
      }
    }
    return found
  }

  /// L8: a replayed command is followed by no change of its own.
  static func replay(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    var replayed: Set<String> = []
    var done: Set<String> = []
    for (index, fact) in facts.enumerated() {
      guard let command = fact.command else { continue }
      switch fact.kind {
      case .commanded:
        if fact.ok == false { replayed.insert(command) } else if done.contains(command) { found.append((index, "'\(command)' was taken up twice")) }
        done.insert(command)
      case .changed where replayed.contains(command): found.append((index, "the replay of '\(command)' changed something"))
      default: continue
      }
    }
    return found
  }

  /// L9: room first; without it nothing is installed or tried, and nothing is left behind.
  static func preflighted(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    var room: [SlotName: Bool] = [:]
    for (index, fact) in facts.enumerated() {
      guard let slot = fact.slot else { continue }
      switch fact.kind {
      case .preflight:
        room[slot] = fact.ok
        if fact.ok == false, fact.count != 0 { found.append((index, "\(fact.count ?? -1) files were left without room for \(slot)")) }
      case .installed, .trialOpened: if room[slot] != true { found.append((index, "\(slot) was not asked room for")) }
      default: continue
      }
    }
    return found
  }
}
