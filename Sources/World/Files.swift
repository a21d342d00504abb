/// The port to the disk. Real: `DiskFiles`; simulated: `MemoryFiles` (loses what was not synced at a crash, fills up, fails on demand).
///
/// Paths are absolute. Calls block for as long as the disk takes; records are small. A durable step has a name, so that a sweep can
/// kill the process at each one.
package protocol Files: Sendable {
  func read(_ path: String) throws(FileError) -> [UInt8]
  /// Writes a temporary file beside `path`, syncs it, renames it over `path` and syncs the directory. After a crash at any
  /// point `path` holds either all of the old bytes or all of the new ones.
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep) throws(FileError)
  /// Appends and, if `sync`, makes it durable before returning.
  func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError)
  /// Renames within one file system and syncs the directory of `to`.
  func rename(_ from: String, to: String, step: DurableStep) throws(FileError)
  /// Removes a file; a missing one is not an error.
  func remove(_ path: String) throws(FileError)
  /// Removes a file that nobody would miss: after a crash it may be there again. A missing one is not an error.
  func discard(_ path: String) throws(FileError)
  /// Names (not paths) in a directory, sorted; a missing directory throws `.notFound`.
  func list(_ directory: String) throws(FileError) -> [String]
  /// Makes the directory and its parents; one that exists is not an error.
  func makeDirectory(_ path: String, mode: UInt32) throws(FileError)
  /// Nil when there is no such file.
  func info(_ path: String) throws(FileError) -> FileInfo?
  /// What is left for this user on the file system that holds `path`, which must exist. It writes nothing.
  func space(_ path: String) throws(FileError) -> FileSpace
}

/// Room on a file system.
package struct FileSpace: Hashable, Sendable {
  package var bytes: Int64
  /// How many more files there may be; nil where the file system sets no number.
  package var files: Int64?
  /// It is mounted so that nothing can be written.
  package var isReadOnly: Bool

  package init(bytes: Int64, files: Int64?, isReadOnly: Bool) {
    self.bytes = bytes
    self.files = files
    self.isReadOnly = isReadOnly
  }
}

extension Files {
  /// A disk that knows no cheaper way.
  package func discard(_ path: String) throws(FileError) { try remove(path) }
}

package struct FileInfo: Hashable, Sendable {
  package var size: Int64
  /// The permission bits, such as 0o600.
  package var mode: UInt32
  package var owner: UInt32
  package var isDirectory: Bool

  package init(size: Int64, mode: UInt32, owner: UInt32, isDirectory: Bool) {
    self.size = size
    self.mode = mode
    self.owner = owner
    self.isDirectory = isDirectory
  }
}

/// The name of one durable write, such as `registry.replace`; listed in `ARCHITECTURE.md`.
package struct DurableStep: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  package var rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  package init(stringLiteral value: String) { rawValue = value }
}

package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable { case notFound, noSpace, notPermitted, other }
  package var kind: Kind
  package var path: String
  /// The operation and the system's own words, such as `open: Permission denied`.
  package var detail: String

  package init(_ kind: Kind, _ path: String, _ detail: String) {
    self.kind = kind
    self.path = path
    self.detail = detail
  }

  package var description: String { "\(path): \(detail)" }
}
