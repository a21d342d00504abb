import Evergreen
import FoundationEssentials
package import Releases
package import TrustCheckers
package import World

/// The facts of one machine as JSON lines, `facts.jsonl` in the release folder, so that the checkers can be run over a machine that lives. Who starts the
/// connector and the Agent System both add to it, a line at a time. A line that cannot be written is lost: no update waits for its trail.
///
/// Each gets the time since the machine started as well, so that lengths in it are lengths although somebody sets the clock.
package struct FactTrail: Sendable {
  /// Bytes after which the launcher begins a new file, and keeps the old one as `facts.1.jsonl`. Chosen: hundreds of updates.
  package static let largest: Int64 = 1 << 20

  private let files: any Files
  private let path: String
  private let older: String
  private let trust: (path: String, older: String)

  /// - Parameter root: of the `ReleaseSlots`.
  package init(files: any Files, root: String) {
    self.files = files
    path = root + "/facts.jsonl"
    older = root + "/facts.1.jsonl"
    trust = (root + "/trust.jsonl", root + "/trust.1.jsonl")
  }

  package func add(_ fact: UpdateFact) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var fact = fact
    if let time = MachineTime(files) { (fact.boot, fact.uptime) = (time.start, time.uptime) }
    guard let line = try? encoder.encode(fact) else { return }
    try? files.append(path, [UInt8](line) + [10], mode: 0o600, sync: false)
  }

  /// Before a start, while nobody else adds.
  package func rotate() {
    guard let info = try? files.info(path), info.size >= Self.largest else { return }
    try? files.rename(path, to: older, step: EvergreenStep.factsRotate.step)
  }

  /// What is done with signed metadata, in files of its own: looks at intervals must not push out the facts of updates, and an older release reads none of
  /// these lines. One process adds to them, so it begins the next file itself, where an update of metadata begins.
  package func add(_ fact: TrustFact) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let line = try? encoder.encode(fact) else { return }
    if case .cycleBegan = fact.what, let info = try? files.info(trust.path), info.size >= Self.largest {
      try? files.rename(trust.path, to: trust.older, step: EvergreenStep.factsRotate.step)
    }
    try? files.append(trust.path, [UInt8](line) + [10], mode: 0o600, sync: false)
  }

  /// All that is kept, oldest first. A line that a crash cut off, or that another version wrote, is left out.
  package var facts: [UpdateFact] { lines(older) + lines(path) }

  /// The same of signed metadata, and whether what was before it is not kept any more.
  package var trustFacts: (facts: [TrustFact], isTorn: Bool) {
    let before: [TrustFact] = lines(trust.older)
    return (before + lines(trust.path), !before.isEmpty)
  }

  private func lines<Fact: Decodable>(_ path: String) -> [Fact] {
    ((try? files.read(path)) ?? []).split(separator: 10).compactMap { try? JSONDecoder().decode(Fact.self, from: Data($0)) }
  }
}
