import BrokerConfiguration

/// How the index is made.
extension BrokerSite {
  /// The names without case, each with where it stands first.
  static func places(_ names: [String]) -> [String: Int] {
    Dictionary(zip(names.map { $0.lowercased() }, names.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The desktops of a delivery group are known by its name, an application in it by `GROUP/APPLICATION`; a `/` or `%` in a name is written `%2F` or `%25`.
  package static func resourceID(group: String, application: String? = nil) -> String {
    func escaped(_ name: String) -> String {
      guard name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "%") }) else { return name }
      return name.reduce(into: "") { $0 += $1 == "/" ? "%2F" : $1 == "%" ? "%25" : String($1) }
    }
    return application.map { "\(escaped(group))/\(escaped($0))" } ?? escaped(group)
  }

  static func resources(_ configuration: BrokerConfiguration, _ groupPlaces: [String: Int]) -> [Resource] {
    var out: [Resource] = []
    for (place, group) in configuration.deliveryGroups.enumerated() where group.delivers != .applications {
      guard groupPlaces[group.name.lowercased()] == place else { continue }
      out.append(
        Resource(
          shown: BrokerResource(id: resourceID(group: group.name), kind: .desktop, name: group.name), group: place, application: nil,
          enabled: group.enabled))
    }
    for application in configuration.applications {
      for name in application.deliveryGroups {
        guard let place = groupPlaces[name.lowercased()], configuration.deliveryGroups[place].delivers != .desktops else { continue }
        let group = configuration.deliveryGroups[place]
        let shown = BrokerResource(
          id: resourceID(group: group.name, application: application.name), kind: .application, name: application.name,
          folder: application.folder)
        out.append(Resource(shown: shown, group: place, application: application.name, enabled: group.enabled && application.enabled))
      }
    }
    return out
  }

  static func machines(
    _ configuration: BrokerConfiguration, _ groupPlaces: [String: Int]
  ) -> (all: [Machine], places: [String: Int], owners: [String: [Int]]) {
    let catalogPlaces = places(configuration.machineCatalogs.map(\.name))
    var all: [Machine] = []
    var found: [String: Int] = [:]
    var owners: [String: [Int]] = [:]
    all.reserveCapacity(configuration.machines.count)
    found.reserveCapacity(configuration.machines.count * 3)
    var kept: [BrokerConfiguration.Machine] = []
    kept.reserveCapacity(configuration.machines.count)
    for machine in configuration.machines {
      let key = machine.name.lowercased()
      guard let place = catalogPlaces[machine.catalog.lowercased()], found[key] == nil else { continue }
      let catalog = configuration.machineCatalogs[place]
      for user in Set(machine.assignedUsers.map({ $0.lowercased() })) { owners[user, default: []].append(all.count) }
      found[key] = all.count
      kept.append(machine)
      all.append(
        Machine(
          key: key, name: machine.name, address: machine.dnsName, zone: catalog.zone, zoneKey: catalog.zone.lowercased(),
          group: machine.deliveryGroup.flatMap { groupPlaces[$0.lowercased()] },
          support: catalog.sessionSupport == .singleSession ? .singleSession : .multiSession, isStatic: catalog.allocation == .static,
          isAssigned: !machine.assignedUsers.isEmpty, inMaintenance: machine.inMaintenance))
    }
    // Names go first: another machine's DNS name or SID never hides one.
    for (place, machine) in kept.enumerated() {
      for text in [machine.dnsName, machine.sid] where found[text.lowercased()] == nil { found[text.lowercased()] = place }
    }
    return (all, found, owners)
  }
}
