/// Makes a plausible configuration of any size: the same size and seed give the same value, on every machine.
extension BrokerConfiguration {
  /// - Parameter machines: from 1 to 100 000; anything else is brought into that range.
  package static func generate(machines: Int, seed: UInt64 = 1) -> BrokerConfiguration {
    var generator = BrokerGenerator(machines: min(max(1, machines), 100_000), seed: seed)
    return generator.make()
  }
}

private struct BrokerGenerator {
  static let domain = "forest1.local"
  static let domainSID = "S-1-5-21-1004336348-1177238915-682003330"
  private var state: UInt64
  private let machines: Int

  init(machines: Int, seed: UInt64) {
    self.machines = machines
    state = seed
  }

  mutating func make() -> BrokerConfiguration {
    var out = BrokerConfiguration()
    let pooled = "Office pooled"
    let personal = "Office personal"
    let hosts = "Session hosts"
    out.sites = [.init(name: "Forest1", uuid: uuid())]
    out.zones = [.init(name: "Headquarters", uuid: uuid(), isPrimary: true, description: "Made by connector-lab config generate")]
    out.hypervisorConnections = [.init(name: "vcenter-01", zone: "Headquarters", kind: .vSphere, address: "https://vcenter-01.\(Self.domain)/sdk")]
    out.machineCatalogs = [
      .init(
        name: pooled, zone: "Headquarters", sessionSupport: .singleSession, allocation: .random, provisioning: .machineCreation,
        hypervisorConnection: "vcenter-01"),
      .init(
        name: personal, zone: "Headquarters", sessionSupport: .singleSession, allocation: .static, provisioning: .manual,
        hypervisorConnection: "vcenter-01"),
      .init(
        name: hosts, zone: "Headquarters", sessionSupport: .multiSession, allocation: .random, provisioning: .machineCreation,
        hypervisorConnection: "vcenter-01"),
    ]
    out.deliveryGroups = [
      .init(name: "Office desktops", delivers: .desktops, sessionSupport: .singleSession, reuseMachinesWithoutShutdownInOutage: true),
      .init(name: "Personal desktops", delivers: .desktops, sessionSupport: .singleSession),
      .init(name: "Shared applications", delivers: .desktopsAndApplications, sessionSupport: .multiSession),
    ]
    out.groups = [
      .init(sid: sid(513), name: "Domain Users", domain: Self.domain), .init(sid: sid(1201), name: "Office", domain: Self.domain),
      .init(sid: sid(1202), name: "Call Centre", domain: Self.domain),
    ]
    addApplications(to: &out)
    addMachines(to: &out, pooled: pooled, personal: personal, hosts: hosts)
    out.settings = ["Lhc.ConfigSyncIntervalSeconds": .integer(60), "ReuseMachinesWithoutShutdownInOutageAllowed": .flag(true)]
    return out
  }

  private mutating func addApplications(to out: inout BrokerConfiguration) {
    let shared = "Shared applications"
    for index in 1...max(3, min(200, machines / 10)) {
      let name = "Application \(padded(index, 3))"
      out.applications.append(
        .init(name: name, deliveryGroups: [shared], commandLine: "C:\\Program Files\\Apps\\app\(padded(index, 3)).exe", folder: "Business"))
      out.entitlements.append(.init(name: name, deliveryGroup: shared, application: name, includes: [sid(below(2) == 0 ? 1201 : 1202)]))
    }
    out.entitlements.append(.init(name: "Office desktop", deliveryGroup: "Office desktops", includes: [sid(1201)]))
    out.entitlements.append(.init(name: "Shared desktop", deliveryGroup: shared, includes: [sid(1202)]))
  }

  /// Of ten machines five are pooled, two personal with a user each, three session hosts; one in fifty stands in maintenance.
  private mutating func addMachines(to out: inout BrokerConfiguration, pooled: String, personal: String, hosts: String) {
    let width = max(3, String(machines).count)
    var owners: [String] = []
    for index in 1...machines {
      let name = "VDA-\(padded(index, width))"
      var machine = BrokerConfiguration.Machine(
        name: name, dnsName: "\(name.lowercased()).\(Self.domain)", sid: sid(100_000 + index), catalog: pooled, deliveryGroup: "Office desktops",
        hostedMachineID: uuid(), inMaintenance: below(50) == 0)
      switch index % 10 {
      case 6, 7:
        machine.catalog = personal
        machine.deliveryGroup = "Personal desktops"
        let user = BrokerConfiguration.User(sid: sid(300_000 + index), name: "user\(padded(index, width))", domain: Self.domain)
        out.users.append(user)
        owners.append(user.sid)
        machine.assignedUsers = [user.sid]
      case 8, 9, 0:
        machine.catalog = hosts
        machine.deliveryGroup = "Shared applications"
      default: break
      }
      out.machines.append(machine)
    }
    if !owners.isEmpty { out.entitlements.append(.init(name: "Personal desktop", deliveryGroup: "Personal desktops", includes: owners)) }
  }

  private func sid(_ relative: Int) -> String { "\(Self.domainSID)-\(relative)" }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private mutating func uuid() -> String {
    let hex = [next(), next()].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    let part = { (from: Int, count: Int) in String(hex.dropFirst(from).prefix(count)) }
    return "\(part(0, 8))-\(part(8, 4))-4\(part(13, 3))-8\(part(17, 3))-\(part(20, 12))"
  }

  private mutating func below(_ bound: UInt64) -> UInt64 { next().multipliedFullWidth(by: bound).high }

  /// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
