package import World

/// All checkers of this room at once, fed fact by fact in the order of time. They know nothing of how the facts came about.
package struct ConnectorChecks: Sendable {
  package private(set) var violations: [ConnectorViolation] = []
  package private(set) var election: ElectionChecks
  private var outages: OutageChecks
  private var registrations = RegistrationCheck()
  private var imports = ImportCheck()
  private var secrets = SecretCheck()
  private var privileges = PrivilegeCheck()

  package init(_ bounds: ElectionBounds = ElectionBounds(), outages: OutageBounds = .loosest) {
    election = ElectionChecks(bounds)
    self.outages = OutageChecks(outages)
  }

  package mutating func see(_ fact: ConnectorFact) {
    switch fact.what {
    case .joined, .left, .frozen, .configured, .elected, .reaches, .registration:
      violations += election.see(fact)
      violations += registrations.see(fact)
      violations += outages.see(fact)
    case .mode, .serving, .reachesCloud, .storeFrontAsks, .outageForced, .relayed, .machine: violations += outages.see(fact)
    case .configurationOpened, .importPending, .configurationImported, .importFailed, .configurationRead, .configurationDamaged:
      violations += imports.see(fact)
    case .secretBegun, .secretAcknowledged, .secretRemoved, .secretRead, .secretDamaged: violations += secrets.see(fact)
    case .operationAllowed, .operationDenied, .operationDone: violations += privileges.see(fact)
    }
  }

  /// The end of the trace: what lasts until now is held to its bound too.
  package mutating func finish(at now: WallTime) {
    violations += election.finish(at: now)
    violations += outages.finish(at: now)
  }
}
