import CloudAPI
import EventCatalog
import Rollouts
import World

/// The operations of the public API, each on one customer whose right to it was checked before.
extension CloudLogic {
  mutating func perform(_ operation: APIOperation, customer id: String, by actor: CloudActor, at now: Now) throws(CloudRefusal) -> CloudAnswer {
    guard let customer = customers[id] else { throw CloudRefusal(.notFound, "there is no customer '\(id)'") }
    switch operation {
    case .listLocations: return .locations(customer.locations.values.map(\.model).sorted { ($0.name, $0.id) < ($1.name, $1.id) })
    case .location(let location): return .location(try find(location, of: customer).model)
    case .createLocation(let body, let newID): return try createLocation(body, newID, customer, by: actor, at: now)
    case .updateLocation(let location, let body): return try updateLocation(location, body, customer, by: actor, at: now)
    case .deleteLocation(let location): return try deleteLocation(location, customer, by: actor, at: now)
    case .listConnectors(let query): return .connectors(list(query, of: customer, at: now))
    case .connector(let connector):
      guard let found = customer.connectors[connector] else { throw unknownConnector(connector, customer) }
      return .connector(model(found, extended: true, expected: true, at: now))
    case .deleteConnector(let connector): return try deleteConnector(connector, customer, by: actor, at: now)
    case .listWindows:
      return .windows(customer.locations.keys.sorted().map { customer.windows[$0]?.model ?? MaintenanceWindowModel(location: $0) })
    case .setWindow(let model): return try setWindow(model, customer, by: actor, at: now)
    case .removeWindow(let location):
      _ = try find(location, of: customer)
      if let record = customers[id]?.windows.removeValue(forKey: location) {
        directives.append(.remove(CloudRecord.window(record).key))
        log(id, "platform/maintenancewindow/delete", location, location, by: actor, at: now)
        tellLocation(location, of: id, at: now)
      }
      return .noContent
    case .listNotifications: return .notifications(customer.notifications.reversed().map(\.model))
    case .postNotification(let model):
      guard !model.content.isEmpty else { throw CloudRefusal(.badRequest, "Content is empty; a notification has at least one text") }
      notify(id, model)
      return .notification(model)
    case .systemLog(let limit, let continuation): return .systemLog(try page(customer, limit: limit, continuation: continuation, at: now))
    }
  }

  private func find(_ location: String, of customer: Customer) throws(CloudRefusal) -> LocationRecord {
    guard let found = customer.locations[location] else {
      throw CloudRefusal(.notFound, "customer '\(customer.record.id)' has no resource location with the id '\(location)'")
    }
    return found
  }

  private func unknownConnector(_ id: String, _ customer: Customer) -> CloudRefusal {
    CloudRefusal(.notFound, "customer '\(customer.record.id)' has no connector with the id '\(id)'")
  }

  // MARK: Resource locations

  private mutating func createLocation(
    _ body: ResourceLocationBody, _ newID: String, _ customer: Customer, by actor: CloudActor, at now: Now
  ) throws(CloudRefusal) -> CloudAnswer {
    try check(body.name, isFreeIn: customer, besides: nil)
    let model = ResourceLocationModel(
      id: newID, name: body.name, internalOnly: body.internalOnly ?? false, timeZone: body.timeZone ?? ResourceLocationModel.defaultTimeZone,
      readOnly: body.readOnly ?? false)
    put(LocationRecord(customer: customer.record.id, model: model), at: now)
    log(customer.record.id, "platform/resourcelocation/create", newID, body.name, by: actor, at: now)
    return .location(model)
  }

  private mutating func updateLocation(
    _ id: String, _ body: ResourceLocationBody, _ customer: Customer, by actor: CloudActor, at now: Now
  ) throws(CloudRefusal) -> CloudAnswer {
    var record = try find(id, of: customer)
    try check(record, isWritableBy: actor)
    try check(body.name, isFreeIn: customer, besides: id)
    record.model.name = body.name
    record.model.internalOnly = body.internalOnly ?? record.model.internalOnly
    record.model.timeZone = body.timeZone ?? record.model.timeZone
    record.model.readOnly = body.readOnly ?? record.model.readOnly
    put(record, at: now)
    log(customer.record.id, "platform/resourcelocation/update", id, body.name, by: actor, at: now)
    return .location(record.model)
  }

  /// A location with connectors stays: what the product answers then is unknown, 409 is chosen.
  private mutating func deleteLocation(
    _ id: String, _ customer: Customer, by actor: CloudActor, at now: Now
  ) throws(CloudRefusal) -> CloudAnswer {
    let record = try find(id, of: customer)
    try check(record, isWritableBy: actor)
    let left = customer.connectors.values.count { $0.record.location == id }
    guard left == 0 else { throw CloudRefusal(.conflict, "resource location '\(record.model.name)' still has \(left) connectors; delete them first") }
    tell(.locationRemoved(id), at: now)
    customers[customer.record.id]?.locations[id] = nil
    directives.append(.remove(CloudRecord.location(record).key))
    if let window = customers[customer.record.id]?.windows.removeValue(forKey: id) { directives.append(.remove(CloudRecord.window(window).key)) }
    if let c = customers[customer.record.id]?.configurations.removeValue(forKey: id) { directives.append(.remove(CloudRecord.configuration(c).key)) }
    log(customer.record.id, "platform/resourcelocation/delete", id, record.model.name, by: actor, at: now)
    return .noContent
  }

