import Glibc
import World

/// An open file that closes itself. Every call repeats itself after an interrupt (EINTR) and fails as a `FileError` that names path and operation.
struct Descriptor: ~Copyable {
  private let number: Int32
  let path: String

  init(_ path: String, _ flags: Int32, mode: UInt32 = 0, _ operation: String = "open")
    throws(FileError)
  {
    let flags = flags | O_CLOEXEC | O_NOFOLLOW
    var result: Int32
    repeat { result = open(path, flags, mode_t(mode)) } while result < 0 && errno == EINTR
    guard result >= 0 else { throw FileError.system(errno, path, operation) }
    number = result
    self.path = path
  }

  deinit { close(number) }

  func status() throws(FileError) -> stat {
    var value = stat()
    guard fstat(number, &value) == 0 else { throw FileError.system(errno, path, "fstat") }
    return value
  }

  /// Reads to the end of the file. `size` is a first guess.
  func readAll(size: Int) throws(FileError) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(size + 1)
    var chunk = [UInt8](repeating: 0, count: min(max(size + 1, 4_096), 1 << 20))
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError.system(errno, path, "read")
      }
      if count == 0 { return out }
      out.append(contentsOf: chunk.prefix(count))
    }
  }

  /// The next bytes, at most `count`; empty at the end of the file.
  func readSome(upTo count: Int) throws(FileError) -> [UInt8] {
    while true {
      var got = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        got = Glibc.read(number, buffer.baseAddress, count)
        initialized = max(0, got)
      }
      if got >= 0 { return bytes }
      if errno != EINTR { throw FileError.system(errno, path, "read") }
    }
  }

  /// Writes all of `bytes`, in as many parts as the system takes.
  func writeAll(_ bytes: [UInt8]) throws(FileError) {
    let result: Result<Void, FileError> = bytes.withUnsafeBytes { buffer in
      do throws(FileError) { return .success(try writeAll(buffer)) } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = Glibc.write(number, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError.system(errno, path, "write")
      }
      done += count
    }
  }

  func sync() throws(FileError) { try again("fsync") { fsync(number) } }
  func setMode(_ mode: UInt32) throws(FileError) {
    try again("fchmod") { fchmod(number, mode_t(mode)) }
  }
  func truncate(to size: Int64) throws(FileError) {
    try again("ftruncate") { ftruncate(number, off_t(size)) }
  }
  /// Takes an exclusive lock; the system drops it when the file is closed or the process dies.
  func lock(waits: Bool = true) throws(FileError) {
    try again("flock") { flock(number, waits ? LOCK_EX : LOCK_EX | LOCK_NB) }
  }

  private func again(_ operation: String, _ call: () -> Int32) throws(FileError) {
    var result: Int32
    repeat { result = call() } while result < 0 && errno == EINTR
    guard result == 0 else { throw FileError.system(errno, path, operation) }
  }
}

extension FileError {
  static func system(_ code: Int32, _ path: String, _ operation: String) -> FileError {
    let kind: Kind =
      switch code {
      case ENOENT: .notFound
      case ENOSPC, EDQUOT: .noSpace
      case EACCES, EPERM, EROFS: .notPermitted
      default: .other
      }
    let words =
      code == ELOOP
      ? "is a symbolic link, which is not followed here" : String(cString: strerror(code))
    return FileError(kind, path, "\(operation): \(words)")
  }
}
