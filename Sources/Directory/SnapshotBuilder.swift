/// Turns a description into domains, principals and indexes, and collects what is wrong. Group members are resolved in `SnapshotMembers.swift`.
struct SnapshotBuilder {
  let description: DirectoryDescription
  var problems: [DirectoryProblem] = []
  var domains: [Domain] = []
  var principals: [Principal] = []
  var bySID: [SID: Int] = [:]
  var byGUID: [GUID: Int] = [:]
  var byName: [DistinguishedName: Int] = [:]
  var byUserPrincipal: [String: Int] = [:]
  var byAccount: [String: Int] = [:]
  var containers: [SID: [Int]] = [:]

  init(_ description: DirectoryDescription) { self.description = description }

  mutating func build() {
    checkForests()
    checkTrusts()
    guard problems.isEmpty else { return }
    for (f, forest) in description.forests.enumerated() {
      for (d, domain) in forest.domains.enumerated() { addAccounts(domain, at: [.key("forests"), .index(f), .key("domains"), .index(d)]) }
    }
    guard problems.isEmpty else { return }
    resolveMembers()
  }

  mutating func report(_ path: [DirectoryProblem.Step], expected: String, found: String) {
    problems.append(DirectoryProblem(path, expected: expected, found: found))
  }

  private mutating func checkForests() {
    var seen: [String: String] = [:]
    var sids: [SID: String] = [:]
    for (f, forest) in description.forests.enumerated() {
      let path: [DirectoryProblem.Step] = [.key("forests"), .index(f)]
      let root = forest.name.lowercased()
      if !forest.domains.contains(where: { $0.name.lowercased() == root && $0.parent == nil }) {
        report(path + [.key("name")], expected: "the DNS name of a domain of this forest that has no parent", found: forest.name)
      }
      for (d, domain) in forest.domains.enumerated() {
        let path = path + [.key("domains"), .index(d)]
        let name = domain.name.lowercased()
        if !AccountNames.isDNS(name) { report(path + [.key("name")], expected: "a DNS name such as forest1.local", found: domain.name) }
        if !AccountNames.isNetBIOS(domain.netBIOS) {
          report(path + [.key("netbios")], expected: "at most 15 letters, digits, '-' or '_'", found: domain.netBIOS)
        }
        for (key, value) in Set([name, domain.netBIOS.lowercased()]).map({ (key: $0 == name ? "name" : "netbios", value: $0) }).sorted(by: { $0 < $1 }
        ) {
          if let other = seen.updateValue(name, forKey: value) {
            report(path + [.key(key)], expected: "a name that no other domain has", found: "\(value), which \(other) has")
          }
        }
        if let other = sids.updateValue(name, forKey: domain.sid) {
          report(path + [.key("sid")], expected: "a SID that no other domain has", found: "\(domain.sid), which \(other) has")
        }
        if domain.sid.subAuthorities.count > 14 {
          report(path + [.key("sid")], expected: "a domain SID with room for a relative identifier", found: "\(domain.sid)")
        }
        if SupportedLevels.controllers(forest: forest.level, domain: domain.level).isEmpty {
          let least = "a level that is not below the forest's, \(forest.level.rawValue)"
          report(path + [.key("functionalLevel")], expected: least, found: domain.level.rawValue)
        }
        checkParent(of: domain, in: forest, at: path)
        checkControllers(domain, at: path)
        domains.append(
          Domain(
            name: name, netBIOS: domain.netBIOS, sid: domain.sid, forest: root, parent: domain.parent?.lowercased(), level: domain.level,
            forestLevel: forest.level, controllers: domain.controllers))
      }
    }
  }

  private mutating func checkParent(of domain: DirectoryDescription.Domain, in forest: DirectoryDescription.Forest, at path: [DirectoryProblem.Step])
  {
    guard let parent = domain.parent?.lowercased() else { return }
    let path = path + [.key("parent")]
    let name = domain.name.lowercased()
    let parents = Dictionary(forest.domains.map { ($0.name.lowercased(), $0.parent?.lowercased()) }, uniquingKeysWith: { a, _ in a })
    guard parents[parent] != nil else {
      report(path, expected: "a domain of the forest \(forest.name)", found: parent)
      return
    }
    var way = [name]
    var next: String? = parent
    while let step = next {
      if way.contains(step) {
        report(path, expected: "a domain tree without a cycle", found: (way + [step]).joined(separator: " → "))
        return
      }
      way.append(step)
      next = parents[step] ?? nil
    }
    let label = name.dropLast(parent.utf8.count + 1)
    if !name.hasSuffix("." + parent) || label.contains(".") {
      report(path, expected: "a parent whose name is the domain's own without its first label", found: "\(parent) for \(name)")
    }
  }

  private mutating func checkControllers(_ domain: DirectoryDescription.Domain, at path: [DirectoryProblem.Step]) {
    var names: Set<String> = []
    for (c, controller) in domain.controllers.enumerated() {
      let path = path + [.key("controllers"), .index(c), .key("name")]
      if !AccountNames.isNetBIOS(controller.name) {
        report(path, expected: "a computer name of at most 15 letters, digits, '-' or '_'", found: controller.name)
      }
      if !names.insert(controller.name.lowercased()).inserted {
        report(path, expected: "a name that no other controller of the domain has", found: controller.name)
      }
    }
  }

  private mutating func checkTrusts() {
    let known = Dictionary(domains.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    for (t, trust) in description.trusts.enumerated() {
      let path: [DirectoryProblem.Step] = [.key("trusts"), .index(t)]
      let ends = [("from", trust.trusting.lowercased()), ("to", trust.trusted.lowercased())]
      for (key, name) in ends {
        guard let domain = known[name] else {
          report(path + [.key(key)], expected: "the DNS name of a domain of this file", found: name)
          continue
        }
        if trust.kind == .forest, !domain.isForestRoot {
          report(path + [.key(key)], expected: "a forest's root domain, as the trust is of kind forest", found: name)
        }
      }
      if let from = known[ends[0].1], let to = known[ends[1].1], from.forest == to.forest {
        report(path + [.key("to")], expected: "a domain of another forest (inside a forest all domains trust each other)", found: to.name)
      }
    }
  }
}
