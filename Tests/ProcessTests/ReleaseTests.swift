import Foundation
import Testing

/// Releases from a folder of programs to a client that trusts nothing but the lab's root: real commands, real HTTPS.
@Suite(.serialized) struct ReleaseTests {
  private struct Row: Decodable {
    var version: String
    var state: String
    var ring: String?
    var target: String
    var sha256: String
    var length: Int
    var bundle: String?
  }
  private struct Listing: Decodable { var releases: [Row] }

  @Test(.timeLimit(.minutes(3))) func theLabServesWhatIsPublished() async throws {
    let lab = try LabUnderTest(connectors: 1)
    let folder = lab.folder
    let first = try await lab.await("the endpoints") { $0["endpoints"] != nil }
    let releases = try #require((first["endpoints"] as? [String: Any])?["releases"] as? String)
    let ca = try #require((first["endpoints"] as? [String: Any])?["caFile"] as? String)

    func release(_ arguments: String..., code: Int32 = 0) async throws -> String {
      let done = try await Programs.run("connector-lab", ["release"] + arguments + ["--state", folder])
      #expect(done.code == code, "\(arguments): \(done.errors)")
      return code == 0 ? done.output : done.errors
    }
    func tuf(_ arguments: String...) async throws -> Programs.Finished {
      try await Programs.run(
        "connectorctl", ["tuf", "--metadata-dir", "\(folder)/trusted", "--ca", ca, "--metadata-url", "\(releases)/metadata"] + arguments)
    }
    func get(_ path: String) async throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["curl", "-s", "--path-as-is", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", ca, releases + path]
      let out = Pipe()
      process.standardOutput = out
      try process.run()
      let text = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return text
    }

    #expect(try await release("list").contains("no release is signed"))
    let programs = "\(folder)/programs/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    // Larger than one piece of an answer.
    try FileManager.default.copyItem(atPath: "\(Programs.folder)/connector-lab", toPath: "\(programs)/connectord")
    let built = try JSONDecoder().decode(
      Row.self, from: Data(try await release("build", "--from", "\(folder)/programs", "--version", "0.1.0.2", "--floor", "0.1.0.1", "--json").utf8))
    // The lab's folder of unsigned releases forgets what is signed.
    let bundle = "\(folder)/bundle"
    try FileManager.default.copyItem(atPath: try #require(built.bundle), toPath: bundle)
    #expect(try await release("sign").contains("signed 0.1.0.2"))
    #expect(try !FileManager.default.fileExists(atPath: #require(built.bundle)))
    #expect(try await release("publish", "0.1.0.2", "--ring", "10%").contains("ring 10%"))

    // The client begins with the root that the lab's folder has, and gets the very bytes that were built.
    #expect(try await tuf("init", "\(folder)/releases/metadata/1.root.json").code == 0)
    let downloads = "\(folder)/downloads"
    let got = try await tuf("--target-name", built.target, "--target-dir", downloads, "--target-base-url", "\(releases)/targets", "download")
    #expect(got.code == 0, "\(got.errors)")
    let path = got.output.trimmingCharacters(in: .newlines)
    #expect(FileManager.default.contentsEqual(atPath: path, andPath: bundle))

    // Nothing else of the lab's folder is served.
    #expect(try await get("/metadata/timestamp.json") == "200")
    for path in [
      "/record.json", "/keys/x.key", "/metadata/../record.json", "/metadata/..%2Frecord.json", "/metadata/%2e%2e/record.json", "/metadata/",
      "/targets", "/targets/releases/0.1.0.2", "/metadata/none.json", "/unsigned/\(built.target.split(separator: "/").last ?? "")",
    ] { #expect(try await get(path) == "404", "\(path)") }

    // The next version is counted on; what breaks the rules is refused with what to do.
    let bare = try await release("build", "--from", "\(folder)/programs")
    #expect(bare.contains("0.1.0.3"))
    #expect(try await release("build", "--from", "\(folder)/nowhere", code: 66).contains("cannot be read"))
    #expect(try await release("publish", "0.1.0.9", code: 1).contains("sign it first"))
    #expect(try await release("sign", "0.1.0.7", code: 66).contains("build it first"))
    #expect(try await release("build", "--from", "\(folder)/programs", "--version", "1.2", code: 64).contains("version"))

    #expect(try await release("rotate", "timestamp").contains("root is at version 2"))
    #expect(try await release("refresh").contains("nothing is near its end"))
    let listing = try JSONDecoder().decode(Listing.self, from: Data(try await release("list", "--json").utf8))
    #expect(listing.releases.map(\.state) == ["published"])
    #expect(listing.releases.first?.ring == "10%")
    #expect(try await tuf("refresh").code == 0)
    #expect(try await release("revoke", "0.1.0.2").contains("nobody gets it any more"))
    let gone = try await tuf("--target-name", built.target, "--target-dir", downloads, "--target-base-url", "\(releases)/targets", "download")
    #expect(gone.code == 1)
    #expect(try await lab.stop() == 0)
  }
}
