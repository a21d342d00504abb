import Foundation
import GRDB
package import SimulatedCloud
package import World

/// The cloud's state in one SQLite database. All calls block for as long as the disk takes; one transaction each, synced before they return.
package final class CloudStore: Sendable {
  private let database: DatabaseQueue

  private init(_ database: DatabaseQueue) { self.database = database }

  /// What opening found.
  package struct Opening: Sendable {
    package var store: CloudStore
    package var records: [CloudRecord]
    /// Where an unreadable database went, and what was wrong with it; nil when all was well.
    package var moved: Moved?
    /// One sentence for each kind with records that could not be read; they stay in the database.
    package var unreadable: [Unreadable]
  }

  package struct Moved: Hashable, Sendable {
    package var path: String
    package var detail: String
  }

  package struct Unreadable: Hashable, Sendable {
    package var kind: CloudRecordKey.Kind
    package var count: Int
    package var detail: String
  }

  /// Opens or makes the database and reads all of it. One that is truncated or corrupt is moved aside to `<path>.corrupt-<time>` with its journal, and a
  /// new one is made. Throws `CloudStoreError` when the disk does not let it, or a later version of this software wrote the database: that one stays
  /// where it is.
  package static func open(path: String, at time: WallTime) throws(CloudStoreError) -> Opening {
    do {
      try checkHeader(path)
      return try read(connect(path), moved: nil)
    } catch let error where isCorrupt(error) {
      let detail = describe(error)
      let aside = moveAside(path, at: time)
      do {
        return try read(connect(path), moved: Moved(path: aside, detail: detail))
      } catch {
        throw CloudStoreError(path: path, detail: describe(error))
      }
    } catch {
      throw CloudStoreError(path: path, detail: describe(error))
    }
  }

  /// Writes what `save` and `remove` directives say, in their order, as one transaction: all of it or nothing. Other directives are passed over.
  package func commit(_ directives: [CloudDirective]) throws(CloudStoreError) {
    do {
      try database.write { db in
        for directive in directives {
          switch directive {
          case .save(let record): try RecordTables.save(record, db)
          case .remove(let key): try RecordTables.remove(key, db)
          case .emit, .changed, .revoke, .dropLink: continue
          }
        }
      }
    } catch {
      throw CloudStoreError(path: database.path, detail: Self.describe(error))
    }
  }

  package func close() { try? database.close() }

  // MARK: Opening

  private static func connect(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL")
      try db.execute(sql: "PRAGMA synchronous = FULL")
    }
    let database = try DatabaseQueue(path: path, configuration: configuration)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    return database
  }

  private static func read(_ database: DatabaseQueue, moved: Moved?) throws -> Opening {
    let check = try database.read { try String.fetchAll($0, sql: "PRAGMA quick_check(1)") }
    guard check == ["ok"] else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: check.joined(separator: "; ")) }
    let migrator = RecordTables.migrator
    if try database.read(migrator.hasBeenSuperseded) { throw WrittenByLaterVersion() }
    try migrator.migrate(database)
    let (records, unreadable) = try database.read { try RecordTables.all($0) }
    return Opening(store: CloudStore(database), records: records, moved: moved, unreadable: unreadable)
  }

  /// A file shorter than SQLite's header was cut off: SQLite itself would take an empty one for a new database and say nothing.
  private static func checkHeader(_ path: String) throws {
    guard let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber, size.intValue < 100 else { return }
    throw DatabaseError(resultCode: .SQLITE_NOTADB, message: "the file has only \(size.intValue) bytes")
  }

  private static func isCorrupt(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return false }
    return [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
  }

  private static func moveAside(_ path: String, at time: WallTime) -> String {
    let stamp = time.iso8601(fraction: 0).filter { $0 != ":" && $0 != "-" }
    var target = "\(path).corrupt-\(stamp)"
    var number = 2
    while FileManager.default.fileExists(atPath: target) {
      target = "\(path).corrupt-\(stamp)-\(number)"
      number += 1
    }
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.moveItem(atPath: path + suffix, toPath: target + suffix) }
    return target
  }

  private static func describe(_ error: any Error) -> String {
    switch error {
    case let error as DatabaseError: "\(error.message ?? "no message") (SQLite code \(error.extendedResultCode.rawValue))"
    case is WrittenByLaterVersion: "it was written by a later version of this software; use that version, or move the file away"
    case let error as CloudStoreError: error.detail
    default: String(describing: error)
    }
  }

  private struct WrittenByLaterVersion: Error {}
}

/// The database cannot be opened or written; nothing of the failed transaction was kept.
package struct CloudStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  package var path: String
  package var detail: String

  package init(path: String, detail: String) {
    self.path = path
    self.detail = detail
  }

  package var description: String { "\(path): \(detail)" }
}
