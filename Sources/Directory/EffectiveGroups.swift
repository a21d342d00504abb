/// The groups of a principal, as they would stand in its token.
package struct EffectiveGroups: Hashable, Codable, Sendable {
  /// Sorted by domain, then name.
  package var groups: [Principal]
  /// Domains whose global and domain local groups are missing because no controller of theirs answers. Universal groups are known to every
  /// controller of the forest (seed, "Active Directory requirements").
  package var missing: [String]

  package init(groups: [Principal], missing: [String] = []) {
    self.groups = groups
    self.missing = missing
  }
}

extension DirectorySnapshot {
  /// The groups that name the principal as their member, of any scope.
  package func directGroups(of sid: SID) -> [Principal] { sorted((containers[sid] ?? []).map { principals[$0] }) }

  /// All groups that count for the principal on a machine of `resource`: global ones of its own domain, universal ones of its own forest
  /// (and of the resource's, when it is there as a foreign principal), domain local ones of `resource` only. Nesting may have cycles.
  package func effectiveGroups(of sid: SID, on resource: Domain) -> EffectiveGroups {
    var found: Set<Int> = []
    var missing: Set<String> = []
    var waiting = [sid]
    while let next = waiting.popLast() {
      for at in containers[next] ?? [] where !found.contains(at) {
        let group = principals[at]
        guard let home = domain(group.domain), group.scope != .domainLocal || home.name == resource.name else { continue }
        if group.scope != .universal, !home.isReachable {
          missing.insert(home.name)
          continue
        }
        found.insert(at)
        waiting.append(group.sid)
      }
    }
    return EffectiveGroups(groups: sorted(found.map { principals[$0] }), missing: missing.sorted())
  }

  private func sorted(_ groups: [Principal]) -> [Principal] {
    groups.sorted { ($0.domain, $0.name.lowercased()) < ($1.domain, $1.name.lowercased()) }
  }
}
