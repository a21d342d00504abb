package import World

/// The cloud's rollout coordinator: who may update when, and why. A value: it knows no clock, disk, network or random source, and does nothing where
/// nothing is due. Times are wall times, because schedules and a restart of the cloud need them; a clock that goes back is taken to stand still.
package struct RolloutLogic: Hashable, Codable, Sendable {
  package var settings: RolloutSettings
  package internal(set) var connectors: [String: ConnectorRollout] = [:]
  package internal(set) var locations: [String: LocationRollout] = [:]
  package internal(set) var rollout: Rollout?
  package internal(set) var revoked: Set<ReleaseVersion> = []
  var timers = TimerHeap()
  /// Of the last `startPeriod`, oldest first (F13).
  var starts: [WallTime] = []
  package internal(set) var inFlight = 0
  var stuck = 0
  /// Locations whose turn was put off for want of capacity, in the order of asking.
  var queue: [String] = []
  var capacityAt: WallTime?
  var restarts: Set<String> = []
  var restartsAt: WallTime?
  /// What was told last of the time: a clock that goes back stands still here. Leases last until it reaches their ends.
  package internal(set) var latest = WallTime(seconds: 0)
  var decisions = 0
  /// Every token of a location that is new here is above this one.
  let tokensAfter: UInt64
  /// Filled while one event is handled.
  var directives: [RolloutDirective] = []
  /// Locations to look at before the event is over.
  var unserved: Set<String> = []

  /// - Parameter tokensAfter: every fencing token is above this one. A shell that may have lost an earlier coordinator's state names one that is above
  ///   whatever that one gave out.
  package init(settings: RolloutSettings = RolloutSettings(), tokensAfter: UInt64 = 0) {
    self.settings = settings
    self.tokensAfter = tokensAfter
  }

  private enum CodingKeys: String, CodingKey {
    case settings, connectors, locations, rollout, revoked, timers, starts, inFlight, stuck, queue, capacityAt, restarts, restartsAt, latest,
      decisions, tokensAfter
  }

  /// When time alone can next change something. It may turn out that nothing did. Nil: never.
  package var nextDue: WallTime? { timers.next }

  /// What a shell holds a report against: enough to see that it says nothing new, for one look.
  package struct Glance: Hashable, Sendable {
    package let version: ReleaseVersion
    package let health: ConnectorHealth
    package let inFlight: Bool
    package let pendingRestart: Bool
  }

  /// Nil: not known.
  package func glance(at id: String) -> Glance? {
    guard let known = connectors[id] else { return nil }
    return Glance(version: known.version, health: known.health, inFlight: known.phase.inFlight, pendingRestart: known.pendingRestart)
  }

  /// What to tell those in flight once more after a restart of the shell: a token that was acted on already changes nothing at the connector.
  package var repeated: [RolloutDirective] { connectors.keys.sorted().compactMap { repeated(for: $0) } }

  /// The same for one connector that has just been heard of. In a trial nothing new is ordered; it learns how long its lease lasts now.
  package func repeated(for id: String) -> RolloutDirective? {
    guard let connector = connectors[id], let lease = locations[connector.location]?.book.current, lease.holder == id else { return nil }
    switch connector.phase {
    case .draining: return .enterMaintenance(id, lease)
    case .installing, .trial: return connector.flight?.hop.map { .install(id, $0, lease) }
    case .rollingBack: return .rollBack(id, lease)
    case .restarting: return .restartMachine(id, lease)
    default: return nil
    }
  }

  /// Handles one event. Everything that was due by `now` is handled first, as of `now`. Perform the directives in order.
  package mutating func handle(_ event: RolloutEvent, at time: WallTime) -> [RolloutDirective] {
    let now = max(time, latest)
    latest = now
    // Before what was due meanwhile is held against them.
    switch event {
    case .shellStarted: awaitThoseInFlight(now)
    case .clockAhead(let by): putOffLengths(by: by)
    default: break
    }
    runTimers(now)
    apply(event, now)
    settle(now)
    defer { directives = [] }
    return directives
  }

  private mutating func runTimers(_ now: WallTime) {
    while let (timer, at) = timers.pop(at: now) {
      switch timer {
      case .phase(let id): if connectors[id]?.deadline == at { deadline(of: id, now) }
      case .absence(let id): if connectors[id]?.absentAt == at { fallOutOfService(id, now) }
      case .ring: break  // `settle` looks at the ring after every event.
      case .restarts: if restartsAt == at { checkRestarts(now) }
      case .capacity: if capacityAt == at { capacityAt = nil }
      }
    }
    settle(now)
  }

  private mutating func apply(_ event: RolloutEvent, _ now: WallTime) {
    switch event {
    case .location(let id, let schedule, let assignment): edit(location: id, schedule, assignment, now)
    case .locationRemoved(let id): if locations[id]?.connectors.isEmpty == true { locations[id] = nil }
    case .connector(let id, let location, let version): seen(id, location, version, now)
    case .connectorRemoved(let id): remove(id, now)
    case .health(let id, let health): changed(id, health, now)
    case .pendingRestart(let id, let pending): pendingRestart(id, pending, now)
    case .barred(let id, let reason): bar(id, because: reason, now)
    case .shellStarted: for id in connectors.keys.sorted() { changed(id, .gone, now) }
    case .publish(let offer): publish(offer, now)
    case .revoke(let version): revoke(version, now)
    case .report(let id, let token, let report): take(report, of: id, token, now)
    case .order(let order): obey(order, now)
    case .tick, .clockAhead: break
    }
  }

  /// Lets what has changed have its consequences, until nothing changes any more.
  private mutating func settle(_ now: WallTime) {
    repeat {
      while let id = unserved.min() {
        unserved.remove(id)
        serve(id, now)
      }
      serveQueue(now)
      advance(now)
    } while !unserved.isEmpty
  }

  /// Changes a connector and keeps all counts in step: the one place where its phase changes.
  mutating func change(_ id: String, _ body: (inout ConnectorRollout) -> Void) {
    guard let place = connectors.index(forKey: id) else { return }
    count(connectors.values[place], -1)
    body(&connectors.values[place])
    count(connectors.values[place], 1)
  }

  func isUpdated(_ connector: ConnectorRollout) -> Bool { connector.phase == .updated && connector.version == rollout?.offer.version }

  mutating func count(_ connector: ConnectorRollout, _ sign: Int) {
    if connector.phase.inFlight { inFlight += sign }
    if connector.phase == .stuck { stuck += sign }
    guard let ring = connector.ring, rollout?.counts.indices.contains(ring) == true else { return }
    rollout?.counts[ring].members += sign
    if connector.holdsRing { rollout?.counts[ring].open += sign }
    if isUpdated(connector) {
      rollout?.counts[ring].updated += sign
    } else if connector.delayed {
      rollout?.counts[ring].delayed += sign
    }
  }

  /// Takes a step of the table; false when the table has no such step here.
  @discardableResult
  mutating func move(_ id: String, _ step: ConnectorStep) -> Bool {
    guard let phase = connectors[id]?.phase.after(step, settings.compatibility) else { return false }
    change(id) {
      $0.phase = phase
      $0.deadline = nil
    }
    return true
  }

  mutating func arm(_ id: String, at: WallTime) {
    connectors[id]?.deadline = at
    timers.arm(.phase(id), at: at)
  }

  mutating func decide(
    _ kind: RolloutDecision.Kind, _ id: String? = nil, location: String? = nil, ring: Int? = nil, version: ReleaseVersion? = nil,
    token: UInt64? = nil,
    rule: DecidingRule? = nil, until: WallTime? = nil, _ reason: String
  ) {
    let connector = id.flatMap { connectors[$0] }
    decisions += 1
    directives.append(
      .decided(
        RolloutDecision(
          number: decisions, time: latest, kind: kind, connector: id, location: location ?? connector?.location, ring: ring ?? connector?.ring,
          version: version ?? connector?.flight?.hop ?? rollout?.offer.version, token: token ?? connector?.flight?.token,
          rule: rule ?? connector?.flight?.rule, until: until, reason: reason)))
  }
}
