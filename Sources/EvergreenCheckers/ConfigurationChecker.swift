import Releases
import World

/// Configuration goes the way of binaries: F16.
extension EvergreenCheckers {
  /// F16: the default configuration on a machine is what the release that starts carries, put there when that release was installed first, tried or
  /// gone back to, and by nothing else. A release carries one only, so what passes the rings with it cannot differ between two machines. A change by
  /// hand is found too; where the updater cannot run, nothing resets it.
  static func configurationComesWithReleases(_ facts: [UpdateFact]) -> Found {
    var found: Found = []
    var carried: [SlotName: ContentDigest] = [:]
    var last: (index: Int, slot: SlotName, digest: ContentDigest)?
    // What the machine had when it was last looked at, for a trace that begins in the middle.
    var seen: ContentDigest?
    // A rollback whose disk fails runs with what was left, and a person is told.
    var isExcused = false
    for (index, fact) in facts.enumerated() {
      switch fact.kind {
      case .configurationReset:
        guard let slot = fact.slot, let digest = fact.configuration else {
          found.append((index, "the default configuration was changed without a release"))
          continue
        }
        if let known = carried.updateValue(digest, forKey: slot), known != digest {
          found.append((index, "\(slot) brought another default configuration than before"))
        }
        (last, isExcused) = ((index, slot, digest), false)
      case .escalated: isExcused = true
      case .started:
        guard let digest = fact.configuration else { continue }
        defer { seen = digest }
        if isExcused { continue }
        guard let last else {
          if let seen, seen != digest { found.append((index, "the default configuration was changed without a release")) }
          continue
        }
        if last.slot != fact.slot {
          found.append((index, "\(name(fact.slot)) started with the default configuration of \(last.slot)"))
        } else if last.digest != digest {
          found.append((index, "\(name(fact.slot)) started with another default configuration than it carries: changed without a release"))
        }
      default: continue
      }
    }
    return found
  }
}
