/// The port to a directory. `SnapshotDirectory` answers from a description; every call may take as long as a network does.
package protocol DirectoryReading: Sendable {
  func find(_ query: DirectoryQuery) async throws(DirectoryError) -> Principal
  /// The groups that name the principal itself.
  func directGroups(of sid: SID) async throws(DirectoryError) -> [Principal]
  /// All groups that count for the principal on a machine of the joined domain.
  func effectiveGroups(of sid: SID) async throws(DirectoryError) -> EffectiveGroups
  func domains() async throws(DirectoryError) -> [DomainView]
  /// Every controller of the joined forest, with whether it answers now.
  func domainControllers() async throws(DirectoryError) -> [ControllerHealth]
}

/// Why a directory gave no answer.
package enum DirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
  case notFound(String)
  /// A bare account name that several domains have.
  case ambiguous(String, candidates: [String])
  /// The object is there, but beyond a forest trust, which a connector cannot cross (seed, "Users and resources in separate forests").
  case otherForest(String, domain: String)
  /// No controller of the domain answers.
  case unreachable(domain: String)
  case unknownDomain(String, known: [String])

  package var description: String {
    switch self {
    case .notFound(let what): "no \(what) in the joined forest"
    case .ambiguous(let what, let candidates): "\(what) stands in several domains: \(candidates.joined(separator: ", ")); name the domain"
    case .otherForest(let what, let domain):
      "\(what) is in \(domain), beyond a forest trust, which a connector cannot cross; ask a connector that is joined to that forest"
    case .unreachable(let domain): "no domain controller of \(domain) answers"
    case .unknownDomain(let name, let known): "no domain '\(IdentifierError.shortened(name))' is described; known: \(known.joined(separator: ", "))"
    }
  }
}

/// A domain as the connector sees it.
package struct DomainView: Hashable, Codable, Sendable {
  package var name: String
  package var netBIOS: String
  package var sid: SID
  package var forest: String
  package var parent: String?
  package var functionalLevel: FunctionalLevel
  package var forestFunctionalLevel: FunctionalLevel
  /// The connector's machine is joined to it.
  package var joined: Bool
  /// In the joined forest: the cloud can use its accounts.
  package var usable: Bool
  /// Why not, or how it is trusted: `joined domain`, `same forest`, `forest trust: …`.
  package var relation: String

  package init(
    name: String, netBIOS: String, sid: SID, forest: String, parent: String? = nil, functionalLevel: FunctionalLevel,
    forestFunctionalLevel: FunctionalLevel, joined: Bool, usable: Bool, relation: String
  ) {
    self.name = name
    self.netBIOS = netBIOS
    self.sid = sid
    self.forest = forest
    self.parent = parent
    self.functionalLevel = functionalLevel
    self.forestFunctionalLevel = forestFunctionalLevel
    self.joined = joined
    self.usable = usable
    self.relation = relation
  }
}

/// A domain controller and whether it answers.
package struct ControllerHealth: Hashable, Codable, Sendable {
  package var name: String
  package var domain: String
  package var system: WindowsServer
  package var globalCatalog: Bool
  package var reachable: Bool
  /// Whether the seed's table lists its system for the domain's and the forest's functional level.
  package var supported: Bool

  package init(name: String, domain: String, system: WindowsServer, globalCatalog: Bool, reachable: Bool, supported: Bool) {
    self.name = name
    self.domain = domain
    self.system = system
    self.globalCatalog = globalCatalog
    self.reachable = reachable
    self.supported = supported
  }
}
