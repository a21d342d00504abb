import World

/// Canaries, then ring after ring; halts by itself.
extension RolloutLogic {
  mutating func openCanaries(_ now: WallTime) {
    guard let offer = rollout?.offer else { return }
    let wanted = wantedCanaries(offer)
    guard wanted > 0 else { return openRing(0, now) }
    rollout?.deadline = now + settings.ringLimit
    timers.arm(.ring, at: now + settings.ringLimit)
    for _ in 0..<wanted { guard chooseCanary(now) else { break } }
    // Whoever began once and was cleared goes first again where there is nobody else: it would wait for a ring that no canary opens.
    if rollout?.canaries.isEmpty == true { _ = chooseCanary(now, again: true) }
    if rollout?.canaries.isEmpty == true { halt("no connector can be a canary: none with a ring is in contact", now) }
  }

  /// Never the whole group (F7).
  private func wantedCanaries(_ offer: ReleaseOffer) -> Int { isPutOff(offer) ? 0 : min(offer.canaries, group(offer).count - 1) }

  private func group(_ offer: ReleaseOffer) -> [ConnectorRollout] {
    connectors.values.filter { $0.ring != nil && !offer.path(from: $0.version).isEmpty }
  }

  /// Every location that takes part delayed its updates, and the release has failed nowhere: nobody can go first, and nobody is waited for to do so.
  private func isPutOff(_ offer: ReleaseOffer) -> Bool {
    let group = group(offer)
    return !group.isEmpty && group.allSatisfy { locations[$0.location]?.delayed == true && $0.failedRelease != offer.version }
  }

  /// Adds one canary: of the earliest ring, soonest due, in a location that has none yet. False when there is none.
  ///
  /// - Parameter again: also those that have begun this release before.
  private mutating func chooseCanary(_ now: WallTime, again: Bool = false) -> Bool {
    guard let rollout else { return false }
    let taken = Set(rollout.canaries.compactMap { connectors[$0]?.location } + rollout.proven)
    var best: (key: (Int, WallTime, Int, String), id: String)?
    for connector in connectors.values where connector.health == .healthy && !connector.excused && !connector.delayed {
      guard again ? connector.failedRelease != rollout.offer.version : !connector.touched else { continue }
      guard let ring = connector.ring, !taken.contains(connector.location), !connector.phase.inFlight, !connector.joined || !connector.phase.settled,
        ![.quarantined, .failed, .blocked, .stuck].contains(connector.phase), let location = locations[connector.location], !location.delayed,
        let hop = rollout.offer.path(from: connector.version).first, !revoked.contains(hop)
      else { continue }
      let due = location.schedule.due(available: connector.available ?? now).first
      let key = (ring, due, Buckets.bucket(connector.id, rollout.offer.version), connector.id)
      if let known = best, !(key < known.key) { continue }
      best = (key, connector.id)
    }
    guard let best else { return false }
    self.rollout?.canaries.append(best.id)
    decide(.canaryChosen, best.id, "it goes first, the only one of its resource location")
    offer(to: best.id, now)
    return true
  }

  /// A canary that cannot be one any more, before it began, makes room for another.
  private mutating func replaceCanaries(_ now: WallTime) {
    for id in rollout?.canaries ?? [] {
      guard let connector = connectors[id] else {
        rollout?.canaries.removeAll { $0 == id }
        _ = chooseCanary(now)
        continue
      }
      if isUpdated(connector) {
        rollout?.canaries.removeAll { $0 == id }
        rollout?.proven.append(connector.location)
        continue
      }
      guard connector.phase.settled || (connector.delayed && !connector.phase.inFlight) else { continue }
      rollout?.canaries.removeAll { $0 == id }
      if connector.barred != nil { rollout?.canaryBarred = true }
      let hadBegun = connector.touched && (connector.phase == .late || connector.phase == .blocked)
      if hadBegun { countFailure(of: id, connector.ring, "a canary that had begun did not get through", now) }
      // It waits for its ring again, even half-way over the floors, so that no more than were asked for begin.
      if move(id, .withdrawn) {
        change(id) { $0.joined = false }
        decide(.withdrawn, id, "another goes first in its place")
      }
      if hadBegun { return }
      _ = chooseCanary(now)
    }
  }

