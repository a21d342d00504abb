import World

/// What operators order.
extension RolloutLogic {
  mutating func obey(_ order: RolloutOrder, _ now: WallTime) {
    switch order {
    case .now(let id): orderNow(id, now)
    case .pause:
      guard rollout?.standing.starts == true else { return decide(.orderRefused, nil, "no rollout is running; there is nothing to pause") }
      rollout?.standing = .paused
      rollout?.reason = "paused by an operator"
      rollout?.stoppedAt = now
      decide(.paused, nil, "an operator paused it: nothing starts")
      cancelDrains(now) { _ in true }
    case .resume: resume(now)
    case .abort:
      guard let rollout, rollout.standing != .aborted else { return decide(.orderRefused, nil, "no rollout is out; there is nothing to abort") }
      abort("an operator aborted release \(rollout.offer.version)", now)
    case .clear(let id): clear(id, now)
    case .delay(let location): delay(location, now)
    case .widen(let name, let upTo): widen(name, upTo, now)
    case .extend(let name): extend(name, now)
    }
  }

  private mutating func resume(_ now: WallTime) {
    guard let standing = rollout?.standing, standing == .paused || standing == .halted else {
      return decide(.orderRefused, nil, "the rollout is neither paused nor halted; there is nothing to resume")
    }
    if standing == .halted, let rollout {
      // An operator has looked: what went wrong so far no longer counts, and little evidence will do for this ring.
      for ring in rollout.counts.indices { self.rollout?.counts[ring].failures = 0 }
      self.rollout?.waived = true
    }
    let through = rollout.map { $0.ring >= $0.offer.rings.count } ?? false
    rollout?.standing = through ? .done : .running
    rollout?.reason = ""
    decide(.resumed, nil, "an operator resumed it")
    // A ring has its time for starts; what has baked meanwhile has baked.
    if let rollout, let since = rollout.stoppedAt, !rollout.baking { self.rollout?.deadline = rollout.deadline + (now - since) }
    rollout?.stoppedAt = nil
    if let rollout, rollout.ring < 0, !rollout.baking, rollout.canaries.isEmpty, rollout.proven.isEmpty { openCanaries(now) }
    if let rollout, !rollout.baking {
      let deadline = now < rollout.deadline ? rollout.deadline : now + settings.ringLimit
      self.rollout?.deadline = deadline
      timers.arm(.ring, at: deadline)
    }
    unserved.formUnion(locations.keys)
  }

  mutating func abort(_ reason: String, _ now: WallTime) {
    rollout?.standing = .aborted
    rollout?.reason = reason
    decide(.aborted, nil, reason)
    cancelDrains(now) { _ in true }
    for id in connectors.keys.sorted() where move(id, .withdrawn) { decide(.withdrawn, id, reason) }
  }

