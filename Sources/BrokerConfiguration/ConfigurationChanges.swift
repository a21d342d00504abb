/// What differs between two configurations, so that a connector which has the earlier one need not be sent the later one whole.
///
/// `base.changes(to: later, …)` and then `apply(to: base)` give back `later` to the byte: both digests go with the changes, and whoever applies them checks both. Whoever
/// cannot apply them asks for the whole configuration.
package struct ConfigurationChanges: Hashable, Codable, Sendable {
  /// The version of this form; a reader refuses any other.
  package static let currentFormat = 1
  /// What the cloud calls it in `content-type`, and a connector that reads it in `accept`.
  package static let contentType = "application/vnd.connectord.configuration-changes+json"

  package var format = ConfigurationChanges.currentFormat
  /// The revision that these change, and its digest as `BrokerConfiguration.digest` has it.
  package var base: Int
  package var baseDigest: String
  /// What comes of it.
  package var revision: Int
  package var digest: String

  package var sites: Kind<BrokerConfiguration.Site>
  package var zones: Kind<BrokerConfiguration.Zone>
  package var edgeServers: Kind<BrokerConfiguration.EdgeServer>
  package var hypervisorConnections: Kind<BrokerConfiguration.HypervisorConnection>
  package var machineCatalogs: Kind<BrokerConfiguration.MachineCatalog>
  package var deliveryGroups: Kind<BrokerConfiguration.DeliveryGroup>
  package var applications: Kind<BrokerConfiguration.Application>
  package var entitlements: Kind<BrokerConfiguration.Entitlement>
  package var machines: Kind<BrokerConfiguration.Machine>
  package var users: Kind<BrokerConfiguration.User>
  package var groups: Kind<BrokerConfiguration.Group>
  /// All settings as they are to be; nil: they stay.
  package var settings: [String: SettingValue]?

  /// Of one kind of objects.
  package struct Kind<Object: BrokerObject>: Hashable, Codable, Sendable {
    package struct Put: Hashable, Codable, Sendable {
      /// Its place in the later list.
      package var at: Int
      package var object: Object
    }
    /// Keys of objects that go.
    package var removed: [String] = []
    /// Objects that come, or are other than they were, by ascending place.
    package var put: [Put] = []

    package var isEmpty: Bool { removed.isEmpty && put.isEmpty }
  }

  /// How many objects are named in it, for events.
  package var count: Int {
    func of<Object>(_ kind: Kind<Object>) -> Int { kind.removed.count + kind.put.count }
    let first = of(sites) + of(zones) + of(edgeServers) + of(hypervisorConnections) + of(machineCatalogs) + of(deliveryGroups)
    return first + of(applications) + of(entitlements) + of(machines) + of(users) + of(groups)
  }
}

/// An object that a configuration holds once.
package protocol BrokerObject: Hashable, Codable, Sendable {
  /// Unique within its kind.
  var key: String { get }
}

extension BrokerConfiguration.Site: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.Zone: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.EdgeServer: BrokerObject { package var key: String { fqdn } }
extension BrokerConfiguration.HypervisorConnection: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.MachineCatalog: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.DeliveryGroup: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.Application: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.Entitlement: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.Machine: BrokerObject { package var key: String { name } }
extension BrokerConfiguration.User: BrokerObject { package var key: String { sid } }
extension BrokerConfiguration.Group: BrokerObject { package var key: String { sid } }
