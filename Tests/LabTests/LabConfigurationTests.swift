import ConnectorSettings
import Evergreen
import LiveWorld
import ReleaseSlots
import Testing

@testable import Lab

@Suite struct LabConfigurationTests {
  @Test func anEmptyFileIsAllDefaults() throws {
    #expect(try LabConfigurationFile.read(Array("{}".utf8), shownAs: "lab.yaml") == LabConfiguration())
  }

  @Test func valuesAreTaken() throws {
    let text = "connectors:\n  count: 5\n  domain: example.org\ncloud:\n  heartbeatEvery: 500ms\n"
    let read = try LabConfigurationFile.read(Array(text.utf8), shownAs: "lab.yaml")
    #expect(read.connectors.count == 5 && read.connectors.domain == "example.org")
    #expect(read.cloud.heartbeatEvery.duration == .milliseconds(500))
  }

  @Test(arguments: [
    ("connectors:\n  cuont: 5\n", "lab.yaml:2:3", "count"), ("connectors:\n  count: 0\n", "lab.yaml:2:10", "connectors.count"),
    ("cloud:\n  apiPort: 70000\n", "lab.yaml:2:12", "cloud.apiPort"), ("cloud:\n\tapiPort: 1\n", "lab.yaml:2:", ""),
    ("cloud:\n  updates: theirs\n", "lab.yaml:2:12", "cloud.updates"),
    ("connectors:\n  trialProbes: 0\n", "lab.yaml:2:16", "connectors.trialProbes"),
  ]) func problemsHavePlaceAndField(text: String, place: String, field: String) throws {
    let error = #expect(throws: LabError.self) { try LabConfigurationFile.read(Array(text.utf8), shownAs: "lab.yaml") }
    #expect(error?.exit == .configuration)
    #expect(error?.description.contains(place) == true && error?.description.contains(field) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("connectors: {probeEvery: 3s, peerTimeout: 3s}\n", "connectors.peerTimeout"), ("cloud: {heartbeatEvery: 9s}\n", "cloud.leaseLength"),
    ("connectors: {trialLength: 60s}\n", "connectors.trialLength"),
  ]) func valuesThatDoNotGoTogetherAreRefused(text: String, field: String) throws {
    let error = #expect(throws: LabError.self) { try LabConfigurationFile.read(Array(text.utf8), shownAs: "lab.yaml") }
    #expect(error?.exit == .configuration && error?.description.contains(field) == true)
  }

  @Test func aLargeLabIsSlowerAndNotSick() {
    let small = LabConfiguration().with(connectors: 3)
    #expect(small.cloud.leaseLength == LabConfiguration().cloud.leaseLength)
    let large = LabConfiguration().with(connectors: 200)
    #expect(large.connectors.count == 200)
    #expect(large.cloud.leaseLength.duration == LabConfiguration().cloud.leaseLength.duration * 10)
    #expect(large.connectors.pingDeadline.duration == LabConfiguration().connectors.pingDeadline.duration * 10)
  }

  @Test func connectorsFromReleasesKnowWhereTheyLieAndWhatATrialIsHere() throws {
    let cloud = CloudEndpoints(
      api: "https://127.0.0.1:1", link: "127.0.0.1:2", caFile: "/ca", customer: "acme", resourceLocation: "1", resourceLocationName: "Lab",
      clientID: "c", clientSecretFile: "/s", labToken: "t", pid: 1)
    var lab = LabConfiguration()
    lab.connectors.trialProbes = 7
    var setup = ConnectorSetup(
      name: "c1", laboratory: lab, paths: LabPaths(root: "/lab"), cloud: cloud, directoryFile: "/d", files: DiskFiles())
    #expect(setup.configuration.state.releases == nil && setup.configuration.updates == ConnectorConfiguration.Updates())
    setup.isFromReleases = true
    let made = setup.configuration
    #expect(made.state.releases == "/lab/c1/evergreen" && made.updates.root == "/lab/releases/metadata/1.root.json")
    #expect(made.updates.trialProbes == 7 && made.updates.trialHealthyFor.duration == .seconds(8))
    // Whoever starts it tries a release by the same settings.
    #expect(setup.slots { _ in }.settings.update.trial.probes == 7 && setup.slots { _ in }.stateFolder == "/lab/c1/state")
  }

  @Test func theStateFolderFollowsTheEnvironment() {
    #expect(LabPaths.standard(environment: ["HOME": "/home/u"]).root == "/home/u/.local/state/connectord-lab")
    #expect(LabPaths.standard(environment: ["HOME": "/home/u", "XDG_STATE_HOME": "/s"]).root == "/s/connectord-lab")
    #expect(LabPaths.standard(environment: ["HOME": "/home/u", "CONNECTOR_LAB_STATE": "/lab"]).root == "/lab")
  }
}
