import BrokerConfiguration
import GRDB

/// The rows of a configuration: written by `insert`, put together again by `read`.
enum StoredRows {
  static func insert(_ all: BrokerConfiguration, into db: Database) throws {
    try rows(db, "sites", all.sites, \.name)
    try rows(db, "zones", all.zones, \.name)
    try rows(db, "edge_servers", all.edgeServers, \.fqdn)
    try rows(db, "accounts", all.users, \.sid, ["kind"]) { _ in ["user"] }
    try rows(db, "accounts", from: all.users.count, all.groups, \.sid, ["kind"]) { _ in ["group"] }
    try rows(db, "hypervisor_connections", all.hypervisorConnections, \.name, ["zone"]) { [$0.zone.lowercased()] }
    try rows(db, "machine_catalogs", all.machineCatalogs, \.name, ["zone", "hypervisor_connection"]) {
      [$0.zone.lowercased(), $0.hypervisorConnection?.lowercased()]
    }
    try rows(db, "delivery_groups", all.deliveryGroups, \.name)
    try rows(db, "applications", all.applications, \.name)
    try rows(db, "entitlements", all.entitlements, \.name, ["delivery_group", "application"]) {
      [$0.deliveryGroup.lowercased(), $0.application?.lowercased()]
    }
    try rows(db, "machines", all.machines, \.name, ["dns_name", "sid", "catalog", "delivery_group"]) {
      [$0.dnsName.lowercased(), $0.sid.lowercased(), $0.catalog.lowercased(), $0.deliveryGroup?.lowercased()]
    }
    try pairs(all, db)
    for (index, setting) in all.settings.sorted(by: { $0.key < $1.key }).enumerated() {
      let body = String(decoding: try Canonical.bytes(setting.value), as: UTF8.self)
      try db.execute(sql: "INSERT INTO settings VALUES (?, ?, ?)", arguments: [index, setting.key, body])
    }
  }

  private static func pairs(_ all: BrokerConfiguration, _ db: Database) throws {
    var ofGroup = try BulkInsert(db, into: "application_groups", ["application", "delivery_group"])
    for application in all.applications {
      for group in application.deliveryGroups { try ofGroup.pair(application.name, group) }
    }
    var ofEntitlement = try BulkInsert(db, into: "entitlement_accounts", ["entitlement", "account", "excluded"])
    for entitlement in all.entitlements {
      for (sids, excluded) in [(entitlement.includes, 0), (entitlement.excludes, 1)] {
        for sid in sids { try ofEntitlement.pair(entitlement.name, sid, excluded) }
      }
    }
    var ofMachine = try BulkInsert(db, into: "machine_accounts", ["machine", "account"])
    for machine in all.machines { for sid in machine.assignedUsers { try ofMachine.pair(machine.name, sid) } }
  }

  static func read(from db: Database) throws -> BrokerConfiguration {
    var all = BrokerConfiguration()
    all.format = try meta("format", db)
    all.revision = try meta("revision", db)
    all.sites = try objects(db, "sites")
    all.zones = try objects(db, "zones")
    all.edgeServers = try objects(db, "edge_servers")
    all.users = try objects(db, "accounts WHERE kind = 'user'")
    all.groups = try objects(db, "accounts WHERE kind = 'group'")
    all.hypervisorConnections = try objects(db, "hypervisor_connections")
    all.machineCatalogs = try objects(db, "machine_catalogs")
    all.deliveryGroups = try objects(db, "delivery_groups")
    all.applications = try objects(db, "applications")
    all.entitlements = try objects(db, "entitlements")
    all.machines = try objects(db, "machines")
    all.settings = try settings(db)
    return all
  }

  private static func objects<Object: Decodable>(_ db: Database, _ from: String) throws -> [Object] {
    let cursor = try String.fetchCursor(db, sql: "SELECT body FROM \(from) ORDER BY position")
    var found: [Object] = []
    while let body = try cursor.next() { found.append(try Canonical.value(Object.self, from: body.utf8)) }
    return found
  }

  private static func rows<Object: CanonicalObject>(
    _ db: Database, _ table: String, from first: Int = 0, _ objects: [Object], _ key: KeyPath<Object, String>, _ columns: [String] = [],
    _ values: (Object) -> [String?] = { _ in [] }
  ) throws {
    guard !objects.isEmpty else { return }
    var insert = try BulkInsert(db, into: table, ["position", "key", "body"] + columns)
    var body = CanonicalWriter()
    for (index, object) in objects.enumerated() {
      object.write(to: &body)
      try insert.row { row in
        row.add(first + index)
        row.add(object[keyPath: key].lowercased())
        row.add(utf8: body.bytes)
        for value in values(object) { row.add(value) }
      }
      body.clear()
    }
  }

  /// The canonical bytes of the whole, without reading the objects.
  static func canonicalBytes(of db: Database) throws -> [UInt8] {
    let whole = CanonicalWhole(format: try meta("format", db), revision: try meta("revision", db), settings: try settings(db))
    // Half of the file: the rest is indexes and columns.
    let size = try Int.fetchOne(db, sql: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()") ?? 0
    return try whole.bytes(capacity: 4_096 + size / 2) { kind, list in
      guard let from = StoredSchema.tables.first(where: { $0.kind == kind })?.from else { return }
      let cursor = try String.fetchCursor(db, sql: "SELECT body FROM \(from) ORDER BY position")
      while let body = try cursor.next() { list.add(canonical: body.utf8) }
    }
  }

  static func meta(_ name: String, _ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "SELECT CAST(value AS INTEGER) FROM meta WHERE name = ?", arguments: [name]) ?? 0
  }

  static func edgeServers(_ db: Database) throws -> [BrokerConfiguration.EdgeServer] { try objects(db, "edge_servers") }

  private static func settings(_ db: Database) throws -> [String: SettingValue] {
    var found: [String: SettingValue] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT key, body FROM settings") {
      guard let key: String = row["key"], let body: String = row["body"] else { continue }
      found[key] = try Canonical.value(SettingValue.self, from: Array(body.utf8))
    }
    return found
  }
}

extension BulkInsert {
  fileprivate mutating func pair(_ first: String, _ second: String, _ number: Int? = nil) throws {
    try row { row in
      row.add(first.lowercased())
      row.add(second.lowercased())
      if let number { row.add(number) }
    }
  }
}
