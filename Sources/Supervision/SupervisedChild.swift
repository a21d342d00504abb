package import World

/// What becomes of a child once it has stopped.
enum AfterStop: Hashable, Sendable {
  /// It starts again, in its turn.
  case wait
  /// It failed: it starts again after a back-off.
  case backOff
  /// Nothing: it was to stop.
  case end
  /// Nothing: it failed, and is never restarted.
  case fail
}

/// One child as the table sees it.
struct SupervisedChild: Sendable {
  /// Each state has one deadline at most, so that one timer serves the whole supervisor.
  enum State: Hashable, Sendable {
    case disabled
    case waiting
    case starting(since: Moment, readyBy: Moment)
    case ready(nextPing: Moment)
    /// Ready, with an unanswered ping.
    case asked(number: Int, by: Moment)
    /// Runs, and is stopped when its turn comes.
    case condemned(then: AfterStop)
    case stopping(by: Moment, then: AfterStop)
    /// The shell is asked for the delay of the back-off.
    case drawing(ceiling: Duration)
    case backingOff(until: Moment)
    case stopped
    case failed
  }

  let spec: ChildSpec
  var state: State
  var since: WallTime
  var incarnation = 0
  /// The children after it need not wait for it: it was ready once since the last (group) start, or has ended for good.
  var released: Bool
  var readySince: Moment?
  var failuresInARow = 0
  var lastFailure: String?
  var pings = 0
  /// Incarnations that were given up and have not ended yet.
  var abandoned: Set<Int> = []

  init(_ spec: ChildSpec, at now: Now) {
    self.spec = spec
    since = now.wall
    state = spec.isEnabled ? .waiting : .disabled
    released = !spec.isEnabled
  }

  var deadline: Moment? {
    switch state {
    case .starting(_, let by), .asked(_, let by), .stopping(let by, _): by
    case .ready(let nextPing): nextPing
    case .backingOff(let until): until
    case .disabled, .waiting, .condemned, .drawing, .stopped, .failed: nil
    }
  }

  var isCondemned: Bool { if case .condemned = state { true } else { false } }
  /// Runs, and will not go on running.
  var isBeingStopped: Bool { if case .stopping = state { true } else { isCondemned } }
  var isBackingOff: Bool {
    switch state {
    case .drawing, .backingOff: true
    default: false
    }
  }
  /// Does not run and is not to be started.
  var isOver: Bool { state == .disabled || state == .stopped || state == .failed }

  var shown: ChildState {
    switch state {
    case .disabled: .disabled
    case .waiting: .waiting
    case .starting: .starting
    case .ready, .asked: .ready
    case .condemned, .stopping: .stopping
    case .drawing, .backingOff: .backingOff
    case .stopped: .stopped
    case .failed: .failed
    }
  }
}

extension SupervisorLogic {
  /// A timer may fire this late before the supervisor itself counts as stuck.
  static let lateness = Duration.seconds(1)

  package func index(of id: String) -> Int? { children.firstIndex { $0.spec.id == id } }

  package func snapshot(at now: Now) -> SupervisorSnapshot {
    let phase: SupervisorSnapshot.Phase =
      switch phase {
      case .created: .created
      case .running: .running
      case .stopping: .stopping
      case .done: .done
      }
    let rows = children.map {
      ChildSnapshot(
        id: $0.spec.id, state: $0.shown, incarnation: $0.incarnation, restarts: max(0, $0.incarnation - 1), since: $0.since,
        lastFailure: $0.lastFailure, abandoned: $0.abandoned.count)
    }
    return SupervisorSnapshot(phase: phase, children: rows, restartsLeft: budget.left(at: now.moment), allReady: allReady)
  }

  /// Every enabled child is ready, or has ended and should have; some child is.
  package var allReady: Bool {
    phase == .running && children.allSatisfy { $0.shown == .ready || $0.shown == .disabled || $0.shown == .stopped }
  }

  /// Nobody hangs: no ping is overdue, no child that hung is still being stopped, and the supervisor keeps its own deadlines. A child that failed
  /// and waits for its restart is not held against the process: the budget decides about that one.
  package func allLive(at now: Moment) -> Bool {
    children.allSatisfy { child in
      if case .stopping(_, let then) = child.state, then == .backOff || then == .fail { return false }
      return child.deadline.map { now <= $0 + Self.lateness } ?? true
    }
  }
}
