package import EventCatalog
package import World

/// The supervisor's table: state × input gives the next state and the directives. A value: no clock, task or random number inside.
/// The table stands in `react`, and as a page in this folder's README.
package struct SupervisorLogic: Sendable {
  package enum Input: Sendable {
    case begin
    /// From an incarnation of the child with this index.
    case child(Int, incarnation: Int, ChildSignal)
    /// The delay that `drawDelay` asked for.
    case delayDrawn(Int, Duration)
    /// Some deadline may be over; sent at `nextDeadline`, harmless at any time.
    case timePassed
    /// An administrator (or the Agent System) wants this child restarted.
    case restart(Int)
    case stop
  }

  package enum Directive: Hashable, Sendable {
    case start(Int, incarnation: Int)
    case cancel(Int, incarnation: Int)
    /// Its end is no longer waited for; it has been cancelled before.
    case abandon(Int, incarnation: Int)
    case ping(Int, incarnation: Int, number: Int)
    /// Draw a delay uniformly below the ceiling and answer at once with `delayDrawn`.
    case drawDelay(Int, ceiling: Duration)
    case emit(Event)
    /// Always the last directive there is.
    case finish(SupervisorOutcome)
  }

  package enum ChildSignal: Hashable, Sendable {
    case ready
    case pingAnswered(Int)
    case returned
    case threw(String)
  }

  enum Phase: Hashable, Sendable {
    case created, running
    case stopping(SupervisorOutcome)
    case done(SupervisorOutcome)
  }

  package let spec: SupervisorSpec
  var children: [SupervisedChild]
  var phase = Phase.created
  var budget: RestartBudget
  private var stopRequested: Moment?
  private var out: [Directive] = []

  package init(_ spec: SupervisorSpec, at now: Now) throws(InvalidSupervisorSpec) {
    let problems = spec.problems()
    guard problems.isEmpty else { throw InvalidSupervisorSpec(problems: problems) }
    self.spec = spec
    children = spec.children.map { SupervisedChild($0, at: now) }
    budget = RestartBudget(limit: spec.restartBudget, window: spec.budgetWindow)
  }

  package mutating func handle(_ input: Input, at now: Now) -> [Directive] {
    if case .done = phase {
      if case .child(let i, let incarnation, .returned) = input { forget(i, incarnation) }
      if case .child(let i, let incarnation, .threw) = input { forget(i, incarnation) }
      return []
    }
    out = []
    switch input {
    case .begin: if phase == .created { phase = .running }
    case .child(let i, let incarnation, let signal): accept(signal, from: i, incarnation, at: now)
    case .delayDrawn(let i, let delay): setBackOff(i, delay, at: now)
    case .timePassed: for i in children.indices where children[i].deadline.map({ $0 <= now.moment }) ?? false { deadlinePassed(i, at: now) }
    case .restart(let i): restart(i, at: now)
    case .stop: stopAll(.stopped, at: now)
    }
    stopNextInTurn(at: now)
    startAllowed(at: now)
    finishIfDone(at: now)
    budget.standStill(children.contains { $0.isBeingStopped }, at: now.moment)
    defer { out = [] }
    return out
  }

  /// When to send `timePassed` next.
  package var nextDeadline: Moment? { children.compactMap(\.deadline).min() }

  // MARK: The table

  private mutating func accept(_ signal: ChildSignal, from i: Int, _ incarnation: Int, at now: Now) {
    guard children.indices.contains(i) else { return }
    // The fence: an incarnation that was abandoned can only be forgotten, one that was replaced says nothing any more.
    if children[i].abandoned.contains(incarnation) {
      if signal.isEnd { forget(i, incarnation) }
      return
    }
    guard children[i].incarnation == incarnation else { return }
    react(i, signal, at: now)
  }

  private mutating func react(_ i: Int, _ signal: ChildSignal, at now: Now) {
    switch (children[i].state, signal) {
    case (.starting(let since, _), .ready): becameReady(i, since, at: now)
    case (.asked(let number, _), .pingAnswered(let answered)) where answered == number:
      children[i].state = .ready(nextPing: now.moment + children[i].spec.pingEvery)
    case (.starting, .returned), (.ready, .returned), (.asked, .returned): endedByItself(i, nil, at: now)
    case (.starting, .threw(let reason)), (.ready, .threw(let reason)), (.asked, .threw(let reason)): endedByItself(i, reason, at: now)
    case (.condemned(let then), .returned), (.condemned(let then), .threw): settle(i, then, at: now)
    case (.stopping(_, let then), .returned), (.stopping(_, let then), .threw): settle(i, then, at: now)
    case (.starting, .pingAnswered), (.ready, .pingAnswered), (.asked, .pingAnswered), (.ready, .ready), (.asked, .ready): break
    case (.condemned, .ready), (.condemned, .pingAnswered), (.stopping, .ready), (.stopping, .pingAnswered): break
    case (.disabled, _), (.waiting, _), (.drawing, _), (.backingOff, _), (.stopped, _), (.failed, _): break
    }
  }

  private mutating func deadlinePassed(_ i: Int, at now: Now) {
    let child = children[i].spec
    switch children[i].state {
    case .starting:
      fail(i, "it was not ready within \(child.readyWithin)", stillRuns: true, at: now)
    case .ready:
      children[i].pings += 1
      children[i].state = .asked(number: children[i].pings, by: now.moment + child.pingDeadline)
      out.append(.ping(i, incarnation: children[i].incarnation, number: children[i].pings))
    case .asked:
      out.append(.emit(.childHung(child.id, incarnation: children[i].incarnation, waited: child.pingDeadline.milliseconds)))
      fail(i, "it left a liveness ping unanswered for \(child.pingDeadline)", stillRuns: true, at: now)
    case .stopping(_, let then):
      abandon(i, then, at: now)
    case .backingOff:
      enter(i, .waiting, at: now)
    case .disabled, .waiting, .condemned, .drawing, .stopped, .failed: break
    }
  }

  // MARK: What the table calls

  private mutating func becameReady(_ i: Int, _ started: Moment, at now: Now) {
    enter(i, .ready(nextPing: now.moment + children[i].spec.pingEvery), at: now)
    children[i].released = true
    children[i].readySince = now.moment
    let elapsed = (now.moment - started).milliseconds
    out.append(.emit(.childReady(children[i].spec.id, incarnation: children[i].incarnation, elapsed: elapsed)))
  }

  private mutating func endedByItself(_ i: Int, _ thrown: String?, at now: Now) {
    if thrown == nil, children[i].spec.policy != .permanent {
      enter(i, .stopped, at: now)
      children[i].released = true
      out.append(.emit(.childEnded(children[i].spec.id, incarnation: children[i].incarnation)))
    } else {
      fail(i, thrown ?? "it ended, and a permanent service must not", stillRuns: false, at: now)
    }
  }

  private mutating func fail(_ i: Int, _ reason: String, stillRuns: Bool, at now: Now) {
    let child = children[i].spec
    children[i].lastFailure = reason
    out.append(.emit(.childFailed(child.id, incarnation: children[i].incarnation, reason: reason)))
    let isRestarted = child.policy != .temporary
    if let since = children[i].readySince, now.moment - since >= spec.stableAfter { children[i].failuresInARow = 0 }
    let then: AfterStop = isRestarted ? .backOff : .fail
    if stillRuns { cancel(i, then, at: now) } else { settle(i, then, at: now) }
    guard isRestarted else { return }
    guard budget.charge(at: now.moment) else {
      let window = spec.budgetWindow.milliseconds
      out.append(.emit(.budgetSpent(child.id, budget: spec.restartBudget, window: window, reason: reason)))
      return stopAll(.budgetSpent(child: child.id, reason: reason), at: now)
    }
    condemnGroup(of: i, at: now)
  }

  private mutating func restart(_ i: Int, at now: Now) {
    guard children.indices.contains(i), phase == .running else { return }
    switch children[i].state {
    case .disabled, .waiting, .condemned: return
    case .starting, .ready, .asked:
      enter(i, .condemned(then: .wait), at: now)
      condemnGroup(of: i, at: now)
    case .stopping(let by, _): children[i].state = .stopping(by: by, then: .wait)
    case .drawing, .backingOff: enter(i, .waiting, at: now)
    case .stopped, .failed:
      enter(i, .waiting, at: now)
      children[i].released = spec.strategy == .oneForOne
    }
    children[i].failuresInARow = 0
    out.append(.emit(.restartRequested(children[i].spec.id)))
  }

  /// Marks the siblings that are restarted with `i`. They are stopped in turn, and start again in order, each after the one before it is ready.
  private mutating func condemnGroup(of i: Int, at now: Now) {
    let group: Range<Int>
    switch spec.strategy {
    case .oneForOne: return
    case .restForOne: group = i..<children.count
    case .oneForAll: group = 0..<children.count
    }
    for j in group {
      switch children[j].state {
      case .starting, .ready, .asked: if j != i { enter(j, .condemned(then: children[j].spec.policy == .temporary ? .end : .wait), at: now) }
      case .disabled, .stopped, .failed: continue
      case .waiting, .condemned, .stopping, .drawing, .backingOff: break
      }
      children[j].released = false
    }
  }

  private mutating func stopAll(_ outcome: SupervisorOutcome, at now: Now) {
    switch phase {
    case .created, .running: break
    case .stopping, .done: return
    }
    phase = .stopping(outcome)
    stopRequested = now.moment
    out.append(.emit(.supervisorStopping()))
    for i in children.indices {
      switch children[i].state {
      case .starting, .ready, .asked, .condemned: enter(i, .condemned(then: .end), at: now)
      case .stopping(let by, let then): if then != .fail { children[i].state = .stopping(by: by, then: .end) }
      case .waiting, .drawing, .backingOff: enter(i, .stopped, at: now)
      case .disabled, .stopped, .failed: break
      }
    }
  }

  private mutating func cancel(_ i: Int, _ then: AfterStop, at now: Now) {
    enter(i, .stopping(by: now.moment + children[i].spec.stopWithin, then: then), at: now)
    out.append(.cancel(i, incarnation: children[i].incarnation))
  }

  private mutating func abandon(_ i: Int, _ then: AfterStop, at now: Now) {
    let (id, incarnation, waited) = (children[i].spec.id, children[i].incarnation, children[i].spec.stopWithin.milliseconds)
    children[i].abandoned.insert(incarnation)
    out.append(.abandon(i, incarnation: incarnation))
    switch then {
    case .end, .fail: out.append(.emit(.stopBudgetExceeded(id, incarnation: incarnation, budget: waited)))
    case .wait, .backOff: out.append(.emit(.childAbandoned(id, incarnation: incarnation, waited: waited)))
    }
    settle(i, then, at: now)
  }

  /// The child runs no more, or is not waited for any more.
  private mutating func settle(_ i: Int, _ then: AfterStop, at now: Now) {
    switch then {
    case .wait:
      enter(i, .waiting, at: now)
      tellStopped(i)
    case .backOff:
      let ceiling = backOffCeiling(failuresInARow: children[i].failuresInARow)
      children[i].failuresInARow += 1
      enter(i, .drawing(ceiling: ceiling), at: now)
      out.append(.drawDelay(i, ceiling: ceiling))
    case .fail:
      enter(i, .failed, at: now)
      children[i].released = true
    case .end:
      enter(i, .stopped, at: now)
      children[i].released = true
      tellStopped(i)
    }
  }

  private mutating func tellStopped(_ i: Int) {
    let incarnation = children[i].incarnation
    guard !children[i].abandoned.contains(incarnation) else { return }
    out.append(.emit(.childStopped(children[i].spec.id, incarnation: incarnation)))
  }

  private mutating func setBackOff(_ i: Int, _ delay: Duration, at now: Now) {
    guard children.indices.contains(i), case .drawing(let ceiling) = children[i].state else { return }
    let delay = min(max(delay, .zero), ceiling)
    children[i].state = .backingOff(until: now.moment + delay)
    out.append(.emit(.childRestarting(children[i].spec.id, delay: delay.milliseconds)))
  }

  private func backOffCeiling(failuresInARow: Int) -> Duration {
    var ceiling = spec.backOffInitial
    for _ in 0..<failuresInARow where ceiling < spec.backOffMax { ceiling = min(ceiling * 2, spec.backOffMax) }
    return ceiling
  }

  // MARK: After every input

  /// Stops go in reverse: the last condemned child is cancelled as soon as none after it is still stopping.
  private mutating func stopNextInTurn(at now: Now) {
    guard let last = children.lastIndex(where: { $0.isCondemned }), case .condemned(let then) = children[last].state,
      !children[(last + 1)...].contains(where: { $0.isBeingStopped })
    else { return }
    cancel(last, then, at: now)
  }

  /// Starts go in order: a child starts once every child before it has been ready.
  private mutating func startAllowed(at now: Now) {
    guard phase == .running else { return }
    if spec.strategy != .oneForOne, children.contains(where: { $0.isBeingStopped }) { return }
    if spec.strategy == .oneForAll, children.contains(where: { $0.isBackingOff }) { return }
    for i in children.indices {
      if case .waiting = children[i].state {
        children[i].incarnation += 1
        children[i].readySince = nil
        enter(i, .starting(since: now.moment, readyBy: now.moment + children[i].spec.readyWithin), at: now)
        out.append(.start(i, incarnation: children[i].incarnation))
        out.append(.emit(.childStarted(children[i].spec.id, incarnation: children[i].incarnation)))
      }
      guard children[i].released else { return }
    }
  }

  private mutating func finishIfDone(at now: Now) {
    guard children.allSatisfy({ $0.isOver }) else { return }
    switch phase {
    case .created, .done: return
    case .running: finish(.allEnded, at: now)
    case .stopping(let outcome): finish(outcome, at: now)
    }
  }

  private mutating func finish(_ outcome: SupervisorOutcome, at now: Now) {
    phase = .done(outcome)
    out.append(.emit(.supervisorStopped(elapsed: (now.moment - (stopRequested ?? now.moment)).milliseconds)))
    out.append(.finish(outcome))
  }

  private mutating func enter(_ i: Int, _ state: SupervisedChild.State, at now: Now) {
    children[i].state = state
    children[i].since = now.wall
  }

  private mutating func forget(_ i: Int, _ incarnation: Int) {
    if children.indices.contains(i) { children[i].abandoned.remove(incarnation) }
  }
}

extension SupervisorLogic.ChildSignal {
  fileprivate var isEnd: Bool {
    switch self {
    case .ready, .pingAnswered: false
    case .returned, .threw: true
    }
  }
}

extension Duration {
  fileprivate var milliseconds: Int { Int(nanoseconds / 1_000_000) }
}
