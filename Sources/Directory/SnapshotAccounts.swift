extension SnapshotBuilder {
  /// Adds the users, groups and computers of one domain.
  mutating func addAccounts(_ domain: DirectoryDescription.Domain, at path: [DirectoryProblem.Step]) {
    guard let index = domains.firstIndex(where: { $0.name == domain.name.lowercased() }) else { return }
    let home = domains[index]
    for (u, user) in domain.users.enumerated() {
      let path = path + [.key("users"), .index(u)]
      var made = Principal(
        kind: .user, sid: home.sid, guid: user.guid ?? GUID(derivedFrom: home.sid), name: user.name, domain: home.name, netBIOS: home.netBIOS,
        distinguishedName: Self.name(user.displayName ?? user.name, user.units, home), enabled: user.enabled)
      made.displayName = user.displayName
      made.userPrincipalName = user.upn ?? "\(user.name)@\(home.name)"
      checkUserPrincipal(made, at: path + [.key("upn")])
      add(made, rid: user.rid, guid: user.guid, longest: 20, home, at: path)
    }
    for (g, group) in domain.groups.enumerated() {
      var made = Principal(
        kind: .group, sid: home.sid, guid: group.guid ?? GUID(derivedFrom: home.sid), name: group.name, domain: home.name, netBIOS: home.netBIOS,
        distinguishedName: Self.name(group.name, group.units, home))
      made.scope = group.scope
      add(made, rid: group.rid, guid: group.guid, longest: 256, home, at: path + [.key("groups"), .index(g)])
    }
    for (c, computer) in domain.computers.enumerated() {
      let path = path + [.key("computers"), .index(c)]
      if !AccountNames.isNetBIOS(computer.name) {
        report(path + [.key("name")], expected: "a computer name of at most 15 letters, digits, '-' or '_'", found: computer.name)
      }
      var made = Principal(
        kind: .computer, sid: home.sid, guid: computer.guid ?? GUID(derivedFrom: home.sid), name: computer.name + "$", domain: home.name,
        netBIOS: home.netBIOS, distinguishedName: Self.name(computer.name, computer.units, home, container: "Computers"), enabled: computer.enabled)
      made.dnsHostName = "\(computer.name.lowercased()).\(home.name)"
      add(made, rid: computer.rid, guid: computer.guid, longest: 16, home, at: path)
    }
  }

  /// Names and SIDs are unique in a domain, GUIDs and distinguished names everywhere.
  private mutating func add(
    _ made: Principal, rid: UInt32, guid: GUID?, longest: Int, _ home: Domain, at path: [DirectoryProblem.Step]
  ) {
    var made = made
    let namePath = path + [.key("name")]
    if !AccountNames.isAccount(made.name) || made.name.count > longest {
      report(namePath, expected: "an account name of at most \(longest) characters without any of \"/\\[]:;|=,+*?<>@", found: made.name)
      return
    }
    guard rid >= 500, let sid = home.sid.account(rid) else {
      report(path + [.key("rid")], expected: "a relative identifier of at least 500", found: String(rid))
      return
    }
    made.sid = sid
    if guid == nil { made.guid = GUID(derivedFrom: sid) }
    let at = principals.count
    if let other = byAccount.updateValue(at, forKey: "\(home.name)\\\(made.name.lowercased())") {
      report(
        namePath, expected: "a name that no other account of \(home.name) has", found: "\(made.name), which a \(principals[other].kind.rawValue) has")
    }
    if let other = bySID.updateValue(at, forKey: sid) {
      report(path + [.key("rid")], expected: "a SID that no other account has", found: "\(sid), which \(principals[other].name) has")
    }
    // What follows from the name or the SID is reported with them.
    if let other = byGUID.updateValue(at, forKey: made.guid), principals[other].sid != sid {
      report(path + [.key("guid")], expected: "a GUID that no other object has", found: "\(made.guid), which \(principals[other].name) has")
    }
    do throws(IdentifierError) {
      if let other = byName.updateValue(at, forKey: try DistinguishedName(made.distinguishedName)), !Self.sameAccount(made, principals[other]) {
        let field = made.displayName == nil ? "name" : "displayName"
        report(
          path + [.key(field)], expected: "a distinguished name that no other object has",
          found: "\(made.distinguishedName), which \(principals[other].name) has")
      }
    } catch {
      report(namePath, expected: error.expected, found: error.found)
    }
    principals.append(made)
  }

  private mutating func checkUserPrincipal(_ user: Principal, at path: [DirectoryProblem.Step]) {
    guard let upn = user.userPrincipalName else { return }
    do throws(IdentifierError) {
      guard case .userPrincipal(let folded) = try NameForm(upn) else {
        report(path, expected: "a user principal name such as alice@forest1.local", found: upn)
        return
      }
      if let other = byUserPrincipal.updateValue(principals.count, forKey: folded), !Self.sameAccount(user, principals[other]) {
        report(path, expected: "a user principal name that no other user has", found: "\(upn), which \(principals[other].name) has")
      }
    } catch {
      report(path, expected: "a user principal name such as alice@forest1.local", found: upn)
    }
  }

  private static func sameAccount(_ a: Principal, _ b: Principal) -> Bool { a.domain == b.domain && a.name.lowercased() == b.name.lowercased() }

  private static func name(_ common: String, _ units: [String], _ home: Domain, container: String = "Users") -> String {
    let above = units.isEmpty ? [DistinguishedName.Relative(type: "CN", value: container)] : units.map { .init(type: "OU", value: $0) }
    return DistinguishedName([.init(type: "CN", value: common)] + above + DistinguishedName.domain(home.name)).description
  }
}
