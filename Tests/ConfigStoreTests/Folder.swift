import FoundationEssentials
import World

/// A folder that goes with its test.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path() + "/config-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: "\(path)/\(name)"))) }
  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws { try Data(bytes).write(to: URL(filePath: "\(path)/\(name)")) }
}

/// Files that fail at a named step, as a crash just before it would.
struct FailingFiles: Files {
  var base: any Files
  var failing: DurableStep

  func read(_ path: String) throws(FileError) -> [UInt8] { try base.read(path) }
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep) throws(FileError) {
    try base.replace(path, with: bytes, mode: mode, step: step)
  }
  func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) { try base.append(path, bytes, mode: mode, sync: sync) }
  func rename(_ from: String, to: String, step: DurableStep) throws(FileError) {
    if step == failing { throw FileError(.noSpace, to, "rename: No space left on device") }
    try base.rename(from, to: to, step: step)
  }
  func remove(_ path: String) throws(FileError) { try base.remove(path) }
  func list(_ directory: String) throws(FileError) -> [String] { try base.list(directory) }
  func makeDirectory(_ path: String, mode: UInt32) throws(FileError) { try base.makeDirectory(path, mode: mode) }
  func info(_ path: String) throws(FileError) -> FileInfo? { try base.info(path) }
  func space(_ path: String) throws(FileError) -> FileSpace { try base.space(path) }
}