  private mutating func orderNow(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], let rollout else {
      return decide(.orderRefused, id, connectors[id] == nil ? "there is no connector \(id)" : "no release is out")
    }
    let problem: String? =
      if !rollout.standing.starts {
        "the rollout is \(rollout.standing.rawValue); \(rollout.standing == .aborted ? "publish a higher version" : "resume it first")"
      } else if let barred = connector.barred {
        "it takes no updates: \(barred)"
      } else if rollout.offer.path(from: connector.version).isEmpty {
        "it runs \(connector.version) already"
      } else if connector.phase.inFlight {
        "it is \(connector.phase.rawValue) already"
      } else if connector.phase == .quarantined {
        "it is quarantined; clear it first"
      } else if connector.health == .gone {
        "it is not in contact"
      } else {
        nil
      }
    if let problem { return decide(.orderRefused, id, problem) }
    move(id, .cleared)
    change(id) {
      $0.ordered = true
      $0.failedRelease = nil
    }
    decide(.ordered, id, rule: .ordered, "an operator wants it updated now")
    if connector.phase == .due { move(id, .closed) }
    if connector.joined, connectors[id]?.phase == .waiting { plan(id, now) } else { offer(to: id, now) }
  }

  private mutating func clear(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], [.failed, .quarantined, .stuck, .blocked].contains(connector.phase) else {
      return decide(.orderRefused, id, "it is neither failed, quarantined, blocked nor stuck; there is nothing to clear")
    }
    move(id, .cleared)
    if connector.phase == .stuck {
      locations[connector.location]?.book.release()
      if let token = connector.flight?.token { directives.append(.leaveMaintenance(id, token: token)) }
      decide(.leaseReleased, id, "an operator cleared it")
      change(id) { $0.flight = nil }
    }
    decide(.cleared, id, "an operator cleared it")
    // Whoever was a canary and is none any more is offered the release anew with its ring.
    change(id) {
      $0.joined = false
      $0.ordered = false
      $0.failedRelease = nil
    }
    if let offer = rollout?.offer, connector.version == offer.version {
      move(id, .offered)
      // Said aloud, since a ring and the canaries count it.
      if move(id, .committed) { decide(.committed, id, version: offer.version, "it runs \(offer.version) already") }
    } else {
      offer(to: id, now)
    }
    touchAllIfUnstuck(connector)
    unserved.insert(connector.location)
  }

  private mutating func delay(_ id: String, _ now: WallTime) {
    guard let location = locations[id] else { return decide(.orderRefused, location: id, "there is no resource location \(id)") }
    guard !location.delayed else { return decide(.orderRefused, location: id, "its one delay by two weeks is used up for this update") }
    locations[id]?.delayed = true
    locations[id]?.delayIsUnused = true
    decide(.delayed, location: id, rule: .delayed, "its updates come two weeks later than scheduled, this once")
    for connector in location.connectors where putOff(connector) { plan(connector, now) }
  }

  /// The delay of its location holds for one that has an offer and has not begun. Who acts under a lease goes on; if that comes to nothing, it is put off then.
  @discardableResult
  mutating func putOff(_ id: String) -> Bool {
    guard let known = connectors[id], let location = locations[known.location], location.delayed, known.joined, !known.delayed, !known.ordered,
      !known.touched, known.due != nil, let available = known.available, [.waiting, .due, .absent, .late].contains(known.phase)
    else { return false }
    change(id) {
      $0.delayed = true
      $0.forced = false
      $0.due = location.schedule.due(available: available, delayed: true)
    }
    locations[known.location]?.delayIsUnused = nil
    if known.phase == .due { move(id, .closed) }
    decide(.offered, id, rule: .delayed, "two weeks later than scheduled")
    return true
  }

  private mutating func extend(_ name: String?, _ now: WallTime) {
    guard let rollout, rollout.standing != .aborted else { return decide(.orderRefused, nil, "no rollout is out; there is nothing to extend") }
    let index = name.flatMap { name in rollout.offer.rings.firstIndex { $0.name == name } }
    guard name == nil || index != nil else { return decide(.orderRefused, nil, "there is no ring \(name ?? "")") }
    guard let last = rollout.offer.lastRing, index.map({ $0 > last }) ?? true else {
      return decide(.orderRefused, nil, "it may reach that far already; a release never reaches less far than before")
    }
    self.rollout?.offer.lastRing = index == rollout.offer.rings.count - 1 ? nil : index
    decide(.extended, ring: index, "rings may open up to \(name ?? "the last one")")
    guard rollout.standing == .done, rollout.ring < rollout.offer.rings.count else { return }
    self.rollout?.standing = .running
    openRing(rollout.ring + 1, now)
  }

  private mutating func widen(_ name: String, _ upTo: Int, _ now: WallTime) {
    guard let rollout, let index = rollout.offer.rings.firstIndex(where: { $0.name == name }) else {
      return decide(.orderRefused, nil, "there is no ring \(name)")
    }
    let reach = rollout.offer.rings[index].upTo
    guard upTo > reach, upTo <= Buckets.count else {
      return decide(.orderRefused, ring: index, "ring \(name) reaches \(reach); it can only reach further, up to \(Buckets.count)")
    }
    for ring in index..<rollout.offer.rings.count { self.rollout?.offer.rings[ring].upTo = max(upTo, rollout.offer.rings[ring].upTo) }
    decide(.widened, ring: index, "ring \(name) reaches \(upTo) instead of \(reach)")
    guard let offer = self.rollout?.offer else { return }
    for id in connectors.keys.sorted() {
      guard let connector = connectors[id], let old = connector.ring, let assignment = locations[connector.location]?.assignment,
        let ring = offer.ring(of: id, assignment), ring < old
      else { continue }
      // One that has its offer stays where it is: its ring waits for it.
      guard !connector.joined else { continue }
      change(id) { $0.ring = ring }
      self.offer(to: id, now)
    }
  }
}
