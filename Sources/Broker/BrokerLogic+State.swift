import World

/// What becomes of everything when the configuration changes, and when an outage ends; and how much of everything there is.
extension BrokerLogic {
  mutating func replace(_ newer: BrokerSite, _ now: Moment, _ out: inout [Directive]) {
    let before = site
    site = newer
    timers = settings.timers.applying(newer.settings)
    // All places of groups are new ones.
    free = [:]
    var gone: [Registration] = []
    for machine in registrations.keys.sorted() {
      guard let reason = lost(machine, before?.machine(key: machine), newer), let registration = registrations[machine] else { continue }
      gone.append(registration)
      removeRegistration(machine)
      out.append(.say(.deregistered(machine: before?.machine(key: machine)?.name ?? machine, reason: reason)))
    }
    for machine in marks.keys where newer.machine(key: machine) == nil { marks[machine] = nil }
    for machine in bins.keys where newer.machine(key: machine) == nil {
      bins[machine] = nil
      alarms.remove(.sinBin(machine))
    }
    // Whoever changed the configuration has looked at the machines; a used one stays unclean whatever it says.
    inMaintenance = inMaintenance.filter { newer.machine(key: $0.key) != nil && ($0.value == .usedInOutage || newer.revision == before?.revision) }
    for machine in assignments.keys.sorted() where newer.machine(key: machine).map({ $0.isAssigned || !$0.isStatic }) ?? true {
      unassign(machine)
    }
    for machine in registrations.keys { touch(machine) }
    out.append(.say(.configured(revision: newer.revision, machines: newer.machines.count, dropped: gone.count)))
    // Last: only now it is known who can take their users.
    for registration in gone { failOrders(of: registration, now, &out) }
  }

  /// Why a machine that was registered is not any more by the newer configuration.
  private func lost(_ key: String, _ before: BrokerSite.Machine?, _ newer: BrokerSite) -> DeregistrationReason? {
    guard let machine = newer.machine(key: key) else { return .desktopRemoved }
    if let zone = settings.zone, zone.lowercased() != machine.zoneKey { return .desktopRemoved }
    if let before, before.support != machine.support { return .singleMultiSessionMismatch }
    return nil
  }

  mutating func assign(_ machine: String, to user: String) {
    assignments[machine] = user
    assignedTo[user, default: []].insert(machine)
    touch(machine)
  }

  mutating func unassign(_ machine: String) {
    guard let user = assignments.removeValue(forKey: machine) else { return }
    assignedTo[user]?.remove(machine)
    if assignedTo[user]?.isEmpty == true { assignedTo[user] = nil }
    touch(machine)
  }

  /// The end of an outage's serving: registrations are discarded (product facts 3.4), and with them everything that was found out about machines. Tickets stay:
  /// they are promises to clients that are on their way.
  mutating func forgetEverything(_ out: inout [Directive]) {
    for id in launches.keys.sorted() {
      alarms.remove(.launch(id))
      guard let launch = launches[id], launch.answer == nil else { continue }
      let refusal = BrokerRefusal(.notServing, "the outage is over and this connector brokers no longer; ask again", retryAfterSeconds: 5)
      for number in launch.askers { out.append(.answer(number, .refused(refusal))) }
    }
    for order in inFlight.keys { alarms.remove(.prepare(order)) }
    for (machine, registration) in registrations {
      alarms.remove(.contact(machine))
      for id in registration.sessions.keys { alarms.remove(.establish(SessionKey(machine: machine, id: id))) }
    }
    for machine in bins.keys { alarms.remove(.sinBin(machine)) }
    (registrations, marks, bins, inMaintenance, free) = ([:], [:], [:], [:], [:])
    (sessionsOf, sessionCounts, assignments, assignedTo) = ([:], SessionCounts(), [:], [:])
    (launches, inFlight, launchesPending) = ([:], [:], 0)
  }

  /// In constant time.
  package var counts: BrokerCounts {
    var out = totals
    out.registered = registrations.count
    out.unregistered = max(0, (site?.machineCount(zone: settings.zone) ?? 0) - registrations.count)
    out.inSinBin = bins.count
    out.inMaintenance = inMaintenance.count
    out.sessionsPrepared = sessionCounts[.ordered] + sessionCounts[.prepared]
    out.sessionsActive = sessionCounts[.active]
    out.sessionsDisconnected = sessionCounts[.disconnected]
    out.launchesPending = launchesPending
    out.tickets = tickets.count
    out.ticketsOfPeers = tickets.ofPeers
    out.revision = site?.revision ?? 0
    return out
  }
}
