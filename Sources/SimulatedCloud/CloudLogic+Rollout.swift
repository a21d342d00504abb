import CloudAPI
import EventCatalog
import Rollouts
package import World

/// What the coordinator of updates is told of locations and connectors, and what becomes of its directives. It is told only what differs from what it
/// knows, so that a heartbeat that says nothing new costs nothing.
extension CloudLogic {
  /// Tells the coordinator, which comes into being with the first word.
  mutating func tell(_ event: RolloutEvent, at now: Now) {
    // Its time stands still where the clock goes back.
    let time = max(now.wall, updates?.logic.latest ?? now.wall)
    let ahead = told.map { (time - $0.time) - (now.machine - $0.machine) } ?? .zero
    told = (time, now.machine)
    if ahead > Self.smallestLeap { tell(.clockAhead(by: ahead), at: now) }
    // Wall time in seconds is above every token that was ever given out, should an earlier record be lost or unreadable: a location gives out far less
    // than one lease a second. A connector that remembers a token from before then never takes a new one for an old one.
    var record = updates ?? RolloutRecord(RolloutLogic(settings: settings.rollout, tokensAfter: UInt64(max(0, now.wall.seconds))))
    updates = nil
    let directives = record.logic.handle(event, at: now.wall)
    updates = record
    facts.append(event)
    if !directives.isEmpty { decided = true }
    for directive in directives { perform(directive, at: now) }
  }

  /// What a clock is corrected by in small steps (adjtimex(8): half a second at a time) is no leap.
  private static let smallestLeap = Duration.seconds(5)

  /// The order that a directive is; nil for a decision.
  func command(_ directive: RolloutDirective, at now: Now) -> (connector: String, UpdateCommand)? {
    func order(_ action: UpdateCommand.Action, _ lease: MaintenanceLease, _ version: ReleaseVersion? = nil) -> UpdateCommand {
      // As the coordinator counts: its time stands still where the clock goes back.
      let time = max(now.wall, updates?.logic.latest ?? now.wall)
      let left = lease.expires.map { Int(clamping: max(0, ($0 - time).components.seconds - Int64(UpdateCommand.underWay))) }
      return UpdateCommand(
        action, token: lease.token, lasts: min(left ?? UpdateCommand.longest, UpdateCommand.longest), expires: lease.expires, version: version?.text)
    }
    switch directive {
    case .enterMaintenance(let id, let lease): return (id, order(.enterMaintenance, lease))
    case .install(let id, let version, let lease): return (id, order(.install, lease, version))
    case .rollBack(let id, let lease): return (id, order(.rollBack, lease))
    case .restartMachine(let id, let lease): return (id, order(.restartMachine, lease))
    case .leaveMaintenance(let id, let token): return (id, UpdateCommand(.leaveMaintenance, token: token))
    case .decided: return nil
    }
  }

  private mutating func perform(_ directive: RolloutDirective, at now: Now) {
    if let (id, command) = command(directive, at: now) { directives.append(.order(connector: id, command)) }
    switch directive {
    case .leaveMaintenance(let id, let token):
      // What the same request ordered under this lease is over before it was sent.
      directives.removeAll { if case .order(id, let earlier) = $0 { earlier.token == token && earlier.action != .leaveMaintenance } else { false } }
    case .enterMaintenance, .install, .rollBack, .restartMachine: break
    case .decided(let decision):
      let line = line(decision)
      decisions.append(line)
      updates?.lines.append(line)
      if let extra = updates.map({ $0.lines.count - RolloutRecord.lineLimit }), extra > 0 { updates?.lines.removeFirst(extra) }
      emit(event(line))
    }
  }

  /// Ends a request: what the coordinator decided is saved with everything else of it. Nothing is written when it decided nothing.
  mutating func closeUpdates() {
    guard decided, let updates else { return }
    decided = false
    save(.rollout(updates))
  }

  // MARK: Loading

  mutating func take(_ record: RolloutRecord) {
    if let damage = record.logic.damage {
      return emit(.cloudRecordsDropped(count: 1, detail: "the coordinator's record contradicts itself: \(damage)"))
    }
    updates = record
    updates?.logic.settings = settings.rollout
  }

