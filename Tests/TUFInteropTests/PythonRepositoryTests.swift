import Foundation
import LiveWorld
import StrictJSON
import TUF
import TUFFetch
import Testing
import World

/// Repositories that python-tuf made, read by our client over HTTP from a real disk.
@Suite(.enabled(if: PythonTUF.isThere, "needs python-tuf; .ci/python-tuf says why it is not there"), .serialized)
struct PythonRepositoryTests {
  static let now = WallTime(seconds: 1_800_000_000)

  @Test(arguments: ["keys", "keys-plain", "old-keytype", "pkcs1", "delegations", "delegations-plain", "bins", "rotations", "custom"])
  func ourClientReadsWhatPythonTUFPublishes(_ scenario: String) async throws {
    let served = try ServedFolder(scenario: scenario)
    let files = DiskFiles()
    let store = MetadataStore(files: files, directory: served.path + "/trusted")
    let artifacts = ArtifactStore(files: files, directory: served.path + "/downloads")
    try store.begin(root: served.root)
    let fetcher = CurlFetcher()
    var client = TrustClient(store: store, metadataURL: served.url + "/metadata", fetcher: fetcher)
    try await client.refresh(start: Self.now)
    #expect(!served.expected.isEmpty)
    for (path, content) in served.expected {
      let target = try await client.find(ExactText(path))
      let outcome = try await artifacts.download(
        target, baseURL: served.url + "/targets", consistent: client.isConsistent, fetcher: fetcher, limits: client.limits)
      #expect(outcome == .downloaded(path: artifacts.path(ExactText(path))))
      #expect(try files.read(artifacts.path(ExactText(path))) == Array(content.utf8))
    }
    // Byte for byte what was served.
    #expect(try files.read(store.path(.timestamp)) == files.read(served.path + "/metadata/timestamp.json"))
    if scenario == "rotations" { #expect(client.versions.first?.version == 5) }
    _ = served.takeRequests()
    try await client.refresh(start: Self.now)
    #expect(served.takeRequests().count == 2)
    await #expect(throws: TrustError.self) { _ = try await client.find("nowhere/at/all") }
  }

  @Test func t4PythonMetadataIsHeldAgainstTheStartTime() async throws {
    let served = try ServedFolder(scenario: "keys")
    let store = MetadataStore(files: DiskFiles(), directory: served.path + "/trusted")
    try store.begin(root: served.root)
    var client = TrustClient(store: store, metadataURL: served.url + "/metadata/", fetcher: CurlFetcher())
    await #expect { try await client.refresh(start: WallTime(seconds: 4_000_000_000)) } throws: { ($0 as? TrustError)?.kind == .frozen }
  }
}
