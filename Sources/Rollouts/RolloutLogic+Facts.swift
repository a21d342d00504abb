import World

/// What becomes of facts about locations and connectors.
extension RolloutLogic {
  mutating func edit(location id: String, _ schedule: UpdateSchedule, _ assignment: RingAssignment, _ now: WallTime) {
    guard var location = locations[id] else {
      locations[id] = LocationRollout(id: id, schedule: schedule, assignment: assignment, tokensAfter: tokensAfter)
      decide(.scheduleTaken, location: id, "resource location \(id) is new")
      return
    }
    if let rollout, rollout.standing != .aborted {
      location.nextSchedule = schedule
      location.nextAssignment = assignment
      locations[id] = location
      decide(.schedulePostponed, location: id, "release \(rollout.offer.version) is out; an edit holds from the next update cycle")
    } else {
      location.schedule = schedule
      location.assignment = assignment
      // An earlier edit that still waits, of before an abort, is overtaken.
      location.nextSchedule = nil
      location.nextAssignment = nil
      locations[id] = location
      decide(.scheduleTaken, location: id, "no release is out")
    }
  }

  mutating func seen(_ id: String, _ location: String, _ version: ReleaseVersion, _ now: WallTime) {
    guard let known = connectors[id] else {
      guard let place = locations[location] else {
        decide(.orderRefused, location: location, "connector \(id) names resource location \(location), which is not known; add the location first")
        return
      }
      var connector = ConnectorRollout(id: id, location: location, version: version)
      connector.ring = rollout.flatMap {
        $0.standing == .aborted || $0.offer.path(from: version).isEmpty ? nil : $0.offer.ring(of: id, place.assignment)
      }
      locations[location]?.connectors = (place.connectors + [id]).sorted()
      count(connector, 1)
      connectors[id] = connector
      offer(to: id, now)
      return
    }
    // While it works under a lease, only its reports count.
    guard known.version != version, !known.phase.inFlight else { return }
    let wasUpdated = known.phase == .updated
    change(id) { $0.version = version }
    if let offer = rollout?.offer, version >= offer.version {
      if move(id, .committed) {
        change(id) {
          $0.available = nil
          $0.ordered = false
        }
        decide(.committed, id, version: version, "it was seen to run \(version) already")
      }
    } else if wasUpdated, let rollout, rollout.standing != .aborted, known.version == rollout.offer.version {
      left(id, rollout.offer.version, for: version)
    } else if wasUpdated || known.phase == .idle {
      takePart(id)
      offer(to: id, now)
    }
  }

  /// Somebody took the current release off it again, or its machine was put back. Whoever did may have had a reason, and it may be on the list of what
  /// failed there: it is left alone. No failure of the release, which says of itself when it fails.
  private mutating func left(_ id: String, _ release: ReleaseVersion, for version: ReleaseVersion) {
    guard move(id, .rolledBack) else { return }
    change(id) { $0.failedRelease = release }
    decide(.rolledBack, id, version: release, "it has left \(release) for \(version); clear it to have it updated again")
  }

  /// Gives a connector that has no ring of the current release the one that is its own.
  private mutating func takePart(_ id: String) {
    guard let connector = connectors[id], connector.ring == nil, connector.barred == nil, let rollout, rollout.standing != .aborted,
      !rollout.offer.path(from: connector.version).isEmpty, let place = locations[connector.location]
    else { return }
    change(id) { $0.ring = rollout.offer.ring(of: id, place.assignment) }
  }

  /// A connector that takes no updates has no ring: nothing waits for it, and nothing of it counts. What it does under a lease it still ends.
  mutating func bar(_ id: String, because reason: String?, _ now: WallTime) {
    guard let connector = connectors[id], connector.barred != reason else { return }
    connectors[id]?.barred = reason
    guard (connector.barred == nil) != (reason == nil) else { return }
    let isOffered = rollout.map { $0.standing != .aborted && !$0.offer.path(from: connector.version).isEmpty } ?? false
    guard let reason else {
      if isOffered { decide(.unbarred, id, "it takes updates again") }
      if connector.pendingRestart { pendingRestart(id, true, now) }
      takePart(id)
      return offer(to: id, now)
    }
    if isOffered { decide(.barred, id, "it takes no updates: \(reason)") }
    restarts.remove(id)
    if connector.phase == .draining { cancel(id, "it takes no updates", now) }
    if move(id, .withdrawn), isOffered { decide(.withdrawn, id, "it takes no updates") }
    change(id) {
      $0.ring = nil
      $0.joined = false
      $0.ordered = false
    }
  }

