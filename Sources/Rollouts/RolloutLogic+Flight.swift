import World

/// Connectors that act under a lease: their reports, their deadlines, their end.
extension RolloutLogic {
  mutating func take(_ report: UpdateReport, of id: String, _ token: UInt64, _ now: WallTime) {
    guard let connector = connectors[id], let flight = connector.flight, connector.phase != .stuck,
      locations[connector.location]?.book.holds(id, token, at: now) == true
    else {
      if connectors[id] != nil { decide(.staleReport, id, token: token, "it reports under lease \(token), which is not in force") }
      return
    }
    switch report {
    case .drained: drained(id, flight, now)
    case .trialBegan:
      guard move(id, .trialBegan) else { return }
      renew(id, settings.trialLimit, now)
      decide(.trial, id, until: now + settings.trialLimit, "the new version runs, on probation")
    case .committed(let version):
      guard version == flight.hop else { return fail(id, "it says that it runs \(version)", now) }
      commit(id, flight, now)
    case .failed(let reason): fail(id, reason, now)
    // The product knows no way back: for those who test against it, one that went back by itself has failed like any other.
    case .rolledBack(let why) where settings.compatibility.isVendor: fail(id, why.isEmpty ? "it went back by itself" : why, now)
    case .rolledBack(let why):
      let first = connector.phase != .rollingBack
      guard move(id, .rolledBack) else { return }
      decide(.rolledBack, id, "it is back on \(connector.version)\(why.isEmpty ? "" : ": \(why)")")
      if first { countFailure(flight, of: id, why.isEmpty ? "it went back by itself" : why, now) }
      wasWell(id)
      end(id, now)
    case .restarted: restarted(id, flight, now)
    }
  }

  private mutating func drained(_ id: String, _ flight: ConnectorRollout.Flight, _ now: WallTime) {
    guard let connector = connectors[id], connector.phase == .draining, let hop = flight.hop, let schedule = locations[connector.location]?.schedule,
      let window = connector.window
    else { return }
    // Draining may have taken long: the restart itself must begin inside the window, and be over before its end (F4).
    guard window.fits(settings.expectedInstall(in: schedule), at: now) else {
      connectors[id]?.slowDrains += 1
      // Not for ever: a connector whose drains never fit is no better than one that fails (F15).
      if connector.slowDrains + 1 >= settings.slowDrainLimit {
        return fail(id, "it was drained too late for its window \(connector.slowDrains + 1) times in a row", now)
      }
      return cancel(id, "its window closes too soon", now)
    }
    move(id, .drained)
    change(id) { $0.touched = true }
    renew(id, settings.installLimit, now)
    decide(.installing, id, until: now + settings.installLimit, "it is drained; \(hop) goes in")
    if let lease = locations[connector.location]?.book.current { directives.append(.install(id, hop, lease)) }
  }

  private mutating func commit(_ id: String, _ flight: ConnectorRollout.Flight, _ now: WallTime) {
    guard move(id, .committed), let hop = flight.hop else { return }
    change(id) {
      $0.slowDrains = 0
      $0.version = hop
      if hop == flight.release { $0.available = nil }
    }
    decide(.committed, id, version: hop, "\(hop) stays")
    wasWell(id)
    end(id, now)
    if connectors[id]?.version != rollout?.offer.version { offer(to: id, now) }
  }

  /// The connector says that it failed. Before the installation nothing has happened to it; later it goes back.
  private mutating func fail(_ id: String, _ reason: String, _ now: WallTime) {
    guard let connector = connectors[id], let flight = connector.flight, move(id, .failed) else { return }
    decide(connectors[id]?.phase == .stuck ? .stuck : .failed, id, reason)
    settleFailure(id, from: connector.phase, flight, reason, now)
  }

