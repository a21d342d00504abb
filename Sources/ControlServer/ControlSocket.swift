package import ControlAPI
import Glibc

/// Why the control socket cannot be opened.
package enum ControlSocketError: Error, Hashable, Sendable, CustomStringConvertible {
  case path(SocketPathError)
  /// Another process serves it.
  case inUse(String)
  /// Something else stands there; it is not touched.
  case notASocket(String)
  /// The folder of the socket is missing, or others may write to it.
  case directory(String, detail: String)
  case system(String, operation: String, detail: String)

  package var description: String {
    switch self {
    case .path(let error): "\(error)"
    case .inUse(let path): "another process serves the control socket \(path): stop it, or give this connector a state directory of its own"
    case .notASocket(let path): "\(path) exists and is not a socket: move it away, or set state.controlSocket to another path"
    case .directory(let path, let detail): "the folder of the control socket \(path) cannot be used: \(detail)"
    case .system(let path, let operation, let detail): "the control socket \(path) cannot be opened: \(operation): \(detail)"
    }
  }
}

/// A listening Unix socket with its name in the file system: mode 0600 from its first moment, and one holder at a time (a lock file beside it, held
/// until `giveUp`). A socket that nobody answers on is replaced, one that somebody answers on never.
struct ControlSocket: ~Copyable {
  let path: SocketPath
  /// Somebody's socket stood there and nobody answered.
  let replacedStale: Bool
  /// Listening and non-blocking; who takes it closes it.
  let descriptor: Int32
  private let lock: Int32
  private let inode: ino_t

  init(path text: String) throws(ControlSocketError) {
    let path: SocketPath
    do { path = try SocketPath(text) } catch { throw .path(error) }
    try Self.checkDirectory(path)
    let lock = try Self.takeLock(path)
    let opened: (stale: Bool, descriptor: Int32)
    do {
      opened = (try Self.clear(path), try Self.listen(path))
    } catch {
      close(lock)
      throw error
    }
    var info = stat()
    inode = lstat(path.text, &info) == 0 ? info.st_ino : 0
    self.path = path
    self.lock = lock
    replacedStale = opened.stale
    descriptor = opened.descriptor
  }

  /// Removes the name, unless another has taken it, and then lets go of the lock. The descriptor is its taker's to close. Call it once, last.
  func giveUp() {
    var info = stat()
    if lstat(path.text, &info) == 0, info.st_ino == inode { unlink(path.text) }
    close(lock)
  }

  private static func checkDirectory(_ path: SocketPath) throws(ControlSocketError) {
    let parent = String(path.text[..<(path.text.lastIndex(of: "/") ?? path.text.startIndex)])
    var info = stat()
    guard stat(parent.isEmpty ? "/" : parent, &info) == 0 else {
      throw .directory(path.text, detail: "\(words(errno)); make it with mode 0700")
    }
    guard info.st_mode & S_IFMT == S_IFDIR else { throw .directory(path.text, detail: "\(parent) is not a folder") }
    guard info.st_mode & 0o022 == 0 || info.st_mode & 0o1000 != 0 else {
      throw .directory(path.text, detail: "others may write to it, so they could put a socket of their own there; chmod 0700 \(parent)")
    }
  }

  private static func takeLock(_ path: SocketPath) throws(ControlSocketError) -> Int32 {
    let lock = open(path.text + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard lock >= 0 else { throw .system(path.text, operation: "open the lock file \(path.text).lock", detail: words(errno)) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw .inUse(path.text)
    }
    return lock
  }

  /// Makes room for the socket. True when a stale one was removed.
  private static func clear(_ path: SocketPath) throws(ControlSocketError) -> Bool {
    var info = stat()
    guard lstat(path.text, &info) == 0 else {
      if errno == ENOENT { return false }
      throw .system(path.text, operation: "look at it", detail: words(errno))
    }
    guard info.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path.text) }
    let probe = try newSocket(path)
    defer { close(probe) }
    guard path.withAddress({ connect(probe, $0, $1) }) != 0, errno == ECONNREFUSED else { throw .inUse(path.text) }
    guard unlink(path.text) == 0 || errno == ENOENT else { throw .system(path.text, operation: "remove the stale socket", detail: words(errno)) }
    return true
  }

  private static func listen(_ path: SocketPath) throws(ControlSocketError) -> Int32 {
    let descriptor = try newSocket(path)
    var failure: (String, Int32)?
    // The name in the file system takes the mode of the unbound socket (Linux, unix_bind), so it is never open to others, whatever the umask.
    if fchmod(descriptor, 0o600) != 0 { failure = ("fchmod", errno) }
    if failure == nil, path.withAddress({ bind(descriptor, $0, $1) }) != 0 { failure = ("bind", errno) }
    if failure == nil, Glibc.listen(descriptor, 64) != 0 { failure = ("listen", errno) }
    guard let failure else { return descriptor }
    close(descriptor)
    throw .system(path.text, operation: failure.0, detail: words(failure.1))
  }

  private static func newSocket(_ path: SocketPath) throws(ControlSocketError) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .system(path.text, operation: "socket", detail: words(errno)) }
    return descriptor
  }

  private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
