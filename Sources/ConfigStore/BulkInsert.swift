import GRDB
import GRDBSQLite

/// Many rows through one prepared statement, bound directly: of an import of a hundred thousand machines the library's own arguments were a fifth.
struct BulkInsert: ~Copyable {
  private let db: Database
  /// Keeps the statement alive.
  private let statement: Statement
  private let handle: OpaquePointer

  /// - Parameter columns: names, in the order in which a row's values are given.
  init(_ db: Database, into table: String, _ columns: [String]) throws {
    self.db = db
    let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    statement = try db.makeStatement(sql: "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(marks))")
    handle = statement.sqliteStatement
  }

  /// One row, its values given to it in order. Throws `DatabaseError`.
  mutating func row(_ give: (inout Values) throws -> Void) throws {
    var values = Values(handle: handle)
    try give(&values)
    var code = values.failure
    if code == SQLITE_OK { code = sqlite3_step(handle) }
    let message = db.lastErrorMessage
    sqlite3_reset(handle)
    guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message) }
  }

  struct Values {
    fileprivate let handle: OpaquePointer
    fileprivate var failure = SQLITE_OK
    private var column: Int32 = 0

    fileprivate init(handle: OpaquePointer) { self.handle = handle }

    mutating func add(_ number: Int) {
      column += 1
      note(sqlite3_bind_int64(handle, column, Int64(number)))
    }

    mutating func add(_ text: String?) {
      column += 1
      guard var text else { return note(sqlite3_bind_null(handle, column)) }
      note(text.withUTF8 { bind($0) })
    }

    mutating func add(utf8: [UInt8]) {
      column += 1
      note(utf8.withUnsafeBufferPointer { bind($0) })
    }

    private func bind(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
      // SQLITE_TRANSIENT: the database takes a copy at once.
      let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      // An empty text may have no address, and without one SQLite binds NULL.
      guard let base = bytes.baseAddress else { return sqlite3_bind_text(handle, column, "", 0, copies) }
      return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
        sqlite3_bind_text(handle, column, $0, Int32(clamping: bytes.count), copies)
      }
    }

    private mutating func note(_ code: Int32) { if failure == SQLITE_OK { failure = code } }
  }
}
