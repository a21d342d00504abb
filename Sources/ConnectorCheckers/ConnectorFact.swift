package import World

/// One thing that one connector did or said, as the checkers of this room read it. A simulation makes them as it goes; of a live connector they are read out of
/// its events (`ConnectorFact.facts(of:fqdn:location:)`).
package struct ConnectorFact: Hashable, Codable, Sendable {
  package enum What: Hashable, Codable, Sendable {
    // The election. `location` and `reaches` are known to whoever sees the whole resource location; a live connector tells them by its peers.
    /// The process is ready and takes up the election anew.
    case joined(location: String)
    case left
    /// The process does nothing for a while, and goes on as it was.
    case frozen(Bool)
    /// It has a configuration that names it: it takes part, and has something to broker with.
    case configured
    /// Whom it holds for elected.
    case elected(String)
    case reaches(String, Reach)
    // An outage. Whether the cloud and StoreFront are there is known to whoever sees the whole.
    /// Its outage mode is another one, by this rule.
    case mode(OutagePhase, rule: String)
    /// It brokers here, or does so no more.
    case serving(Bool)
    case reachesCloud(Reach)
    /// StoreFront asks it regularly, or from now on nothing.
    case storeFrontAsks(Bool)
    /// An administrator forces an outage, or does so no more.
    case outageForced(Bool)
    /// A desktop asked to be registered here while the cloud is out of reach.
    case registration(machine: String, isAccepted: Bool)
    /// It is registered with the cloud's broker, through this connector.
    case relayed(machine: String)
    /// The node is no connector but a machine of this location.
    case machine(location: String)
    // The broker configuration, by revision.
    case configurationOpened(Int)
    /// From now on the next start may find this revision, told to be imported or not: a simulation says it when the new database gets its name, a live connector
    /// when it has received it.
    case importPending(Int)
    case configurationImported(Int)
    /// With the revision that stays in use; nil: there was none.
    case importFailed(Int, kept: Int?)
    /// What was asked of the connector brokers by this revision.
    case configurationRead(Int?)
    case configurationDamaged
    // Secrets, by owner and name. The digest is nil where only the name is known.
    case secretBegun(String, digest: String?)
    case secretAcknowledged(String)
    case secretRemoved(String)
    /// Read; `isThere` false: not found.
    case secretRead(String, isThere: Bool, digest: String?)
    /// The connector itself says that it is damaged.
    case secretDamaged(String)
    // Privileged operations, by request.
    case operationAllowed(request: String, operation: String)
    case operationDenied(request: String, operation: String)
    /// It was performed, or tried.
    case operationDone(request: String, operation: String)
  }
  /// Whether two connectors reach each other, both ways.
  package enum Reach: String, Hashable, Codable, Sendable {
    case yes, no
    /// Some messages are lost or late: nobody can say who must know what.
    case unsure
  }
  package var at: WallTime
  /// Fully qualified name of the connector.
  package var node: String
  package var what: What

  package init(_ node: String, _ what: What, at: WallTime) {
    self.node = node
    self.what = what
    self.at = at
  }
}

/// The invariants of one connector beside its updates, and of its resource location without the cloud.
package enum ConnectorInvariant: String, CaseIterable, Codable, Sendable {
  case e1 = "E1"
  case e2 = "E2"
  case e3 = "E3"
  case o1 = "O1"
  case o2 = "O2"
  case o3 = "O3"
  case o4 = "O4"
  case o5 = "O5"
  case o6 = "O6"
  case c1 = "C1"
  case s1 = "S1"
  case p1 = "P1"
}

package struct ConnectorViolation: Hashable, Sendable, CustomStringConvertible {
  package var invariant: ConnectorInvariant
  package var at: WallTime
  package var node: String
  package var what: String

  package var description: String { "\(invariant.rawValue) at \(at.iso8601(fraction: 0)) (\(node)): \(what)" }
}
