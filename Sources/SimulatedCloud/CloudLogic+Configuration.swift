package import CloudAPI
import EventCatalog
import World

/// Configuration revisions: one configuration for each resource location.
extension CloudLogic {
  mutating func publish(
    _ customer: String, _ location: String, _ bytes: [UInt8], digest: String, at now: Now
  ) throws(CloudRefusal) -> CloudAnswer {
    guard let name = customers[customer]?.locations[location]?.model.name else {
      throw CloudRefusal(.notFound, "customer '\(customer)' has no resource location with the id '\(location)'")
    }
    let earlier = customers[customer]?.configurations[location]
    if let earlier, earlier.digest == digest { return .published(revision: earlier.revision) }
    let revision = (earlier?.revision ?? 0) + 1
    let record = ConfigurationRecord(customer: customer, location: location, revision: revision, digest: digest, published: now.wall, bytes: bytes)
    customers[customer]?.configurations[location] = record
    save(.configuration(record))
    log(customer, "platform/configuration/publish", location, "\(name), revision \(revision)", by: .operator, at: now)
    emit(.cloudConfigurationPublished(customer: customer, location: name, revision: revision, bytes: bytes.count))
    directives.append(.changed(.published(customer: customer, location: location, revision: revision)))
    return .published(revision: revision)
  }

  func configuration(for peer: LinkPeer, known: Int?) throws(CloudRefusal) -> CloudAnswer {
    if let failure = refusal(of: peer) { throw CloudRefusal(.noPermission, failure.detail) }
    guard let customer = customers[peer.customer], let location = customer.connectors[peer.connectorID]?.record.location,
      let record = customer.configurations[location]
    else { throw CloudRefusal(.notFound, "no configuration was published for the connector's resource location yet") }
    if known == record.revision { return .notModified(revision: record.revision) }
    return .configuration(ServedConfiguration(record: record, edgeServers: edgeServers(customer, location)))
  }

  /// The location whose broker a connector asks, and what was published for it; nil: nothing yet.
  package func brokering(for peer: LinkPeer) throws(CloudRefusal) -> (location: String, configuration: ConfigurationRecord?) {
    if let failure = refusal(of: peer) { throw CloudRefusal(.noPermission, failure.detail) }
    guard let customer = customers[peer.customer], let location = customer.connectors[peer.connectorID]?.record.location else {
      throw CloudRefusal(.noPermission, "this connector has no resource location")
    }
    return (location, customer.configurations[location])
  }

  package func configuration(customer: String, location: String) -> ConfigurationRecord? { customers[customer]?.configurations[location] }

  /// The connectors of a location have changed: what its connectors are served has a new revision.
  mutating func connectorsChanged(_ customer: String, _ location: String) {
    guard var record = customers[customer]?.configurations[location] else { return }
    record.revision += 1
    customers[customer]?.configurations[location] = record
    save(.configuration(record))
    directives.append(.changed(.published(customer: customer, location: location, revision: record.revision)))
  }

  private func edgeServers(_ customer: Customer, _ location: String) -> [EdgeServerEntry] {
    customer.connectors.values.map(\.record).filter { $0.location == location }.sorted { $0.fqdn < $1.fqdn }
      .map { EdgeServerEntry(fqdn: $0.fqdn, uuid: $0.id, peerAddress: $0.peerAddress) }
  }
}
