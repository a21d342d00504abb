extension SnapshotBuilder {
  /// Links every group to its members, and checks the rules of its scope.
  mutating func resolveMembers() {
    for (f, forest) in description.forests.enumerated() {
      for (d, domain) in forest.domains.enumerated() {
        let path: [DirectoryProblem.Step] = [.key("forests"), .index(f), .key("domains"), .index(d), .key("groups")]
        guard let home = self.domain(domain.name) else { continue }
        for (g, group) in domain.groups.enumerated() {
          guard let at = byAccount["\(home.name)\\\(group.name.lowercased())"] else { continue }
          var seen: Set<SID> = []
          for (m, text) in group.members.enumerated() {
            let path = path + [.index(g), .key("members"), .index(m)]
            guard let member = resolve(text, in: home, at: path) else { continue }
            if !seen.insert(member).inserted {
              report(path, expected: "a member that is not listed before", found: text)
            } else if let expected = refusal(of: member, in: group.scope, of: home) {
              report(path, expected: expected, found: text)
            } else {
              containers[member, default: []].append(at)
            }
          }
        }
        addPrimaryGroups(home)
      }
    }
  }

  /// Users belong to the domain's group 513 (Domain Users) and computers to 515 (Domain Computers) without being listed ([MS-SAMR] 2.2.1.14).
  private mutating func addPrimaryGroups(_ home: Domain) {
    for (kind, rid) in [(Principal.Kind.user, UInt32(513)), (.computer, 515)] {
      guard let sid = home.sid.account(rid), let at = bySID[sid], principals[at].kind == .group else { continue }
      for member in principals where member.domain == home.name && member.kind == kind && containers[member.sid]?.contains(at) != true {
        containers[member.sid, default: []].append(at)
      }
    }
  }

  private mutating func resolve(_ text: String, in home: Domain, at path: [DirectoryProblem.Step]) -> SID? {
    if text.hasPrefix("S-1-") {
      do throws(IdentifierError) {
        let sid = try SID(text)
        // A SID of a domain that is described here must be there; any other one is a foreign principal whose forest nobody can ask.
        guard bySID[sid] != nil || !domains.contains(where: { $0.sid == sid.domain }) else {
          report(path, expected: "the SID of an account that is described", found: text)
          return nil
        }
        return sid
      } catch {
        report(path, expected: error.expected, found: error.found)
        return nil
      }
    }
    do throws(IdentifierError) {
      if let at = lookUp(try NameForm(text), in: home) { return principals[at].sid }
      report(path, expected: "a known account: name, DOMAIN\\name, name@domain, a distinguished name or a SID", found: text)
    } catch {
      report(path, expected: error.expected, found: error.found)
    }
    return nil
  }

  private func lookUp(_ form: NameForm, in home: Domain) -> Int? {
    func account(_ name: String, _ domain: Domain) -> Int? { byAccount["\(domain.name)\\\(name)"] ?? byAccount["\(domain.name)\\\(name)$"] }
    switch form {
    case .account(let name): return account(name, home)
    case .downLevel(let domain, let name): return self.domain(domain).flatMap { account(name, $0) }
    case .userPrincipal(let name): return byUserPrincipal[name]
    case .distinguished(let name): return byName[name]
    }
  }

  /// What a group of this scope takes instead, when it does not take the member; nil when it does.
  private func refusal(of sid: SID, in scope: GroupScope, of home: Domain) -> String? {
    guard let at = bySID[sid] else {
      return scope == .domainLocal ? nil : "an account of this forest: only a domain local group takes foreign principals"
    }
    let member = principals[at]
    guard let domain = domain(member.domain) else { return "an account of a known domain" }
    switch scope {
    case .global:
      let fits = domain.name == home.name && (member.kind != .group || member.scope == .global)
      return fits ? nil : "a user, computer or global group of \(home.name), as the group is global"
    case .universal:
      let fits = domain.forest == home.forest && member.scope != .domainLocal
      return fits ? nil : "a user, computer, global or universal group of the forest \(home.forest), as the group is universal"
    case .domainLocal:
      if member.scope == .domainLocal, domain.name != home.name { return "a domain local group of \(home.name) only" }
      return trusted(domain, by: home) ? nil : "an account of a domain that \(home.name) trusts; \(domain.name) is not trusted"
    }
  }

  private func domain(_ name: String) -> Domain? {
    let wanted = name.lowercased()
    return domains.first { $0.name == wanted || $0.netBIOS.lowercased() == wanted }
  }

  private func trusted(_ domain: Domain, by home: Domain) -> Bool { TrustRules.trusts(home, domain, description.trusts) }
}

/// Which domain's accounts another one takes.
enum TrustRules {
  /// The same forest, or a trust in the right direction. A forest trust reaches every domain of both forests, an external one only its two.
  static func trusts(_ trusting: Domain, _ trusted: Domain, _ all: [DirectoryDescription.Trust]) -> Bool {
    if trusting.forest == trusted.forest { return true }
    return all.contains { trust in
      func leads(_ from: String, _ to: String) -> Bool {
        switch trust.kind {
        case .forest: trusting.forest == from && trusted.forest == to
        case .external: trusting.name == from && trusted.name == to
        }
      }
      let (from, to) = (trust.trusting.lowercased(), trust.trusted.lowercased())
      return leads(from, to) || (trust.twoWay && leads(to, from))
    }
  }
}
