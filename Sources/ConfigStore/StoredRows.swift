import BrokerConfiguration
import GRDB

/// The rows of a configuration: written by `insert`, put together again by `read`.
enum StoredRows {
  static func insert(_ all: BrokerConfiguration, into db: Database) throws {
    for (index, site) in all.sites.enumerated() { try row(db, "sites", index, site.name, site) }
    for (index, zone) in all.zones.enumerated() { try row(db, "zones", index, zone.name, zone) }
    for (index, server) in all.edgeServers.enumerated() { try row(db, "edge_servers", index, server.fqdn, server) }
    for (index, user) in all.users.enumerated() { try row(db, "accounts", index, user.sid, user, [("kind", "user")]) }
    for (index, group) in all.groups.enumerated() { try row(db, "accounts", all.users.count + index, group.sid, group, [("kind", "group")]) }
    for (index, connection) in all.hypervisorConnections.enumerated() {
      try row(db, "hypervisor_connections", index, connection.name, connection, [("zone", connection.zone.lowercased())])
    }
    for (index, catalog) in all.machineCatalogs.enumerated() {
      try row(
        db, "machine_catalogs", index, catalog.name, catalog,
        [("zone", catalog.zone.lowercased()), ("hypervisor_connection", catalog.hypervisorConnection?.lowercased())])
    }
    for (index, group) in all.deliveryGroups.enumerated() { try row(db, "delivery_groups", index, group.name, group) }
    for (index, application) in all.applications.enumerated() {
      try row(db, "applications", index, application.name, application)
      for group in application.deliveryGroups {
        try pair(db, "application_groups", application.name, group)
      }
    }
    for (index, entitlement) in all.entitlements.enumerated() {
      try row(
        db, "entitlements", index, entitlement.name, entitlement,
        [("delivery_group", entitlement.deliveryGroup.lowercased()), ("application", entitlement.application?.lowercased())])
      for (sids, excluded) in [(entitlement.includes, 0), (entitlement.excludes, 1)] {
        for sid in sids {
          try db.cachedStatement(sql: "INSERT INTO entitlement_accounts VALUES (?, ?, ?)")
            .execute(arguments: [entitlement.name.lowercased(), sid.lowercased(), excluded])
        }
      }
    }
    for (index, machine) in all.machines.enumerated() {
      try row(
        db, "machines", index, machine.name, machine,
        [
          ("dns_name", machine.dnsName.lowercased()), ("sid", machine.sid.lowercased()), ("catalog", machine.catalog.lowercased()),
          ("delivery_group", machine.deliveryGroup?.lowercased()),
        ])
      for sid in machine.assignedUsers { try pair(db, "machine_accounts", machine.name, sid) }
    }
    for (index, setting) in all.settings.sorted(by: { $0.key < $1.key }).enumerated() {
      try db.cachedStatement(sql: "INSERT INTO settings VALUES (?, ?, ?)").execute(arguments: [index, setting.key, try body(setting.value)])
    }
  }

  static func read(from db: Database) throws -> BrokerConfiguration {
    var all = BrokerConfiguration()
    let meta = { name in try Int.fetchOne(db, sql: "SELECT CAST(value AS INTEGER) FROM meta WHERE name = ?", arguments: [name]) ?? 0 }
    all.format = try meta("format")
    all.revision = try meta("revision")
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
    for row in try Row.fetchAll(db, sql: "SELECT key, body FROM settings") {
      guard let key: String = row["key"], let body: String = row["body"] else { continue }
      all.settings[key] = try Canonical.value(SettingValue.self, from: Array(body.utf8))
    }
    return all
  }

  private static func objects<Object: Decodable>(_ db: Database, _ from: String) throws -> [Object] {
    let cursor = try String.fetchCursor(db, sql: "SELECT body FROM \(from) ORDER BY position")
    var found: [Object] = []
    while let body = try cursor.next() { found.append(try Canonical.value(Object.self, from: body.utf8)) }
    return found
  }

  private static func row(
    _ db: Database, _ table: String, _ position: Int, _ key: String, _ object: some Encodable, _ columns: [(name: String, value: String?)] = []
  ) throws {
    let names = (["position", "key", "body"] + columns.map(\.name)).joined(separator: ", ")
    let marks = Array(repeating: "?", count: columns.count + 3).joined(separator: ", ")
    var values: [(any DatabaseValueConvertible)?] = [position, key.lowercased(), try body(object)]
    for column in columns { values.append(column.value) }
    try db.cachedStatement(sql: "INSERT INTO \(table) (\(names)) VALUES (\(marks))").execute(arguments: StatementArguments(values))
  }

  private static func pair(_ db: Database, _ table: String, _ first: String, _ second: String) throws {
    try db.cachedStatement(sql: "INSERT INTO \(table) VALUES (?, ?)").execute(arguments: [first.lowercased(), second.lowercased()])
  }

  private static func body(_ object: some Encodable) throws -> String { String(decoding: try Canonical.bytes(object), as: UTF8.self) }
}
