import AgentSystem
import Evergreen
import ReleaseAnswers
import Releases
import World

/// What the Agent System answers of the releases.
extension ReleaseFolder {
  mutating func status(at now: WallTime) throws(FolderError) -> ReleaseStatus {
    let record = try current(at: now)
    // Planted: nobody knows what is older.
    let active = mutant == .olderAccepted ? nil : links.active
    var status = ReleaseStatus(record, active: active, lastGood: links.lastGood, installed: installed)
    if mutant == .failedVersionAgain { status.failed = [] }
    return status
  }

  /// Never one that runs, comes back or is tried.
  mutating func remove(_ version: ReleaseVersion, by generation: UInt64, at now: WallTime) throws(FolderError) {
    let record = try current(generation, at: now)
    let kept = [links.active, links.lastGood, links.trial, record.active, record.trial?.slot, record.trial?.from]
    let found = installed.filter { $0.version == version }
    guard !found.isEmpty else { throw .notInstalled }
    guard !found.contains(where: { kept.contains($0) }) else { throw .inUse }
    for slot in found { say(.removed, now, slot) }
    installed.removeAll { found.contains($0) }
  }
}
