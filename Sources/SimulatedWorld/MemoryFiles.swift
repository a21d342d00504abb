import Synchronization
package import World

/// A disk in memory. It tells what is durable from what is only written, loses the latter at a crash, fills up, fails on demand and rots.
/// It keeps to the same contract as `DiskFiles` (one test body runs against both).
package final class MemoryFiles: Files {
  package enum Operation: String, CaseIterable, Sendable {
    case read, replace, append, rename, remove, list, makeDirectory, info, space
    case writer, write, commit, reader, replaceLink, readLink, removeTree
  }

  struct Node {
    var bytes: [UInt8] = []
    var mode: UInt32
    var isDirectory = false
    /// Where a symbolic link leads; nil for what is none.
    var link: String?

    var size: Int { link?.utf8.count ?? bytes.count }
  }
  struct Failure {
    var operation: Operation
    var path: String?
    var kind: FileError.Kind
    var left: Int
  }
  struct State {
    /// What readers see.
    var live: [String: Node] = ["/": Node(mode: 0o755, isDirectory: true)]
    /// What a crash leaves.
    var durable: [String: Node] = ["/": Node(mode: 0o755, isDirectory: true)]
    var capacity: Int
    var failures: [Failure] = []
    var crashPoint: (step: DurableStep, phase: StepPhase, left: Int)?
    var isDown = false
    /// Counts crashes: a writer or reader of an earlier machine has ended.
    var boot = 0
    /// The paths being written and the bytes of each, which take room and are not there yet.
    var writers: [String: Int] = [:]
  }
  let state: Mutex<State>
  private let owner: UInt32
  private let onStep: StepHook?

  /// - Parameters:
  ///   - capacity: bytes of all files together; beyond it a write fails with `.noSpace`. A `replace` needs room for the old and the new bytes.
  ///   - onStep: called at each phase of each durable step, as `DiskFiles` does.
  package init(capacity: Int = .max, owner: UInt32 = 0, onStep: StepHook? = nil) {
    state = Mutex(State(capacity: capacity))
    self.owner = owner
    self.onStep = onStep
  }

  /// A disk of its own with what `other` holds, live and durable, and none of its faults: many runs from one beginning.
  package init(
    copying other: MemoryFiles, onStep: (@Sendable (DurableStep, StepPhase) -> Void)? = nil
  ) {
    let copy = other.state.withLock { state in
      var copy = State(capacity: state.capacity)
      (copy.live, copy.durable) = (state.live, state.durable)
      return copy
    }
    state = Mutex(copy)
    owner = other.owner
    self.onStep = onStep
  }

  package func read(_ path: String) throws(FileError) -> [UInt8] {
    try with(.read, path) { state, path throws(FileError) in
      guard let node = state.live[path] else { throw Self.missing(path, "open") }
      try node.checkIsFile(path)
      return node.bytes
    }
  }

  package func replace(_ path: String, with bytes: [UInt8], mode: UInt32, step: DurableStep)
    throws(FileError)
  {
    try reach(step, .beforeWrite, path)
    try with(.replace, path) { state, path throws(FileError) in
      try state.checkParent(of: path, "open")
      if state.live[path]?.isDirectory == true {
        throw FileError(.other, path, "rename: Is a directory")
      }
      try state.checkRoom(for: bytes.count, path)
    }
    try reach(step, .afterWrite, path)
    let node = Node(bytes: bytes, mode: mode)
    try change(path) { $0.live[$1] = node }
    try reach(step, .afterRename, path)
    try change(path) { $0.durable[$1] = node }
    try reach(step, .durable, path)
  }

  package func append(_ path: String, _ bytes: [UInt8], mode: UInt32, sync: Bool) throws(FileError) {
    try with(.append, path) { state, path throws(FileError) in
      try state.checkParent(of: path, "open")
      if state.live[path]?.isDirectory == true {
        throw FileError(.other, path, "open: Is a directory")
      }
      try state.live[path]?.checkIsFile(path)
      try state.checkRoom(for: bytes.count, path)
      var node = state.live[path] ?? Node(mode: mode)
      node.bytes += bytes
      state.live[path] = node
      if sync { state.durable[path] = node }
    }
  }

  package func rename(_ from: String, to: String, step: DurableStep) throws(FileError) {
    try reach(step, .beforeWrite, from)
    let to = Self.normal(to)
    let target = try with(.rename, from) { state, from throws(FileError) in
      guard state.live[from] != nil else { throw Self.missing(from, "rename to \(to)") }
      let target = try state.resolveParents(of: to)
      try state.checkParent(of: target, "rename")
      if state.live.keys.contains(where: { $0.hasPrefix(target + "/") }) {
        throw FileError(.other, from, "rename to \(to): Directory not empty")
      }
      state.move(\.live, from, target)
      return target
    }
    try reach(step, .afterRename, from)
    try change(from) { $0.move(\.durable, $1, target) }
    try reach(step, .durable, from)
  }

  package func remove(_ path: String) throws(FileError) {
    try with(.remove, path) { state, path throws(FileError) in
      if state.live[path]?.isDirectory == true {
        throw FileError(.other, path, "unlink: Is a directory")
      }
      state.live[path] = nil
      state.durable[path] = nil
    }
  }

  package func discard(_ path: String) throws(FileError) {
    try with(.remove, path) { state, path throws(FileError) in
      if state.live[path]?.isDirectory == true {
        throw FileError(.other, path, "unlink: Is a directory")
      }
      state.live[path] = nil
    }
  }

  package func list(_ directory: String) throws(FileError) -> [String] {
    try with(.list, directory) { state, path throws(FileError) in
      let path = try state.resolve(path)
      guard let node = state.live[path] else { throw Self.missing(path, "opendir") }
      guard node.isDirectory else { throw FileError(.other, path, "opendir: Not a directory") }
      return state.live.keys.filter { $0 != "/" && Self.parent($0) == path }.map {
        String($0.split(separator: "/").last ?? "")
      }.sorted()
    }
  }

  package func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
    try with(.makeDirectory, path) { state, path throws(FileError) in
      var at = ""
      for part in path.split(separator: "/") {
        at += "/\(part)"
        if let node = state.live[at] {
          guard node.isDirectory else {
            throw FileError(.other, at, "mkdir: something that is not a directory is in the way")
          }
        } else {
          state.live[at] = Node(mode: mode, isDirectory: true)
          state.durable[at] = state.live[at]
        }
      }
    }
  }

  package func info(_ path: String) throws(FileError) -> FileInfo? {
    try with(.info, path) { state, path throws(FileError) in
      state.live[path].map {
        FileInfo(
          size: Int64($0.size), mode: $0.mode, owner: owner, isDirectory: $0.isDirectory,
          isLink: $0.link != nil)
      }
    }
  }

  package func space(_ path: String) throws(FileError) -> FileSpace {
    try with(.space, path) { state, path throws(FileError) in
      guard state.live[try state.resolve(path)] != nil else { throw Self.missing(path, "statvfs") }
      return FileSpace(
        bytes: Int64(max(0, state.capacity - state.used)), files: nil, isReadOnly: false)
    }
  }

  /// Does `body` unless the disk is down or is told to fail here.
  func with<Value>(
    _ operation: Operation, _ path: String, _ body: (inout State, String) throws(FileError) -> Value
  ) throws(FileError)
    -> Value
  {
    let path = Self.normal(path)
    let result: Result<Value, FileError> = state.withLock { state in
      do throws(FileError) {
        try state.checkUp(path)
        try state.checkFailure(operation, path)
        let real = try state.resolveParents(of: path)
        return .success(try body(&state, real))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  func change(_ path: String, _ body: (inout State, String) -> Void) throws(FileError) {
    let path = Self.normal(path)
    let isDown = state.withLock { state in
      if !state.isDown, let real = try? state.resolveParents(of: path) { body(&state, real) }
      return state.isDown
    }
    if isDown { throw Self.down(path) }
  }

  func reach(_ step: DurableStep, _ phase: StepPhase, _ path: String) throws(FileError) {
    onStep?(step, phase)
    let crashed = state.withLock { state in
      guard let point = state.crashPoint, point.step == step, point.phase == phase else {
        return state.isDown
      }
      guard point.left == 1 else {
        state.crashPoint?.left -= 1
        return state.isDown
      }
      state.crashPoint = nil
      state.live = state.durable
      state.isDown = true
      state.endStreams()
      return true
    }
    if crashed { throw Self.down(path) }
  }

  static func down(_ path: String) -> FileError {
    FileError(.other, path, "the simulated machine is down; recover() brings its disk back")
  }
  static func missing(_ path: String, _ operation: String) -> FileError {
    FileError(.notFound, path, "\(operation): No such file or directory")
  }
  static func normal(_ path: String) -> String {
    "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
  static func parent(_ path: String) -> String {
    "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }
}
