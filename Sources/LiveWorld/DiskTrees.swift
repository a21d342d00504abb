import Glibc
package import World

/// Links, trees and the room that is left.
extension DiskFiles {
  package func replaceLink(_ path: String, to target: String, step: DurableStep) throws(FileError) {
    onStep?(step, .beforeWrite)
    let temporary = Self.temporaryPath(path, .link)
    guard unlink(temporary) == 0 || errno == ENOENT else {
      throw FileError.system(errno, temporary, "unlink")
    }
    guard symlink(target, temporary) == 0 else { throw FileError.system(errno, path, "symlink") }
    onStep?(step, .afterWrite)
    guard Glibc.rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw FileError.system(code, path, "rename")
    }
    onStep?(step, .afterRename)
    try syncDirectory(of: path)
    onStep?(step, .durable)
  }

  package func readLink(_ path: String) throws(FileError) -> String? {
    var size = 256
    while true {
      var count = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
        count = buffer.withMemoryRebound(to: CChar.self) { readlink(path, $0.baseAddress!, size) }
        initialized = max(0, count)
      }
      if count < 0 {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        if errno == EINVAL { throw FileError(.other, path, "readlink: expected a symbolic link") }
        throw FileError.system(errno, path, "readlink")
      }
      if count < size { return String(decoding: bytes, as: UTF8.self) }
      size *= 2
    }
  }

  package func removeTree(_ path: String, step: DurableStep) throws(FileError) {
    guard try info(path) != nil else { return }
    onStep?(step, .beforeWrite)
    var hasBegun = false
    try removeAll(named: path, in: AT_FDCWD, path, &hasBegun, step)
    onStep?(step, .afterRename)
    try syncDirectory(of: path)
    onStep?(step, .durable)
  }

  /// Relative to an open directory, so that nobody can turn a part of the path into a link on the way.
  private func removeAll(
    named name: String, in parent: Int32, _ path: String, _ hasBegun: inout Bool,
    _ step: DurableStep
  ) throws(FileError) {
    if unlinkat(parent, name, 0) == 0 || errno == ENOENT || errno == ENOTDIR { return }
    // Linux says EISDIR, POSIX EPERM.
    guard errno == EISDIR || errno == EPERM else { throw FileError.system(errno, path, "unlink") }
    let number = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard number >= 0 else { throw FileError.system(errno, path, "open directory") }
    guard let handle = fdopendir(number) else {
      close(number)
      throw FileError.system(errno, path, "opendir")
    }
    defer { closedir(handle) }
    for entry in try Self.names(handle, path) {
      try removeAll(named: entry, in: number, path + "/" + entry, &hasBegun, step)
      if !hasBegun { onStep?(step, .afterWrite) }
      hasBegun = true
    }
    guard unlinkat(parent, name, AT_REMOVEDIR) == 0 else {
      throw FileError.system(errno, path, "rmdir")
    }
  }
}
