package import Releases
package import World

/// All that an update must remember across a crash: one small record, replaced as a whole. What runs next follows from it and from the clock alone
/// (`deadManDecision`).
package struct EvergreenRecord: Hashable, Sendable, Codable {
  /// What is under way. Whoever starts the connector finishes it.
  package enum Phase: Hashable, Sendable, Codable {
    case idle
    /// Ordered; the next start opens the trial.
    case opening(Trial)
    case trying(Trial)
    /// Decided: the trial becomes the active release.
    case committing(Trial)
    case rollingBack(Rollback)
  }

  package struct Trial: Hashable, Sendable, Codable {
    package var slot: SlotName
    /// What it is tried instead of, and what comes back.
    package var from: SlotName
    package var generation: UInt64
    package var attempt: Int
    package var opened: WallTime
    /// While opening: to be started by then. Afterwards: to be committed by then.
    package var deadline: WallTime
    package var readyWithinSeconds: Int64
    package var lengthSeconds: Int64
    package var runs: Int
    /// When its time began to count, by a clock that nobody sets; nil where the machine has none.
    package var begun: MachineTime?

    package init(
      slot: SlotName, from: SlotName, generation: UInt64, attempt: Int, opened: WallTime, deadline: WallTime, readyWithinSeconds: Int64,
      lengthSeconds: Int64, runs: Int, begun: MachineTime? = nil
    ) {
      self.slot = slot
      self.from = from
      self.generation = generation
      self.attempt = attempt
      self.opened = opened
      self.deadline = deadline
      self.readyWithinSeconds = readyWithinSeconds
      self.lengthSeconds = lengthSeconds
      self.runs = runs
      self.begun = begun
    }
  }

  package struct Rollback: Hashable, Sendable, Codable {
    package var from: SlotName
    package var to: SlotName
    /// The folder that holds the state of `to`; nil when none was taken.
    package var snapshot: String?
    package var generation: UInt64
    package var reason: String
    package var began: WallTime
    package var tries: Int

    package init(
      from: SlotName, to: SlotName, snapshot: String? = nil, generation: UInt64, reason: String, began: WallTime, tries: Int
    ) {
      self.from = from
      self.to = to
      self.snapshot = snapshot
      self.generation = generation
      self.reason = reason
      self.began = began
      self.tries = tries
    }
  }

  package struct Committed: Hashable, Sendable, Codable {
    package var slot: SlotName
    package var at: WallTime
    /// The snapshot of the release before it, while it is kept.
    package var snapshot: String?

    package init(
      slot: SlotName, at: WallTime, snapshot: String? = nil
    ) {
      self.slot = slot
      self.at = at
      self.snapshot = snapshot
    }
  }

  package struct Failure: Hashable, Sendable, Codable {
    /// Since the last clear.
    package var attempts: Int
    /// Not tried again without a clear (L6).
    package var isRefused: Bool
    package var reason: String
    package var at: WallTime

    package init(
      attempts: Int, isRefused: Bool, reason: String, at: WallTime
    ) {
      self.attempts = attempts
      self.isRefused = isRefused
      self.reason = reason
      self.at = at
    }
  }

  /// Rises with every updater that takes over and at every decision of the dead man: what a process of an older one wants is not done (L7).
  package var generation: UInt64
  package var phase: Phase
  /// Releases that this connector had committed, oldest first; the last one is active. The only ones that a rollback may lead to (T7).
  package var committed: [Committed]
  /// By version.
  package var failures: [String: Failure]
  /// The latest commands taken up, oldest first: a replay does nothing (L8).
  package var commands: [String]
  /// Why a person is needed; nil when all is well. It ends with the next commit or an operator's clear.
  package var escalation: String?

  /// The generation of a record that was made anew: above whatever was counted before, and to be told from one that somebody took over (`isAnew`).
  ///
  /// - Parameter known: the highest number that is known to have been given out.
  package static func generationAnew(at now: WallTime, above known: UInt64) -> UInt64 {
    let next = min(known, 1 << 60) / anew + 1
    return max(UInt64(max(1, now.seconds)), next) * anew
  }

  /// True of a generation that a record made anew was given and that nobody has taken over since. (Also of each 1024th that was counted; then an updater
  /// takes over once more than it need.)
  package static func isAnew(_ generation: UInt64) -> Bool { generation % anew == 0 }

  private static let anew: UInt64 = 1_024

  package static let rememberedCommands = 64
  package static let rememberedReleases = 16

  package init(active: SlotName, at: WallTime) {
    generation = 1
    phase = .idle
    committed = [Committed(slot: active, at: at)]
    failures = [:]
    commands = []
  }

  package var active: SlotName? { committed.last?.slot }

  /// The trial that is open, in whichever phase.
  package var trial: Trial? {
    switch phase {
    case .opening(let trial), .trying(let trial), .committing(let trial): trial
    case .idle, .rollingBack: nil
    }
  }

  /// Why this version may not be tried (L6), or nil.
  package func refusal(of version: ReleaseVersion, attempts: Int) -> UpdateRefusal? {
    guard let failure = failures[version.description] else { return nil }
    if failure.isRefused { return .failedHere(version, reason: failure.reason) }
    return failure.attempts >= attempts ? .tooManyAttempts(version, failure.attempts) : nil
  }

  package mutating func remember(command: String) {
    commands.append(command)
    commands.removeFirst(max(0, commands.count - Self.rememberedCommands))
  }
}
