import CloudAPI
import EventCatalog
package import World

/// Links, heartbeats and leases, and the health that follows from them.
extension CloudLogic {
  mutating func linkUp(_ peer: LinkPeer, link: UInt64, at now: Now) -> CloudAnswer {
    guard refusal(of: peer) == nil, var connector = customers[peer.customer]?.connectors[peer.connectorID] else { return .none }
    guard connector.contact.link.map({ $0 < link }) ?? true else { return .none }
    connector.contact.link = link
    connector.contact.heardOnLink = false
    connector.contact.unanswered = nil
    if let ends = connector.contact.leaseEnds, ends <= now.moment { connector.contact.leaseEnds = nil }
    put(connector, at: now)
    repeatOrder(to: peer.connectorID, at: now)
    return .none
  }

  mutating func linkDown(_ peer: LinkPeer, link: UInt64, reason: String, at now: Now) -> CloudAnswer {
    guard var connector = customers[peer.customer]?.connectors[peer.connectorID], connector.contact.link == link else { return .none }
    connector.contact.link = nil
    connector.contact.heardOnLink = false
    connector.contact.silence = "its link ended at \(now.wall.iso8601(fraction: 0)) (\(reason))"
    put(connector, at: now)
    return .none
  }

  /// A contact counts from when the heartbeat was sent: the connector spoke after that, nobody knows how long after.
  mutating func heartbeat(_ customer: String, _ id: String, _ outcome: HeartbeatOutcome, asked: Moment, at now: Now) -> CloudAnswer {
    guard var connector = customers[customer]?.connectors[id], connector.contact.link != nil, asked >= connector.contact.heard else { return .none }
    switch outcome {
    case .failed(let why):
      connector.contact.unanswered = why
      put(connector, at: now)
    case .answered(let report):
      guard report.id == id else {
        connector.contact.unanswered = "it answered as connector '\(report.id)', which is not the one that its certificate names"
        put(connector, at: now)
        return .none
      }
      guard now.moment < asked + settings.leaseLength else {
        connector.contact.unanswered = "its answer was under way for \((now.moment - asked).inWords)"
        put(connector, at: now)
        return .none
      }
      let before = connector.record
      if before.lastContact != nil, [.notInContact, .disconnected].contains(connector.contact.health.state) {
        let silent = now.moment - connector.contact.heard
        emit(.cloudContactAgain(customer: customer, connector: id, fqdn: before.fqdn, after: Int(silent.nanoseconds / 1_000_000)))
      }
      connector.take(report, settings, asked: asked, at: now)
      noticeSkew(&connector)
      noticeForeign(&connector)
      noticeVersion(before, connector.record, at: now)
      let moved = before.peerAddress != connector.record.peerAddress
      var unchanged = before
      (unchanged.lastContact, unchanged.leaseEnds) = (connector.record.lastContact, connector.record.leaseEnds)
      let stale = connector.contact.saved.map { now.moment - $0 >= settings.contactSavedEvery } ?? true
      if unchanged != connector.record || stale {
        connector.contact.saved = now.moment
        save(.connector(connector.record))
      }
      tellConnector(connector.record, at: now)
      tellStanding(of: report, foreign: connector.contact.foreign, at: now)
      put(connector, at: now)
      // After its health: what it says of its work is newer.
      if let standing = report.update { take(standing, of: id, asked: asked, at: now) }
      // So that nothing depends on one message, and a lease that lasts longer now is known to. One that has just started obeys nobody yet.
      if report.restartPending != nil { repeatOrder(to: id, at: now) }
      if moved { connectorsChanged(customer, connector.record.location) }
    }
    return .none
  }

  private mutating func noticeSkew(_ connector: inout Connector) {
    let beyond = connector.contact.skew.magnitude > settings.clockSkewLimit
    if beyond && !connector.contact.skewReported {
      emit(
        .cloudClockSkew(
          customer: connector.record.customer, connector: connector.record.id, fqdn: connector.record.fqdn,
          skew: Int(connector.contact.skew.nanoseconds / 1_000_000)))
    }
    connector.contact.skewReported = beyond
  }

  private mutating func noticeVersion(_ before: ConnectorRecord, _ after: ConnectorRecord, at now: Now) {
    guard before.version != after.version else { return }
    log(after.customer, "agenthub/connector/update", after.id, "\(after.fqdn) (\(before.version) to \(after.version))", by: .system, at: now)
  }

