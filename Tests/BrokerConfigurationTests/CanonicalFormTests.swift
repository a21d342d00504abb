import BrokerConfiguration
import FoundationEssentials
import Testing

@Suite struct CanonicalFormTests {
  @Test func readsWhatItWrites() throws {
    let configuration = BrokerConfiguration.generate(machines: 40, seed: 2)
    #expect(try BrokerConfiguration.read(json: configuration.canonicalBytes()) == configuration)
  }

  @Test func equalValuesHaveEqualDigestsAndAnyChangeShows() throws {
    let hash = MemoryConfigurationDatabase.fnv
    let one = BrokerConfiguration.generate(machines: 40, seed: 2)
    var other = one
    #expect(try one.digest(hash) == other.digest(hash))
    other.machines[39].inMaintenance.toggle()
    #expect(try one.digest(hash) != other.digest(hash))
    #expect(try one.digest(hash).count == 16)
  }

  /// What the cloud does to the bytes that it keeps without reading them.
  @Test func revisionAndEdgeServersCanBeSetInOpaqueBytes() throws {
    let bytes = try BrokerConfiguration.generate(machines: 3).canonicalBytes()
    let text = String(decoding: bytes, as: UTF8.self)
      .replacing("\"revision\":1", with: "\"revision\":77")
      .replacing(
        "\"edgeServers\":[]",
        with:
          "\"edgeServers\":[{\"fqdn\":\"c1.forest1.local\",\"uuid\":\"id-1\",\"peerAddress\":null},{\"fqdn\":\"c2.forest1.local\",\"uuid\":\"id-2\"}]"
      )
    let read = try BrokerConfiguration.read(json: Array(text.utf8))
    #expect(read.revision == 77)
    #expect(read.edgeServers.map(\.fqdn) == ["c1.forest1.local", "c2.forest1.local"])
  }

  @Test(arguments: [
    ("", "", "it cannot be read"), ("{", "", "it cannot be read"), ("[]", "", "it is not of the type"), ("{}", "", "is missing"),
    (#"{"format":"one"}"#, "format", "it is not of the type"),
  ]) func brokenBytesAreRefusedWithThePlace(text: String, path: String, says: String) {
    let error = #expect(throws: BrokerConfigurationRejected.self) { try BrokerConfiguration.read(json: Array(text.utf8)) }
    #expect(error?.problems.first?.path == path)
    #expect(error?.problems.first?.text.contains(says) == true, "\(String(describing: error))")
  }

  @Test func everyProblemOfTheContentIsTold() throws {
    var configuration = BrokerConfiguration.generate(machines: 5)
    configuration.machines[0].catalog = "x"
    configuration.machines[1].sid = "x"
    let bytes = try configuration.canonicalBytes()
    let error = #expect(throws: BrokerConfigurationRejected.self) { try BrokerConfiguration.read(json: bytes) }
    #expect(error?.problems.count == 2)
    #expect(error?.description.contains("and 1 more") == true)
  }
}
