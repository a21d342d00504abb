import World

/// One thing wrong with a broker configuration.
package struct BrokerProblem: Hashable, Sendable, CustomStringConvertible {
  /// Where: `machines[12].catalog`; empty for the whole.
  package var path: String
  /// What, and what to do, without a full stop.
  package var text: String

  package init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }

  package var description: String { path.isEmpty ? text : "\(path): \(text)" }
}

/// A broker configuration that must not be used, with every problem found.
package struct BrokerConfigurationRejected: Error, Hashable, Sendable, CustomStringConvertible {
  package var problems: [BrokerProblem]

  package init(problems: [BrokerProblem]) { self.problems = problems }
  package init(_ path: String, _ text: String) { problems = [BrokerProblem(path, text)] }

  /// The first problem, and how many more there are.
  package var description: String {
    let first = problems.first?.description ?? "no problem is known"
    return problems.count > 1 ? "\(first) (and \(problems.count - 1) more)" : first
  }
}

extension BrokerConfiguration {
  /// Every broken rule: unique names and identities, references that lead somewhere, counts, forms of SIDs and host names. Empty when it may be used.
  ///
  /// `limit` bounds the list: a file that is wrong in one place is often wrong in thousands.
  package func problems(limit: Int = 100) -> [BrokerProblem] {
    var check = BrokerCheck(limit: limit)
    if format != Self.currentFormat { check.add("format", "this is format \(format); this version reads format \(Self.currentFormat)") }
    if revision < 0 { check.add("revision", "\(revision) is not a revision; revisions count from 0") }
    if sites.count != 1 { check.add("sites", "there are \(sites.count) sites; there must be exactly one") }
    if zones.filter(\.isPrimary).count > 1 { check.add("zones", "more than one zone is primary; leave isPrimary true on one of them") }

    check.unique("sites", sites.map(\.name), "name")
    let zoneNames = check.unique("zones", zones.map(\.name), "name")
    check.unique("edgeServers", edgeServers.map(\.fqdn), "fqdn")
    check.unique("edgeServers", edgeServers.map(\.uuid), "uuid")
    for (index, server) in edgeServers.enumerated() { check.hostName("edgeServers[\(index)].fqdn", server.fqdn) }
    let connectionNames = check.unique("hypervisorConnections", hypervisorConnections.map(\.name), "name")
    for (index, connection) in hypervisorConnections.enumerated() {
      check.refers("hypervisorConnections[\(index)].zone", connection.zone, to: zoneNames, "zone", "zones")
    }
    let catalogNames = check.unique("machineCatalogs", machineCatalogs.map(\.name), "name")
    for (index, catalog) in machineCatalogs.enumerated() {
      check.refers("machineCatalogs[\(index)].zone", catalog.zone, to: zoneNames, "zone", "zones")
      if let name = catalog.hypervisorConnection {
        check.refers(
          "machineCatalogs[\(index)].hypervisorConnection", name, to: connectionNames, "hypervisor connection", "hypervisorConnections")
      }
    }
    let groupNames = check.unique("deliveryGroups", deliveryGroups.map(\.name), "name")
    let people = check.people(self)
    let applicationNames = check.applications(self, groupNames)
    check.entitlements(self, groupNames, applicationNames, people)
    check.machines(self, catalogNames, groupNames, people)
    return check.problems
  }
}

/// The rules that need more than one look, and the list that they fill.
private struct BrokerCheck {
  var problems: [BrokerProblem] = []
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Paths are made only when something is wrong there: of a hundred thousand machines nearly all are right.
  mutating func add(_ path: @autoclosure () -> String, _ text: @autoclosure () -> String) {
    if problems.count < limit { problems.append(BrokerProblem(path(), text())) }
  }

  /// The lower-case names and where each stands.
  @discardableResult
  mutating func unique(_ kind: String, _ names: [String], _ field: String) -> [String: Int] {
    var first: [String: Int] = [:]
    first.reserveCapacity(names.count)
    for (index, name) in names.enumerated() {
      if name.isEmpty { add("\(kind)[\(index)].\(field)", "it is empty; give it a text") }
      let earlier = first.updateValue(index, forKey: name.lowercased())
      guard let earlier else { continue }
      add("\(kind)[\(index)].\(field)", "'\(name)' is already the \(field) of \(kind)[\(earlier)]; it must be unique")
      first[name.lowercased()] = earlier
    }
    return first
  }

  mutating func refers(_ path: @autoclosure () -> String, _ name: String, to names: [String: Int], _ what: String, _ kind: String) {
    guard names[name.lowercased()] == nil else { return }
    add(path(), "there is no \(what) named '\(name)'; add it to \(kind) or name one that is there")
  }

  mutating func hostName(_ path: @autoclosure () -> String, _ name: String) {
    if let reason = HostName.problem(name) { add(path(), "'\(name)' is not a fully qualified name: \(reason)") }
  }

