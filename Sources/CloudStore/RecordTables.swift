import Foundation
import GRDB
import SimulatedCloud

/// The tables: one for each kind of record, with its customer and id as columns and the record as JSON. A configuration's bytes stand in a table of their
/// own, so that a new revision of the same bytes does not write them again.
enum RecordTables {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 tables") { db in
      // Written out: what a migration does never changes, whatever kinds come later.
      let kinds = [
        "customer", "client", "token", "location", "connector", "window", "notification", "systemLog", "configuration", "revocation",
      ]
      for kind in kinds {
        try db.execute(
          sql: """
            CREATE TABLE "\(kind)" (customer TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (customer, id)) WITHOUT ROWID
            """)
      }
      try db.execute(
        sql: """
          CREATE TABLE configurationBytes (
            customer TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (customer, id))
          """)
    }
    migrator.registerMigration("2 rollout") { db in
      try db.execute(
        sql: """
          CREATE TABLE "rollout" (customer TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (customer, id)) WITHOUT ROWID
          """)
    }
    return migrator
  }

  static func save(_ record: CloudRecord, _ db: Database) throws {
    let key = record.key
    let body = try String(decoding: json(of: record), as: UTF8.self)
    try db.execute(
      sql: "INSERT INTO \"\(key.kind.rawValue)\" (customer, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
      arguments: [key.customer, key.id, body])
    guard case .configuration(let configuration) = record else { return }
    let digest = try String.fetchOne(
      db, sql: "SELECT digest FROM configurationBytes WHERE customer = ? AND id = ?", arguments: [key.customer, key.id])
    guard digest != configuration.digest else { return }
    try db.execute(
      sql: "INSERT OR REPLACE INTO configurationBytes (customer, id, digest, bytes) VALUES (?, ?, ?, ?)",
      arguments: [key.customer, key.id, configuration.digest, Data(configuration.bytes)])
  }

  static func remove(_ key: CloudRecordKey, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM \"\(key.kind.rawValue)\" WHERE customer = ? AND id = ?", arguments: [key.customer, key.id])
    guard key.kind == .configuration else { return }
    try db.execute(sql: "DELETE FROM configurationBytes WHERE customer = ? AND id = ?", arguments: [key.customer, key.id])
  }

  /// Every record that can be read, and a sentence for each kind with some that cannot.
  static func all(_ db: Database) throws -> ([CloudRecord], [CloudStore.Unreadable]) {
    var records: [CloudRecord] = []
    var unreadable: [CloudStore.Unreadable] = []
    for kind in CloudRecordKey.Kind.allCases {
      var failed = CloudStore.Unreadable(kind: kind, count: 0, detail: "")
      for row in try Row.fetchAll(db, sql: "SELECT customer, id, body FROM \"\(kind.rawValue)\" ORDER BY customer, id") {
        let (customer, id): (String, String) = (row["customer"], row["id"])
        do {
          var record = try decode(kind, row["body"])
          guard record.key == CloudRecordKey(kind, customer, id) else { throw WrongRow() }
          if case .configuration(var configuration) = record {
            configuration.bytes = try bytes(of: configuration, db)
            record = .configuration(configuration)
          }
          records.append(record)
        } catch let error as DatabaseError {
          throw error
        } catch {
          failed.count += 1
          failed.detail = "\(kind.rawValue) '\(id)' of customer '\(customer)': \(error)"
        }
      }
      if failed.count > 0 { unreadable.append(failed) }
    }
    return (records, unreadable)
  }

  private struct WrongRow: Error, CustomStringConvertible {
    var description: String { "the record does not belong where it stands" }
  }

  private static func bytes(of record: ConfigurationRecord, _ db: Database) throws -> [UInt8] {
    let found = try Data.fetchOne(
      db, sql: "SELECT bytes FROM configurationBytes WHERE customer = ? AND id = ? AND digest = ?",
      arguments: [record.customer, record.location, record.digest])
    guard let found else { throw WrongRow() }
    return Array(found)
  }

  private static func json(of record: CloudRecord) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    switch record {
    case .customer(let r): return try encoder.encode(r)
    case .client(let r): return try encoder.encode(r)
    case .token(let r): return try encoder.encode(r)
    case .location(let r): return try encoder.encode(r)
    case .connector(let r): return try encoder.encode(r)
    case .window(let r): return try encoder.encode(r)
    case .notification(let r): return try encoder.encode(r)
    case .systemLog(let r): return try encoder.encode(r)
    case .revocation(let r): return try encoder.encode(r)
    case .rollout(let r): return try encoder.encode(r)
    case .configuration(var r):
      r.bytes = []
      return try encoder.encode(r)
    }
  }

  private static func decode(_ kind: CloudRecordKey.Kind, _ body: String) throws -> CloudRecord {
    let decoder = JSONDecoder()
    let data = Data(body.utf8)
    switch kind {
    case .customer: return .customer(try decoder.decode(CustomerRecord.self, from: data))
    case .client: return .client(try decoder.decode(ClientRecord.self, from: data))
    case .token: return .token(try decoder.decode(TokenRecord.self, from: data))
    case .location: return .location(try decoder.decode(LocationRecord.self, from: data))
    case .connector: return .connector(try decoder.decode(ConnectorRecord.self, from: data))
    case .window: return .window(try decoder.decode(WindowRecord.self, from: data))
    case .notification: return .notification(try decoder.decode(NotificationRecord.self, from: data))
    case .systemLog: return .systemLog(try decoder.decode(SystemLogRecord.self, from: data))
    case .rollout: return .rollout(try decoder.decode(RolloutRecord.self, from: data))
    case .revocation: return .revocation(try decoder.decode(RevocationRecord.self, from: data))
    case .configuration: return .configuration(try decoder.decode(ConfigurationRecord.self, from: data))
    }
  }
}