  /// Whoever acts under a lease could not be heard while the shell was down: what has run out, or is about to, runs a little longer.
  mutating func awaitThoseInFlight(_ now: WallTime) {
    let until = now + settings.hearingTime
    for id in connectors.keys.sorted() {
      guard let connector = connectors[id], connector.phase.inFlight, let deadline = connector.deadline, deadline < until else { continue }
      locations[connector.location]?.book.renew(until: until)
      arm(id, at: until)
      decide(.awaited, id, until: until, "the cloud was down; it may still say how far it is")
    }
  }

  /// Whoever acts under a lease counts it by a clock that nobody sets: the lease lasts as long here, and so do an absence, a ring's time and its bake.
  mutating func putOffLengths(by: Duration) {
    guard by > .zero else { return }
    for id in connectors.keys.sorted() {
      if let absent = connectors[id]?.absentAt {
        connectors[id]?.absentAt = absent + by
        timers.arm(.absence(id), at: absent + by)
      }
      guard let connector = connectors[id], connector.phase.inFlight, let deadline = connector.deadline else { continue }
      let lease = locations[connector.location]?.book.current
      if lease?.holder == id, let expires = lease?.expires { locations[connector.location]?.book.renew(until: expires + by) }
      arm(id, at: deadline + by)
      decide(.awaited, id, until: deadline + by, "the cloud's clock was set ahead by \(Int(by.inSeconds)) s, and its time lasts as long as before")
    }
    if let since = rollout?.stoppedAt { rollout?.stoppedAt = since + by }
    if let deadline = rollout?.deadline {
      rollout?.deadline = deadline + by
      timers.arm(.ring, at: deadline + by)
    }
  }

  mutating func remove(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id] else { return }
    decide(.removed, id, "it was deleted")
    if locations[connector.location]?.book.current?.holder == id { locations[connector.location]?.book.release() }
    locations[connector.location]?.connectors.removeAll { $0 == id }
    count(connector, -1)
    connectors[id] = nil
    restarts.remove(id)
    touchAllIfUnstuck(connector)
    unserved.insert(connector.location)
  }

  mutating func changed(_ id: String, _ health: ConnectorHealth, _ now: WallTime) {
    guard let old = connectors[id], old.health != health || old.unconfirmed else { return }
    change(id) {
      $0.health = health
      $0.unconfirmed = false
      if health == .healthy {
        $0.absentAt = nil
        $0.outOfService = false
      }
    }
    if health != .healthy, old.absentAt == nil, !old.outOfService {
      connectors[id]?.absentAt = now + settings.absentAfter
      timers.arm(.absence(id), at: now + settings.absentAfter)
    }
    if health == .gone {
      lose(id, now)
    } else if old.health == .gone, move(id, .found) {
      decide(.found, id, "it is in contact again")
      plan(id, now)
    }
    unserved.insert(old.location)
  }

  /// An offered connector that is out of contact: absent, and late once it has been so for long.
  mutating func lose(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], connector.health == .gone, move(id, .lost) else { return }
    if connector.outOfService {
      move(id, .deadline)
      decide(.late, id, "it has been out of contact for long; it updates in its next window after it is back")
    } else {
      decide(.lost, id, until: connector.absentAt, "it is not in contact")
    }
  }

  mutating func fallOutOfService(_ id: String, _ now: WallTime) {
    change(id) {
      $0.absentAt = nil
      $0.outOfService = true
    }
    guard let connector = connectors[id] else { return }
    if connector.phase == .absent { move(id, .deadline) }
    decide(
      .late, id, until: connectors[id]?.deadline,
      "it has not been healthy for \(settings.absentAfter.hours); its resource location no longer counts on it")
    unserved.insert(connector.location)
  }

  /// After a stuck connector is out of the way, the whole account may go on.
  mutating func touchAllIfUnstuck(_ connector: ConnectorRollout) {
    guard connector.phase == .stuck, stuck == 0 else { return }
    unserved.formUnion(locations.keys)
  }
}

extension Duration {
  /// `24 h`, `90 min`, `45 s`: for reasons.
  var hours: String {
    let seconds = nanoseconds / 1_000_000_000
    if seconds % 3_600 == 0 { return "\(seconds / 3_600) h" }
    return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
  }
}