  /// Time alone ends leases, turns "not in contact" into "disconnected", and ages tokens and system log records out.
  mutating func tick(at now: Now) -> CloudAnswer {
    for customer in customers.keys.sorted() {
      for id in (customers[customer]?.connectors ?? [:]).keys.sorted() {
        guard let connector = customers[customer]?.connectors[id], let deadline = connector.contact.deadline(settings), deadline <= now.moment else {
          continue
        }
        expire(connector, at: now)
      }
      for token in (customers[customer]?.tokens ?? [:]).values where token.expires <= now.wall {
        customers[customer]?.tokens[token.digest] = nil
        directives.append(.remove(CloudRecord.token(token).key))
      }
      let oldest = now.wall - settings.systemLogRetention
      let aged = customers[customer]?.systemLog.prefix { $0.model.utcTimestamp < oldest } ?? []
      for record in aged { directives.append(.remove(CloudRecord.systemLog(record).key)) }
      customers[customer]?.systemLog.removeFirst(aged.count)
    }
    tickUpdates(at: now)
    return .none
  }

  private mutating func expire(_ value: Connector, at now: Now) {
    var connector = value
    let record = connector.record
    if let ends = connector.contact.leaseEnds, !connector.contact.leaseReported, ends <= now.moment {
      connector.contact.leaseReported = true
      connector.contact.leaseEnds = connector.contact.link == nil ? nil : ends
      let why = connector.contact.link == nil ? connector.contact.silence : connector.contact.unanswered ?? "its heartbeats go unanswered"
      emit(.cloudLeaseExpired(customer: record.customer, connector: record.id, fqdn: record.fqdn, reason: why))
      notify(
        record.customer,
        alert("connector.notInContact", "Warning", "Connector \(record.fqdn) is not in contact", "Its lease ran out: \(why).", at: now))
    }
    if let since = connector.contact.errorSince, !connector.contact.errorNotified, since + settings.errorNotifyAfter <= now.moment {
      connector.contact.errorNotified = true
      notify(record.customer, alert("connector.error", "Error", "Connector \(record.fqdn) is in error", connector.contact.health.reason, at: now))
    }
    put(connector, at: now)
  }

  private func alert(_ id: String, _ severity: String, _ title: String, _ text: String, at now: Now) -> NotificationModel {
    NotificationModel(
      component: "AgentHub", createdDate: now.wall, eventId: id, severity: severity, priority: severity == "Error" ? "High" : "Medium",
      content: [.init(title: title, description: text)])
  }

  /// The moment at which `tick` has something to do for a connector's health; nil when only an event can change anything.
  package var nextDeadline: Moment? {
    customers.values.lazy.flatMap { $0.connectors.values }.compactMap { $0.contact.deadline(settings) }.min()
  }

  /// Stores a connector whose contact has changed, and says so if its health or its location's follows.
  private mutating func put(_ value: Connector, at now: Now) {
    var connector = value
    let record = connector.record
    let (before, after) = (connector.contact.health, connector.contact.evaluate(record, settings, at: now))
    let locationBefore = before.state == after.state ? nil : locationHealth(record.customer, record.location)
    connector.contact.health = after
    if after.state == .error { connector.contact.errorSince = connector.contact.errorSince ?? now.moment }
    if after.state != .error { (connector.contact.errorSince, connector.contact.errorNotified) = (nil, false) }
    customers[record.customer]?.connectors[record.id] = connector
    tellHealth(of: record.id, connector.contact, at: now)
    if before.state != after.state {
      emit(
        .cloudHealthChanged(
          better: after.state == .healthy || after.state == .maintenance, customer: record.customer, connector: record.id, fqdn: record.fqdn,
          from: before.state.title, to: after.state.title, reason: after.reason))
    }
    if before != after {
      directives.append(
        .changed(
          .health(
            customer: record.customer, connector: record.id, fqdn: record.fqdn, from: before.state, to: after.state, reason: after.reason)))
    }
    guard let locationBefore else { return }
    let locationAfter = locationHealth(record.customer, record.location)
    guard locationBefore.state != locationAfter.state else { return }
    emit(
      .cloudLocationHealthChanged(
        customer: record.customer, location: record.location, from: locationBefore.state.rawValue, to: locationAfter.state.rawValue,
        reason: locationAfter.reason))
    directives.append(
      .changed(
        .location(
          customer: record.customer, location: record.location, from: locationBefore.state, to: locationAfter.state, reason: locationAfter.reason)))
  }
}

extension CloudLogic.Connector {
  /// A heartbeat's answer renews the lease.
  mutating func take(_ report: ConnectorReport, _ settings: CloudSettings, asked: Moment, at now: Now) {
    let sent = now.wall - (now.moment - asked)
    contact.report = report
    contact.heardOnLink = true
    contact.heard = asked
    contact.unanswered = nil
    contact.leaseEnds = asked + settings.leaseLength
    contact.leaseReported = false
    contact.skew = report.time < sent ? report.time - sent : max(.zero, report.time - now.wall)
    record.lastContact = sent
    record.leaseEnds = sent + settings.leaseLength
    record.version = report.version
    record.digest = report.digest
    record.bootstrapperVersion = report.bootstrapperVersion
    record.inMaintenance = report.inMaintenance
    record.peerAddress = report.peerAddress ?? record.peerAddress
  }
}
