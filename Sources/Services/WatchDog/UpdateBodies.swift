import AgentSystem
import CloudAPI
import Evergreen
import Releases
package import World

/// The answer to `update-status`.
package struct UpdateReport: Hashable, Codable, Sendable {
  package struct Trial: Hashable, Codable, Sendable {
    package var release: String
    package var from: String
    package var attempt: UInt32
    package var deadline: WallTime
  }
  package struct Rollback: Hashable, Codable, Sendable {
    package var from: String
    package var to: String
    package var reason: String
  }
  package struct Committed: Hashable, Codable, Sendable {
    package var release: String
    package var at: WallTime
  }
  package struct Failed: Hashable, Codable, Sendable {
    package var version: String
    package var attempts: UInt32
    /// Not tried again until it is cleared or a newer version is ordered.
    package var refused: Bool
    package var reason: String
    package var at: WallTime
  }
  package struct Order: Hashable, Codable, Sendable {
    package var action: String
    package var version: String?
    /// As the cloud is told; absent before anything came of it.
    package var stage: String?
    package var reason: String?
  }
  package struct Lease: Hashable, Codable, Sendable {
    package var token: UInt64
    package var expires: WallTime
    package var held: Bool
  }
  package struct Pin: Hashable, Codable, Sendable {
    package var since: WallTime?
    package var reason: String
  }
  /// `idle`, `opening`, `trying`, `committing` or `rollingBack`.
  package var phase: String
  package var active: String?
  package var lastGood: String?
  package var trial: Trial?
  package var rollback: Rollback?
  package var installed: [String]
  /// Of the updater.
  package var generation: UInt64
  /// Oldest first.
  package var committed: [Committed]
  package var failed: [Failed]
  /// Why a person is needed; absent when all is well.
  package var escalation: String?
  /// What the cloud ordered last; absent before the first time.
  package var order: Order?
  /// Under which it ordered it.
  package var lease: Lease?
  /// By an administrator; absent when it is not pinned.
  package var pin: Pin?
  /// Why it takes no updates from the cloud; absent when it does.
  package var barred: String?
  /// How fresh the signed metadata of releases is; absent before the first look.
  package var metadata: String?

  init(_ status: ReleaseStatus, _ updates: UpdaterLogic.Report) {
    phase = status.phase.rawValue
    active = status.active?.description
    lastGood = status.lastGood?.description
    trial = status.trial.map { Trial(release: $0.slot.description, from: $0.from.description, attempt: $0.attempt, deadline: $0.deadline) }
    rollback = status.rollback.map { Rollback(from: $0.from.description, to: $0.to.description, reason: $0.reason.text) }
    installed = status.installed.map(\.description)
    generation = status.generation.number
    committed = status.committed.map { Committed(release: $0.slot.description, at: $0.at) }
    failed = status.failed.map {
      Failed(version: $0.version.text, attempts: $0.attempts, refused: $0.isRefused, reason: $0.reason.text, at: $0.at)
    }
    escalation = status.escalation?.text
    order = updates.lease.map {
      Order(action: $0.action.rawValue, version: $0.version?.text, stage: $0.stage?.rawValue, reason: $0.reason.isEmpty ? nil : $0.reason)
    }
    lease = updates.lease.map { Lease(token: $0.token, expires: $0.expires, held: $0.isHeld) }
    pin = updates.pin.map { Pin(since: $0.since, reason: $0.reason) }
    barred = updates.barred
    metadata = updates.look.map { look in
      let hours = look.stale.components.seconds / 3_600
      let age = hours < 1 ? "newer came within the hour" : "none newer for \(hours) h"
      return look.problem.map { "\(age); the last look failed: \($0)" } ?? age
    }
  }
}

/// The body of `update-clear`.
struct UpdateClear: Codable { var version: String }
/// The answer to `update-pin` and `update-unpin`.
struct UpdatePinned: Codable {
  var pinned: Bool
  var since: WallTime?
  var reason: String?
}
/// The body of `update-rollback` and `update-pin`.
struct UpdateRollback: Codable { var reason: String? }
