import Glibc
package import World

extension DiskFiles {
  package func writer(to path: String, mode: UInt32) throws(FileError) -> any FileWriter {
    try DiskWriter(self, path, mode: mode)
  }
  package func reader(of path: String) throws(FileError) -> any FileReader { try DiskReader(path) }
}

/// Writes to a temporary file beside the path, which the lock keeps other writers away from.
private final class DiskWriter: FileWriter {
  private let files: DiskFiles
  private let path: String
  private let temporary: String
  /// Nil once it is committed or discarded.
  private var file: OpenFile?

  init(_ files: DiskFiles, _ path: String, mode: UInt32) throws(FileError) {
    self.files = files
    self.path = path
    temporary = DiskFiles.temporaryPath(path, .write)
    let opened = OpenFile(try files.openTemporary(temporary, waits: false))
    file = opened
    try opened.descriptor.truncate(to: 0)
    try opened.descriptor.setMode(mode)
  }

  deinit { discard() }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try opened().descriptor.writeAll(bytes)
  }

  func commit(step: DurableStep) throws(FileError) {
    let open = try opened()
    files.onStep?(step, .beforeWrite)
    try open.descriptor.sync()
    files.onStep?(step, .afterWrite)
    guard Glibc.rename(temporary, path) == 0 else { throw FileError.system(errno, path, "rename") }
    file = nil
    files.onStep?(step, .afterRename)
    try files.syncDirectory(of: path)
    files.onStep?(step, .durable)
  }

  func discard() {
    guard file != nil else { return }
    // Before the descriptor is closed and gives the lock back: afterwards the name may be another writer's.
    unlink(temporary)
    file = nil
  }

  private func opened() throws(FileError) -> OpenFile {
    guard let file else { throw FileError(.other, path, "write: the writer has ended") }
    return file
  }
}

/// A descriptor that can be let go of before its owner goes.
private final class OpenFile {
  let descriptor: Descriptor
  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

private final class DiskReader: FileReader {
  private let file: Descriptor

  init(_ path: String) throws(FileError) {
    let file = try Descriptor(path, O_RDONLY | O_NONBLOCK)
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw FileError(.other, path, "read: expected a regular file")
    }
    self.file = file
  }

  func read(upTo count: Int) throws(FileError) -> [UInt8] { try file.readSome(upTo: count) }
}
