import Glibc
package import World

/// The real disk. Symbolic links are not followed at the last part of a path, descriptors do not leak to child processes, and a mode
/// is exactly the mode asked for, whatever the umask.
///
/// One file has one appender at a time; `replace` of one path by several tasks or processes is safe, the last one wins.
package struct DiskFiles: Files {
  let onStep: StepHook?

  /// - Parameter onStep: called at each phase of each durable step, in the middle of the call; a sweep ends the process there.
  package init(onStep: StepHook? = nil) { self.onStep = onStep }

  package func read(_ path: String) throws(FileError) -> [UInt8] {
    // O_NONBLOCK: opening a FIFO that someone put there must not hang; it changes nothing for a regular file.
    let file = try Descriptor(path, O_RDONLY | O_NONBLOCK)
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(.other, path, "read: expected a regular file")
    }
    return try file.readAll(size: Int(status.st_size))
  }

  package func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep)
    throws(FileError)
  {
    onStep?(step, .beforeWrite)
    let temporary = Self.temporaryPath(path)
    let file = try openTemporary(temporary)
    do throws(FileError) {
      try file.truncate(to: 0)
      try file.setMode(mode)
      try file.writeAll(bytes)
      try file.sync()
      onStep?(step, .afterWrite)
      guard Glibc.rename(temporary, path) == 0 else {
        throw FileError.system(errno, path, "rename")
      }
    } catch {
      unlink(temporary)
      throw error
    }
    onStep?(step, .afterRename)
    try syncDirectory(of: path)
    onStep?(step, .durable)
  }

  package func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) {
    do {
      try append(path, bytes, flags: 0, mode: mode, sync: sync)
    } catch  where error.kind == .notFound {
      try append(path, bytes, flags: O_CREAT, mode: mode, sync: sync)
      if sync { try syncDirectory(of: path) }
    }
  }

  package func rename(_ from: String, to: String, step: DurableStep) throws(FileError) {
    onStep?(step, .beforeWrite)
    guard Glibc.rename(from, to) == 0 else {
      throw FileError.system(errno, from, "rename to \(to)")
    }
    onStep?(step, .afterRename)
    try syncDirectory(of: to)
    if Self.parent(from) != Self.parent(to) { try syncDirectory(of: from) }
    onStep?(step, .durable)
  }

  /// Also durable when it returns.
  package func remove(_ path: String) throws(FileError) {
    if unlink(path) == 0 { return try syncDirectory(of: path) }
    guard errno == ENOENT else { throw FileError.system(errno, path, "unlink") }
  }

  package func discard(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw FileError.system(errno, path, "unlink")
    }
  }

  /// What an interrupted `replace`, writer or `replaceLink` left behind does not show.
  package func list(_ directory: String) throws(FileError) -> [String] {
    guard let handle = opendir(directory) else {
      throw FileError.system(errno, directory, "opendir")
    }
    defer { closedir(handle) }
    return try Self.names(handle, directory).filter { !Self.isTemporary($0) }
  }

  /// All but `.` and `..`, sorted.
  static func names(_ handle: OpaquePointer, _ directory: String) throws(FileError) -> [String] {
    var names: [String] = []
    errno = 0
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(
          to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)
        ) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError.system(errno, directory, "readdir") }
    return names.sorted()
  }

  package func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
    if mkdir(path, mode_t(mode)) == 0 {
      guard chmod(path, mode_t(mode)) == 0 else { throw FileError.system(errno, path, "chmod") }
      return try syncDirectory(of: path)
    }
    switch errno {
    case EEXIST:
      guard try info(path)?.isDirectory == true else {
        throw FileError(.other, path, "mkdir: something that is not a directory is in the way")
      }
    case ENOENT:
      let parent = Self.parent(path)
      guard parent != path, parent != "." else { throw FileError.system(ENOENT, path, "mkdir") }
      try makeDirectory(parent, mode: mode)
      try makeDirectory(path, mode: mode)
    default:
      throw FileError.system(errno, path, "mkdir")
    }
  }

  package func info(_ path: String) throws(FileError) -> FileInfo? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw FileError.system(errno, path, "lstat")
    }
    let kind = status.st_mode & S_IFMT
    return FileInfo(
      size: Int64(status.st_size), mode: status.st_mode & 0o7777, owner: status.st_uid, isDirectory: kind == S_IFDIR, isLink: kind == S_IFLNK,
      isSpecial: ![S_IFDIR, S_IFLNK, S_IFREG].contains(kind))
  }

  package func space(_ path: String) throws(FileError) -> FileSpace {
    var system = statvfs()
    while statvfs(path, &system) != 0 {
      guard errno == EINTR else { throw FileError.system(errno, path, "statvfs") }
    }
    // Some file systems (btrfs) have no number of files, which they say with 0 of 0.
    let files = system.f_files == 0 ? nil : Int64(clamping: system.f_favail)
    let (bytes, overflow) = Int64(clamping: system.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: system.f_frsize))
    return FileSpace(
      bytes: overflow ? .max : bytes, files: files, isReadOnly: system.f_flag & UInt(ST_RDONLY) != 0
    )
  }

  /// The name is always the same, so that killed writers leave one file at most; the lock keeps two writers of one path apart.
  ///
  /// - Parameter waits: for another writer to finish; otherwise a held lock throws.
  func openTemporary(_ path: String, waits: Bool = true) throws(FileError) -> Descriptor {
    while true {
      let file = try Descriptor(path, O_RDWR | O_CREAT | O_NONBLOCK, mode: 0o600)
      try file.lock(waits: waits)
      let opened = try file.status()
      var named = stat()
      let isNamed =
        lstat(path, &named) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
      // Another writer renamed it into place while this one waited for the lock.
      guard isNamed else { continue }
      if opened.st_mode & S_IFMT == S_IFREG, opened.st_nlink == 1, opened.st_uid == geteuid() {
        return file
      }
      guard unlink(path) == 0 else { throw FileError.system(errno, path, "unlink") }
    }
  }

  private func append(_ path: String, _ bytes: [UInt8], flags: Int32, mode: UInt32, sync: Bool)
    throws(FileError)
  {
    let file = try Descriptor(path, O_WRONLY | O_APPEND | O_NONBLOCK | flags, mode: mode)
    if flags & O_CREAT != 0 { try file.setMode(mode) }
    let before = try file.status().st_size
    do throws(FileError) {
      try file.writeAll(bytes)
      if sync { try file.sync() }
    } catch {
      // A full disk takes half a record: give it back, so that no torn record stays.
      try? file.truncate(to: Int64(before))
      throw error
    }
  }

  func syncDirectory(of path: String) throws(FileError) {
    try Descriptor(Self.parent(path), O_RDONLY | O_DIRECTORY, "open directory").sync()
  }

  /// A writer has a name of its own: it stays open for long, and a `replace` of the same path must not wait for it.
  enum Temporary: String { case replace, write, link }

  static func temporaryPath(_ path: String, _ kind: Temporary = .replace) -> String {
    let parent = parent(path)
    let name = path.split(separator: "/").last ?? ""
    return (parent == "/" ? "" : parent) + "/.\(name).\(kind.rawValue)~"
  }

  static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(".")
      && (name.hasSuffix(".replace~") || name.hasSuffix(".write~") || name.hasSuffix(".link~"))
  }

  static func parent(_ path: String) -> String {
    let parts = path.split(separator: "/").dropLast()
    return path.hasPrefix("/")
      ? "/" + parts.joined(separator: "/") : parts.isEmpty ? "." : parts.joined(separator: "/")
  }
}
