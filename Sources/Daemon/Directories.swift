import Directory
import DirectoryYAML
import Synchronization

/// Makes directories from their description. The last description that was read is kept, so that many connectors of one process that are joined to the
/// same directory read it once and share it.
package final class Directories: Sendable {
  private struct Kept: Sendable {
    var text: String
    var file: String
    var snapshot: DirectorySnapshot
  }
  private let kept = Mutex<Kept?>(nil)

  package init() {}

  /// How often a description was read and not found here: for tests.
  var readings: Int { count.withLock { $0 } }
  private let count = Mutex(0)

  /// The directory that a text describes, as a connector joined to `joinedDomain` sees it. Who asks while it is being read waits. Throws what is wrong with
  /// the text, in words for people.
  func directory(_ text: String, file: String, joinedDomain: String?) throws -> SnapshotDirectory {
    try SnapshotDirectory(snapshot(text, file), joinedDomain: joinedDomain)
  }

  private func snapshot(_ text: String, _ file: String) throws -> DirectorySnapshot {
    try kept.withLock { kept in
      if let kept, kept.file == file, kept.text == text { return kept.snapshot }
      count.withLock { $0 += 1 }
      let made = try DirectoryYAML.snapshot(text, file: file)
      kept = Kept(text: text, file: file, snapshot: made)
      return made
    }
  }
}
