import World

extension MemoryFiles.State {
  func checkUp(_ path: String) throws(FileError) {
    if isDown { throw MemoryFiles.down(path) }
  }

  mutating func checkFailure(_ operation: MemoryFiles.Operation, _ path: String) throws(FileError) {
    guard
      let at = failures.firstIndex(where: {
        $0.operation == operation && ($0.path ?? path) == path && $0.left > 0
      })
    else { return }
    failures[at].left -= 1
    throw FileError(failures[at].kind, path, "\(operation.rawValue): injected failure")
  }

  func checkParent(of path: String, _ operation: String) throws(FileError) {
    guard let parent = live[MemoryFiles.parent(path)] else {
      throw MemoryFiles.missing(path, operation)
    }
    guard parent.isDirectory else { throw FileError(.other, path, "\(operation): Not a directory") }
  }

  func checkRoom(for count: Int, _ path: String) throws(FileError) {
    if count > capacity - used { throw FileError(.noSpace, path, "write: No space left on device") }
  }

  /// Bytes of all files and of those being written.
  var used: Int { live.values.reduce(0) { $0 + $1.bytes.count } + writers.values.reduce(0, +) }

  mutating func endStreams() {
    boot += 1
    writers = [:]
  }

  /// The path with every link in its directories followed; its last part stays as it is.
  func resolveParents(of path: String) throws(FileError) -> String {
    path == "/"
      ? path
      : try resolve(MemoryFiles.parent(path)).appendingPart(path.split(separator: "/").last ?? "")
  }

  /// The path with every link in it followed, the last part too. What does not exist stays as it is.
  func resolve(_ path: String) throws(FileError) -> String {
    var parts = path.split(separator: "/").map(String.init)[...]
    var real = "/"
    var followed = 0
    while let part = parts.popFirst() {
      if part == ".." {
        real = MemoryFiles.parent(real)
        continue
      }
      let next = real.appendingPart(part)
      guard let link = live[next]?.link else {
        real = next
        continue
      }
      followed += 1
      // The kernel's own limit (path_resolution(7)).
      guard followed <= 40 else {
        throw FileError(.other, path, "open: Too many levels of symbolic links")
      }
      parts = link.split(separator: "/").filter { $0 != "." }.map(String.init) + parts
      if link.hasPrefix("/") { real = "/" }
    }
    return real
  }

  /// Moves a file, or a directory with all that is in it.
  mutating func move(
    _ table: WritableKeyPath<Self, [String: MemoryFiles.Node]>, _ from: String, _ to: String
  ) {
    for (path, node) in self[keyPath: table] where path == from || path.hasPrefix(from + "/") {
      self[keyPath: table][path] = nil
      self[keyPath: table][to + path.dropFirst(from.count)] = node
    }
    if self[keyPath: table][to] == nil, let node = live[to] {
      // The name is durable, the bytes never were.
      self[keyPath: table][to] = MemoryFiles.Node(
        mode: node.mode, isDirectory: node.isDirectory, link: node.link)
    }
  }
}

extension MemoryFiles.Node {
  func checkIsFile(_ path: String) throws(FileError) {
    if link != nil {
      throw FileError(.other, path, "open: is a symbolic link, which is not followed here")
    }
    if isDirectory { throw FileError(.other, path, "read: expected a regular file") }
  }
}

extension String {
  fileprivate func appendingPart(_ part: some StringProtocol) -> String {
    self == "/" ? "/" + part : self + "/" + part
  }
}