  mutating func openRing(_ index: Int, _ now: WallTime) {
    guard let offer = rollout?.offer else { return }
    guard index < offer.rings.count else {
      rollout?.standing = .done
      rollout?.ring = index
      rollout?.baking = false
      return decide(.done, version: offer.version, "every ring is through")
    }
    if let last = offer.lastRing, index > last {
      rollout?.standing = .done
      rollout?.baking = false
      return decide(.held, ring: last, version: offer.version, "ring \(offer.rings[last].name) is through, and the release is published no further")
    }
    rollout?.ring = index
    rollout?.baking = false
    rollout?.waived = false
    rollout?.deadline = now + settings.ringLimit
    timers.arm(.ring, at: now + settings.ringLimit)
    decide(
      .ringOpened, ring: index, until: now + settings.ringLimit, "ring \(offer.rings[index].name) has \(rollout?.counts[index].members ?? 0) members")
    for id in connectors.keys.sorted() where connectors[id]?.ring == index && connectors[id]?.joined == false { self.offer(to: id, now) }
  }

  /// Moves the rollout on when its ring is through, has baked, or has run out of time.
  mutating func advance(_ now: WallTime) {
    while let rollout, rollout.standing == .running {
      if rollout.baking {
        guard now >= rollout.deadline else { return }
        openRing(rollout.ring + 1, now)
      } else if rollout.ring < 0 {
        replaceCanaries(now)
        guard let rollout = self.rollout, rollout.standing == .running else { return }
        if rollout.canaries.isEmpty && rollout.proven.isEmpty {
          let isPutOff = isPutOff(rollout.offer)
          guard isPutOff || (rollout.canaryBarred && now < rollout.deadline) else { return halt("no canary is left", now) }
          if isPutOff || wantedCanaries(rollout.offer) <= 0 { openRing(0, now) } else if !chooseCanary(now) { return }
          continue
        }
        if rollout.canaries.isEmpty {
          bake("\(rollout.proven.count) canaries have committed", now)
        } else if now >= rollout.deadline {
          return halt("the canaries did not get through in \(settings.ringLimit.hours)", now)
        } else {
          return
        }
      } else if rollout.counts[rollout.ring].open == 0 {
        let count = rollout.counts[rollout.ring]
        let asked = count.members - count.delayed
        if asked > 0, !rollout.waived, count.updated * 100 < asked * settings.minimumUpdated {
          return halt("only \(count.updated) of \(asked) members of ring \(rollout.offer.rings[rollout.ring].name) were updated", now)
        }
        bake("\(count.updated) of \(count.members) members are updated", now)
      } else if now >= rollout.deadline {
        expire(now)
      } else {
        return
      }
    }
  }

  private mutating func bake(_ reason: String, _ now: WallTime) {
    guard let rollout else { return }
    let index = max(0, rollout.ring)
    // Nothing to watch in a ring where nobody began.
    let length = rollout.ring >= 0 && rollout.counts[index].started == 0 ? Duration.zero : rollout.offer.rings[index].bake
    self.rollout?.baking = true
    self.rollout?.deadline = now + length
    timers.arm(.ring, at: now + length)
    decide(.ringBaking, ring: rollout.ring, until: now + length, reason)
  }

  /// The ring no longer waits for those that have not started; they update in their windows all the same.
  private mutating func expire(_ now: WallTime) {
    guard let ring = rollout?.ring else { return }
    var left = 0
    for id in connectors.keys.sorted() {
      guard let connector = connectors[id], connector.ring == ring, connector.holdsRing, !connector.phase.inFlight else { continue }
      change(id) { $0.excused = true }
      left += 1
    }
    // Those in flight have deadlines of their own.
    let until = now + settings.flightLimit + settings.flightLimit
    rollout?.deadline = until
    timers.arm(.ring, at: until)
    decide(.ringExpired, ring: ring, until: until, "its time is over: \(left) members have not started, and it no longer waits for them")
  }

  /// One more failure of the current release; at the limit of its ring, or of a canary, the rollout halts.
  mutating func countFailure(of id: String, _ ring: Int?, _ reason: String, _ now: WallTime) {
    guard let rollout, let ring, rollout.counts.indices.contains(ring) else { return }
    self.rollout?.counts[ring].failures += 1
    guard rollout.standing.starts || rollout.standing == .paused else { return }
    let limit = rollout.offer.rings[ring].failureLimit
    if rollout.ring < 0 {
      halt("canary \(id): \(reason)", now)
    } else if rollout.counts[ring].failures + 1 >= limit {
      halt(
        "ring \(rollout.offer.rings[ring].name) has \(rollout.counts[ring].failures + 1) failures of at most \(limit - 1); the latest is \(id): \(reason)",
        now)
    }
  }

  mutating func halt(_ reason: String, _ now: WallTime) {
    rollout?.standing = .halted
    rollout?.reason = reason
    if rollout?.stoppedAt == nil { rollout?.stoppedAt = now }
    decide(.halted, ring: rollout?.ring, reason)
    cancelDrains(now) { _ in true }
  }
}
