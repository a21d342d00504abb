import BrokerConfiguration
import ConnectorSettings

/// The shape of a broker configuration's file. Keys and their order are those of `BrokerConfiguration`'s JSON form; a test holds them against it.
package enum BrokerShape {
  package static let shape: Shape = .record([
    .init("format", .integer(1...1), .defaulted(.integer(BrokerConfiguration.currentFormat)), "Version of this form."),
    .init("revision", .integer(0...1_000_000_000), .defaulted(.integer(1)), "Set by the cloud in what it serves."),
    list(
      "sites", "Exactly one.",
      [.init("name", .text(.nonEmpty)), .init("uuid", .text(.uuid))]),
    list(
      "zones", "Parts of the site.",
      [
        .init("name", .text(.nonEmpty)), .init("uuid", .text(.uuid)), .init("resourceLocation", .text(.nonEmpty), .optional),
        .init("isPrimary", .flag, no), .init("description", .text(.any), .defaulted(.text(""))),
      ]),
    list(
      "edgeServers", "Filled in by the cloud.",
      [.init("fqdn", .text(.hostName)), .init("uuid", .text(.nonEmpty)), .init("peerAddress", .text(.hostPort), .optional)]),
    list(
      "hypervisorConnections", "What powers machines.",
      [
        .init("name", .text(.nonEmpty)), .init("zone", .text(.nonEmpty)), choice("kind", BrokerConfiguration.HypervisorConnection.Kind.self),
        .init("address", .text(.nonEmpty)), .init("inMaintenance", .flag, no),
      ]),
    list(
      "machineCatalogs", "Machines of one kind.",
      [
        .init("name", .text(.nonEmpty)), .init("zone", .text(.nonEmpty)), choice("sessionSupport", BrokerConfiguration.SessionSupport.self),
        choice("allocation", BrokerConfiguration.MachineCatalog.Allocation.self),
        choice("provisioning", BrokerConfiguration.MachineCatalog.Provisioning.self), .init("hypervisorConnection", .text(.nonEmpty), .optional),
      ]),
    list(
      "deliveryGroups", "Machines that serve the same people.",
      [
        .init("name", .text(.nonEmpty)), choice("delivers", BrokerConfiguration.DeliveryGroup.Delivers.self),
        choice("sessionSupport", BrokerConfiguration.SessionSupport.self), .init("enabled", .flag, yes), .init("inMaintenance", .flag, no),
        .init("reuseMachinesWithoutShutdownInOutage", .flag, no),
      ]),
    list(
      "applications", "Published applications.",
      [
        .init("name", .text(.nonEmpty)), .init("deliveryGroups", .list(.text(.nonEmpty))), .init("commandLine", .text(.nonEmpty)),
        .init("arguments", .text(.any), .defaulted(.text(""))), .init("folder", .text(.any), .defaulted(.text(""))), .init("enabled", .flag, yes),
      ]),
    list(
      "entitlements", "Who may start what.",
      [
        .init("name", .text(.nonEmpty)), .init("deliveryGroup", .text(.nonEmpty)), .init("application", .text(.nonEmpty), .optional),
        .init("includes", .list(.text(.nonEmpty))), .init("excludes", .list(.text(.nonEmpty)), none), .init("enabled", .flag, yes),
      ]),
    list(
      "machines", "Every machine that may register.",
      [
        .init("name", .text(.nonEmpty)), .init("dnsName", .text(.hostName)), .init("sid", .text(.nonEmpty)), .init("catalog", .text(.nonEmpty)),
        .init("deliveryGroup", .text(.nonEmpty), .optional), .init("assignedUsers", .list(.text(.nonEmpty)), none),
        .init("hostedMachineID", .text(.nonEmpty), .optional), .init("inMaintenance", .flag, no),
      ]),
    list("users", "Users that are named above.", person),
    list("groups", "Groups that are named above.", person),
    .init("settings", .settings, .defaulted(.record([])), "Site settings by name."),
  ])

  private static let person: [ShapeField] = [
    .init("sid", .text(.nonEmpty)), .init("name", .text(.nonEmpty)), .init("domain", .text(.hostName)),
  ]
  private static let yes = ShapeField.Presence.defaulted(.flag(true))
  private static let no = ShapeField.Presence.defaulted(.flag(false))
  private static let none = ShapeField.Presence.defaulted(.list([]))

  private static func list(_ key: String, _ doc: String, _ fields: [ShapeField]) -> ShapeField {
    ShapeField(key, .list(.record(fields)), key == "sites" ? .required : none, doc)
  }

  private static func choice<Word: RawRepresentable & CaseIterable>(_ key: String, _: Word.Type) -> ShapeField where Word.RawValue == String {
    ShapeField(key, .choice(Word.allCases.map(\.rawValue)))
  }
}
