package import Releases
package import World

/// Which updater asks: each that takes over gets the next number, and what an earlier one wants is not done.
package struct UpdaterGeneration: Hashable, Sendable, CustomStringConvertible {
  package var number: UInt64

  package init(_ number: UInt64) { self.number = number }
  package var description: String { "updater \(number)" }
}

/// What was seen of a trial before it is committed: without at least one message to the cloud and back there is no commit.
package struct TrialEvidence: Hashable, Sendable {
  package var healthySeconds: UInt32
  package var probes: UInt32
  /// Of them, those whose message went to the cloud and came back.
  package var endToEndProbes: UInt32

  package init(healthySeconds: UInt32, probes: UInt32, endToEndProbes: UInt32) {
    self.healthySeconds = healthySeconds
    self.probes = probes
    self.endToEndProbes = endToEndProbes
  }
}

/// What `releaseStatus` answers: which release runs, which would come back, what is tried, what failed.
package struct ReleaseStatus: Hashable, Sendable {
  package enum Phase: String, CaseIterable, Sendable, Codable { case idle, opening, trying, committing, rollingBack }

  package struct Trial: Hashable, Sendable {
    package var slot: SlotName
    package var from: SlotName
    /// From 1.
    package var attempt: UInt32
    /// While it is opening: to be started by then; afterwards: to be committed by then.
    package var deadline: WallTime

    package init(slot: SlotName, from: SlotName, attempt: UInt32, deadline: WallTime) {
      self.slot = slot
      self.from = from
      self.attempt = attempt
      self.deadline = deadline
    }
  }

  package struct Rollback: Hashable, Sendable {
    package var from: SlotName
    package var to: SlotName
    package var reason: ReasonText

    package init(from: SlotName, to: SlotName, reason: ReasonText) {
      self.from = from
      self.to = to
      self.reason = reason
    }
  }

  package struct Committed: Hashable, Sendable {
    package var slot: SlotName
    package var at: WallTime

    package init(slot: SlotName, at: WallTime) {
      self.slot = slot
      self.at = at
    }
  }

  package struct Failed: Hashable, Sendable {
    package var version: ReleaseVersion
    package var attempts: UInt32
    /// Not tried again without a clear or a newer version.
    package var isRefused: Bool
    package var reason: ReasonText
    package var at: WallTime

    package init(version: ReleaseVersion, attempts: UInt32, isRefused: Bool, reason: ReasonText, at: WallTime) {
      self.version = version
      self.attempts = attempts
      self.isRefused = isRefused
      self.reason = reason
      self.at = at
    }
  }

  /// Entries of each list at most: a status always fits one frame.
  package static let most = 64

  package var generation: UpdaterGeneration
  package var phase = Phase.idle
  /// Where the links lead.
  package var active: SlotName?
  package var lastGood: SlotName?
  package var trial: Trial?
  package var rollback: Rollback?
  /// Those that are there, whole or not, oldest version first.
  package var installed: [SlotName] = []
  /// Oldest first; the last one is active.
  package var committed: [Committed] = []
  package var failed: [Failed] = []
  /// Why a person is needed; nil when all is well.
  package var escalation: ReasonText?

  package init(generation: UpdaterGeneration) { self.generation = generation }
}