  mutating func people(_ all: BrokerConfiguration) -> [String: Int] {
    let users = unique("users", all.users.map(\.sid), "sid")
    let groups = unique("groups", all.groups.map(\.sid), "sid")
    for (index, user) in all.users.enumerated() { sid("users[\(index)].sid", user.sid) }
    for (index, group) in all.groups.enumerated() {
      sid("groups[\(index)].sid", group.sid)
      if users[group.sid.lowercased()] != nil { add("groups[\(index)].sid", "\(group.sid) is also a user's; a SID belongs to one of them") }
    }
    return users.merging(groups) { user, _ in user }
  }

  mutating func sid(_ path: @autoclosure () -> String, _ text: String) {
    if !SID.isWellFormed(text) { add(path(), "'\(text)' is not a SID such as S-1-5-21-1004336348-1177238915-682003330-1101") }
  }

  mutating func known(_ path: @autoclosure () -> String, _ sids: [String], _ people: [String: Int]) {
    for (index, sid) in sids.enumerated() where people[sid.lowercased()] == nil {
      add("\(path())[\(index)]", "\(sid) is neither in users nor in groups; add it there with its name and domain")
    }
  }

  mutating func applications(_ all: BrokerConfiguration, _ groups: [String: Int]) -> [String: Int] {
    let names = unique("applications", all.applications.map(\.name), "name")
    for (index, application) in all.applications.enumerated() {
      if application.deliveryGroups.isEmpty { add("applications[\(index)].deliveryGroups", "it is empty; name at least one delivery group") }
      for (at, group) in application.deliveryGroups.enumerated() {
        func path() -> String { "applications[\(index)].deliveryGroups[\(at)]" }
        refers(path(), group, to: groups, "delivery group", "deliveryGroups")
        if let found = groups[group.lowercased()], all.deliveryGroups[found].delivers == .desktops {
          add(path(), "delivery group '\(group)' delivers only desktops; set its delivers to applications or desktopsAndApplications")
        }
      }
    }
    return names
  }

  mutating func entitlements(
    _ all: BrokerConfiguration, _ groups: [String: Int], _ applications: [String: Int], _ people: [String: Int]
  ) {
    unique("entitlements", all.entitlements.map(\.name), "name")
    for (index, entitlement) in all.entitlements.enumerated() {
      func path() -> String { "entitlements[\(index)]" }
      refers("\(path()).deliveryGroup", entitlement.deliveryGroup, to: groups, "delivery group", "deliveryGroups")
      if let name = entitlement.application {
        refers("\(path()).application", name, to: applications, "application", "applications")
        if let found = applications[name.lowercased()],
          !all.applications[found].deliveryGroups.contains(where: { $0.lowercased() == entitlement.deliveryGroup.lowercased() })
        {
          add("\(path()).application", "application '\(name)' does not belong to delivery group '\(entitlement.deliveryGroup)'")
        }
      } else if let found = groups[entitlement.deliveryGroup.lowercased()], all.deliveryGroups[found].delivers == .applications {
        add(path(), "delivery group '\(entitlement.deliveryGroup)' delivers only applications; name one under application")
      }
      if entitlement.includes.isEmpty { add("\(path()).includes", "it is empty; name at least one SID") }
      known("\(path()).includes", entitlement.includes, people)
      known("\(path()).excludes", entitlement.excludes, people)
    }
  }

  mutating func machines(_ all: BrokerConfiguration, _ catalogs: [String: Int], _ groups: [String: Int], _ people: [String: Int]) {
    unique("machines", all.machines.map(\.name), "name")
    unique("machines", all.machines.map(\.dnsName), "dnsName")
    unique("machines", all.machines.map(\.sid), "sid")
    for (index, machine) in all.machines.enumerated() {
      func path() -> String { "machines[\(index)]" }
      sid("\(path()).sid", machine.sid)
      hostName("\(path()).dnsName", machine.dnsName)
      refers("\(path()).catalog", machine.catalog, to: catalogs, "machine catalog", "machineCatalogs")
      known("\(path()).assignedUsers", machine.assignedUsers, people)
      let catalog = catalogs[machine.catalog.lowercased()].map { all.machineCatalogs[$0] }
      if let catalog, catalog.allocation == .random, !machine.assignedUsers.isEmpty {
        add("\(path()).assignedUsers", "catalog '\(catalog.name)' allocates at random, so its machines belong to nobody; take them out")
      }
      guard let name = machine.deliveryGroup else { continue }
      refers("\(path()).deliveryGroup", name, to: groups, "delivery group", "deliveryGroups")
      if let catalog, let group = groups[name.lowercased()].map({ all.deliveryGroups[$0] }), group.sessionSupport != catalog.sessionSupport {
        add(
          "\(path()).deliveryGroup",
          "'\(group.name)' is \(group.sessionSupport.rawValue) and catalog '\(catalog.name)' is \(catalog.sessionSupport.rawValue); they must agree")
      }
    }
  }
}
