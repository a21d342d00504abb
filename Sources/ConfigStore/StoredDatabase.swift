import BrokerConfiguration
import Crypto
import GRDB
import World

/// Building and checking one database file.
enum StoredDatabase {
  /// Why a database must not be used, as a sentence without a full stop.
  struct Bad: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
  }

  static let sha256: DigestFunction = { Array(SHA256.hash(data: $0)) }

  /// Writes all of `configuration` into a new file in one transaction, synced when this returns.
  /// - Returns: the digest of what was to be written.
  static func build(_ path: String, from configuration: BrokerConfiguration) async throws -> String {
    var options = Configuration()
    options.foreignKeysEnabled = false
    options.prepareDatabase { db in
      // The file is thrown away unless it is complete, so it needs no journal on disk; the commit still syncs it.
      try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL")
    }
    let queue = try DatabaseQueue(path: path, configuration: options)
    let digest = try configuration.digest(sha256)
    try await queue.write { db in
      try db.execute(sql: StoredSchema.sql)
      try StoredRows.insert(configuration, into: db)
      let counts = String(decoding: try Canonical.bytes(configuration.counts), as: UTF8.self)
      for (name, value) in [
        ("format", String(configuration.format)), ("revision", String(configuration.revision)), ("digest", digest), ("counts", counts),
      ] { try db.execute(sql: "INSERT INTO meta VALUES (?, ?)", arguments: [name, value]) }
      try db.execute(sql: "PRAGMA user_version = \(StoredSchema.version); PRAGMA application_id = \(StoredSchema.applicationID)")
    }
    try queue.close()
    return digest
  }

  /// Opens a file for reading only and checks it: schema version, integrity, references, counts, digest.
  ///
  /// - Parameter isNew: it was written a moment ago; whether its indexes agree with its rows is asked when it is opened again.
  static func check(_ path: String, isNew: Bool = false) async throws -> ConfigurationSummary {
    var options = Configuration()
    options.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: options)
    let summary = try await queue.read { db in
      let application = try Int.fetchOne(db, sql: "PRAGMA application_id")
      guard application == StoredSchema.applicationID else { throw Bad("it is not a configuration database") }
      let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      guard version == StoredSchema.version else { throw Bad("its schema version is \(version); this one reads version \(StoredSchema.version)") }
      let integrity = try String.fetchOne(db, sql: isNew ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)") ?? "no answer"
      guard integrity == "ok" else { throw Bad("its integrity check says: \(integrity)") }
      if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
        let table: String = row["table"] ?? "?"
        let parent: String = row["parent"] ?? "?"
        throw Bad("a row of \(table) refers to nothing in \(parent)")
      }
      let meta = try Row.fetchAll(db, sql: "SELECT name, value FROM meta").reduce(into: [String: String]()) { all, row in
        if let name: String = row["name"], let value: String = row["value"] { all[name] = value }
      }
      let counts = try Canonical.value([String: Int].self, from: Array((meta["counts"] ?? "{}").utf8))
      for (kind, from) in StoredSchema.tables {
        let found = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(from)") ?? 0
        guard found == counts[kind] else { throw Bad("it holds \(found) \(kind) where \(counts[kind] ?? 0) were written") }
      }
      // The objects' bytes as they lie there: whatever has the digest that was written with it is what was written, so it need not be read to be known as good.
      let digest = Hex.encode(sha256(try StoredRows.canonicalBytes(of: db)))
      guard digest == meta["digest"] else { throw Bad("its content does not have the digest that was written with it") }
      return ConfigurationSummary(
        revision: try StoredRows.meta("revision", db), digest: digest, counts: counts, edgeServers: try StoredRows.edgeServers(db))
    }
    try queue.close()
    return summary
  }

  /// All of a database that has been checked, on a queue of its own.
  static func read(_ path: String) async throws -> BrokerConfiguration {
    var options = Configuration()
    options.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: options)
    let configuration = try await queue.read { db in try StoredRows.read(from: db) }
    try queue.close()
    return configuration
  }

  static func reason(_ error: any Error) -> String {
    switch error {
    case let bad as Bad: bad.reason
    case let error as DatabaseError: "\(error.message ?? "database error") (SQLite code \(error.extendedResultCode.rawValue))"
    case is DecodingError: "an object in it cannot be read"
    default: "\(error)"
    }
  }

  /// Whether the file's content is at fault, and not the disk or the rights to it.
  static func isContentAtFault(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return true }
    return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_FORMAT, .SQLITE_MISMATCH].contains(error.resultCode)
  }
}
