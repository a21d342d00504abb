import CloudAPI
import EventCatalog
import Rollouts
import World

/// Releases that come and go, what operators order, and what they are shown.
extension CloudLogic {
  // MARK: Releases

  /// What is published now. The same as last time changes nothing.
  mutating func take(_ releases: PublishedReleases, at now: Now) {
    unheardReleases = nil
    guard updates?.releases != releases else { return }
    // What was taken back stops at once, whatever else waits.
    for version in releases.revoked.sorted() where updates?.logic.revoked.contains(version) != true { tell(.revoke(version), at: now) }
    // Whoever goes first is chosen among those in contact: right after a start of the cloud that is nobody yet.
    let current = updates?.logic.rollout?.offer.version
    if let newest = releases.newest, current.map({ $0 < newest.version }) ?? true, newest.offer?.canaries ?? 0 > 0,
      let connectors = updates?.logic.connectors.values, !connectors.isEmpty,
      !connectors.contains(where: { $0.health == .healthy })
    {
      unheardReleases = releases
      return
    }
    if let newest = releases.newest { take(newest, at: now) }
    updates?.releases = releases
  }

  mutating func takeUnheard(at now: Now) {
    guard let releases = unheardReleases else { return }
    take(releases, at: now)
  }

  private mutating func take(_ newest: PublishedReleases.Release, at now: Now) {
    if let current = updates?.logic.rollout?.offer, current.version >= newest.version {
      if current.version == newest.version, let order = newest.widening(of: current) { tell(.order(order), at: now) }
      return
    }
    guard let offer = newest.offer else {
      // An offer without rings is refused with a reason, as an event like any other.
      return tell(.publish(ReleaseOffer(newest.version, floors: newest.floors, rings: [])), at: now)
    }
    tell(.publish(offer), at: now)
  }

  // MARK: Orders

  mutating func obey(_ order: UpdateOrder, at now: Now) throws(CloudRefusal) -> UpdateAnswer {
    switch order {
    case .now(let names): return try updateNow(names, at: now)
    case .pause: tell(.order(.pause), at: now)
    case .resume: tell(.order(.resume), at: now)
    case .abort: tell(.order(.abort), at: now)
    case .clear(let name):
      let id = try connector(named: name)
      tell(.order(.clear(id)), at: now)
      return UpdateAnswer(lines: decisions, connectors: [id])
    case .delay(let name): tell(.order(.delay(try location(named: name))), at: now)
    case .widen(let ring, let upTo): tell(.order(.widen(ring, upTo: upTo)), at: now)
    }
    return UpdateAnswer(lines: decisions)
  }

  private mutating func updateNow(_ names: [String], at now: Now) throws(CloudRefusal) -> UpdateAnswer {
    var answer = UpdateAnswer()
    for name in names {
      let id = try connector(named: name)
      if !answer.connectors.contains(id) { answer.connectors.append(id) }
    }
    guard let rollout = updates?.logic.rollout else {
      throw CloudRefusal(.conflict, "no release is out; publish one with connector-lab release publish")
    }
    if names.isEmpty { answer.connectors = updates?.logic.connectors.keys.sorted() ?? [] }
    for id in answer.connectors {
      guard let connector = updates?.logic.connectors[id] else { continue }
      if rollout.offer.path(from: connector.version).isEmpty {
        answer.already.append(id)
      } else if names.isEmpty, let reason = connector.barred {
        answer.barred[id] = reason
      } else if !connector.phase.inFlight || connector.flight?.release != rollout.offer.version {
        tell(.order(.now(id)), at: now)
      }
    }
    answer.connectors.removeAll { answer.barred[$0] != nil }
    answer.lines = decisions
    return answer
  }

  /// By id, by fqdn, or by the first label of the fqdn when only one connector has it.
  private func connector(named name: String) throws(CloudRefusal) -> String {
    let all = customers.values.flatMap(\.connectors.values).map(\.record)
    let wanted = name.lowercased()
    if let exact = all.first(where: { $0.id == name || $0.fqdn == wanted }) { return try known(exact) }
    let short = all.filter { $0.fqdn.split(separator: ".").first.map(String.init) == wanted }
    guard let only = short.first else {
      throw CloudRefusal(.notFound, "there is no connector '\(name)'; connector-lab update status lists them")
    }
    guard short.count == 1 else {
      throw CloudRefusal(.conflict, "'\(name)' could be \(short.map(\.fqdn).sorted().joined(separator: " or ")); give the whole name")
    }
    return try known(only)
  }

  private func known(_ record: ConnectorRecord) throws(CloudRefusal) -> String {
    guard updates?.logic.connectors[record.id] != nil else {
      throw CloudRefusal(.conflict, "connector '\(record.fqdn)' runs version '\(record.version)', which is not four numbers; it takes no updates")
    }
    return record.id
  }

  private func location(named name: String?) throws(CloudRefusal) -> String {
    let all = customers.values.flatMap(\.locations.values).map(\.model)
    guard let name else {
      guard let only = all.first, all.count == 1 else { throw CloudRefusal(.badRequest, "there are \(all.count) resource locations; name one") }
      return only.id
    }
    guard let found = all.first(where: { $0.id == name || $0.name.lowercased() == name.lowercased() }) else {
      throw CloudRefusal(.notFound, "there is no resource location '\(name)'")
    }
    return found.id
  }

