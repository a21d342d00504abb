/// The canonical bytes of a whole configuration, put together of those of its objects: whoever has the objects' bytes already, as a database has, need not read them.
package struct CanonicalWhole: Sendable {
  package var format: Int
  package var revision: Int
  package var settings: [String: SettingValue]

  package init(format: Int, revision: Int, settings: [String: SettingValue]) {
    self.format = format
    self.revision = revision
    self.settings = settings
  }

  /// The objects of one kind, in their order.
  package struct List {
    fileprivate var out: CanonicalWriter
    fileprivate var isEmpty = true

    package mutating func add(_ objects: [some CanonicalObject]) {
      for object in objects {
        separate()
        object.write(to: &out)
      }
    }

    /// One object by its canonical bytes.
    package mutating func add(canonical body: some Collection<UInt8>) {
      separate()
      out.raw(body)
    }

    private mutating func separate() {
      if !isEmpty { out.raw(",") }
      isEmpty = false
    }
  }

  /// - Parameter fill: called for each kind by its JSON name.
  package func bytes(capacity: Int = 4_096, _ fill: (String, inout List) throws -> Void) throws -> [UInt8] {
    var list = List(out: CanonicalWriter(capacity: capacity))
    func part(_ before: StaticString, _ kind: String) throws {
      list.out.raw(before)
      list.isEmpty = true
      try fill(kind, &list)
    }
    try part(#"{"applications":["#, "applications")
    try part(#"],"deliveryGroups":["#, "deliveryGroups")
    try part(#"],"edgeServers":["#, "edgeServers")
    try part(#"],"entitlements":["#, "entitlements")
    list.out.raw(#"],"format":"#)
    list.out.number(format)
    try part(#","groups":["#, "groups")
    try part(#"],"hypervisorConnections":["#, "hypervisorConnections")
    try part(#"],"machineCatalogs":["#, "machineCatalogs")
    try part(#"],"machines":["#, "machines")
    list.out.raw(#"],"revision":"#)
    list.out.number(revision)
    list.out.raw(#","settings":"#)
    list.out.raw(try Canonical.bytes(settings))
    try part(#","sites":["#, "sites")
    try part(#"],"users":["#, "users")
    try part(#"],"zones":["#, "zones")
    list.out.raw("]}")
    return list.out.take()
  }
}
