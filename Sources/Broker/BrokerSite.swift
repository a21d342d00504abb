package import BrokerConfiguration

/// A broker configuration made ready for brokering: everything is found by name, DNS name or SID without case, and in constant time.
///
/// Made once for each configuration, in time that grows with its size. It believes nothing of the configuration: what refers to something that is not there is
/// left out, and of two with one name the first counts.
package struct BrokerSite: Sendable {
  struct Machine: Sendable {
    /// The name without case: what the logic knows the machine by.
    let key: String
    let name: String
    let address: String
    let zone: String
    let zoneKey: String
    let group: Int?
    let support: MachineSessionSupport
    let isStatic: Bool
    let isAssigned: Bool
    let inMaintenance: Bool
  }

  struct Group: Sendable {
    let name: String
    let enabled: Bool
    let inMaintenance: Bool
    let reusesMachinesInOutage: Bool
    /// Machines of this group belong to one user each.
    var hasStaticMachines = false
  }

  struct Resource: Sendable {
    let shown: BrokerResource
    let group: Int
    /// Name of the application; nil for a desktop.
    let application: String?
    let enabled: Bool
  }

  private struct Grant: Sendable {
    let resource: Int
    let excludes: Set<String>
  }

  /// The site's name; `Site` when the configuration has none.
  package let name: String
  package let revision: Int
  package let settings: [String: SettingValue]
  /// The site lets pooled machines serve again in an outage where their delivery group says so too (product facts 3.4).
  let allowsReuseInOutage: Bool
  let machines: [Machine]
  let groups: [Group]
  let resources: [Resource]
  /// Zones that have machines, without case, in order.
  let zones: [String]
  private let machinePlaces: [String: Int]
  private let resourcePlaces: [String: Int]
  private let grants: [Grant]
  private let grantsOf: [String: [Int]]
  private let machinesOf: [String: [Int]]
  private let machinesIn: [String: Int]

  package init(_ configuration: BrokerConfiguration) {
    name = configuration.sites.first?.name ?? "Site"
    revision = configuration.revision
    settings = configuration.settings
    allowsReuseInOutage = configuration.settings.contains {
      $0.key.lowercased().hasSuffix("reusemachineswithoutshutdowninoutageallowed") && $0.value == .flag(true)
    }
    var groups = configuration.deliveryGroups.map {
      Group(
        name: $0.name, enabled: $0.enabled, inMaintenance: $0.inMaintenance, reusesMachinesInOutage: $0.reuseMachinesWithoutShutdownInOutage)
    }
    let groupPlaces = Self.places(groups.map(\.name))
    let made = Self.machines(configuration, groupPlaces)
    for machine in made.all where machine.isStatic { if let group = machine.group { groups[group].hasStaticMachines = true } }
    self.groups = groups
    machines = made.all
    machinePlaces = made.places
    machinesOf = made.owners
    machinesIn = made.all.reduce(into: [:]) { $0[$1.zoneKey, default: 0] += 1 }
    zones = machinesIn.keys.sorted()
    resources = Self.resources(configuration, groupPlaces)
    resourcePlaces = Self.places(resources.map(\.shown.id))
    var grants: [Grant] = []
    var grantsOf: [String: [Int]] = [:]
    for entitlement in configuration.entitlements where entitlement.enabled {
      let id = Self.resourceID(group: entitlement.deliveryGroup, application: entitlement.application)
      guard let resource = resourcePlaces[id.lowercased()] else { continue }
      for sid in Set(entitlement.includes.map { $0.lowercased() }) { grantsOf[sid, default: []].append(grants.count) }
      grants.append(Grant(resource: resource, excludes: Set(entitlement.excludes.map { $0.lowercased() })))
    }
    self.grants = grants
    self.grantsOf = grantsOf
  }

  /// By name, DNS name or SID, without case; `DOMAIN\` before the name is passed over.
  func machine(_ text: String) -> Machine? {
    let key = text.lowercased()
    if let place = machinePlaces[key] { return machines[place] }
    guard let slash = key.lastIndex(of: "\\") else { return nil }
    return machinePlaces[String(key[key.index(after: slash)...])].map { machines[$0] }
  }

  /// By the name without case only.
  func machine(key: String) -> Machine? { machinePlaces[key].map { machines[$0] } }

  func resource(_ id: String) -> Int? { resourcePlaces[id.lowercased()] }

  func resource(group: Int, application: String?) -> Resource? {
    resource(Self.resourceID(group: groups[group].name, application: application)).map { resources[$0] }
  }

  /// Machines that the configuration gives to the user.
  func assigned(to user: String) -> [Machine] { (machinesOf[user] ?? []).map { machines[$0] } }

  /// How many machines may register: those of the zone, or all.
  func machineCount(zone: String?) -> Int { zone.map { machinesIn[$0.lowercased()] ?? 0 } ?? machines.count }

  /// Places in `resources` of all that the user is entitled to, in the configuration's order. Costs what the user's own SIDs are granted.
  func granted(to user: UserIdentity) -> [Int] {
    let sids = Self.sids(of: user)
    var found: Set<Int> = []
    for sid in sids {
      for place in grantsOf[sid] ?? [] where !found.contains(grants[place].resource) && grants[place].excludes.isDisjoint(with: sids) {
        found.insert(grants[place].resource)
      }
    }
    return found.sorted()
  }

  func isGranted(_ resource: Int, to user: UserIdentity) -> Bool {
    let sids = Self.sids(of: user)
    return sids.contains { sid in
      (grantsOf[sid] ?? []).contains { grants[$0].resource == resource && grants[$0].excludes.isDisjoint(with: sids) }
    }
  }

  private static func sids(of user: UserIdentity) -> Set<String> {
    var out = Set(user.groups.map { $0.lowercased() })
    out.insert(user.sid.lowercased())
    return out
  }
}
