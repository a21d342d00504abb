import BrokerConfiguration
import ConfigurationYAML
import ConnectorSettings
import Foundation
import LiveWorld
import Testing

@testable import Lab

@Suite struct LabSiteTests {
  private func configured() throws -> BrokerConfiguration {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/broker.yaml").standardizedFileURL.path
    return try BrokerConfigurationYAML.load(file: file, bytes: try DiskFiles().read(file))
  }

  @Test func theLabHasAsManyMachinesAsItSays() throws {
    let own = try configured()
    let made = LabSite.made(own, machines: 1_200, heartbeatPeriod: .seconds(40))
    #expect(made.machines.count == 1_200 && Array(made.machines.prefix(own.machines.count)) == own.machines)
    #expect(Set(made.machines.map { $0.name.lowercased() }).count == 1_200 && Set(made.machines.map(\.sid)).count == 1_200)
    #expect(Set(made.machines.map(\.dnsName)).count == 1_200)
    #expect(made.machines.last?.name == "VDA-1200" && made.machines.last?.dnsName == "vda-1200.forest1.local")
    // All that are made serve somebody, and none is anybody's own.
    #expect(made.machines.dropFirst(own.machines.count).allSatisfy { $0.deliveryGroup != nil && $0.assignedUsers.isEmpty && !$0.inMaintenance })
    #expect(made.settings["Core.HeartbeatPeriodMs"] == .integer(40_000))
    // The same, wherever it is made; and what connectors would import.
    #expect(LabSite.made(own, machines: 1_200, heartbeatPeriod: .seconds(40)) == made)
    #expect(try BrokerConfigurationYAML.load(file: "made", bytes: Array(try BrokerConfigurationYAML.text(made).utf8)) == made)
  }

  @Test func aConfigurationWithEnoughKeepsItsMachines() throws {
    let own = try configured()
    #expect(LabSite.made(own, machines: 0, heartbeatPeriod: .seconds(600)).machines == own.machines)
    // Without a machine to copy nothing is made.
    var bare = own
    bare.machines = []
    #expect(LabSite.made(bare, machines: 10, heartbeatPeriod: .seconds(600)).machines.isEmpty)
  }

  @Test func theLabsOwnConfigurationHasEnoughForTheQuickStart() throws {
    let lab = try LabConfigurationFile.load(
      URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/lab.yaml").standardizedFileURL.path)
    #expect(lab.resourceLocation.machines >= 200 && lab.connectors.outageProfile == .cloud20)
    #expect(lab.connectors.xmlPort == 8080)
  }
}

@Suite struct XMLPortsTests {
  @Test func portsFollowEachOtherAndPassByTakenOnes() {
    let all = XMLPorts.choose(8080, count: 3) { _ in true }
    #expect(all.ports == [8080, 8081, 8082] && all.notes(["c1", "c2", "c3"]).isEmpty)
    let some = XMLPorts.choose(8080, count: 3) { ![8080, 8082, 8083].contains($0) }
    #expect(some.ports == [8081, 8084, 8085])
    #expect(
      some.notes(["c1", "c2", "c3"]) == [
        "port 8080 is taken: the XML service of c1 is at port 8081", "ports 8082 to 8083 are taken: the XML service of c2 is at port 8084",
      ])
    let last = XMLPorts.choose(65_535, count: 2) { _ in true }
    #expect(last.ports == [65_535, nil] && last.notes(["c1", "c2"]).count == 1)
    let any = XMLPorts.choose(0, count: 2, anyFrom: 20_000) { $0 != 20_000 }
    #expect(any.ports == [20_001, 20_002] && any.notes(["c1", "c2"]).isEmpty)
  }
}

@Suite struct ToldSettingsTests {
  private func setup() -> ConnectorSetup {
    let cloud = CloudEndpoints(
      api: "https://127.0.0.1:1", link: "127.0.0.1:2", caFile: "/ca", customer: "acme", resourceLocation: "1", resourceLocationName: "Lab",
      clientID: "c", clientSecretFile: "/s", labToken: "t", pid: 1)
    var lab = LabConfiguration()
    lab.connectors.outageProfile = .onPrem90
    var setup = ConnectorSetup(name: "c1", laboratory: lab, paths: LabPaths(root: "/lab"), cloud: cloud, directoryFile: "/d", files: DiskFiles())
    setup.xml = "127.0.0.1:8080"
    return setup
  }

  /// An older release refuses a file with a field that it does not know; it ignores what it is told by the environment.
  @Test func whatOlderReleasesMayNotKnowIsNotInTheFile() throws {
    let setup = setup()
    #expect(setup.configuration.highAvailability.profile == ConnectorConfiguration.HighAvailability().profile)
    #expect(setup.told.contains("highAvailability.profile=onprem-90s") && setup.told.contains("remoteBroker.listen=127.0.0.1:8080"))
    let told = try setup.configurationAsTold()
    #expect(told.highAvailability.profile == .onPrem90 && told.highAvailability.initialHA == TimeSpan(.seconds(30)))
    #expect(setup.endpoint.xml == "127.0.0.1:8080")
  }

  @Test func aVersionTakesWhatItKnows() {
    let text = SettingsByEnvironment.text(["logger.level=debug", "no.such=1", "nonsense", "highAvailability.profile=cloud-20s"])
    #expect(SettingsByEnvironment.read([SettingsByEnvironment.variable: text]) == ["logger.level=debug", "highAvailability.profile=cloud-20s"])
    #expect(SettingsByEnvironment.read([:]).isEmpty)
  }
}
