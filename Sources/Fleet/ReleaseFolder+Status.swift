import AgentSystem
import Evergreen
import Releases
import World

/// What the Agent System answers of the releases.
extension ReleaseFolder {
  mutating func status(at now: WallTime) throws(FolderError) -> ReleaseStatus {
    let record = try current(at: now)
    var status = ReleaseStatus(generation: UpdaterGeneration(record.generation))
    switch record.phase {
    case .idle: status.phase = .idle
    case .opening: status.phase = .opening
    case .trying: status.phase = .trying
    case .committing: status.phase = .committing
    case .rollingBack(let way):
      status.phase = .rollingBack
      status.rollback = ReleaseStatus.Rollback(from: way.from, to: way.to, reason: ReasonText(way.reason))
    }
    // Planted: nobody knows what is older.
    status.active = mutant == .olderAccepted ? nil : links.active
    status.lastGood = links.lastGood
    status.trial = record.trial.map {
      ReleaseStatus.Trial(slot: $0.slot, from: $0.from, attempt: UInt32(clamping: $0.attempt), deadline: $0.deadline)
    }
    status.installed = installed.sorted { ($0.version, $0.digest) < ($1.version, $1.digest) }
    status.committed = record.committed.map { ReleaseStatus.Committed(slot: $0.slot, at: $0.at) }
    if mutant != .failedVersionAgain, !record.failures.isEmpty {
      status.failed = record.failures.compactMap { name, failure in
        guard let version = ReleaseVersion(name) else { return nil }
        return ReleaseStatus.Failed(
          version: version, attempts: UInt32(clamping: failure.attempts), isRefused: failure.isRefused, reason: ReasonText(failure.reason),
          at: failure.at)
      }.sorted { $0.version < $1.version }
    }
    status.escalation = record.escalation.map { ReasonText($0) }
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
