import World

/// From a release to a connector that waits in its window.
extension RolloutLogic {
  /// Offers the current release to a connector whose ring is open, or that is a canary or ordered. Does nothing for one that takes no part, or on which this
  /// very release failed.
  mutating func offer(to id: String, _ now: WallTime) {
    guard let rollout, rollout.standing != .aborted, let connector = connectors[id], connector.barred == nil,
      connector.failedRelease != rollout.offer.version
    else { return }
    let called = rollout.canaries.contains(id) || (connector.ring.map { $0 <= rollout.ring } ?? false) || connector.ordered
    guard called, let hop = rollout.offer.path(from: connector.version).first, let schedule = locations[connector.location]?.schedule else { return }
    // One that is on its way over the floors is not stopped half-way.
    let delayed = locations[connector.location]?.delayed == true && !connector.touched
    let available = connector.available ?? now
    guard move(id, .offered) else { return }
    let due = schedule.due(available: available, delayed: delayed)
    change(id) {
      $0.joined = true
      $0.available = available
      $0.due = due
      $0.delayed = delayed
    }
    if delayed { locations[connector.location]?.delayIsUnused = nil }
    decide(
      .offered, id, version: hop, rule: due.rule, "available since \(available.iso8601(fraction: 0)); due from \(due.first.iso8601(fraction: 0))")
    if connector.health == .gone { lose(id, now) } else { plan(id, now) }
  }

  /// Finds the next opportunity of a connector that waits, and takes it or arms its timer.
  mutating func plan(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], connector.phase == .waiting, connector.barred == nil, let rollout, let due = connector.due,
      let schedule = locations[connector.location]?.schedule
    else { return }
    guard let hop = rollout.offer.path(from: connector.version).first, !revoked.contains(hop) else { return bar(id, now) }
    let exempt = connector.ordered || rollout.offer.emergency
    if !exempt, !connector.forced, now >= due.forcedAt {
      connectors[id]?.forced = true
      decide(
        .forced, id, rule: .forced, "its time was missed for 48 hours: it takes the next \(settings.forcedUnscheduled ? "moment" : "day's window")")
    }
    let (window, rule) = opportunity(of: id, due, schedule, now)
    connectors[id]?.window = window
    connectors[id]?.rule = rule
    let wake = connector.ordered || (rule == .forced && window.closes == nil) ? now : window.opens + splay(id, window)
    if wake <= now {
      move(id, .opened)
      let until = window.closes ?? now + settings.overdueAfter
      arm(id, at: until)
      decide(.opened, id, version: hop, rule: rule, until: until, "it may start now")
      unserved.insert(connector.location)
    } else {
      let late = exempt || connectors[id]?.forced == true
      let until = late ? wake : min(wake, due.forcedAt)
      arm(id, at: until)
      decide(.planned, id, version: hop, rule: rule, until: until, "it may start at \(wake.iso8601(fraction: 0))")
    }
  }

  private func opportunity(of id: String, _ due: Due, _ schedule: UpdateSchedule, _ now: WallTime) -> (UpdateWindow, DecidingRule) {
    guard let connector = connectors[id], let rollout else { return (UpdateWindow(opens: now, closes: nil), due.rule) }
    if connector.ordered { return (UpdateWindow(opens: now, closes: nil), .ordered) }
    if rollout.offer.emergency { return (UpdateWindow(opens: connector.available ?? now, closes: nil), .emergency) }
    if connector.forced {
      if settings.forcedUnscheduled { return (UpdateWindow(opens: now, closes: nil), .forced) }
      let window = schedule.window(after: now, fitting: expected(schedule), anyDay: true)
      return (window, .forced)
    }
    if schedule.rule == .atOnce { return (UpdateWindow(opens: due.first, closes: nil), due.rule) }
    return (schedule.window(after: max(now, due.first), fitting: expected(schedule)), due.rule)
  }

  /// What a start needs of a window: all that is expected, or all of a window that is shorter.
  func expected(_ schedule: UpdateSchedule) -> Duration { min(settings.expected, schedule.windowLength) }

