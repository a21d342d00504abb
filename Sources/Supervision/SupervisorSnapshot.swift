package import World

/// What a child does, in the words of status pages.
package enum ChildState: String, Codable, Hashable, Sendable, CaseIterable {
  /// Stands in the list and is never started.
  case disabled
  /// Until every child before it is ready.
  case waiting
  /// Started, not ready yet.
  case starting
  case ready
  /// Cancelled (or next in turn to be), has not ended yet.
  case stopping
  /// Failed; its restart is due.
  case backingOff
  /// Has ended, as it should.
  case stopped
  /// Has ended badly and is not restarted.
  case failed
}

package struct ChildSnapshot: Codable, Hashable, Sendable {
  package var id: String
  package var state: ChildState
  /// 0 before the first start.
  package var incarnation: Int
  /// Starts after the first, whatever the reason.
  package var restarts: Int
  /// When it came into this state.
  package var since: WallTime
  package var lastFailure: String?
  /// Incarnations that were given up and still run.
  package var abandoned: Int
}

/// All that a status page can know of a supervisor.
package struct SupervisorSnapshot: Codable, Hashable, Sendable {
  package enum Phase: String, Codable, Sendable { case created, running, stopping, done }
  package var phase: Phase
  /// In the order of starting.
  package var children: [ChildSnapshot]
  /// Restarts that are left of the budget.
  package var restartsLeft: Int
  /// Every enabled child is ready; one that has ended as it should does not count.
  package var allReady: Bool

  package subscript(_ id: String) -> ChildSnapshot? { children.first { $0.id == id } }
}

/// How a supervisor's run ended.
package enum SupervisorOutcome: Hashable, Sendable {
  /// `stop()` was called, or the task of `run()` was cancelled.
  case stopped
  /// One restart too many: everything was stopped.
  case budgetSpent(child: String, reason: String)
  /// Every child has ended and none is to be restarted.
  case allEnded
}

extension SupervisorSnapshot {
  /// Before there is a supervisor.
  package static var none: SupervisorSnapshot { SupervisorSnapshot(phase: .created, children: [], restartsLeft: 0, allReady: false) }
}
