package import Releases
package import World

/// An update from order to end: the table of the README as a value. It knows no clock, disk or network; each step that it wants is a directive, and
/// what came of it is told as an event. An event that a state has no row for changes nothing, so a late or repeated answer does no harm (L8).
package struct UpdateLogic: Hashable, Sendable {
  package enum State: String, CaseIterable, Sendable {
    case idle, checking, downloading, verified, installed, activating, trial, committing, rollingBack
    case committed, rolledBack, failed

    package var isTerminal: Bool {
      switch self {
      case .idle, .committed, .rolledBack, .failed: true
      case .checking, .downloading, .verified, .installed, .activating, .trial, .committing, .rollingBack: false
      }
    }
  }

  package enum Event: Hashable, Sendable {
    case order(UpdateOrder)
    case checked(UpdateRefusal?)
    case downloaded
    case downloadFailed(String)
    case installed(SlotName)
    case installFailed(String)
    /// The cloud lets this connector restart now.
    case granted
    /// It does not yet; asked again at the deadline only by the cloud's next grant.
    case notNow(String)
    /// The order to activate failed.
    case activateFailed(String)
    /// This process is the trial.
    case trialBegan(UpdateOrder, SlotName, generation: UInt64)
    case probed(Probe)
    case committed
    case commitFailed(String)
    /// This process is what came back.
    case cameBack(String)
    case rollBackFailed(String)
    case rollBackAsked(command: String, reason: String)
    case due(Alarm)
  }

  package enum Directive: Hashable, Sendable {
    case check(UpdateOrder)
    case download(UpdateOrder)
    case install(UpdateOrder)
    case askPermission(SlotName)
    case givePermissionBack
    /// Write the order to try it and restart.
    case activate(SlotName)
    case probe(after: Duration)
    case commit(generation: UInt64, Evidence)
    /// Write the order to go back and restart.
    case rollBack(generation: UInt64?, reason: String)
    case escalate(String)
    case changed(State, reason: String)
    case wake(Alarm, after: Duration)
  }

  /// Belongs to one visit of one state: an alarm of an earlier one is not heard.
  package struct Alarm: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable { case deadline, retry }
    var visit: Int
    package var purpose: Purpose
  }

  package private(set) var state = State.idle
  package private(set) var order: UpdateOrder?
  /// Why the last one ended as it did.
  package private(set) var reason = ""
  private let settings: UpdateSettings
  private var visit = 0
  private var attempts = 0
  private var slot: SlotName?
  private var generation: UInt64?
  private var judge: TrialJudge?
  private var rollbacks = 0

  package init(_ settings: UpdateSettings = UpdateSettings()) { self.settings = settings }

  package mutating func handle(_ event: Event, at now: Now) -> [Directive] {
    switch (state, event) {
    case (_, .order(let order)) where state.isTerminal: return begin(order)
    case (_, .trialBegan(let order, let slot, let generation)) where state.isTerminal || state == .activating:
      return start(order, slot, generation, at: now)
    case (_, .cameBack(let why)) where state.isTerminal || state == .activating || state == .rollingBack: return end(.rolledBack, why)
    case (_, .rollBackAsked(_, let why)) where state.isTerminal || state == .trial: return rollBack(why)
    case (.checking, .checked(let refusal)):
      guard let refusal else { return enter(.downloading, "") + directive { .download($0) } }
      return end(.failed, refusal.description)
    case (.downloading, .downloaded): return enter(.verified, "") + directive { .install($0) }
    case (.downloading, .downloadFailed(let why)): return retry(why)
    case (.downloading, .due(let alarm)) where alarm.visit == visit && alarm.purpose == .retry: return directive { .download($0) }
    case (.verified, .installed(let slot)):
      self.slot = slot
      return enter(.installed, "") + [.askPermission(slot)]
    case (.verified, .installFailed(let why)): return end(.failed, why)
    case (.installed, .granted): return enter(.activating, "") + (slot.map { [.activate($0)] } ?? [])
    case (.installed, .notNow(let why)):
      reason = why
      return []
    case (.activating, .activateFailed(let why)): return [.givePermissionBack] + end(.failed, why)
    case (.trial, .probed(let probe)): return probed(probe, at: now)
    case (.committing, .committed): return [.givePermissionBack] + end(.committed, reason)
    case (.committing, .commitFailed(let why)): return rollBack("the commit failed: \(why)")
    case (.rollingBack, .rollBackFailed(let why)): return again(why)
    case (_, .due(let alarm)) where alarm.visit == visit && alarm.purpose == .deadline: return overdue()
    default: return []
    }
  }

  private mutating func begin(_ order: UpdateOrder) -> [Directive] {
    self.order = order
    (attempts, rollbacks) = (0, 0)
    (slot, generation, judge) = (nil, nil, nil)
    return enter(.checking, "") + [.check(order)]
  }

  private mutating func start(_ order: UpdateOrder, _ slot: SlotName, _ generation: UInt64, at now: Now) -> [Directive] {
    (self.order, self.slot, self.generation, rollbacks) = (order, slot, generation, 0)
    judge = TrialJudge(settings.trial, began: now.moment)
    return enter(.trial, "") + [.probe(after: settings.trial.probeEvery)]
  }

  private mutating func probed(_ probe: Probe, at now: Now) -> [Directive] {
    switch judge?.take(probe, at: now.moment) {
    case .commit(let evidence):
      guard let generation else { return [] }
      return enter(.committing, "healthy for \(Int(evidence.healthyFor.inSeconds)) s") + [.commit(generation: generation, evidence)]
    case .fail(let why): return rollBack(why)
    case .wait, nil: return [.probe(after: settings.trial.probeEvery)]
    }
  }

  private mutating func retry(_ why: String) -> [Directive] {
    attempts += 1
    reason = why
    guard attempts < settings.attempts, !settings.retryPauses.isEmpty else { return end(.failed, "after \(attempts) attempts: \(why)") }
    let pause = settings.retryPauses[min(attempts, settings.retryPauses.count) - 1]
    return [.wake(Alarm(visit: visit, purpose: .retry), after: pause)]
  }

  private mutating func rollBack(_ why: String) -> [Directive] {
    let directives = enter(.rollingBack, why)
    return directives + [.rollBack(generation: generation, reason: why)]
  }

  /// L5: a rollback that fails is tried a few times and then handed to a person; it never loops.
  private mutating func again(_ why: String) -> [Directive] {
    rollbacks += 1
    guard rollbacks < 3 else { return [.escalate(why)] + end(.failed, "the rollback failed: \(why)") }
    return [.rollBack(generation: generation, reason: reason)]
  }

  private mutating func overdue() -> [Directive] {
    let late = "\(state.rawValue) took longer than it may"
    switch state {
    case .trial: return rollBack("the trial was not committed by its deadline")
    case .committing: return rollBack(late)
    case .rollingBack: return [.escalate(late)] + end(.failed, late)
    case .activating: return [.givePermissionBack] + end(.failed, late)
    case .installed: return end(.failed, "no permission to restart within \(Int(settings.permissionWithin.inSeconds)) s. \(reason)")
    case .checking, .downloading, .verified: return end(.failed, late)
    case .idle, .committed, .rolledBack, .failed: return []
    }
  }

  private mutating func end(_ state: State, _ why: String) -> [Directive] {
    judge = nil
    return enter(state, why)
  }

  private mutating func enter(_ next: State, _ why: String) -> [Directive] {
    state = next
    reason = why
    visit += 1
    let alarm = limit(of: next).map { Directive.wake(Alarm(visit: visit, purpose: .deadline), after: $0) }
    return [.changed(next, reason: why)] + (alarm.map { [$0] } ?? [])
  }

  /// Every state that is not terminal has one.
  package func limit(of state: State) -> Duration? {
    switch state {
    case .checking: settings.checkWithin
    case .downloading: settings.downloadWithin
    case .verified: settings.installWithin
    case .installed: settings.permissionWithin
    case .activating: settings.trial.openWithin
    case .trial: settings.trial.length
    case .committing: settings.commitWithin
    case .rollingBack: settings.rollBackWithin
    case .idle, .committed, .rolledBack, .failed: nil
    }
  }

  private func directive(_ make: (UpdateOrder) -> Directive) -> [Directive] { order.map { [make($0)] } ?? [] }
}