  /// After a restart: nobody was heard yet, and what the coordinator missed of the records is told to it.
  mutating func catchUp(at now: Now) {
    if updates != nil { tell(.shellStarted, at: now) }
    let known = Set(customers.values.flatMap(\.connectors.keys))
    for id in (updates?.logic.connectors.keys.sorted() ?? []) where !known.contains(id) { forget(id, at: now) }
    let places = Set(customers.values.flatMap(\.locations.keys))
    for id in (updates?.logic.locations.keys.sorted() ?? []) where !places.contains(id) { tell(.locationRemoved(id), at: now) }
    for customer in customers.keys.sorted() {
      for id in (customers[customer]?.locations ?? [:]).keys.sorted() { tellLocation(id, of: customer, at: now) }
      for connector in (customers[customer]?.connectors ?? [:]).values.sorted(by: { $0.record.id < $1.record.id }) {
        tellConnector(connector.record, at: now)
      }
    }
  }

  // MARK: Facts

  mutating func tellLocation(_ id: String, of customer: String, at now: Now) {
    guard let location = customers[customer]?.locations[id] else { return }
    let schedule = UpdateSchedule(customers[customer]?.windows[id]?.model, in: location.model.timeZone)
    if let known = updates?.logic.locations[id], known.nextSchedule ?? known.schedule == schedule { return }
    tell(.location(id, schedule, .byBucket), at: now)
  }

  /// A connector is new, moved to another location, or runs another version. One whose version is not four numbers takes no part.
  mutating func tellConnector(_ record: ConnectorRecord, at now: Now) {
    guard let version = ReleaseVersion(record.version), updates?.logic.locations[record.location] != nil else { return }
    if let known = updates?.logic.connectors[record.id] {
      if known.location != record.location {
        forget(record.id, at: now)
      } else if known.version == version || known.phase.inFlight || foreign(record.version, record.digest) != nil {
        return
      }
    }
    tell(.connector(record.id, location: record.location, version), at: now)
  }

  mutating func forget(_ id: String, at now: Now) {
    guard updates?.logic.connectors[id] != nil else { return }
    tell(.connectorRemoved(id), at: now)
    updates?.taken[id] = nil
  }

  mutating func tellHealth(of id: String, _ contact: Contact, at now: Now) {
    guard let connector = updates?.logic.connectors[id] else { return }
    let health: ConnectorHealth =
      switch contact.health.state {
      case .healthy: .healthy
      case .notInContact, .disconnected: .gone
      // One in maintenance serves nobody, whoever put it there.
      case .error, .maintenance, .outdated: .unhealthy
      }
    // Only an answer says that it is well; a heartbeat that goes unanswered within its lease repeats an older one.
    if (connector.health == health && !connector.unconfirmed) || (health == .healthy && contact.unanswered != nil) { return }
    tell(.health(id, health), at: now)
    if health == .healthy { takeUnheard(at: now) }
  }

  /// What a report says beside its version and its work.
  mutating func tellStanding(of report: ConnectorReport, foreign: String?, at now: Now) {
    // One that has just started does not know yet, and what was known of it before still holds.
    guard let known = updates?.logic.connectors[report.id], let restartPending = report.restartPending else { return }
    // Under a lease its commit is what is held against the published release.
    let barred = (known.phase.inFlight ? nil : foreign) ?? report.updatesBarred
    if known.barred != barred { tell(.barred(report.id, reason: barred), at: now) }
    if known.pendingRestart != restartPending { tell(.pendingRestart(report.id, restartPending), at: now) }
  }

  mutating func tickUpdates(at now: Now) {
    if let due = updates?.logic.nextDue, due <= now.wall { tell(.tick, at: now) }
  }

  /// When the coordinator has something to do by time alone; nil: never.
  package var nextUpdateDue: WallTime? { updates?.logic.nextDue }
}

extension UpdateSchedule {
  /// A maintenance window of the public API, in its location's zone: none set is "at once". A zone that this machine does not know counts as UTC.
  init(_ window: MaintenanceWindowModel?, in zoneName: String) {
    let zone = Zone(zoneName) ?? .utc
    let days: [MaintenanceWindowModel.Day: Weekday] = [
      .monday: .monday, .tuesday: .tuesday, .wednesday: .wednesday, .thursday: .thursday, .friday: .friday, .saturday: .saturday, .sunday: .sunday,
    ]
    guard let window, let day = days[window.dayOfWeek], let time = TimeOfDay(window.start) else {
      self.init(.atOnce, zone: zone)
      return
    }
    self.init(.preferredDay(day, time), zone: zone)
  }
}
