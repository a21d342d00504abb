package import CloudAPI
package import World

/// What people are shown: health of locations, the whole state, and the advanced health checks.
extension CloudLogic {
  /// A location's state and the reason. Fewer than two connectors are no error and no health either: the seed demands two.
  package func locationHealth(_ customer: String, _ location: String) -> (state: LocationState, reason: String) {
    let connectors = customers[customer]?.connectors.values.filter { $0.record.location == location } ?? []
    guard !connectors.isEmpty else { return (.warning, "It has no connector.") }
    func named(_ states: Set<ConnectorState>) -> [String] {
      connectors.filter { states.contains($0.contact.health.state) }.map(\.record.fqdn).sorted()
    }
    let serving = named([.healthy])
    let (silent, wrong) = (named([.notInContact, .disconnected]), named([.error]))
    if silent.count == connectors.count { return (.error, "None of its \(connectors.count) connectors is in contact.") }
    if let first = wrong.first { return (.error, "\(first)\(more(wrong)) is in error.") }
    if let first = silent.first { return (.warning, "\(first)\(more(silent)) is not in contact.") }
    if serving.count < connectors.count {
      return (.warning, "\(connectors.count - serving.count) of its \(connectors.count) connectors do not serve now.")
    }
    if connectors.count == 1 { return (.warning, "Its one connector is healthy; at least two are needed for high availability.") }
    return (.healthy, "All of its \(connectors.count) connectors are healthy.")
  }

  private func more(_ names: [String]) -> String { names.count > 1 ? " and \(names.count - 1) more" : "" }

  package func state(at now: Now) -> LabState {
    var state = LabState(time: now.wall, locations: [], connectors: [])
    for customer in customers.values.sorted(by: { $0.record.id < $1.record.id }) {
      for location in customer.locations.values.sorted(by: { ($0.model.name, $0.model.id) < ($1.model.name, $1.model.id) }) {
        let health = locationHealth(customer.record.id, location.model.id)
        state.locations.append(
          LabState.Location(
            customer: customer.record.id, id: location.model.id, name: location.model.name, state: health.state, reason: health.reason,
            configurationRevision: customer.configurations[location.model.id]?.revision, elected: elected(customer, location.model.id)))
      }
      for connector in customer.connectors.values.sorted(by: { ($0.record.fqdn, $0.record.id) < ($1.record.fqdn, $1.record.id) }) {
        state.connectors.append(row(connector, at: now))
      }
    }
    state.news = news
    return state
  }

  private func elected(_ customer: Customer, _ location: String) -> String? {
    let votes = Set(
      customer.connectors.values
        .filter { $0.record.location == location && ![.notInContact, .disconnected].contains($0.contact.health.state) }
        .map { $0.contact.report?.elected })
    return votes.count == 1 ? votes.first ?? nil : nil
  }

  private func row(_ connector: Connector, at now: Now) -> LabState.Connector {
    let (record, report) = (connector.record, connector.contact.report)
    let health = connector.contact.evaluate(record, settings, at: now)
    let silent = health.state == .notInContact || health.state == .disconnected
    let enabled = report?.services.filter { $0.state != "disabled" } ?? []
    return LabState.Connector(
      customer: record.customer, id: record.id, fqdn: record.fqdn, location: record.location, state: health.state, reason: health.reason,
      elected: !silent && report?.elected?.lowercased() == record.fqdn, electionReason: silent ? "" : report?.electionReason ?? "",
      version: record.version, servicesUp: silent ? 0 : enabled.count { settings.workingServiceStates.contains($0.state) },
      servicesTotal: enabled.count, lastContact: record.lastContact, leaseEnds: record.leaseEnds,
      configurationRevision: report?.configurationRevision,
      problems: silent ? [] : report?.problems ?? [], update: underWay(record.id))
  }

  mutating func healthChecks(_ customer: String, _ id: String, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    guard let owner = customers[customer], let connector = owner.connectors[id] else {
      throw CloudRefusal(.notFound, "customer '\(customer)' has no connector with the id '\(id)'")
    }
    return .checks(
      HealthChecks.run(connector.record, connector.contact, published: owner.configurations[connector.record.location]?.revision, settings, at: now))
  }
}
