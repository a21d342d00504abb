import Directory
import Yams

/// Walks the YAML tree by the description's own shape and collects everything that is not as it should be.
struct DescriptionReader {
  typealias Path = [DirectoryProblem.Step]
  var problems: [DirectoryProblem] = []

  /// All keys there are; a key that is known but stands in the wrong place is pointed at by its value.
  static let knownKeys: Set<String> = [
    "forests", "trusts", "name", "functionalLevel", "domains", "netbios", "sid", "parent", "controllers", "users", "groups", "computers", "system",
    "reachable", "globalCatalog", "rid", "guid", "upn", "displayName", "units", "enabled", "scope", "members", "from", "to", "kind", "twoWay",
  ]

  mutating func description(_ root: Node) -> DirectoryDescription {
    guard let fields = fields(root, [], ["forests", "trusts"]) else { return DirectoryDescription() }
    var out = DirectoryDescription()
    out.forests = list(fields, "forests", []) { reader, node, path in reader.forest(node, path) }
    out.trusts = list(fields, "trusts", []) { reader, node, path in reader.trust(node, path) }
    if fields["forests"] == nil || (out.forests.isEmpty && problems.isEmpty) {
      report([.key("forests")], expected: "a list of at least one forest", found: "none")
    }
    return out
  }

  private mutating func forest(_ node: Node, _ path: Path) -> DirectoryDescription.Forest? {
    guard let fields = fields(node, path, ["name", "functionalLevel", "domains"]), let name = text(fields, "name", path),
      let level = choice(fields, "functionalLevel", path, FunctionalLevel.self)
    else { return nil }
    return .init(name: name, level: level, domains: list(fields, "domains", path) { reader, node, path in reader.domain(node, path) })
  }

  private mutating func domain(_ node: Node, _ path: Path) -> DirectoryDescription.Domain? {
    let keys = ["name", "netbios", "sid", "functionalLevel", "parent", "controllers", "users", "groups", "computers"]
    guard let fields = fields(node, path, keys) else { return nil }
    let name = text(fields, "name", path)
    let netBIOS = text(fields, "netbios", path)
    let sid = identifier(fields, "sid", path, required: true) { text throws(IdentifierError) in try SID(text) }
    let level = choice(fields, "functionalLevel", path, FunctionalLevel.self)
    let parent = optionalText(fields, "parent", path)
    let controllers = list(fields, "controllers", path) { reader, node, path in reader.controller(node, path) }
    let users = list(fields, "users", path) { reader, node, path in reader.user(node, path) }
    let groups = list(fields, "groups", path) { reader, node, path in reader.group(node, path) }
    let computers = list(fields, "computers", path) { reader, node, path in reader.computer(node, path) }
    guard let name, let netBIOS, let sid, let level else { return nil }
    var out = DirectoryDescription.Domain(name: name, netBIOS: netBIOS, sid: sid, level: level, parent: parent)
    (out.controllers, out.users, out.groups, out.computers) = (controllers, users, groups, computers)
    return out
  }

  private mutating func controller(_ node: Node, _ path: Path) -> DirectoryDescription.Controller? {
    guard let fields = fields(node, path, ["name", "system", "reachable", "globalCatalog"]), let name = text(fields, "name", path),
      let system = choice(fields, "system", path, WindowsServer.self)
    else { return nil }
    return .init(
      name: name, system: system, reachable: flag(fields, "reachable", path) ?? true, globalCatalog: flag(fields, "globalCatalog", path) ?? true)
  }

  private mutating func user(_ node: Node, _ path: Path) -> DirectoryDescription.User? {
    guard let fields = fields(node, path, ["name", "rid", "guid", "upn", "displayName", "units", "enabled"]) else { return nil }
    guard let (name, rid) = account(fields, path) else { return nil }
    var out = DirectoryDescription.User(name: name, rid: rid)
    out.guid = guid(fields, path)
    out.upn = optionalText(fields, "upn", path)
    out.displayName = optionalText(fields, "displayName", path)
    out.units = texts(fields, "units", path)
    out.enabled = flag(fields, "enabled", path) ?? true
    return out
  }

  private mutating func group(_ node: Node, _ path: Path) -> DirectoryDescription.Group? {
    guard let fields = fields(node, path, ["name", "rid", "guid", "scope", "members", "units"]) else { return nil }
    let scope = choice(fields, "scope", path, GroupScope.self)
    guard let (name, rid) = account(fields, path), let scope else { return nil }
    var out = DirectoryDescription.Group(name: name, rid: rid, scope: scope, members: texts(fields, "members", path))
    out.guid = guid(fields, path)
    out.units = texts(fields, "units", path)
    return out
  }

  private mutating func computer(_ node: Node, _ path: Path) -> DirectoryDescription.Computer? {
    guard let fields = fields(node, path, ["name", "rid", "guid", "units", "enabled"]), let (name, rid) = account(fields, path) else { return nil }
    var out = DirectoryDescription.Computer(name: name, rid: rid)
    out.guid = guid(fields, path)
    out.units = texts(fields, "units", path)
    out.enabled = flag(fields, "enabled", path) ?? true
    return out
  }

  private mutating func trust(_ node: Node, _ path: Path) -> DirectoryDescription.Trust? {
    guard let fields = fields(node, path, ["from", "to", "kind", "twoWay"]), let from = text(fields, "from", path), let to = text(fields, "to", path),
      let kind = choice(fields, "kind", path, DirectoryDescription.Trust.Kind.self)
    else { return nil }
    return .init(trusting: from, trusted: to, kind: kind, twoWay: flag(fields, "twoWay", path) ?? false)
  }

  private mutating func account(_ fields: [String: Node], _ path: Path) -> (String, UInt32)? {
    let name = text(fields, "name", path)
    let rid = number(fields, "rid", path)
    guard let name, let rid else { return nil }
    return (name, rid)
  }

  private mutating func guid(_ fields: [String: Node], _ path: Path) -> GUID? {
    identifier(fields, "guid", path, required: false) { text throws(IdentifierError) in try GUID(text) }
  }
}
