package import EventCatalog
package import Releases
import World

extension Event {
  /// What administrators are told of a fact of an update; nil for what only a checker of traces reads.
  package init?(_ fact: UpdateFact) {
    let (release, from, reason) = (fact.slot?.description ?? "none", fact.from?.description ?? "none", fact.reason ?? "no reason was given")
    switch fact.kind {
    case .installed: self = .evergreenInstalled(release)
    case .installFailed: self = .evergreenInstallFailed(reason)
    case .refused: self = .evergreenRefused(reason)
    case .removed: self = .evergreenRemoved(release)
    case .trialOpened:
      self = .evergreenTrialOpened(release, from: from, deadline: fact.deadline?.description ?? "its deadline", attempt: fact.count ?? 1)
    case .committed: self = .evergreenCommitted(release, from: from)
    case .rollbackBegan: self = .evergreenRollbackOrdered(to: release, from: from, reason: reason)
    case .rolledBack: self = .evergreenRolledBack(to: release, from: from)
    case .cleared: self = .evergreenCleared(reason)
    case .staleIgnored: self = .evergreenStaleIgnored(Int(clamping: fact.generation ?? 0))
    case .escalated: self = .evergreenEscalated(reason)
    default: return nil
    }
  }
}
