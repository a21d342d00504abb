import CloudAPI
import Rollouts
import World

/// What connectors say of their work under a lease, in heartbeats and in answers to orders: the first to come is taken, the same again is nothing new.
extension CloudLogic {
  /// - Parameter asked: when the question was sent that this answers.
  mutating func take(_ standing: UpdateStanding, of id: String, asked: Moment, at now: Now) {
    guard updates?.logic.connectors[id] != nil else { return }
    if let last = updates?.taken[id] {
      // Tokens rise: a lower one is a heartbeat that was under way while an order was answered.
      guard standing != last, standing.token >= last.token else { return }
    }
    // Of two questions at once the answer to the later one is believed; what the other would have said comes with the next heartbeat.
    let customer = customers.first { $0.value.connectors[id] != nil }?.key ?? ""
    guard customers[customer]?.connectors[id]?.contact.standingAsked.map({ $0 <= asked }) ?? true else { return }
    customers[customer]?.connectors[id]?.contact.standingAsked = asked
    updates?.taken[id] = standing
    func tell(_ report: UpdateReport) { self.tell(.report(id, token: standing.token, report), at: now) }
    switch standing.stage {
    case .drained: tell(.drained)
    case .trial: tell(.trialBegan)
    case .committed:
      // Without its version it says nothing that could be held against the release; the deadline decides then.
      guard let version = standing.version.flatMap(ReleaseVersion.init) else { return }
      if let foreign = foreign(version.text, standing.digest) { tell(.failed(foreign)) } else { tell(.committed(version)) }
    case .failed: failed(id, standing, at: now)
    case .rolledBack: tell(.rolledBack(standing.reason))
    case .restarted: tell(.restarted)
    // On the way to something else that it will say.
    case .installing, .rollingBack, .restarting: break
    }
  }

  /// It did not come to a trial, and the release before runs: nothing is left to be rolled back.
  private mutating func failed(_ id: String, _ standing: UpdateStanding, at now: Now) {
    if updates?.logic.connectors[id]?.phase != .rollingBack {
      tell(.report(id, token: standing.token, .failed(standing.reason.isEmpty ? "it says that it failed" : standing.reason)), at: now)
    }
    guard let connector = updates?.logic.connectors[id], connector.phase == .rollingBack, connector.flight?.token == standing.token else { return }
    tell(.report(id, token: standing.token, .rolledBack("")), at: now)
  }

  /// A connector that refuses to go into maintenance or to install has failed before it began. Any other order that is refused is left to its deadline.
  mutating func refused(_ command: UpdateCommand, by id: String, _ detail: String, at now: Now) {
    guard let connector = updates?.logic.connectors[id], connector.flight?.token == command.token else { return }
    let what: String
    switch (command.action, connector.phase) {
    case (.enterMaintenance, .draining): what = "to go into maintenance"
    case (.install, .installing): what = "to install"
    default: return
    }
    let failed = UpdateStanding(token: command.token, stage: .failed, version: command.version, reason: "it refused \(what): \(detail)")
    take(failed, of: id, asked: now.moment, at: now)
  }

  /// It was just heard of, or its link is up: what was ordered may have been lost, and how long its lease lasts may have changed. Nothing is repeated in the
  /// request that orders something new.
  mutating func repeatOrder(to id: String, at now: Now) {
    let isOrdered = directives.contains { if case .order(id, _) = $0 { true } else { false } }
    guard !isOrdered, let open = updates?.logic.repeated(for: id), let (_, command) = command(open, at: now), command.lasts != 0 else { return }
    directives.append(.order(connector: id, command))
  }
}
