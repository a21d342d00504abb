import TrustCheckers
import World

/// T1 to T6, T9 and T10: of each connector's release folder.
enum TrustInvariants {
  static func verdicts(_ updates: [VerificationInput.Updates]) -> [InvariantVerdict] {
    // That a freeze is told of stands in the connector's events, not in this trail.
    TrustInvariant.allCases.filter { $0 != .freeze }.map { invariant in
      var found: [InvariantVerdict.Violation] = []
      for one in updates {
        var bounds = TrustBounds()
        bounds.isTorn = one.isTorn
        found += TrustCheckers.check(invariant, one.trust, bounds).map {
          InvariantVerdict.Violation(time: one.trust[$0.index].at, connector: one.connector, what: $0.what)
        }
      }
      let count = updates.reduce(0) { $0 + $1.trust.count { isAbout(invariant, $0.what) } }
      return InvariantVerdict(InvariantRule(invariant), facts: count, found, lacks: lacks(invariant, updates))
    }
  }

  private static func lacks(_ invariant: TrustInvariant, _ updates: [VerificationInput.Updates]) -> String? {
    if updates.isEmpty { return "no release folder was read, and events do not carry what is done with signed metadata" }
    return invariant == .t10 ? "the trail does not say which order an installation belongs to" : nil
  }

  /// Without one of these an invariant was not put to the test.
  private static func isAbout(_ invariant: TrustInvariant, _ what: TrustFact.What) -> Bool {
    switch (invariant, what) {
    case (.t1, .role), (.t1, .artifactVerified), (.t1, .artifactActivated), (.t1, .targetFound), (.t2, .rootLoaded), (.t2, .rootAccepted),
      (.t3, .role),
      (.t4, .cycleBegan), (.t5, .read), (.t9, .cycleFailed), (.t10, .installed):
      true
    case (.t6, .role(let role)): role.use != .kept && role.role != "timestamp"
    default: false
    }
  }
}
