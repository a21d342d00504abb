package import EventCatalog
import Synchronization
package import World

/// Appends each record as one line of JSON (`EventLine`) to a file, so that events outlive the process on a machine without a journal.
///
/// At `largest` bytes a new file begins and the one before stays beside it. What a full disk does not take waits for the next event, up to `backlog` lines.
package final class FileOutput: EventOutput {
  /// Chosen: some ten thousand events.
  package static let largest: Int64 = 8 << 20
  static let backlog = 1024

  package let name = "file"
  private struct State {
    var waiting: [String] = []
    var size: Int64 = 0
    /// Nothing was written yet: a run before this one may have been cut off in the middle of a line.
    var isFirst = true
  }
  private let files: any Files
  private let path: String
  private let state: Mutex<State>

  package init(files: any Files, path: String) {
    self.files = files
    self.path = path
    state = Mutex(State(size: ((try? files.info(path)) ?? nil)?.size ?? 0))
  }

  /// The file before: `events.jsonl` becomes `events.1.jsonl`.
  package static func older(_ path: String) -> String {
    guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return path + ".1" }
    return "\(path[..<dot]).1\(path[dot...])"
  }

  package func write(_ record: EventRecord) {
    guard let line = try? EventLine(record).jsonLine() else { return }
    state.withLock { state in
      state.waiting.append(line)
      if state.waiting.count > Self.backlog { state.waiting.removeFirst() }
      if state.size >= Self.largest, (try? files.rename(path, to: Self.older(path), step: "events.rotate")) != nil { state.size = 0 }
      let bytes = Array(((state.isFirst && state.size > 0 ? "\n" : "") + state.waiting.map { $0 + "\n" }.joined()).utf8)
      guard (try? files.append(path, bytes, mode: 0o600, sync: false)) != nil else { return }
      (state.waiting, state.isFirst) = ([], false)
      state.size += Int64(bytes.count)
    }
  }
}