  // MARK: What is shown

  func updatesState(at now: Now) -> UpdatesState {
    var status = (updates?.logic ?? RolloutLogic()).status
    status.reason = named(status.reason)
    return UpdatesState(
      time: now.wall, status: status,
      fqdns: Dictionary(customers.values.flatMap { $0.connectors.map { ($0, $1.record.fqdn) } }) { first, _ in first },
      locations: Dictionary(customers.values.flatMap { $0.locations.map { ($0, $1.model.name) } }) { first, _ in first }, lines: updates?.lines ?? [])
  }

  /// The coordinator knows connectors by id; people know them by name.
  private func named(_ text: String) -> String {
    guard !text.isEmpty else { return text }
    return customers.values.flatMap(\.connectors.values).reduce(text) { $0.replacing($1.record.id, with: $1.record.fqdn) }
  }

  /// The latest decisions that people would want to hear of; few, because a lab asks for them all the time.
  var news: [LabState.News]? {
    guard let lines = updates?.lines, !lines.isEmpty else { return nil }
    let told = lines.filter { [EventSeverity.notice, .warning, .error, .critical].map(\.name).contains($0.severity) }.suffix(32)
    return told.map { LabState.News(number: $0.number, time: $0.time, severity: $0.severity, code: $0.code, text: $0.text) }
  }

  /// What the lab's table says beside a connector's version.
  func underWay(_ id: String) -> String? {
    guard let connector = updates?.logic.connectors[id], let rollout = updates?.logic.rollout else { return nil }
    let target = connector.flight?.hop.map { " for \($0)" } ?? ""
    switch connector.phase {
    case .draining, .installing, .restarting: return connector.phase.rawValue + target
    case .trial: return "trial" + (connector.flight?.hop.map { " of \($0)" } ?? "")
    case .rollingBack: return "rolling back"
    case .failed: return "\(updates?.lines.wentBack(id) == false ? "failed to take" : "rolled back from") \(rollout.offer.version)"
    case .quarantined, .stuck, .blocked: return connector.phase.rawValue
    case .waiting, .due: return rollout.standing == .running ? "waits for \(rollout.offer.version)" : nil
    case .idle, .absent, .late, .updated: return nil
    }
  }

  func line(_ decision: RolloutDecision) -> UpdateLine {
    let rings = updates?.logic.rollout?.offer.rings ?? []
    let fqdn = decision.connector.flatMap { id in customers.values.lazy.compactMap { $0.connectors[id]?.record.fqdn }.first }
    let location = decision.location.flatMap { id in customers.values.lazy.compactMap { $0.locations[id]?.model.name }.first }
    var line = UpdateLine(
      number: decision.number, time: decision.time, kind: decision.kind, connector: decision.connector, fqdn: fqdn, location: location,
      ring: decision.ring.flatMap { rings.indices.contains($0) ? rings[$0].name : $0 < 0 ? "canaries" : nil }, version: decision.version,
      token: decision.token, rule: decision.rule, until: decision.until, reason: decision.kind == .halted ? named(decision.reason) : decision.reason,
      code: 0, severity: "", text: "")
    let made = event(line)
    line.code = made.definition.code
    line.severity = made.definition.severity.name
    line.text = made.message
    return line
  }

  func event(_ line: UpdateLine) -> Event {
    .rollout(
      line.kind.definition,
      [
        "kind": line.kind.rawValue, "subject": line.fqdn ?? line.connector ?? line.location ?? "the rollout", "location": line.location,
        "ring": line.ring, "version": line.version?.text, "token": line.token.map(String.init), "rule": line.rule?.rawValue,
        "until": line.until?.iso8601(fraction: 0), "reason": line.reason,
      ])
  }
}

extension RolloutDecision.Kind {
  /// The event that a decision of this kind becomes.
  var definition: EventDefinition {
    switch self {
    case .published, .ringOpened, .ringBaking, .held, .extended, .done, .paused, .resumed, .aborted, .revoked, .widened: RolloutEvents.release
    case .halted, .ringExpired: RolloutEvents.halted
    case .offerRefused, .orderRefused: RolloutEvents.refused
    case .scheduleTaken, .schedulePostponed, .delayed: RolloutEvents.schedule
    case .canaryChosen, .offered, .planned, .opened, .missed, .forced, .lost, .late, .found, .waitsForHealth, .waitsForCapacity, .withdrawn, .ordered,
      .barred, .unbarred, .removed, .awaited:
      RolloutEvents.waiting
    case .leaseGranted, .leaseReturned, .leaseReleased, .staleReport: RolloutEvents.lease
    case .started, .installing, .trial, .committed, .cancelled, .restarting, .restarted, .cleared: RolloutEvents.step
    case .failed, .rollingBack, .rolledBack, .quarantined, .stuck, .blocked, .overdue, .restartHeld: RolloutEvents.failed
    }
  }
}
