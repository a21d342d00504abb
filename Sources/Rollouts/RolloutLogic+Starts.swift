import World

/// Whose turn it is, and whether it may start.
extension RolloutLogic {
  /// Gives the lease of a location to the next one that is due, if anyone may start there.
  mutating func serve(_ location: String, _ now: WallTime) {
    guard rollout?.standing.starts == true, !accountBlocked, let place = locations[location], place.book.current == nil else { return }
    for id in inOrder(place.connectors.filter { connectors[$0]?.phase == .due }) {
      guard locations[location]?.book.current == nil else { return }
      guard canBeSpared(id) else {
        say(.waitsForHealth, id, "another connector of its resource location must be healthy first")
        continue
      }
      guard hasCapacity(now) else {
        say(.waitsForCapacity, id, "\(inFlight) connectors are in flight and \(starts.count) started in the last \(settings.startPeriod.hours)")
        if !queue.contains(location) { queue.append(location) }
        return
      }
      start(id, now)
    }
  }

  mutating func serveQueue(_ now: WallTime) {
    while !queue.isEmpty, hasCapacity(now) { serve(queue.removeFirst(), now) }
  }

  private var accountBlocked: Bool { settings.compatibility == .vendor(.account) && stuck > 0 }

  /// Each one's rank is asked once, and nobody's when there is only one.
  private func inOrder(_ ids: [String]) -> [String] {
    ids.count < 2 ? ids : ids.map { rank($0) }.sorted { $0 < $1 }.map(\.2)
  }

  /// An operator's order, then canaries, then what was missed, then what is unwell anyway, then by bucket.
  private func rank(_ id: String) -> (Int, Int, String) {
    guard let connector = connectors[id], let rollout else { return (9, 0, id) }
    let urgency =
      connector.ordered ? 0 : rollout.canaries.contains(id) ? 1 : connector.forced ? 2 : connector.health != .healthy ? 3 : 4
    return (urgency, Buckets.bucket(id, rollout.offer.version), id)
  }

  /// F1: a healthy connector may go down only while all others that count, and never fewer than the minimum, are healthy. Of one that stands alone, nothing
  /// is asked; one that is not healthy takes nothing away.
  func canBeSpared(_ id: String) -> Bool {
    guard let connector = connectors[id], let place = locations[connector.location], place.connectors.count >= 2, connector.health == .healthy else {
      return true
    }
    let others = place.connectors.filter { $0 != id }
    let serving = others.count { connectors[$0]?.serves == true }
    let counted = others.count { connectors[$0]?.inService == true }
    return serving >= max(settings.minimumHealthy, counted)
  }

  /// F8 and F13. Arms the timer for the next free place when only time is wanting.
  mutating func hasCapacity(_ now: WallTime) -> Bool {
    starts.removeAll { now - $0 >= settings.startPeriod }
    guard inFlight < settings.maximumInFlight else { return false }
    guard starts.count >= settings.startCap, let oldest = starts.first else { return true }
    let free = oldest + settings.startPeriod
    if capacityAt != free {
      capacityAt = free
      timers.arm(.capacity, at: free)
    }
    return false
  }

  /// Says a reason to wait, once until it changes.
  mutating func say(_ kind: RolloutDecision.Kind, _ id: String, _ reason: String) {
    guard connectors[id]?.said != kind else { return }
    connectors[id]?.said = kind
    decide(kind, id, until: connectors[id]?.deadline, reason)
  }

  private mutating func start(_ id: String, _ now: WallTime) {
    guard let connector = connectors[id], let rollout, let window = connector.window, let schedule = locations[connector.location]?.schedule,
      let hop = rollout.offer.path(from: connector.version).first,
      let lease = locations[connector.location]?.book.grant(id, for: .update, until: now + settings.drainLimit)
    else { return }
    decide(.leaseGranted, id, version: hop, token: lease.token, rule: connector.rule, until: lease.expires, "it is its turn")
    // The window counts now that the lease is held, not when the turn was asked for (F4).
    guard window.fits(expected(schedule), at: now) else {
      locations[connector.location]?.book.release()
      decide(.leaseReturned, id, version: hop, token: lease.token, "what is left of its window is too short for an update")
      move(id, .closed)
      return plan(id, now)
    }
    move(id, .granted)
    change(id) {
      $0.flight = .init(token: lease.token, hop: hop, release: rollout.offer.version, rule: connector.rule ?? .atOnce, before: .due)
      $0.said = nil
    }
    if let ring = connector.ring, rollout.counts.indices.contains(ring) { self.rollout?.counts[ring].started += 1 }
    starts.append(now)
    arm(id, at: now + settings.drainLimit)
    decide(.started, id, until: now + settings.drainLimit, "it goes into maintenance for \(hop)")
    directives.append(.enterMaintenance(id, lease))
  }
}
