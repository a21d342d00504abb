import CloudAPI
import EventCatalog
import World

/// How a connector gets its identity, and who is let in with one.
extension CloudLogic {
  /// Checks a registration in an order that tells nothing about other customers: customer and secret first, then place, then clock.
  mutating func register(_ call: RegistrationCall, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    guard let customer = customers[call.customer] else {
      throw CloudRefusal(.wrongCustomer, "customer '\(call.customer)' is not one that this API client can register for; check connector.customer")
    }
    guard let client = customer.clients[call.client] else {
      if customers.values.contains(where: { $0.clients[call.client].map { ConstantTime.equal($0.secretDigest, call.secretDigest) } ?? false }) {
        throw CloudRefusal(.wrongCustomer, "API client '\(call.client)' is not one of customer '\(call.customer)'; check connector.customer")
      }
      throw CloudRefusal(.wrongSecret, "client id or client secret is wrong; check connector.clientID and the file that holds the secret")
    }
    guard ConstantTime.equal(client.secretDigest, call.secretDigest) else {
      throw CloudRefusal(.wrongSecret, "client id or client secret is wrong; check connector.clientID and the file that holds the secret")
    }
    guard !client.readOnly else { throw CloudRefusal(.noPermission, "API client '\(client.name)' may only read, so it cannot register a connector") }
    guard let location = customer.locations[call.location] else {
      throw CloudRefusal(
        .unknownResourceLocation,
        "customer '\(call.customer)' has no resource location with the id '\(call.location)'; check connector.resourceLocation")
    }
    let fqdn = call.fqdn.lowercased()
    if let problem = HostName.problem(fqdn) { throw CloudRefusal(.badRequest, "fqdn '\(call.fqdn)' is not a host name: \(problem)") }
    guard let time = WallTime(iso8601: call.time) else {
      throw CloudRefusal(.badRequest, "time is '\(call.time)'; an ISO 8601 time in UTC such as 2026-11-21T09:30:00Z was expected")
    }
    let skew = time - now.wall
    guard skew.magnitude <= settings.clockSkewLimit else {
      throw CloudRefusal(
        .clockSkew,
        "the connector's clock says \(time.iso8601(fraction: 0)), the cloud's \(now.wall.iso8601(fraction: 0)): \(skew.inWords) apart,"
          + " at most \(settings.clockSkewLimit.inWords) is allowed; set the connector's clock")
    }
    let known = customer.connectors.values.first { $0.record.fqdn == fqdn }
    return .grant(
      RegistrationGrant(
        customer: call.customer, connector: known?.record.id ?? call.newID, fqdn: fqdn, location: call.location, locationName: location.model.name,
        version: call.version))
  }

  /// The certificate is signed: from now on it is the one that lets this connector in, and an earlier one is revoked.
  mutating func registered(_ grant: RegistrationGrant, serial: String, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    guard let customer = customers[grant.customer], customer.locations[grant.location] != nil else {
      throw CloudRefusal(.unknownResourceLocation, "the resource location '\(grant.location)' was deleted meanwhile")
    }
    let earlier = customer.connectors[grant.connector]
    var record = ConnectorRecord(
      customer: grant.customer, id: grant.connector, fqdn: grant.fqdn, location: grant.location, serial: serial, registered: now.wall,
      version: grant.version, inMaintenance: false)
    if let old = earlier?.record {
      record.bootstrapperVersion = old.bootstrapperVersion
      record.lastContact = old.lastContact
      if old.serial != serial { revoke(old, at: now) }
      directives.append(.dropLink(connector: old.id, reason: "the connector registered anew"))
    }
    let contact = Contact(since: now.moment, "it has registered and has not connected yet")
    customers[grant.customer]?.connectors[record.id] = Connector(record: record, contact: contact)
    save(.connector(record))
    tellConnector(record, at: now)
    tellHealth(of: record.id, contact, at: now)
    log(grant.customer, earlier == nil ? "agenthub/connector/create" : "agenthub/connector/update", record.id, record.fqdn, by: .system, at: now)
    emit(.cloudRegistered(customer: grant.customer, connector: record.id, fqdn: record.fqdn, location: grant.locationName, again: earlier != nil))
    directives.append(
      .changed(.registered(customer: grant.customer, connector: record.id, fqdn: record.fqdn, location: record.location, again: earlier != nil)))
    connectorsChanged(grant.customer, record.location)
    if let old = earlier?.record.location, old != record.location { connectorsChanged(grant.customer, old) }
    return .grant(grant)
  }

  /// The certificate of a connector as it was lets nobody in from now on.
  mutating func revoke(_ connector: ConnectorRecord, at now: Now) {
    let record = RevocationRecord(customer: connector.customer, serial: connector.serial, fqdn: connector.fqdn, time: now.wall)
    customers[connector.customer]?.revocations[record.serial] = record
    save(.revocation(record))
    directives.append(.revoke(serial: record.serial))
  }

  /// The serials of all revoked certificates, for an authority that keeps none itself.
  package var revokedSerials: Set<String> { Set(customers.values.flatMap { $0.revocations.keys }) }

  /// Why a peer with a certificate of the cloud's own authority is not let in; nil if it is.
  func refusal(of peer: LinkPeer) -> LinkFailure? {
    guard let customer = customers[peer.customer] else {
      return LinkFailure(.wrongCustomer, "the certificate is one of customer '\(peer.customer)', which this cloud does not have")
    }
    if let revoked = customer.revocations[peer.serial] {
      let time = revoked.time.iso8601(fraction: 0)
      guard customer.connectors[peer.connectorID] != nil else {
        return LinkFailure(.connectorDeleted, "the record of \(revoked.fqdn) was deleted at \(time)")
      }
      return LinkFailure(
        .certificateRevoked, "certificate \(peer.serial) of \(revoked.fqdn) was revoked at \(time): the connector has registered anew since")
    }
    guard let connector = customer.connectors[peer.connectorID], connector.record.serial == peer.serial else {
      if customers.values.contains(where: { $0.record.id != peer.customer && $0.connectors[peer.connectorID] != nil }) {
        return LinkFailure(.wrongCustomer, "connector '\(peer.connectorID)' is not one of customer '\(peer.customer)'")
      }
      // Signed by the cloud's authority and never revoked: the cloud has lost its record. Registering anew cures it.
      return LinkFailure(
        .certificateUntrusted, "the cloud has no record of connector '\(peer.connectorID)' with certificate \(peer.serial); register it again")
    }
    return nil
  }
}
