import Evergreen
import EvergreenCheckers
import Foundation
import Glibc
import LiveWorld
import ReleaseSlots
import ReleaseWorks
import Releases
import Testing
import World

/// A lab whose connectors run from releases on disk.
@Suite(.serialized) struct LabReleaseTests {
  private func program(_ pid: Int32) throws -> String { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe") }

  private func version(_ lab: LabUnderTest, _ connector: String) async throws -> String {
    let answer = try await LabProcessTests.eventually {
      try await lab.ctl(connector, ["--json", "status"])
    } until: {
      $0.code == 0
    }
    let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    return try #require(object["version"] as? String)
  }

  @Test(.timeLimit(.minutes(5))) func aLabComesUpFromReleasesRestartsAndComesUpAgain() async throws {
    let lab = try LabUnderTest(connectors: 2)
    try await lab.awaitAll(["c1", "c2"], "healthy")
    for name in ["c1", "c2"] {
      let path = try program(try await lab.pid(of: name))
      #expect(path.contains("/\(name)/evergreen/releases/0.1.0.1-"), "\(path)")
      let status = try await lab.ctl(name, ["update", "status"])
      #expect(status.code == 0 && status.output.contains("0.1.0.1"), "\(status.errors)")
      #expect(try await version(lab, name) == "0.1.0.1")
    }
    // The program of a release says the release's version; what was built says its own.
    let path = try program(try await lab.pid(of: "c1"))
    let says = try await Programs.run("connectord", ["--version"])
    #expect(says.output == "0.1.0.1\n")

    // Killed, it comes back from the same release.
    kill(try await lab.pid(of: "c1"), SIGKILL)
    try await lab.await("c1", "not in contact")
    try await lab.await("c1", "healthy")
    #expect(try program(try await lab.pid(of: "c1")) == path)
    let folder = lab.folder
    lab.program.signal(SIGTERM)
    #expect(await lab.program.end() == 0)

    let again = try LabUnderTest(connectors: 1, folder: folder)
    try await again.await("c1", "healthy")
    #expect(try program(try await again.pid(of: "c1")) == path)
    let facts = try String(contentsOfFile: "\(folder)/c1/evergreen/facts.jsonl", encoding: .utf8)
    #expect(facts.contains("\"started\"") && !facts.contains("\"escalated\""))
    #expect(try await again.stop() == 0)
  }

  /// A release that cannot run, ordered as the Agent System orders it, over a state with a control socket that a crash left.
  @Test(.timeLimit(.minutes(5))) func aBrokenReleaseInTheLabGoesBack() async throws {
    let lab = try LabUnderTest(connectors: 1)
    try await lab.await("c1", "healthy")
    let put = try await lab.ctl("c1", ["credential", "put", "db"], input: "correct horse")
    #expect(put.code == 0, "\(put.errors)")
    let folder = lab.folder
    lab.program.signal(SIGTERM)
    #expect(await lab.program.end() == 0)
    let audit = try Data(contentsOf: URL(filePath: "\(folder)/c1/state/agent-system/audit.log")).count
    #expect(mkfifo("\(folder)/c1/state/left-by-a-crash", 0o600) == 0)

    let trail = FactTrail(files: DiskFiles(), root: "\(folder)/c1/evergreen")
    try order("#!/bin/sh\nexit 70\n", "\(folder)/c1", trail)
    let again = try LabUnderTest(connectors: 1, folder: folder)
    try await again.await("c1", "healthy")
    #expect(try await version(again, "c1") == "0.1.0.1")
    let status = try await again.ctl("c1", ["update", "status"])
    #expect(status.output.contains("0.1.0.2") && status.output.contains("exit code 70"), "\(status.output)")
    let got = try await again.ctl("c1", ["credential", "get", "db", "--reveal"])
    #expect(got.output.trimmingCharacters(in: .newlines) == "correct horse", "\(got.errors)")
    #expect(try Data(contentsOf: URL(filePath: "\(folder)/c1/state/agent-system/audit.log")).count >= audit)
    let facts = trail.facts
    #expect(facts.contains { $0.kind == .trialOpened } && facts.contains { $0.kind == .rolledBack })
    #expect(EvergreenCheckers.check(facts) == [])
    #expect(try await again.stop() == 0)
  }

  private func order(_ program: String, _ connector: String, _ trail: FactTrail) throws {
    let (files, now) = (DiskFiles(), LiveClock().now().wall)
    let source = "\(connector)/next"
    try files.makeDirectory("\(source)/bin", mode: 0o700)
    try files.replace("\(source)/bin/connectord", with: Array(program.utf8), mode: 0o755, step: "test")
    let version = ReleaseVersion(0, 1, 0, 2)
    let built = try BundleMaker(files: files).make(.init(version: version, bootstrapper: version, folder: source), into: "\(connector)/bundles")
    var settings = ReleaseSlots.Settings()
    settings.stateFolder = "\(connector)/state"
    let slots = ReleaseSlots(files: files, root: "\(connector)/evergreen", settings: settings) { trail.add($0) }
    let order = UpdateOrder(command: "c", version: version, bundle: .init(sha256: built.sha256, length: built.length))
    let reader = try files.reader(of: built.path)
    try slots.download(order.bundle, at: now) { try reader.read(upTo: 1 << 18) }
    let by = try slots.takeOver(at: now)
    try slots.openTrial(try slots.install(order, by: by, at: now), by: by, at: now)
  }
}
