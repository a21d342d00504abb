package import World

/// How long things are assumed to take, and for whom they are assumed to fail.
package struct UpdateAssumptions: Hashable, Codable, Sendable {
  package var drain = Duration.seconds(120)
  package var install = Duration.seconds(240)
  package var trial = Duration.seconds(660)
  package var rollback = Duration.seconds(120)
  package var restart = Duration.seconds(300)
  /// Connectors whose trial fails.
  package var failing: Set<String> = []

  package init() {}
}

/// One update of one connector, as it will be when the assumptions come true.
package struct PlannedUpdate: Hashable, Codable, Sendable {
  package var connector: String
  package var location: String
  package var ring: Int?
  package var version: ReleaseVersion
  package var rule: DecidingRule?
  /// What its schedule counted from.
  package var offered: WallTime?
  package var starts: WallTime
  /// Nil: not over within the time that was looked at.
  package var ends: WallTime?
  /// How it ends; nil as above.
  package var outcome: RolloutDecision.Kind?
}

package struct UpdatePlan: Hashable, Codable, Sendable {
  /// In the order of their starts.
  package var updates: [PlannedUpdate] = []
  /// Rings opening, baking, halts: what happens to the rollout as a whole.
  package var rollout: [RolloutDecision] = []
  /// Connectors with an update to take that do not get it in the time, and where they stand by then.
  package var left: [String: ConnectorPhase] = [:]
}

extension RolloutLogic {
  /// What would happen from now on without any further event: the coordinator itself, run ahead on a copy. Nothing is changed.
  /// - Parameter offer: published first, when there is one.
  package func plan(
    from now: WallTime, for length: Duration, publishing offer: ReleaseOffer? = nil, assuming assumptions: UpdateAssumptions = UpdateAssumptions()
  ) -> UpdatePlan {
    var ahead = RolloutAhead(self, assumptions, at: now)
    if let offer { ahead.publish(offer, at: now) }
    ahead.run(until: now + length)
    return ahead.result
  }
}

/// A copy of the coordinator with connectors that behave as assumed.
struct RolloutAhead {
  private var logic: RolloutLogic
  private let assumptions: UpdateAssumptions
  /// The next one last; those of one instant in the order of asking.
  private var answers: [(at: WallTime, connector: String, token: UInt64, report: UpdateReport)] = []
  private var open: [String: Int] = [:]
  private var plan = UpdatePlan()

  init(_ logic: RolloutLogic, _ assumptions: UpdateAssumptions, at now: WallTime) {
    self.logic = logic
    self.assumptions = assumptions
    // When the phase of one in flight began follows from its deadline; what is later than assumed is assumed to come at once.
    for connector in logic.connectors.values.sorted(by: { $0.id < $1.id }) {
      guard let flight = connector.flight else { continue }
      let settings = logic.settings
      let next: (limit: Duration, length: Duration, report: UpdateReport)? =
        switch connector.phase {
        case .draining: (settings.drainLimit, assumptions.drain, .drained)
        case .installing: (settings.installLimit, assumptions.install, .trialBegan)
        case .trial: flight.hop.map { (settings.trialLimit, assumptions.trial, ending(connector.id, $0)) }
        case .rollingBack: (settings.rollbackLimit, assumptions.rollback, .rolledBack(""))
        case .restarting: (settings.restartLimit, assumptions.restart, .restarted)
        default: nil
        }
      guard let next, let deadline = connector.deadline else { continue }
      let due = max(now, deadline + (next.length - next.limit))
      answer(connector.id, flight.token, next.report, at: due)
      if connector.phase == .installing, let hop = flight.hop {
        answer(connector.id, flight.token, ending(connector.id, hop), at: due + assumptions.trial)
      }
    }
    perform(self.logic.handle(.tick, at: now), at: now)
  }

  mutating func publish(_ offer: ReleaseOffer, at now: WallTime) { perform(logic.handle(.publish(offer), at: now), at: now) }

  mutating func run(until end: WallTime) {
    while let at = [logic.nextDue, answers.last?.at].compactMap({ $0 }).min(), at <= end {
      if let due = logic.nextDue, due <= at {
        perform(logic.handle(.tick, at: at), at: at)
      } else if let next = answers.popLast() {
        perform(logic.handle(.report(next.connector, token: next.token, next.report), at: at), at: at)
      }
    }
  }

  var result: UpdatePlan {
    var plan = plan
    guard let offer = logic.rollout?.offer else { return plan }
    for connector in logic.connectors.values where !offer.path(from: connector.version).isEmpty { plan.left[connector.id] = connector.phase }
    return plan
  }

  private func ending(_ id: String, _ hop: ReleaseVersion) -> UpdateReport {
    assumptions.failing.contains(id) ? .failed("it is assumed to fail") : .committed(hop)
  }

  private mutating func answer(_ id: String, _ token: UInt64, _ report: UpdateReport, at: WallTime) {
    let index = answers.firstIndex { $0.at <= at } ?? answers.endIndex
    answers.insert((at, id, token, report), at: index)
  }

  private mutating func perform(_ directives: [RolloutDirective], at now: WallTime) {
    for directive in directives {
      switch directive {
      case .enterMaintenance(let id, let lease): answer(id, lease.token, .drained, at: now + assumptions.drain)
      case .install(let id, let hop, let lease):
        answer(id, lease.token, .trialBegan, at: now + assumptions.install)
        answer(id, lease.token, ending(id, hop), at: now + assumptions.install + assumptions.trial)
      case .rollBack(let id, let lease): answer(id, lease.token, .rolledBack(""), at: now + assumptions.rollback)
      case .restartMachine(let id, let lease): answer(id, lease.token, .restarted, at: now + assumptions.restart)
      case .leaveMaintenance: break
      case .decided(let decision): note(decision)
      }
    }
  }

  private mutating func note(_ decision: RolloutDecision) {
    guard let id = decision.connector else {
      if decision.location == nil { plan.rollout.append(decision) }
      return
    }
    switch decision.kind {
    case .started:
      guard let version = decision.version, let location = decision.location else { return }
      open[id] = plan.updates.count
      plan.updates.append(
        PlannedUpdate(
          connector: id, location: location, ring: decision.ring, version: version, rule: decision.rule, offered: logic.connectors[id]?.available,
          starts: decision.time))
    case .committed, .rolledBack, .quarantined, .cancelled:
      guard let index = open.removeValue(forKey: id) else { return }
      plan.updates[index].ends = decision.time
      plan.updates[index].outcome = decision.kind
    default: break
    }
  }
}