  /// The deadline of a phase under a lease has come: what vanished counts as failed (F8).
  mutating func giveUp(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], let flight = connector.flight, move(id, .deadline) else { return }
    let reason = "nothing was heard of it in time while \(connector.phase.rawValue)"
    if connectors[id]?.phase == .stuck { decide(.stuck, id, reason) }
    settleFailure(id, from: connector.phase, flight, reason, now)
  }

  private mutating func settleFailure(_ id: String, from: ConnectorPhase, _ flight: ConnectorRollout.Flight, _ reason: String, _ now: WallTime) {
    guard let phase = connectors[id]?.phase else { return }
    switch phase {
    case .rollingBack:
      renew(id, settings.rollbackLimit, now)
      decide(.rollingBack, id, until: now + settings.rollbackLimit, reason)
      if let lease = locations[connectors[id]?.location ?? ""]?.book.current { directives.append(.rollBack(id, lease)) }
    case .quarantined: decide(.quarantined, id, "\(reason); it is left alone until an operator clears it")
    case .stuck:
      if let location = connectors[id]?.location { locations[location]?.book.renew(until: nil) }
    default: break
    }
    if from != .rollingBack { countFailure(flight, of: id, reason, now) }
    if phase == .failed || phase == .quarantined { end(id, now) }
  }

  private mutating func countFailure(_ flight: ConnectorRollout.Flight, of id: String, _ reason: String, _ now: WallTime) {
    guard flight.release != nil, flight.release == rollout?.offer.version else { return }
    countFailure(of: id, connectors[id]?.ring, reason, now)
  }

  /// A connector that reported the end of its work is in contact and runs.
  private mutating func wasWell(_ id: String) {
    changed(id, .healthy, latest)
    connectors[id]?.unconfirmed = settings.confirmsHealth
  }

  /// Gives the lease back; the location can go on.
  private mutating func end(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], let flight = connector.flight else { return }
    locations[connector.location]?.book.release()
    decide(.leaseReleased, id, "its work under lease \(flight.token) is over")
    directives.append(.leaveMaintenance(id, token: flight.token))
    change(id) {
      $0.flight = nil
      // An order "now" was for this once.
      switch $0.phase {
      case .failed, .quarantined:
        $0.available = nil
        $0.ordered = false
        $0.failedRelease = flight.release ?? $0.failedRelease
      case .updated where flight.hop == flight.release: $0.ordered = false
      default: break
      }
    }
    unserved.insert(connector.location)
    // What failed was another release: the current one is still to be tried.
    if connectors[id]?.phase == .failed, flight.release != nil, flight.release != rollout?.offer.version {
      move(id, .cleared)
      offer(to: id, now)
    }
  }

  private mutating func renew(_ id: String, _ limit: Duration, _ now: WallTime) {
    guard let location = connectors[id]?.location else { return }
    locations[location]?.book.renew(until: now + limit)
    arm(id, at: now + limit)
  }

  /// Takes back a start that has not touched the connector's software yet.
  mutating func cancel(_ id: String, _ reason: String, _ now: WallTime) {
    guard move(id, .cancelled) else { return }
    decide(.cancelled, id, reason)
    end(id, now)
    lose(id, now)
    putOff(id)
    plan(id, now)
  }

  mutating func cancelDrains(_ now: WallTime, where chosen: (ConnectorRollout) -> Bool) {
    guard inFlight > 0 else { return }
    for id in connectors.keys.sorted() {
      guard let connector = connectors[id], connector.phase == .draining, chosen(connector) else { continue }
      cancel(id, "nothing may start any more", now)
    }
  }

  // MARK: Restarts of machines

  mutating func pendingRestart(_ id: String, _ pending: Bool, _ now: WallTime) {
    guard connectors[id] != nil else { return }
    connectors[id]?.pendingRestart = pending
    guard pending else {
      restarts.remove(id)
      connectors[id]?.restartHeldUntil = nil
      return
    }
    guard connectors[id]?.barred == nil else { return }
    restarts.insert(id)
    armRestarts(now)
    guard !settings.compatibility.isVendor, let last = connectors[id]?.restartedAt, now - last < Self.inVain else { return }
    let until = now + Self.restartAgainAfter
    connectors[id]?.restartHeldUntil = until
    decide(
      .restartHeld, id,
      "its restart did not clear what asked for it, and it is not restarted again before \(until.iso8601(fraction: 0)); find out what asks for it")
  }

  /// Who asks for a restart again so soon after one has a flag that no restart clears: without a pause it would restart for ever (CTX270378).
  private static let inVain = Duration.seconds(900)
  private static let restartAgainAfter = Duration.seconds(86_400)

  private mutating func armRestarts(_ now: WallTime) {
    guard restartsAt == nil, !restarts.isEmpty else { return }
    let step = max(1, settings.restartCheck.nanoseconds / 1_000)
    let at = WallTime(microseconds: (now.microseconds / step + 1) * step)
    restartsAt = at
    timers.arm(.restarts, at: at)
  }

  /// Every five minutes while a machine waits for a restart: whatever the preferred day, one at a time in a location.
  mutating func checkRestarts(_ now: WallTime) {
    restartsAt = nil
    for id in restarts.sorted() {
      guard let connector = connectors[id], connector.restartHeldUntil.map({ $0 <= now }) ?? true,
        connector.health != .gone, connector.phase.after(.restartGranted) != nil,
        locations[connector.location]?.book.current == nil, canBeSpared(id)
      else { continue }
      guard hasCapacity(now) else { break }
      guard let lease = locations[connector.location]?.book.grant(id, for: .restart, until: now + settings.restartLimit) else { continue }
      decide(.leaseGranted, id, token: lease.token, rule: .pendingRestart, until: lease.expires, "its machine waits for a restart")
      // In the flight before the phase, so that a ring that waits for it goes on waiting.
      connectors[id]?.flight = .init(token: lease.token, hop: nil, release: nil, rule: .pendingRestart, before: connector.phase)
      change(id) {
        $0.phase = .restarting
        $0.deadline = nil
      }
      starts.append(now)
      arm(id, at: now + settings.restartLimit)
      decide(.restarting, id, until: now + settings.restartLimit, "its machine restarts")
      directives.append(.restartMachine(id, lease))
    }
    armRestarts(now)
  }

  private mutating func restarted(_ id: String, _ flight: ConnectorRollout.Flight, _ now: WallTime) {
    guard let connector = connectors[id], connector.phase == .restarting else { return }
    restarts.remove(id)
    let waited = !flight.before.settled
    change(id) {
      $0.pendingRestart = false
      $0.restartedAt = now
      $0.restartHeldUntil = nil
      $0.phase = waited ? .waiting : flight.before
      $0.deadline = nil
    }
    decide(.restarted, id, "its machine has restarted")
    wasWell(id)
    end(id, now)
    // A release may have been published or withdrawn meanwhile.
    if waited, connectors[id]?.joined == true, rollout?.standing != .aborted {
      putOff(id)
      return plan(id, now)
    }
    if waited { move(id, .withdrawn) }
    offer(to: id, now)
  }
}
