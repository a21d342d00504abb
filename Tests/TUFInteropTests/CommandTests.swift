import Foundation
import TUFCommands
import Testing

/// The command line, called as the public conformance suite calls a client.
@Suite(.enabled(if: PythonTUF.isThere, "needs python-tuf; .ci/python-tuf says why it is not there"), .serialized)
struct CommandTests {
  @Test func initRefreshAndDownload() async throws {
    let served = try ServedFolder(scenario: "delegations")
    let metadata = ["--metadata-dir", served.path + "/trusted"]
    let url = ["--metadata-url", served.url + "/metadata/"]
    let targets = ["--target-dir", served.path + "/downloads", "--target-base-url", served.url + "/targets/"]

    #expect(await TUFCommand.run(metadata + url + ["refresh"]) == false)
    #expect(served.takeRequests() == [])
    #expect(await TUFCommand.run(metadata + ["init", served.path + "/root.json"]))
    #expect(served.takeRequests() == [])
    #expect(await TUFCommand.run(url + metadata + ["refresh"]))
    #expect(served.takeRequests() == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"].map { "/metadata/" + $0 })
    #expect(await TUFCommand.run(metadata + url + ["--target-name", "docs/a.txt", "--target-name", "anything"] + targets + ["download"]))
    #expect(try FileManager.default.contentsOfDirectory(atPath: served.path + "/downloads").sorted() == ["anything", "docs%2Fa.txt"])
    // One that is unknown fails the call, not the others.
    #expect(await TUFCommand.run(metadata + url + ["--target-name", "none", "--target-name", "docs/deep.txt"] + targets + ["download"]) == false)
    #expect(try FileManager.default.contentsOfDirectory(atPath: served.path + "/downloads").count == 3)
    #expect(await TUFCommand.run(metadata + url + ["--at", "2099-01-01T00:00:00Z", "refresh"]) == false)
  }

  @Test(arguments: [
    [], ["refresh"], ["--metadata-dir", "/tmp", "refresh"], ["init"], ["--metadata-dir", "/tmp", "init"],
    ["--metadata-dir", "/tmp", "init", "/nowhere"],
    ["--metadata-dir", "/tmp", "init", "/tmp"], ["--unknown", "refresh"], ["dance"],
    ["--metadata-dir", "/dev/null/x", "--metadata-url", "http://127.0.0.1:1", "refresh"],
    ["--metadata-dir", "/tmp", "--metadata-url", "http://127.0.0.1:1", "download"],
    ["--metadata-dir", "/tmp", "--metadata-url", "x", "--at", "soon", "refresh"],
  ])
  func whatIsWrongWithACallIsToldAndNothingElse(_ arguments: [String]) async { #expect(await TUFCommand.run(arguments) == false) }
}
