import World

/// Sessions: who is where.
extension BrokerLogic {
  /// Writes one session, or takes it out, and keeps everything that follows from it. The machine is registered.
  mutating func put(_ session: Session?, _ key: SessionKey, _ now: Moment) {
    guard registrations[key.machine] != nil else { return }
    let before = registrations[key.machine]?.sessions[key.id]
    registrations[key.machine]?.sessions[key.id] = session
    if let before {
      sessionCounts[before.state] -= 1
      let user = before.user.lowercased()
      sessionsOf[user]?.remove(key)
      if sessionsOf[user]?.isEmpty == true { sessionsOf[user] = nil }
    }
    if let session {
      sessionCounts[session.state] += 1
      sessionsOf[session.user.lowercased(), default: []].insert(key)
      noteUse(session, key)
    }
    if session?.state == .prepared {
      alarms.set(.establish(key), now, timers.establishmentLimit)
    } else {
      alarms.remove(.establish(key))
    }
    touch(key.machine)
  }

  mutating func session(_ notice: SessionNotice, _ now: Moment, _ out: inout [Directive]) -> BrokerAnswer {
    guard let machine = site?.machine(notice.machine) else { return .refused(unknown(notice.machine)) }
    guard let registration = registrations[machine.key] else { return .refused(notRegistered(machine)) }
    let key = SessionKey(machine: machine.key, id: notice.session)
    guard var session = registration.sessions[notice.session] else {
      // An end may be told twice. Anybody else there is not known here, and a machine with an unknown user must not be given to the next.
      if notice.change != .ended {
        drop(machine.key, .sessionAuditFailure, now, &out)
        return .refused(
          BrokerRefusal(
            .notRegistered,
            "'\(machine.name)' has a session '\(Bounds.shown(notice.session))' that is not known here; register it again, with its sessions",
            reason: .sessionAuditFailure))
      }
      return heard(notice, machine.key, now)
    }
    switch notice.change {
    case .connected, .disconnected:
      session.state = notice.change == .connected ? .active : .disconnected
      put(session, key, now)
    case .ended:
      put(nil, key, now)
      if marks[machine.key]?.usedSession == notice.session { loggedOff(machine.key, notice.session, &out) }
    }
    return heard(notice, machine.key, now)
  }

  private mutating func heard(_ notice: SessionNotice, _ machine: String, _ now: Moment) -> BrokerAnswer {
    say(load: notice.load, of: machine)
    alarms.set(.contact(machine), now, timers.heartbeatPeriod)
    touch(machine)
    return .noted
  }

  mutating func giveUp(_ key: SessionKey, _ out: inout [Directive]) {
    put(nil, key, last)
    out.append(.say(.sessionGivenUp(machine: name(key.machine), session: key.id)))
  }

  /// Remembers that a pooled machine is not clean any more.
  private mutating func noteUse(_ session: Session, _ key: SessionKey) {
    guard settings.side == .outage, session.state == .active || session.state == .disconnected, let site,
      let machine = site.machine(key: key.machine), machine.support == .singleSession, !machine.isStatic
    else { return }
    marks[key.machine, default: MachineMark()].usedSession = key.id
  }

  /// A pooled machine is made clean by a restart, which nobody can order in an outage: it serves nobody until then, unless the site and its
  /// delivery group say that it may (product facts 3.4).
  mutating func loggedOff(_ machine: String, _ session: String, _ out: inout [Directive]) {
    marks[machine]?.usedSession = nil
    guard let site, let group = site.machine(key: machine)?.group else { return }
    if site.allowsReuseInOutage, site.groups[group].reusesMachinesInOutage { return }
    enterMaintenance(machine, .usedInOutage, &out)
  }

  /// The user's sessions that can be gone back to, in the order of machines.
  func sessions(of user: UserIdentity) -> BrokerAnswer {
    guard Bounds.name(user.sid) else { return .refused(BrokerRefusal(.badRequest, "the user has no SID")) }
    let keys = (sessionsOf[user.sid.lowercased()] ?? []).sorted()
    return .sessions(
      keys.compactMap { key in
        guard let machine = site?.machine(key: key.machine), let session = registrations[key.machine]?.sessions[key.id],
          session.state == .active || session.state == .disconnected
        else { return nil }
        let resource = machine.group.flatMap { site?.resource(group: $0, application: session.applications.first) }
        return ReconnectableSession(
          session: key.id, machine: machine.name, address: machine.address, resource: resource?.shown.id ?? "",
          isDisconnected: session.state == .disconnected)
      })
  }
}
