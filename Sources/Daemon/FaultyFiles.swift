import World

/// The disk of a connector of a laboratory: it can be made to be full. Then nothing is written, nothing is left, and what is there can be read, as on a real one.
///
/// A database writes by itself, and so it is not concerned.
struct FaultyFiles: Files {
  let disk: any Files
  let isFull: @Sendable () -> Bool

  private func check(_ path: String, _ operation: String) throws(FileError) {
    if isFull() { throw FileError(.noSpace, path, "\(operation): No space left on device (a fault of the laboratory)") }
  }

  func read(_ path: String) throws(FileError) -> [UInt8] { try disk.read(path) }

  func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep) throws(FileError) {
    try check(path, "write")
    try disk.replace(path, with: bytes, mode: mode, step: step)
  }

  func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) {
    try check(path, "write")
    try disk.append(path, bytes, mode: mode, sync: sync)
  }

  func rename(_ from: String, to: String, step: DurableStep) throws(FileError) { try disk.rename(from, to: to, step: step) }
  func remove(_ path: String) throws(FileError) { try disk.remove(path) }
  func discard(_ path: String) throws(FileError) { try disk.discard(path) }
  func list(_ directory: String) throws(FileError) -> [String] { try disk.list(directory) }

  func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
    if try disk.info(path) == nil { try check(path, "mkdir") }
    try disk.makeDirectory(path, mode: mode)
  }

  func info(_ path: String) throws(FileError) -> FileInfo? { try disk.info(path) }

  func space(_ path: String) throws(FileError) -> FileSpace {
    var space = try disk.space(path)
    if isFull() { space.bytes = 0 }
    return space
  }

  func writer(to path: String, mode: UInt32) throws(FileError) -> any FileWriter {
    try check(path, "open")
    return FaultyWriter(try disk.writer(to: path, mode: mode), path, isFull)
  }

  func reader(of path: String) throws(FileError) -> any FileReader { try disk.reader(of: path) }

  func replaceLink(_ path: String, to target: String, step: DurableStep) throws(FileError) {
    try check(path, "symlink")
    try disk.replaceLink(path, to: target, step: step)
  }

  func readLink(_ path: String) throws(FileError) -> String? { try disk.readLink(path) }
  func removeTree(_ path: String, step: DurableStep) throws(FileError) { try disk.removeTree(path, step: step) }
}

private final class FaultyWriter: FileWriter {
  private let writer: any FileWriter
  private let path: String
  private let isFull: @Sendable () -> Bool

  init(_ writer: any FileWriter, _ path: String, _ isFull: @escaping @Sendable () -> Bool) {
    self.writer = writer
    self.path = path
    self.isFull = isFull
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    if isFull() { throw FileError(.noSpace, path, "write: No space left on device (a fault of the laboratory)") }
    try writer.write(bytes)
  }

  func commit(step: DurableStep) throws(FileError) { try writer.commit(step: step) }
  func discard() { writer.discard() }
}
