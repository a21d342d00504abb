import Evergreen
import FoundationEssentials
import TUF
import World

/// What a connector knows of the time of its signed metadata, from one refresh to the next (T4).
struct TrustTime: Codable, Hashable, Sendable {
  /// The latest start of a refresh that succeeded; nil before the first one.
  var highest: WallTime?
  /// The newest timestamp that was accepted, and the fingerprint of the keys that may sign it; nil before the first one.
  var version: Int64?
  var keys: String?
  /// Since when no newer one was accepted.
  var since: WallTime
  /// The same by a clock that nobody sets; nil where the machine has none.
  var machine: MachineTime?

  init(since: WallTime, machine: MachineTime?) { (self.since, self.machine) = (since, machine) }

  /// When a refresh begins. What a clock that was set ahead for a while has left begins anew now.
  mutating func start(at now: WallTime) -> WallTime {
    let start = max(now, highest ?? now)
    if since > start { since = start }
    return start
  }

  /// A timestamp is newer when its version is, or when its keys were rotated: then versions may begin anew. One that is fetched again because the file on disk was
  /// damaged is not.
  mutating func note(_ timestamp: TrustClient.CurrentTimestamp, at now: WallTime, machine: MachineTime?) {
    let isNewer = timestamp.isNew && (version.map { timestamp.version > $0 } ?? true || timestamp.keys != keys)
    if isNewer { (since, self.machine) = (now, machine) }
    if isNewer || version == nil { (version, keys) = (timestamp.version, timestamp.keys) }
  }

  /// For how long no newer timestamp has been accepted: by the machine's clock since it started, which nobody sets, where one start of the machine saw both.
  func stale(at now: WallTime, machine: MachineTime?) -> Duration {
    if let machine, let before = self.machine, let exact = machine.since(before) { return max(.zero, exact) }
    return max(.zero, now - since)
  }
}

/// Where it is kept: `trust-time.json` of the release folder, beside `metadata`, which no rollback takes back. Two lines: the record, and its SHA-256, so that a
/// damaged digit never becomes a time in which nothing is valid any more.
///
/// A record that cannot be read or written stops no update: what cannot be read is moved aside, and begins anew.
struct TrustTimeBook {
  let files: any Files
  let root: String

  var path: String { root + "/trust-time.json" }
  /// Chosen: a record has 300 bytes.
  private static let largest: Int64 = 4_096

  /// - Parameter onLoss: one that cannot be read was moved aside.
  func read(onLoss: () -> Void) -> TrustTime? {
    guard let info = try? files.info(path) else { return nil }
    if info.size <= Self.largest, let bytes = try? files.read(path), let time = Self.time(bytes) { return time }
    try? files.rename(path, to: path + ".unreadable", step: "evergreen.trust-time-aside")
    onLoss()
    return nil
  }

  /// - Returns: whether it is on disk.
  func write(_ time: TrustTime) -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(time) else { return false }
    let bytes = [UInt8](json)
    return (try? files.replace(path, with: bytes + [10] + Self.seal(bytes), mode: 0o644, step: "evergreen.trust-time")) != nil
  }

  private static func time(_ bytes: [UInt8]) -> TrustTime? {
    let lines = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
    guard lines.count == 2, lines[1] == seal(lines[0]) else { return nil }
    return try? JSONDecoder().decode(TrustTime.self, from: Data(lines[0]))
  }

  private static func seal(_ bytes: [UInt8]) -> [UInt8] { Array((Hex.encode(Digests.sha256(bytes)) + "\n").utf8) }
}
