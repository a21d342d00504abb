/// The kinds of brokering objects, in the order in which they refer to each other: each refers only to kinds before it.
extension BrokerConfiguration {
  package struct Site: Hashable, Codable, Sendable {
    package var name: String
    package var uuid: String

    package init(name: String, uuid: String) {
      self.name = name
      self.uuid = uuid
    }
  }

  /// A part of the site; in the product `ExternalUid` of a zone is the id of its resource location (facts/product.md 9).
  package struct Zone: Hashable, Codable, Sendable {
    package var name: String
    package var uuid: String
    /// Id of the resource location; nil when the file does not tie the zone to one.
    package var resourceLocation: String?
    package var isPrimary: Bool
    package var description: String

    package init(name: String, uuid: String, resourceLocation: String? = nil, isPrimary: Bool = false, description: String = "") {
      self.name = name
      self.uuid = uuid
      self.resourceLocation = resourceLocation
      self.isPrimary = isPrimary
      self.description = description
    }
  }

  /// A connector of the resource location (the product's EdgeServer).
  package struct EdgeServer: Hashable, Codable, Sendable {
    /// Elections go by the alphabetical order of these.
    package var fqdn: String
    /// The connector's id in the public API.
    package var uuid: String
    /// `host:port` of its peer channel; nil until it has told the cloud.
    package var peerAddress: String?

    package init(fqdn: String, uuid: String, peerAddress: String? = nil) {
      self.fqdn = fqdn
      self.uuid = uuid
      self.peerAddress = peerAddress
    }
  }

  package struct HypervisorConnection: Hashable, Codable, Sendable {
    package enum Kind: String, Codable, CaseIterable, Sendable { case vSphere, xenServer, hyperV, nutanix, azure, aws, googleCloud }
    package var name: String
    /// Name of the zone.
    package var zone: String
    package var kind: Kind
    package var address: String
    package var inMaintenance: Bool

    package init(name: String, zone: String, kind: Kind, address: String, inMaintenance: Bool = false) {
      self.name = name
      self.zone = zone
      self.kind = kind
      self.address = address
      self.inMaintenance = inMaintenance
    }
  }

  package enum SessionSupport: String, Codable, CaseIterable, Sendable { case singleSession, multiSession }

  package struct MachineCatalog: Hashable, Codable, Sendable {
    package enum Allocation: String, Codable, CaseIterable, Sendable {
      /// Any free machine.
      case random
      /// A machine of one's own.
      case `static`
    }
    package enum Provisioning: String, Codable, CaseIterable, Sendable { case manual, machineCreation, provisioningServices }
    package var name: String
    /// Name of the zone.
    package var zone: String
    package var sessionSupport: SessionSupport
    package var allocation: Allocation
    package var provisioning: Provisioning
    /// Name of the connection that powers its machines; nil when nothing does.
    package var hypervisorConnection: String?

    package init(
      name: String, zone: String, sessionSupport: SessionSupport, allocation: Allocation, provisioning: Provisioning,
      hypervisorConnection: String? = nil
    ) {
      self.name = name
      self.zone = zone
      self.sessionSupport = sessionSupport
      self.allocation = allocation
      self.provisioning = provisioning
      self.hypervisorConnection = hypervisorConnection
    }
  }

  package struct DeliveryGroup: Hashable, Codable, Sendable {
    package enum Delivers: String, Codable, CaseIterable, Sendable { case desktops, applications, desktopsAndApplications }
    package var name: String
    package var delivers: Delivers
    package var sessionSupport: SessionSupport
    package var enabled: Bool
    package var inMaintenance: Bool
    /// Lets a pooled single-session machine serve again in an outage without a restart (facts/product.md 3.4).
    package var reuseMachinesWithoutShutdownInOutage: Bool

    package init(
      name: String, delivers: Delivers, sessionSupport: SessionSupport, enabled: Bool = true, inMaintenance: Bool = false,
      reuseMachinesWithoutShutdownInOutage: Bool = false
    ) {
      self.name = name
      self.delivers = delivers
      self.sessionSupport = sessionSupport
      self.enabled = enabled
      self.inMaintenance = inMaintenance
      self.reuseMachinesWithoutShutdownInOutage = reuseMachinesWithoutShutdownInOutage
    }
  }

  /// A published application.
  package struct Application: Hashable, Codable, Sendable {
    package var name: String
    /// Names of the delivery groups whose machines run it; at least one.
    package var deliveryGroups: [String]
    package var commandLine: String
    package var arguments: String
    /// Where it stands in the user's list, parts joined by `\`; empty for the top.
    package var folder: String
    package var enabled: Bool

    package init(name: String, deliveryGroups: [String], commandLine: String, arguments: String = "", folder: String = "", enabled: Bool = true) {
      self.name = name
      self.deliveryGroups = deliveryGroups
      self.commandLine = commandLine
      self.arguments = arguments
      self.folder = folder
      self.enabled = enabled
    }
  }

  /// Who may start desktops of a delivery group, or an application.
  package struct Entitlement: Hashable, Codable, Sendable {
    package var name: String
    /// Name of the delivery group. With `application` nil the entitlement is to its desktops.
    package var deliveryGroup: String
    /// Name of the application, one of that delivery group's; nil for a desktop.
    package var application: String?
    /// SIDs of users and groups; at least one.
    package var includes: [String]
    /// SIDs that are left out although a group of `includes` has them.
    package var excludes: [String]
    package var enabled: Bool

    package init(
      name: String, deliveryGroup: String, application: String? = nil, includes: [String], excludes: [String] = [], enabled: Bool = true
    ) {
      self.name = name
      self.deliveryGroup = deliveryGroup
      self.application = application
      self.includes = includes
      self.excludes = excludes
      self.enabled = enabled
    }
  }

  package struct Machine: Hashable, Codable, Sendable {
    /// The short name, such as `VDA-001`.
    package var name: String
    package var dnsName: String
    package var sid: String
    /// Name of the machine catalog.
    package var catalog: String
    /// Name of the delivery group; nil while it is in none.
    package var deliveryGroup: String?
    /// SIDs of the users that it belongs to; only in a catalog of static allocation.
    package var assignedUsers: [String]
    /// The machine's id at its hypervisor.
    package var hostedMachineID: String?
    package var inMaintenance: Bool

    package init(
      name: String, dnsName: String, sid: String, catalog: String, deliveryGroup: String? = nil, assignedUsers: [String] = [],
      hostedMachineID: String? = nil, inMaintenance: Bool = false
    ) {
      self.name = name
      self.dnsName = dnsName
      self.sid = sid
      self.catalog = catalog
      self.deliveryGroup = deliveryGroup
      self.assignedUsers = assignedUsers
      self.hostedMachineID = hostedMachineID
      self.inMaintenance = inMaintenance
    }
  }

  /// A user that some entitlement or machine names, as the directory knew it when the configuration was written.
  package struct User: Hashable, Codable, Sendable {
    package var sid: String
    package var name: String
    package var domain: String

    package init(sid: String, name: String, domain: String) {
      self.sid = sid
      self.name = name
      self.domain = domain
    }
  }

  /// A group that some entitlement names. Who belongs to it is the directory's to say.
  package struct Group: Hashable, Codable, Sendable {
    package var sid: String
    package var name: String
    package var domain: String

    package init(sid: String, name: String, domain: String) {
      self.sid = sid
      self.name = name
      self.domain = domain
    }
  }
}
