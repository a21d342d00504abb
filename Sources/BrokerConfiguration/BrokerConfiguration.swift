/// What a connector must know to broker sessions while its cloud is out of reach: one site's brokering objects at one revision.
///
/// The JSON form is this struct's `Codable` form, every key present. Objects refer to each other by `name`, to people by `sid`; names are
/// unique within their kind, compared without case (as the product's are). The product's own exchange is not public, so the field names
/// are ours; kinds and their relations follow its public object model (facts/product.md 3.1, 8, 9).
package struct BrokerConfiguration: Hashable, Codable, Sendable {
  /// The version of this form; a reader refuses any other.
  package static let currentFormat = 1

  package var format = BrokerConfiguration.currentFormat
  /// Grows by one with each change. The cloud sets it in what it serves, whatever the file says.
  package var revision = 1
  package var sites: [Site] = []
  package var zones: [Zone] = []
  /// The connectors of the reader's resource location. The cloud fills this in; a file leaves it empty.
  package var edgeServers: [EdgeServer] = []
  package var hypervisorConnections: [HypervisorConnection] = []
  package var machineCatalogs: [MachineCatalog] = []
  package var deliveryGroups: [DeliveryGroup] = []
  package var applications: [Application] = []
  package var entitlements: [Entitlement] = []
  package var machines: [Machine] = []
  package var users: [User] = []
  package var groups: [Group] = []
  /// Site settings by the name that administrators know them by, such as `Lhc.ConfigSyncIntervalSeconds`.
  package var settings: [String: SettingValue] = [:]

  package init() {}

  /// How many objects of each kind there are, by the JSON name of the kind.
  package var counts: [String: Int] {
    [
      "sites": sites.count, "zones": zones.count, "edgeServers": edgeServers.count, "hypervisorConnections": hypervisorConnections.count,
      "machineCatalogs": machineCatalogs.count, "deliveryGroups": deliveryGroups.count, "applications": applications.count,
      "entitlements": entitlements.count, "machines": machines.count, "users": users.count, "groups": groups.count, "settings": settings.count,
    ]
  }
}

/// The value of a site setting: a text, a whole number or a flag, as in JSON.
package enum SettingValue: Hashable, Codable, Sendable {
  case text(String)
  case integer(Int)
  case flag(Bool)

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Int.self) {
      self = .integer(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .integer(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    }
  }
}
