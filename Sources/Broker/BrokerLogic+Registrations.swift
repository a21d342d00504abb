import World

/// Which machines are there.
extension BrokerLogic {
  private struct Fault {
    let reason: DeregistrationReason
    let detail: String
  }

  mutating func register(_ wanted: MachineRegistration, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer {
    guard !wanted.machine.isEmpty else {
      return refused(.registrationRefused, "the registration names no machine", .emptyRegistrationRequest)
    }
    guard let machine = site?.machine(wanted.machine) else { return .refused(unknown(wanted.machine)) }
    if let zone = settings.zone, zone.lowercased() != machine.zoneKey {
      // Not counted against the machine: it is right, only not here.
      return refused(
        .registrationRefused,
        "'\(machine.name)' is of zone '\(machine.zone)' and this connector brokers zone '\(zone)'; a machine registers in its own zone only",
        .invalidRegistrationRequest)
    }
    if bins[machine.key] == .failedRegistrations { return sinBinRefusal(machine, now) }
    if let known = registrations[machine.key], wanted.start < known.start {
      return refused(
        .registrationRefused, "'\(machine.name)' has registered since with start \(known.start); this is one of start \(wanted.start)",
        .registrationStateMismatch)
    }
    if let fault = fault(wanted, machine) { return failed(machine, fault, now, &out) }
    enter(wanted, machine, now, &out)
    return .registered(heartbeatSeconds: max(1, Int(timers.heartbeatPeriod.inSeconds / 2)))
  }

  private func fault(_ wanted: MachineRegistration, _ machine: BrokerSite.Machine) -> Fault? {
    let name = machine.name
    if wanted.agentVersion.isEmpty { return Fault(reason: .missingAgentVersion, detail: "'\(name)' does not say its agent's version") }
    if wanted.sessionSupport != machine.support {
      return Fault(
        reason: .singleMultiSessionMismatch,
        detail: "'\(name)' is \(wanted.sessionSupport.rawValue) and its machine catalog is \(machine.support.rawValue); they must agree")
    }
    guard Bounds.callback(wanted.callback), Bounds.text(wanted.agentVersion) else {
      return Fault(reason: .invalidRegistrationRequest, detail: "the callback of '\(name)' must be http://HOST:PORT/PATH of at most 2048 bytes")
    }
    guard wanted.sessions.count <= Bounds.sessions, wanted.sessions.allSatisfy(Bounds.session) else {
      return Fault(
        reason: .invalidRegistrationRequest,
        detail: "'\(name)' tells of sessions without an id or a user, of too long ones, or of more than \(Bounds.sessions)")
    }
    guard machine.support == .multiSession || wanted.sessions.count <= 1 else {
      return Fault(reason: .sessionAuditFailure, detail: "'\(name)' takes one session and tells of \(wanted.sessions.count)")
    }
    return nil
  }

  private mutating func failed(_ machine: BrokerSite.Machine, _ fault: Fault, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer {
    var mark = marks[machine.key] ?? MachineMark()
    mark.failures += 1
    out.append(.say(.registrationRefused(machine: machine.name, reason: fault.reason)))
    let isBinned = mark.failures >= timers.failuresBeforeSinBin
    if isBinned {
      mark.failures = 0
      mark.stays += 1
    }
    marks[machine.key] = mark
    if isBinned {
      enterSinBin(machine.key, .failedRegistrations, now, &out)
      if mark.stays >= timers.staysBeforeMaintenance { enterMaintenance(machine.key, .failedRegistrations, &out) }
    }
    return refused(.registrationRefused, fault.detail, fault.reason)
  }

  private mutating func enter(_ wanted: MachineRegistration, _ machine: BrokerSite.Machine, _ now: Moment, _ out: inout [Directive]) {
    let key = machine.key
    let before = registrations[key]
    let replaced = before.flatMap { wanted.start > $0.start ? $0 : nil }
    if replaced != nil { removeRegistration(key) }
    var sessions: [String: MachineSession] = [:]
    for session in wanted.sessions { sessions[session.id] = session }
    if registrations[key] == nil {
      registrations[key] = Registration(start: wanted.start, callback: wanted.callback, load: 0)
    } else {
      registrations[key]?.callback = wanted.callback
    }
    for id in (registrations[key]?.sessions ?? [:]).keys.sorted() where sessions[id] == nil {
      // The word of a machine crosses ours: what it was asked or has just granted may not be in it yet.
      let state = registrations[key]?.sessions[id]?.state
      let mayHold = machine.support == .multiSession || sessions.isEmpty
      if !mayHold || (state != .ordered && state != .prepared) { put(nil, SessionKey(machine: key, id: id), now) }
    }
    for id in sessions.keys.sorted() {
      guard let session = sessions[id] else { continue }
      let state: Session.State = session.state == .active ? .active : session.state == .disconnected ? .disconnected : .prepared
      put(Session(user: session.user, state: state, applications: session.applications), SessionKey(machine: key, id: id), now)
    }
    say(load: wanted.load, of: key)
    marks[key]?.failures = 0
    marks[key]?.stays = 0
    if let used = marks[key]?.usedSession, registrations[key]?.sessions[used] == nil { loggedOff(key, used, &out) }
    alarms.set(.contact(key), now, timers.heartbeatPeriod)
    touch(key)
    totals.registrations += 1
    out.append(.say(.registered(machine: machine.name, again: before != nil)))
    // What an earlier start was asked is not answered any more; last, for the next machine may be this one.
    if let replaced { failOrders(of: replaced, now, &out) }
  }

  mutating func heartbeat(_ text: String, _ now: Moment) -> BrokerAnswer {
    guard let machine = site?.machine(text) else { return .refused(unknown(text)) }
    guard registrations[machine.key] != nil else { return .refused(notRegistered(machine)) }
    alarms.set(.contact(machine.key), now, timers.heartbeatPeriod)
    return .noted
  }

  mutating func deregister(_ text: String, _ reason: DeregistrationReason, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer {
    guard let machine = site?.machine(text) else { return .refused(unknown(text)) }
    drop(machine.key, reason, now, &out)
    return .noted
  }

  /// The machine is registered no longer; what it was asked is asked of another.
  mutating func drop(_ machine: String, _ reason: DeregistrationReason, _ now: Moment, _ out: inout [Directive]) {
    guard let registration = registrations[machine] else { return }
    removeRegistration(machine)
    out.append(.say(.deregistered(machine: name(machine), reason: reason)))
    failOrders(of: registration, now, &out)
  }

  mutating func removeRegistration(_ machine: String) {
    for id in (registrations[machine]?.sessions ?? [:]).keys { put(nil, SessionKey(machine: machine, id: id), last) }
    registrations[machine] = nil
    alarms.remove(.contact(machine))
    touch(machine)
  }

  /// What the machine says of its load counts more than what was reckoned since.
  mutating func say(load: Int, of machine: String) {
    guard let orders = registrations[machine]?.orders.count else { return }
    registrations[machine]?.load = min(max(load, 0), Self.fullLoad)
    registrations[machine]?.begun = orders
  }

  func unknown(_ machine: String) -> BrokerRefusal {
    BrokerRefusal(.unknownMachine, "no machine '\(Bounds.shown(machine))' is in the site's configuration; add it, or correct the name")
  }

  func notRegistered(_ machine: BrokerSite.Machine) -> BrokerRefusal {
    BrokerRefusal(.notRegistered, "'\(machine.name)' is not registered here; register it, with its sessions")
  }

  private func sinBinRefusal(_ machine: BrokerSite.Machine, _ now: Moment) -> BrokerAnswer {
    let left = alarms.moment(.sinBin(machine.key)).map { $0 - now } ?? .zero
    return .refused(
      BrokerRefusal(
        .inSinBin, "registrations of '\(machine.name)' have failed too often and are not heard for a while", reason: .machineInRegistrationSinBin,
        retryAfterSeconds: Int(left.inSeconds.rounded(.up))))
  }

  private func refused(_ kind: BrokerRefusal.Kind, _ detail: String, _ reason: DeregistrationReason) -> BrokerAnswer {
    .refused(BrokerRefusal(kind, detail, reason: reason))
  }
}
