/// A directory that answers from a snapshot, as a connector joined to one of its domains would see it.
package struct SnapshotDirectory: DirectoryReading {
  package let snapshot: DirectorySnapshot
  package let joined: Domain

  /// - Parameter joinedDomain: a DNS or NetBIOS name; nil means the root of the first forest. Throws `.unknownDomain`.
  package init(_ snapshot: DirectorySnapshot, joinedDomain: String? = nil) throws(DirectoryError) {
    let found = joinedDomain.map { snapshot.domain($0) } ?? snapshot.domains.first { $0.isForestRoot }
    guard let found else { throw .unknownDomain(joinedDomain ?? "", known: snapshot.domains.map(\.name)) }
    self.snapshot = snapshot
    joined = found
  }

  package func find(_ query: DirectoryQuery) async throws(DirectoryError) -> Principal { try look(for: query) }

  package func directGroups(of sid: SID) async throws(DirectoryError) -> [Principal] {
    _ = try look(for: DirectoryQuery(.sid(sid)))
    return snapshot.directGroups(of: sid)
  }

  package func effectiveGroups(of sid: SID) async throws(DirectoryError) -> EffectiveGroups {
    _ = try look(for: DirectoryQuery(.sid(sid)))
    return snapshot.effectiveGroups(of: sid, on: joined)
  }

  package func domains() async throws(DirectoryError) -> [DomainView] {
    snapshot.domains.map { domain in
      DomainView(
        name: domain.name, netBIOS: domain.netBIOS, sid: domain.sid, forest: domain.forest, parent: domain.parent, functionalLevel: domain.level,
        forestFunctionalLevel: domain.forestLevel, joined: domain.name == joined.name, usable: domain.forest == joined.forest,
        relation: relation(to: domain))
    }
  }

  package func domainControllers() async throws(DirectoryError) -> [ControllerHealth] {
    snapshot.domains.filter { $0.forest == joined.forest }.flatMap { domain in
      let supported = SupportedLevels.controllers(forest: domain.forestLevel, domain: domain.level)
      return domain.controllers.map { controller in
        ControllerHealth(
          name: controller.name, domain: domain.name, system: controller.system, globalCatalog: controller.globalCatalog,
          reachable: controller.reachable, supported: supported.contains(controller.system))
      }
    }
  }

  private func look(for query: DirectoryQuery) throws(DirectoryError) -> Principal {
    let found = candidates(query)
    let (near, far) = (found.filter { isNear($0) }, found.filter { !isNear($0) })
    // A bare name means the joined domain's account before any other's.
    let chosen = near.first { $0.domain == joined.name } ?? (near.count == 1 ? near[0] : nil)
    if let chosen {
      guard let home = snapshot.domain(chosen.domain), home.isReachable else { throw .unreachable(domain: chosen.domain) }
      return chosen
    }
    if near.count > 1 { throw .ambiguous(query.text, candidates: near.map(\.downLevelName)) }
    if let foreign = foreignPrincipal(query) { return foreign }
    if let other = far.first { throw .otherForest(query.text, domain: other.domain) }
    throw .notFound(query.text)
  }

  private func candidates(_ query: DirectoryQuery) -> [Principal] {
    let found: [Principal]
    switch query.selector {
    case .name(let form): found = snapshot.principals(named: form, kind: query.kind)
    case .sid(let sid): found = snapshot.principal(sid).map { [$0] } ?? []
    case .guid(let guid): found = snapshot.principal(guid).map { [$0] } ?? []
    }
    return found.filter { query.kind == nil || $0.kind == query.kind }
  }

  private func isNear(_ principal: Principal) -> Bool { snapshot.domain(principal.domain)?.forest == joined.forest }

  /// A SID of another forest that stands in a domain local group of the joined domain has an object there that knows its SID and nothing else.
  private func foreignPrincipal(_ query: DirectoryQuery) -> Principal? {
    guard case .sid(let sid) = query.selector, query.kind == nil || query.kind == .foreignPrincipal,
      snapshot.directGroups(of: sid).contains(where: { $0.domain == joined.name })
    else { return nil }
    let name = DistinguishedName(
      [.init(type: "CN", value: sid.description), .init(type: "CN", value: "ForeignSecurityPrincipals")] + DistinguishedName.domain(joined.name))
    return Principal(
      kind: .foreignPrincipal, sid: sid, guid: GUID(derivedFrom: sid), name: sid.description, domain: joined.name, netBIOS: joined.netBIOS,
      distinguishedName: name.description)
  }

  private func relation(to domain: Domain) -> String {
    if domain.name == joined.name { return "joined domain" }
    if domain.forest == joined.forest { return "same forest" }
    switch (snapshot.trusts(joined, domain), snapshot.trusts(domain, joined)) {
    case (true, true): return "two-way trust, not usable from the cloud"
    case (true, false): return "trusted by the joined forest, not usable from the cloud"
    case (false, true): return "trusts the joined forest, not usable from the cloud"
    case (false, false): return "no trust"
    }
  }
}
