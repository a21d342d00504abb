package import AgentSystem
package import Evergreen
package import Releases
import World

extension ReleaseStatus {
  /// What an update's record and the three links say, as the Agent System answers it; no list is longer than `ReleaseStatus.most`.
  package init(_ record: EvergreenRecord, active: SlotName?, lastGood: SlotName?, installed: [SlotName]) {
    self.init(generation: UpdaterGeneration(record.generation))
    switch record.phase {
    case .idle: phase = .idle
    case .opening: phase = .opening
    case .trying: phase = .trying
    case .committing: phase = .committing
    case .rollingBack(let way):
      phase = .rollingBack
      rollback = Rollback(from: way.from, to: way.to, reason: ReasonText(way.reason))
    }
    self.active = active
    self.lastGood = lastGood
    trial = record.trial.map { Trial(slot: $0.slot, from: $0.from, attempt: UInt32(clamping: $0.attempt), deadline: $0.deadline) }
    self.installed = installed.sorted { ($0.version, $0.digest) < ($1.version, $1.digest) }.suffix(Self.most)
    committed = record.committed.map { Committed(slot: $0.slot, at: $0.at) }
    failed = Self.failed(record)
    escalation = record.escalation.map { ReasonText($0) }
  }

  private static func failed(_ record: EvergreenRecord) -> [Failed] {
    if record.failures.isEmpty { return [] }
    let failed = record.failures.compactMap { name, failure in
      ReleaseVersion(name).map {
        Failed(
          version: $0, attempts: UInt32(clamping: failure.attempts), isRefused: failure.isRefused, reason: ReasonText(failure.reason), at: failure.at)
      }
    }
    return failed.sorted { $0.version < $1.version }.suffix(most)
  }
}
