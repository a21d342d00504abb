import AgentSystem
import FoundationEssentials
import World

/// The durable record of who asked for what: a JSON object a line, synced before anything is done. Values of settings are never in it.
struct AuditTrail {
  /// Bytes after which the file is rotated; one older file is kept.
  static let limit: Int64 = 1_048_576

  enum Phase: String, Codable { case allow, deny, result }

  struct Line: Codable {
    var time: WallTime
    var phase: Phase
    var request: String
    var caller: String
    var asker: String
    var operation: String
    var detail: String
    /// Of a denial, why; of a result, what.
    var outcome: String?
    /// Of a result: from the request's arrival.
    var milliseconds: Int?
  }

  let path: String
  private let files: any Files
  private var size: Int64 = 0
  /// After a torn line the next one begins on a line of its own.
  private var isTorn = false

  init(directory: String, files: any Files) {
    path = "\(directory)/audit.log"
    self.files = files
  }

  /// Looks at what is there. Never throws: a file that cannot be read shows at the first `write`.
  mutating func open() {
    guard let bytes = try? files.read(path) else { return }
    size = Int64(bytes.count)
    isTorn = bytes.last.map { $0 != 10 } ?? false
  }

  mutating func write(_ line: Line, sync: Bool) throws {
    if size > Self.limit { rotate() }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes = (isTorn ? [10] : []) + [UInt8](try encoder.encode(line)) + [10]
    isTorn = true
    try files.append(path, bytes, mode: 0o600, sync: sync)
    isTorn = false
    size += Int64(bytes.count)
  }

  /// What cannot be rotated goes on growing: a long record is better than none.
  private mutating func rotate() {
    guard (try? files.rename(path, to: "\(path).1", step: AgentSystemSteps.rotateAudit)) != nil else { return }
    size = 0
    isTorn = false
  }
}