  private func splay(_ id: String, _ window: UpdateWindow) -> Duration {
    guard let version = rollout?.offer.version else { return .zero }
    var limit = settings.splay
    if let closes = window.closes { limit = min(limit, max(.zero, (closes - window.opens) - settings.expected)) }
    return Buckets.splay(id, version, limit: limit)
  }

  private mutating func bar(_ id: String, _ now: WallTime) {
    guard let hop = connectors[id].flatMap({ rollout?.offer.path(from: $0.version).first }), move(id, .barred) else { return }
    decide(.blocked, id, version: hop, "its way leads over \(hop), which was revoked; publish a release with another way")
  }

  /// The deadline of a connector's phase has come.
  mutating func deadline(of id: String, _ now: WallTime) {
    guard let connector = connectors[id] else { return }
    switch connector.phase {
    case .waiting: plan(id, now)
    case .due where connector.window?.closes == nil:
      arm(id, at: now + settings.overdueAfter)
      decide(.overdue, id, until: now + settings.overdueAfter, "it could have started for \(settings.overdueAfter.hours) and did not get its turn")
    case .due:
      move(id, .closed)
      decide(.missed, id, "its window closed before its turn came")
      plan(id, now)
    default: giveUp(id, now)
    }
  }

  mutating func publish(_ offer: ReleaseOffer, _ now: WallTime) {
    if let problem = offer.problem { return decide(.offerRefused, version: offer.version, problem) }
    if revoked.contains(offer.version) { return decide(.offerRefused, version: offer.version, "release \(offer.version) was revoked") }
    if let old = rollout?.offer.version, offer.version <= old {
      return decide(.offerRefused, version: offer.version, "release \(offer.version) is not newer than \(old), which is out")
    }
    cancelDrains(now) { _ in true }
    let ids = connectors.keys.sorted()
    for id in locations.keys.sorted() { beginCycle(of: id) }
    // All counts of the old release go with it.
    for id in ids { change(id) { $0.ring = nil } }
    rollout = Rollout(offer: offer, at: now)
    decide(.published, version: offer.version, "release \(offer.version) is out\(offer.emergency ? ", as an emergency" : "")")
    for id in ids {
      guard let connector = connectors[id], let assignment = locations[connector.location]?.assignment else { continue }
      for step in [ConnectorStep.withdrawn, .cleared] where connector.phase != .quarantined && connector.phase != .stuck { move(id, step) }
      change(id) {
        $0.ring = $0.barred != nil || offer.path(from: $0.version).isEmpty ? nil : offer.ring(of: id, assignment)
        $0.joined = false
        $0.delayed = false
        $0.forced = false
        $0.ordered = false
        $0.excused = false
        $0.touched = false
        $0.due = nil
        $0.said = nil
      }
    }
    openCanaries(now)
  }

  /// What was edited takes hold; the one delay is there again when the last one was used up: it put something off, and that was taken.
  private mutating func beginCycle(of id: String) {
    guard var location = locations[id] else { return }
    if let schedule = location.nextSchedule {
      location.schedule = schedule
      decide(.scheduleTaken, location: id, "a new update cycle begins")
    }
    location.assignment = location.nextAssignment ?? location.assignment
    location.nextSchedule = nil
    location.nextAssignment = nil
    let waits = location.connectors.contains { connectors[$0].map { $0.joined && $0.available != nil } ?? false }
    if rollout != nil, location.delayIsUnused != true, !waits { location.delayed = false }
    locations[id] = location
  }

  mutating func revoke(_ version: ReleaseVersion, _ now: WallTime) {
    guard revoked.insert(version).inserted else { return }
    decide(.revoked, version: version, "release \(version) was revoked: nothing starts towards it")
    cancelDrains(now) { $0.flight?.hop == version }
    guard let rollout, rollout.standing != .aborted else { return }
    if rollout.offer.version == version { return abort("release \(version) was revoked", now) }
    for id in connectors.keys.sorted() {
      guard let connector = connectors[id], connector.phase == .waiting || connector.phase == .due else { continue }
      if rollout.offer.path(from: connector.version).first == version { bar(id, now) }
    }
  }
}
