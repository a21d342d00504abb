package import World

/// Links, trees and the room that is left.
extension MemoryFiles {
  package func replaceLink(_ path: String, to target: String, step: DurableStep) throws(FileError) {
    try reach(step, .beforeWrite, path)
    try with(.replaceLink, path) { state, path throws(FileError) in
      try state.checkParent(of: path, "symlink")
      if state.live[path]?.isDirectory == true {
        throw FileError(.other, path, "rename: Is a directory")
      }
    }
    try reach(step, .afterWrite, path)
    let node = Node(mode: 0o777, link: target)
    try change(path) { $0.live[$1] = node }
    try reach(step, .afterRename, path)
    try change(path) { $0.durable[$1] = node }
    try reach(step, .durable, path)
  }

  package func readLink(_ path: String) throws(FileError) -> String? {
    try with(.readLink, path) { state, path throws(FileError) in
      guard let node = state.live[path] else { return nil }
      guard let link = node.link else {
        throw FileError(.other, path, "readlink: expected a symbolic link")
      }
      return link
    }
  }

  /// A machine that goes down in the middle loses the first half of what is below, in the order of names.
  package func removeTree(_ path: String, step: DurableStep) throws(FileError) {
    guard try info(path) != nil else { return }
    try reach(step, .beforeWrite, path)
    let below = try with(.removeTree, path) { state, path in
      state.live.keys.filter { $0.hasPrefix(path + "/") }.sorted()
    }
    if !below.isEmpty {
      // Leaves first, as on a disk, so that no file is ever without its directory.
      let part = Set(
        below.sorted { $0.utf8.count > $1.utf8.count || $0.utf8.count == $1.utf8.count && $0 < $1 }
          .prefix((below.count + 1) / 2))
      try change(path) { state, _ in
        for path in part {
          state.live[path] = nil
          state.durable[path] = nil
        }
      }
      try reach(step, .afterWrite, path)
    }
    try change(path) { state, path in state.removeAll(\.live, path) }
    try reach(step, .afterRename, path)
    try change(path) { state, path in state.removeAll(\.durable, path) }
    try reach(step, .durable, path)
  }

}

extension MemoryFiles.State {
  fileprivate mutating func removeAll(
    _ table: WritableKeyPath<Self, [String: MemoryFiles.Node]>, _ path: String
  ) {
    for key in self[keyPath: table].keys where key == path || key.hasPrefix(path + "/") {
      self[keyPath: table][key] = nil
    }
  }
}
