import Foundation
import LiveWorld
import ReleaseWorks
import Releases
import Testing
import World

/// The lab's repository of releases, on a real disk, read by python-tuf's client.
@Suite(.enabled(if: PythonTUF.isThere, "needs python-tuf; .ci/python-tuf says why it is not there"), .serialized)
struct ReleaseRepositoryTests {
  private let files = DiskFiles()

  private func sign(_ number: UInt32, _ folder: String) throws -> (entry: ReleaseEntry, bundle: String) {
    let programs = "\(folder)/programs"
    try files.makeDirectory("\(programs)/bin", mode: 0o755)
    try files.replace("\(programs)/bin/connectord", with: Array("program \(number)".utf8), mode: 0o755, step: "test.input")
    let order = BundleMaker.Order(
      version: ReleaseVersion(1, 0, 0, number), bootstrapper: ReleaseVersion(1, 0, 0, 0), folder: programs)
    let built = try BundleMaker(files: files).make(order, into: "\(folder)/unsigned")
    var repository = try open(folder)
    let entry = try repository.sign(built.path, now: LiveClock().now().wall)
    return (try repository.publish(entry.version, .current, ring: .percent(10), isEmergency: false, now: LiveClock().now().wall), built.path)
  }

  private func open(_ folder: String) throws -> ReleaseRepository {
    try ReleaseRepository.open(folder, files: files, random: SystemRandom(), now: LiveClock().now().wall)
  }

  @Test func pythonTUFReadsReleasesAndFollowsRotations() throws {
    let served = try ServedFolder()
    let first = try sign(1, served.path)
    try served.serve()
    let root = "\(served.path)/metadata/1.root.json"
    let downloads = "\(served.path)/downloads"
    func client(_ targets: String...) throws -> [String: Int] {
      let text = try PythonTUF.run(
        try #require(PythonTUF.python), [PythonTUF.tool, "client", downloads, served.url, root] + targets)
      return try JSONDecoder().decode([String: Int].self, from: Data(text.utf8))
    }
    #expect(try client(first.entry.target) == ["root": 1, "timestamp": 2, "snapshot": 2, "targets": 3])
    let got = downloads + "/" + first.entry.target.replacing("/", with: "%2F")
    #expect(try files.read(got) == files.read(first.bundle))
    var repository = try open(served.path)
    for role in RepositoryRole.allCases { try repository.rotate(role, now: LiveClock().now().wall) }
    let second = try sign(2, served.path)
    #expect(try client(second.entry.target)["root"] == 5)
    repository = try open(served.path)
    #expect(try repository.revoke(second.entry.version, .current, now: LiveClock().now().wall))
    #expect(throws: (any Error).self) { try client(second.entry.target) }
    _ = try client(first.entry.target)
  }
}