  private mutating func put(_ record: LocationRecord, at now: Now) {
    customers[record.customer]?.locations[record.model.id] = record
    save(.location(record))
    tellLocation(record.model.id, of: record.customer, at: now)
  }

  private func check(_ record: LocationRecord, isWritableBy actor: CloudActor) throws(CloudRefusal) {
    if record.model.readOnly && actor != .operator { throw CloudRefusal(.noPermission, "resource location '\(record.model.name)' is read-only") }
  }

  /// Names are unique within a customer, compared without case. That the product refuses a second one is from memory; 409 is chosen.
  private func check(_ name: String, isFreeIn customer: Customer, besides id: String?) throws(CloudRefusal) {
    guard ResourceLocationModel.isValid(name: name) else {
      throw CloudRefusal(.badRequest, "'\(name)' cannot name a resource location; it must match \(ResourceLocationModel.namePattern)")
    }
    let taken = customer.locations.values.contains { $0.model.id != id && $0.model.name.lowercased() == name.lowercased() }
    if taken { throw CloudRefusal(.conflict, "there is a resource location named '\(name)' already") }
  }

  // MARK: Connectors

  private func list(_ query: ConnectorQuery, of customer: Customer, at now: Now) -> [ConnectorModel] {
    guard query.connectorType != .unified else { return [] }
    return customer.connectors.values
      .filter { query.location == nil || $0.record.location == query.location }
      .sorted { ($0.record.fqdn, $0.record.id) < ($1.record.fqdn, $1.record.id) }
      .map { model($0, extended: query.extendedData, expected: query.retrieveExpectedVersion, at: now) }
  }

  private func model(_ connector: Connector, extended: Bool, expected: Bool, at now: Now) -> ConnectorModel {
    let record = connector.record
    let health = connector.contact.evaluate(record, settings, at: now)
    let silent = health.state == .notInContact || health.state == .disconnected
    return ConnectorModel(
      id: record.id, fqdn: record.fqdn, location: record.location, currentVersion: record.version,
      currentBootstrapperVersion: record.bootstrapperVersion, expectedVersion: expected ? settings.expectedVersion ?? record.version : nil,
      expectedBootStrapperVersion: expected ? settings.expectedBootstrapperVersion ?? record.bootstrapperVersion : nil,
      versionState: health.state == .outdated ? "Outdated" : "Normal", inMaintenance: record.inMaintenance, leaseEndDateTime: record.leaseEnds,
      upgradeDisabled: false, connectorType: .windows, status: silent ? "Disconnected" : "Unknown", lastContactDate: record.lastContact,
      upgrade: extended ? ConnectorModel.Upgrade() : nil)
  }

  private mutating func deleteConnector(
    _ id: String, _ customer: Customer, by actor: CloudActor, at now: Now
  ) throws(CloudRefusal) -> CloudAnswer {
    guard let connector = customer.connectors[id] else { throw unknownConnector(id, customer) }
    let record = connector.record
    forget(id, at: now)
    customers[record.customer]?.connectors[id] = nil
    directives.append(.remove(CloudRecord.connector(record).key))
    revoke(record, at: now)
    directives.append(.dropLink(connector: id, reason: "the connector was deleted in the cloud"))
    log(record.customer, "agenthub/connector/delete", id, record.fqdn, by: actor, at: now)
    emit(.cloudConnectorDeleted(customer: record.customer, connector: id, fqdn: record.fqdn))
    directives.append(.changed(.deleted(customer: record.customer, connector: id, fqdn: record.fqdn)))
    connectorsChanged(record.customer, record.location)
    return .done
  }

  // MARK: Maintenance windows and the system log

  private mutating func setWindow(
    _ model: MaintenanceWindowModel, _ customer: Customer, by actor: CloudActor, at now: Now
  ) throws(CloudRefusal) -> CloudAnswer {
    let location = try find(model.location, of: customer)
    guard MaintenanceWindowModel.isValid(start: model.start) else {
      throw CloudRefusal(.badRequest, "start is '\(model.start)'; a time of day such as 18:00:00 was expected")
    }
    let record = WindowRecord(customer: customer.record.id, model: model)
    guard customer.windows[model.location] != record else { return .window(model) }
    customers[customer.record.id]?.windows[model.location] = record
    save(.window(record))
    tellLocation(model.location, of: customer.record.id, at: now)
    log(customer.record.id, "platform/maintenancewindow/update", model.location, location.model.name, by: actor, at: now)
    return .window(model)
  }

  private func page(_ customer: Customer, limit: Int, continuation: String?, at now: Now) throws(CloudRefusal) -> SystemLogPage {
    guard (1...1000).contains(limit) else { throw CloudRefusal(.badRequest, "limit is \(limit); 1 to 1000 was expected") }
    var below = Int.max
    if let continuation {
      guard let number = Int(continuation) else {
        throw CloudRefusal(.badRequest, "ContinuationToken '\(continuation)' is not one that an earlier page gave")
      }
      below = number
    }
    let oldest = now.wall - settings.systemLogRetention
    let matching = customer.systemLog.reversed().lazy.filter { $0.number < below && $0.model.utcTimestamp >= oldest }
    let items = Array(matching.prefix(limit + 1))
    let more = items.count > limit
    return SystemLogPage(items: items.prefix(limit).map(\.model), continuationToken: more ? items.prefix(limit).last.map { String($0.number) } : nil)
  }
}

extension WallTime {
  static func - (t: WallTime, d: Duration) -> WallTime { t + (.zero - d) }
}
