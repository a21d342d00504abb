package import World

/// One thing that happened in an update, flat, so that a simulation's trace and a live log carry the same record and the same checkers read both.
package struct UpdateFact: Hashable, Sendable, Codable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// What the machine is: `platform`.
    case machine
    /// A command of the cloud or an operator was taken up: `command`; `ok` is false when it was a replay.
    case commanded
    /// Something was changed because of `command`.
    case changed
    case refused
    case downloaded, verified, verifyFailed
    /// Room for `slot`: `ok`; when not, `count` files were left behind.
    case preflight
    case installed, installFailed, removed
    /// A link leads to `slot` now: `role`.
    case linked
    /// `slot` is tried, instead of `from`, until `deadline`; `count` is the attempt.
    case trialOpened
    case snapshotTaken, stateRestored
    /// The default configuration on the machine was made that of `slot`: `configuration` is what `slot` carries, `ok` whether it was another before.
    case configurationReset
    /// A process of `slot` was started in `role`; `ok` says whether every file had its digest, and `configuration` which
    /// default configuration lies on the machine.
    case started
    case ended
    /// The trial was looked at: `ok`, `endToEnd`.
    case probed
    case committed
    case rollbackBegan, rolledBack, rollbackFailed
    /// A person is needed; nothing is tried again by itself.
    case escalated
    /// An updater of an older generation wanted something and did nothing.
    case staleIgnored
    /// An operator let `slot` be tried again.
    case cleared
    case networkUsed
    case powerCut
  }

  package enum Role: String, Codable, Sendable, CaseIterable {
    case active
    case trial
    case lastGood = "last-good"
  }

  package var kind: Kind
  package var at: WallTime
  /// When by a clock that nobody sets: the machine's boot, and milliseconds since then. Nil where nobody stamped it.
  package var boot: String?
  package var uptime: Int64?
  package var slot: SlotName?
  package var from: SlotName?
  package var role: Role?
  package var generation: UInt64?
  package var command: String?
  package var ok: Bool?
  package var endToEnd: Bool?
  package var count: Int?
  package var deadline: WallTime?
  /// Of the state's files, where a snapshot is taken or restored.
  package var state: ContentDigest?
  /// Of the default configuration.
  package var configuration: ContentDigest?
  package var platform: ReleasePlatform?
  package var reason: String?
  /// The reason of an `escalated` that says: both copies of the record were lost, so it was made anew, and what failed is tried again only after an operator's clear.
  package static let forgotten = "the record of updates could not be read and was made anew; which releases failed before is not known any more"

  package init(_ kind: Kind, at: WallTime, slot: SlotName? = nil, _ fill: (inout UpdateFact) -> Void = { _ in }) {
    self.kind = kind
    self.at = at
    self.slot = slot
    fill(&self)
  }
}
