import BrokerConfiguration
import Testing

@Suite struct BrokerValidationTests {
  typealias Change = @Sendable (inout BrokerConfiguration) -> Void

  /// One broken rule each, and where and how it is told.
  static let table: [(name: String, path: String, says: String, change: Change)] = [
    ("format", "format", "reads format 1", { $0.format = 2 }),
    ("revision", "revision", "count from 0", { $0.revision = -1 }),
    ("no site", "sites", "exactly one", { $0.sites = [] }),
    ("two primaries", "zones", "more than one zone is primary", { $0.zones.append(.init(name: "B", uuid: "u", isPrimary: true)) }),
    ("zone name twice, case apart", "zones[1].name", "already the name of zones[0]", { $0.zones.append(.init(name: "HEADQUARTERS", uuid: "u")) }),
    ("catalog's zone", "machineCatalogs[0].zone", "no zone named 'Nowhere'", { $0.machineCatalogs[0].zone = "Nowhere" }),
    (
      "catalog's connection", "machineCatalogs[0].hypervisorConnection", "no hypervisor connection named 'x'",
      { $0.machineCatalogs[0].hypervisorConnection = "x" }
    ),
    ("connection's zone", "hypervisorConnections[0].zone", "no zone named 'x'", { $0.hypervisorConnections[0].zone = "x" }),
    ("machine's catalog", "machines[2].catalog", "no machine catalog named 'x'", { $0.machines[2].catalog = "x" }),
    ("machine's group", "machines[2].deliveryGroup", "no delivery group named 'x'", { $0.machines[2].deliveryGroup = "x" }),
    ("machine twice", "machines[3].name", "already the name of machines[2]", { $0.machines[3].name = $0.machines[2].name }),
    ("machine's SID twice", "machines[3].sid", "already the sid of machines[2]", { $0.machines[3].sid = $0.machines[2].sid }),
    ("machine's SID", "machines[3].sid", "is not a SID", { $0.machines[3].sid = "S-1-5-x" }),
    ("machine's DNS name", "machines[3].dnsName", "not a fully qualified name", { $0.machines[3].dnsName = "vda" }),
    (
      "session support", "machines[0].deliveryGroup", "they must agree",
      { $0.machines[0].deliveryGroup = "Shared applications" }
    ),
    (
      "owner in a random catalog", "machines[0].assignedUsers", "belong to nobody",
      { $0.machines[0].assignedUsers = [$0.users[0].sid] }
    ),
    ("unknown owner", "machines[5].assignedUsers[0]", "neither in users nor in groups", { $0.machines[5].assignedUsers = ["S-1-5-21-1"] }),
    ("application without a group", "applications[0].deliveryGroups", "at least one", { $0.applications[0].deliveryGroups = [] }),
    (
      "application in a desktop group", "applications[0].deliveryGroups[0]", "delivers only desktops",
      { $0.applications[0].deliveryGroups = ["Office desktops"] }
    ),
    ("nobody entitled", "entitlements[0].includes", "at least one SID", { $0.entitlements[0].includes = [] }),
    ("orphaned SID", "entitlements[0].includes[0]", "neither in users nor in groups", { $0.entitlements[0].includes = ["S-1-5-21-9-9-9-9"] }),
    ("entitlement's application", "entitlements[0].application", "no application named 'x'", { $0.entitlements[0].application = "x" }),
    ("user is a group", "groups[0].sid", "is also a user's", { $0.groups[0].sid = $0.users[0].sid }),
    (
      "edge server twice", "edgeServers[1].fqdn", "already the fqdn",
      { $0.edgeServers = [.init(fqdn: "a.b", uuid: "1"), .init(fqdn: "A.B", uuid: "2")] }
    ),
  ]

  @Test(arguments: table.indices) func everyRuleIsTold(index: Int) {
    let row = Self.table[index]
    var configuration = BrokerConfiguration.generate(machines: 20, seed: 3)
    row.change(&configuration)
    let problems = configuration.problems()
    #expect(problems.contains { $0.path == row.path && $0.text.contains(row.says) }, "\(row.name): \(problems)")
  }

  @Test(arguments: [1, 3, 50, 1000]) func generatedConfigurationIsGood(machines: Int) {
    let configuration = BrokerConfiguration.generate(machines: machines, seed: 42)
    #expect(configuration.problems() == [])
    #expect(configuration.machines.count == machines)
    #expect(configuration == BrokerConfiguration.generate(machines: machines, seed: 42))
    #expect(configuration != BrokerConfiguration.generate(machines: machines, seed: 43))
  }

  @Test func sizeOutOfRangeIsBroughtIntoIt() {
    #expect(BrokerConfiguration.generate(machines: -5).machines.count == 1)
  }

  @Test func listOfProblemsIsBounded() {
    var configuration = BrokerConfiguration.generate(machines: 500)
    for index in configuration.machines.indices { configuration.machines[index].sid = "x\(index)" }
    #expect(configuration.problems().count == 100)
  }

  @Test(arguments: [
    ("S-1-5-21-1004336348-1177238915-682003330-1101", true), ("S-1-1-0", true), ("S-1-5-4294967296", false), ("S-2-5-1", false), ("S-1-5", false),
    ("", false), ("S-1-5--1", false), ("S-1-5-+1", false), ("S-1-281474976710656-1", false),
  ]) func sidForm(text: String, good: Bool) {
    #expect(SID.isWellFormed(text) == good)
  }
}
