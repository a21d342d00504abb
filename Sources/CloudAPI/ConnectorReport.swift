package import World

/// A connector's answer to a heartbeat.
package struct ConnectorReport: Hashable, Codable, Sendable {
  package struct Service: Hashable, Codable, Sendable {
    package var name: ServiceName
    /// A state of the supervisor's table, or `disabled`.
    package var state: String
    package var restarts: Int

    package init(name: ServiceName, state: String, restarts: Int) {
      self.name = name
      self.state = state
      self.restarts = restarts
    }
  }

  package var id: String
  package var fqdn: String
  package var version: String
  package var bootstrapperVersion: String
  /// The daemon's boot and the number of its latest event.
  package var boot: String
  package var eventSequence: UInt64
  package var time: WallTime
  package var startedAt: WallTime
  package var services: [Service]
  package var inMaintenance: Bool
  package var elected: String?
  package var electionReason: String
  package var configurationRevision: Int?
  package var peerAddress: String?
  /// Problems that the connector knows of, each one sentence; empty when it is ready.
  package var problems: [String]
  /// What is under way under a lease of the rollout coordinator, or ended last. Absent: nothing yet, or a connector from before there were any.
  package var update: UpdateStanding?
  /// Whether the machine waits for a restart. Absent: a connector that has just started and does not know yet, which says nothing of `updatesBarred` either.
  package var restartPending: Bool?
  /// Why this connector takes no updates from the cloud: an administrator pinned it, or it is not installed as releases. Absent: it takes them.
  package var updatesBarred: String?
  /// SHA-256 of the manifest of the release that runs, 64 hexadecimal digits: `version` alone is a claim. Absent when it does not run from a release.
  package var digest: String?

  package init(
    id: String, fqdn: String, version: String, bootstrapperVersion: String, boot: String, eventSequence: UInt64, time: WallTime, startedAt: WallTime,
    services: [Service], inMaintenance: Bool, elected: String?, electionReason: String, configurationRevision: Int?, peerAddress: String?,
    problems: [String], update: UpdateStanding? = nil, restartPending: Bool? = nil, updatesBarred: String? = nil,
    digest: String? = nil
  ) {
    self.id = id
    self.fqdn = fqdn
    self.version = version
    self.bootstrapperVersion = bootstrapperVersion
    self.boot = boot
    self.eventSequence = eventSequence
    self.time = time
    self.startedAt = startedAt
    self.services = services
    self.inMaintenance = inMaintenance
    self.elected = elected
    self.electionReason = electionReason
    self.configurationRevision = configurationRevision
    self.peerAddress = peerAddress
    self.problems = problems
    self.update = update
    self.restartPending = restartPending
    self.updatesBarred = updatesBarred
    self.digest = digest
  }
}
