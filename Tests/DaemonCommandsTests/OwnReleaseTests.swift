import Crypto
import DaemonCommands
import Releases
import SimulatedWorld
import Testing
import World

@Suite struct OwnReleaseTests {
  private static let program = "/evergreen/releases/x/bin/connectord"

  private func manifest(_ program: String = "bin/connectord") -> [UInt8] {
    let digest = ContentDigest(String(repeating: "0", count: 64))!
    return ReleaseManifest(
      version: ReleaseVersion(4, 370, 0, 1227), bootstrapper: ReleaseVersion(6, 109, 0, 1), platform: .current, program: program,
      defaultConfiguration: "etc/defaults.yaml",
      files: [
        .init(path: program, sha256: digest, length: 1, mode: 0o755), .init(path: "etc/defaults.yaml", sha256: digest, length: 1, mode: 0o644),
      ]
    ).json
  }

  private func files(_ manifest: [UInt8]?) throws -> MemoryFiles {
    let files = MemoryFiles()
    try files.makeDirectory("/evergreen/releases/x/bin", mode: 0o755)
    if let manifest { try files.replace("/evergreen/releases/x/release.json", with: manifest, mode: 0o644, step: "test") }
    return files
  }

  @Test func theVersionIsThatOfTheReleaseThatHoldsTheProgram() throws {
    let own = OwnRelease(program: Self.program, files: try files(manifest()))
    #expect(own.version.connector == "4.370.0.1227" && own.version.bootstrapper == "6.109.0.1")
    #expect(own.version.digest == Hex.encode(SHA256.hash(data: manifest())))
    #expect(own.problem == nil)
  }

  @Test func outsideOfAReleaseItIsTheCompiledOne() throws {
    #expect(OwnRelease(program: Self.program, files: try files(nil)) == OwnRelease(program: nil, files: MemoryFiles()))
    #expect(OwnRelease(program: "/connectord", files: MemoryFiles()).version == RunningVersion())
    #expect(OwnRelease(program: Self.program, files: try files(nil)).problem == nil)
  }

  @Test(arguments: ["", "{", "{\"format\": 2}", "[1]", "\0\u{1}"]) func aBrokenManifestIsToldAndTheCompiledVersionStays(text: String) throws {
    let own = OwnRelease(program: Self.program, files: try files(Array(text.utf8)))
    #expect(own.version == RunningVersion())
    #expect(own.problem?.contains("/evergreen/releases/x/release.json") == true)
  }

  @Test func aManifestOfOtherProgramsIsNotBelieved() throws {
    let own = OwnRelease(program: Self.program, files: try files(manifest("bin/other")))
    #expect(own.version == RunningVersion())
    #expect(own.problem?.contains("bin/connectord") == true)
  }
}
