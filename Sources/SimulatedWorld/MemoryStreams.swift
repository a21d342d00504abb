import Synchronization
package import World

extension MemoryFiles {
  package func writer(to path: String, mode: UInt32) throws(FileError) -> any FileWriter {
    let (real, boot) = try with(.writer, path) { state, path throws(FileError) in
      try state.checkParent(of: path, "open")
      guard state.writers[path] == nil else {
        throw FileError(.other, path, "flock: another writer has it open")
      }
      state.writers[path] = 0
      return (path, state.boot)
    }
    return MemoryWriter(self, real, mode: mode, boot: boot)
  }

  package func reader(of path: String) throws(FileError) -> any FileReader {
    let (bytes, boot) = try with(.reader, path) { state, path throws(FileError) in
      guard let node = state.live[path] else { throw Self.missing(path, "open") }
      try node.checkIsFile(path)
      return (node.bytes, state.boot)
    }
    return MemoryReader(self, path, bytes, boot: boot)
  }
}

/// Holds the bytes until `commit`. A crash ends it, as it ends the process that writes.
private final class MemoryWriter: FileWriter {
  private let files: MemoryFiles
  private let path: String
  private let mode: UInt32
  private let boot: Int
  private var bytes: [UInt8] = []
  private var hasEnded = false

  init(_ files: MemoryFiles, _ path: String, mode: UInt32, boot: Int) {
    self.files = files
    self.path = path
    self.mode = mode
    self.boot = boot
  }

  deinit { discard() }

  func write(_ added: UnsafeRawBufferPointer) throws(FileError) {
    try check(.write) { state, path throws(FileError) in
      try state.checkRoom(for: added.count, path)
      state.writers[path] = (state.writers[path] ?? 0) + added.count
    }
    bytes.append(contentsOf: added)
  }

  func commit(step: DurableStep) throws(FileError) {
    try check(.commit) { state, path throws(FileError) in
      try state.checkParent(of: path, "rename")
      if state.live[path]?.isDirectory == true {
        throw FileError(.other, path, "rename: Is a directory")
      }
    }
    try files.reach(step, .beforeWrite, path)
    try files.reach(step, .afterWrite, path)
    let node = MemoryFiles.Node(bytes: bytes, mode: mode)
    hasEnded = true
    try files.change(path) { state, path in
      state.writers[path] = nil
      state.live[path] = node
    }
    try files.reach(step, .afterRename, path)
    try files.change(path) { $0.durable[$1] = node }
    try files.reach(step, .durable, path)
  }

  func discard() {
    if hasEnded { return }
    hasEnded = true
    files.state.withLock { if $0.boot == boot { $0.writers[path] = nil } }
  }

  private func check(
    _ operation: MemoryFiles.Operation,
    _ body: (inout MemoryFiles.State, String) throws(FileError) -> Void
  ) throws(FileError) {
    let (boot, hasEnded) = (boot, hasEnded)
    try files.with(operation, path) { state, path throws(FileError) in
      if hasEnded || state.boot != boot {
        throw FileError(.other, path, "write: the writer has ended")
      }
      try body(&state, path)
    }
  }
}

private final class MemoryReader: FileReader {
  private let files: MemoryFiles
  private let path: String
  private let bytes: [UInt8]
  private let boot: Int
  private var at = 0

  init(_ files: MemoryFiles, _ path: String, _ bytes: [UInt8], boot: Int) {
    self.files = files
    self.path = path
    self.bytes = bytes
    self.boot = boot
  }

  func read(upTo count: Int) throws(FileError) -> [UInt8] {
    let boot = boot
    try files.with(.read, path) { state, path throws(FileError) in
      if state.boot != boot { throw FileError(.other, path, "read: the reader has ended") }
    }
    let end = min(bytes.count, at + count)
    defer { at = end }
    return Array(bytes[at..<end])
  }
}
