import Foundation
import GRDB
import Glibc
package import SimulatedCloud
package import World

/// The cloud's state in one SQLite database. All calls block for as long as the disk takes; one transaction each, synced before they return.
package final class CloudStore: Sendable {
  private let database: DatabaseQueue
  private let onStep: StepHook?

  /// A new database comes into being beside its place and is renamed into it.
  static let createStep: DurableStep = "cloud.create"
  /// One transaction.
  static let commitStep: DurableStep = "cloud.commit"

  private init(_ database: DatabaseQueue, _ onStep: StepHook?) {
    self.database = database
    self.onStep = onStep
  }

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
  ///
  /// - Parameter onStep: called at each phase of `cloud.create` and `cloud.commit`; a sweep ends the process there.
  package static func open(path: String, at time: WallTime, onStep: StepHook? = nil) throws(CloudStoreError) -> Opening {
    do {
      try checkHeader(path)
      return try openOrMake(path, moved: nil, onStep)
    } catch let error where isCorrupt(error) {
      let detail = describe(error)
      let aside = moveAside(path, at: time)
      do {
        return try openOrMake(path, moved: Moved(path: aside, detail: detail), onStep)
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
      onStep?(Self.commitStep, .beforeWrite)
      try database.write { db in
        for directive in directives {
          switch directive {
          case .save(let record): try RecordTables.save(record, db)
          case .remove(let key): try RecordTables.remove(key, db)
          case .emit, .changed, .revoke, .dropLink, .order: continue
          }
        }
        onStep?(Self.commitStep, .afterWrite)
      }
      onStep?(Self.commitStep, .durable)
    } catch {
      throw CloudStoreError(path: database.path, detail: Self.describe(error))
    }
  }

  package func close() { try? database.close() }

  // MARK: Opening

  private static func openOrMake(_ path: String, moved: Moved?, _ onStep: StepHook?) throws -> Opening {
    if !FileManager.default.fileExists(atPath: path) { try make(path, onStep) }
    return try read(connect(path), moved: moved, onStep)
  }

  /// SQLite makes a file in several writes. Done in place, a process killed between them would leave what looks like a database that was cut off.
  private static func make(_ path: String, _ onStep: StepHook?) throws {
    onStep?(createStep, .beforeWrite)
    let new = path + ".new"
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(new + suffix) }
    let database = try connect(new)
    try RecordTables.migrator.migrate(database)
    // The last connection to close takes the write-ahead log into the file and removes it.
    try database.close()
    onStep?(createStep, .afterWrite)
    // A journal without its database would be played into this one.
    for suffix in ["-wal", "-shm", "-journal"] { unlink(path + suffix) }
    guard rename(new, path) == 0 else { throw CloudStoreError(path: path, detail: "rename: \(String(cString: strerror(errno)))") }
    onStep?(createStep, .afterRename)
    try syncFolder(of: path)
    onStep?(createStep, .durable)
  }

  private static func syncFolder(of path: String) throws {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { Glibc.close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw CloudStoreError(path: folder, detail: "it cannot be synced: \(String(cString: strerror(errno)))")
    }
  }

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

  private static func read(_ database: DatabaseQueue, moved: Moved?, _ onStep: StepHook?) throws -> Opening {
    let check = try database.read { try String.fetchAll($0, sql: "PRAGMA quick_check(1)") }
    guard check == ["ok"] else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: check.joined(separator: "; ")) }
    let migrator = RecordTables.migrator
    if try database.read(migrator.hasBeenSuperseded) { throw WrittenByLaterVersion() }
    try migrator.migrate(database)
    let (records, unreadable) = try database.read { try RecordTables.all($0) }
    return Opening(store: CloudStore(database, onStep), records: records, moved: moved, unreadable: unreadable)
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
    // The database last: cut short, it is found damaged again, and no journal stays behind to be played into the next one.
    for suffix in ["-wal", "-shm", ""] { try? FileManager.default.moveItem(atPath: path + suffix, toPath: target + suffix) }
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
