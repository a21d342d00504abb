/// The port to the disk. Real: `DiskFiles`; simulated: `MemoryFiles` (loses what was not synced at a crash, fills up, fails on demand).
///
/// Paths are absolute. Calls block for as long as the disk takes; records are small. A durable step has a name, so that a sweep can
/// kill the process at each one.
package protocol Files: Sendable {
  func read(_ path: String) throws(FileError) -> [UInt8]
  /// Writes a temporary file beside `path`, syncs it, renames it over `path` and syncs the directory. After a crash at any
  /// point `path` holds either all of the old bytes or all of the new ones.
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep)
    throws(FileError)
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
  /// Nil when there is no such file. Of a symbolic link it tells about the link itself.
  func info(_ path: String) throws(FileError) -> FileInfo?
  /// What is left for this user on the file system that holds `path`, which must exist. It writes nothing.
  func space(_ path: String) throws(FileError) -> FileSpace

  /// A new file at `path`, written piece by piece; what is there now stays until `commit`. One writer of one path at a time: a second throws.
  func writer(to path: String, mode: UInt32) throws(FileError) -> any FileWriter
  /// Reads a regular file piece by piece, from its start. What is renamed over `path` in the meantime is not seen.
  func reader(of path: String) throws(FileError) -> any FileReader

  /// Makes `path` a symbolic link to `target` by one rename, so that it leads to the old or to the new place and never to none. A link or a
  /// file that is there is replaced; a directory throws. `target` is taken as it is, relative to the link's own directory.
  /// One writer of one link at a time.
  func replaceLink(_ path: String, to target: String, step: DurableStep) throws(FileError)
  /// What a symbolic link says, unresolved; nil when there is nothing at `path`, throws when it is something else than a link.
  func readLink(_ path: String) throws(FileError) -> String?

  /// Removes whatever is at `path`, a directory with all below it, and is durable when it returns. Links are removed, never followed; a missing
  /// path is not an error and no step. A crash in the middle leaves any part of it, so give it a name first that nobody trusts.
  /// Phases: before anything, with a part gone (`afterWrite`, only of a directory that has anything in it), all gone, durable.
  func removeTree(_ path: String, step: DurableStep) throws(FileError)
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

  /// Bytes that this process may still write on the file system that holds `path`, which must exist.
  package func freeSpace(_ path: String) throws(FileError) -> Int64 { try space(path).bytes }
}

/// What a disk answers that does not offer streams, links or trees, as the test doubles of single records do not.
extension Files {
  package func writer(to path: String, mode: UInt32) throws(FileError) -> any FileWriter {
    throw .notOffered(path, "writer")
  }
  package func reader(of path: String) throws(FileError) -> any FileReader {
    throw .notOffered(path, "reader")
  }
  package func replaceLink(_ path: String, to target: String, step: DurableStep) throws(FileError) {
    throw .notOffered(path, "symlink")
  }
  package func readLink(_ path: String) throws(FileError) -> String? {
    throw .notOffered(path, "readlink")
  }
  package func removeTree(_ path: String, step: DurableStep) throws(FileError) {
    throw .notOffered(path, "removeTree")
  }
  package func removeTree(_ path: String) throws(FileError) {
    try removeTree(path, step: "files.remove-tree")
  }
}

package struct FileInfo: Hashable, Sendable {
  package var size: Int64
  /// The permission bits, such as 0o600.
  package var mode: UInt32
  package var owner: UInt32
  package var isDirectory: Bool
  /// A symbolic link; then the size is that of its text.
  package var isLink: Bool
  /// A socket, a FIFO or a device: nothing to be read or copied as a file.
  package var isSpecial: Bool

  package init(size: Int64, mode: UInt32, owner: UInt32, isDirectory: Bool, isLink: Bool = false, isSpecial: Bool = false) {
    self.size = size
    self.mode = mode
    self.owner = owner
    self.isDirectory = isDirectory
    self.isLink = isLink
    self.isSpecial = isSpecial
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

  static func notOffered(_ path: String, _ operation: String) -> FileError {
    FileError(.other, path, "\(operation): this disk does not offer it")
  }
}
