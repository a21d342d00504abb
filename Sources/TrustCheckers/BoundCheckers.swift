import World

extension TrustCheckers {
  /// T5: what is read, how many roots one update takes and how many delegated roles one search asks.
  static func bounded(_ facts: [TrustFact]) -> Found {
    var found: Found = []
    var limits: TrustFact.Limits?
    var (roots, delegations) = (0, 0)
    for (index, fact) in facts.enumerated() {
      switch fact.what {
      case .cycleBegan(let now): (limits, roots) = (now, 0)
      case .searchBegan: delegations = 0
      case .read(let read):
        if read.bytes > read.limit { found.append((index, "\(read.subject): \(read.bytes) bytes were read, at most \(read.limit) may be")) }
        let most = min(read.setting, read.listed ?? read.setting)
        if read.limit > most { found.append((index, "\(read.subject): \(read.limit) bytes would be read, at most \(most) may be")) }
      case .rootAccepted:
        roots += 1
        if let limits, roots > limits.rootSteps { found.append((index, "\(roots) roots in one update; at most \(limits.rootSteps) may be")) }
      case .delegationAsked(let role):
        delegations += 1
        if let limits, delegations > limits.delegations {
          found.append((index, "\(role) is the delegated role number \(delegations) of one search; at most \(limits.delegations) may be"))
        }
      default: continue
      }
    }
    return found
  }
}
