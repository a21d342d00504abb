import EvergreenCheckers
import Foundation
import Glibc
import LiveWorld
import ReleaseSlots
import Releases
import Testing

/// The default configuration goes the way of the release that carries it, and no other way.
@Suite(.serialized) struct DefaultConfigurationTests {
  private func put(_ text: String, _ path: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }

  private func violations(_ lab: LabUnderTest, _ name: String) -> [EvergreenViolation] {
    var bounds = EvergreenBounds()
    (bounds.healthyFor, bounds.probes) = (.milliseconds(500), 2)
    return EvergreenCheckers.check(FactTrail(files: DiskFiles(), root: "\(lab.folder)/\(name)/evergreen").facts, bounds)
  }

  private func run(_ lab: LabUnderTest, _ arguments: [String], code: Int32 = 0) async throws -> String {
    let done = try await Programs.run("connector-lab", arguments + ["--state", lab.folder])
    #expect(done.code == code, "\(arguments): \(done.output) \(done.errors)")
    return done.output + done.errors
  }

  /// The level in use and where it came from, once the connector answers.
  private func level(_ lab: LabUnderTest, _ name: String) async throws -> String {
    let answer = try await LabProcessTests.eventually {
      try await lab.ctl(name, ["config", "show", "--sources"])
    } until: {
      $0.code == 0
    }
    let line = try #require(answer.output.split(separator: "\n").first { $0.hasPrefix("logger.level ") })
    return line.split(separator: " ").dropFirst().joined(separator: " ")
  }

  @Test(.timeLimit(.minutes(6))) func itIsResetByAnUpdateComesBackWithARollbackAndStaysWhereUpdatesAreBarred() async throws {
    let lab = try LabUnderTest(connectors: 2, quick: true)
    try await lab.awaitAll(["c1", "c2"], "healthy")
    let folder = lab.folder
    func file(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)/evergreen/configuration", encoding: .utf8) }
    #expect(try await level(lab, "c1") == "info built in")
    let programs = "\(folder)/programs"
    try FileManager.default.createDirectory(atPath: "\(programs)/bin", withIntermediateDirectories: true)
    let active = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/c1/evergreen/active")
    try FileManager.default.copyItem(atPath: "\(folder)/c1/evergreen/\(active)/bin/connectord", toPath: "\(programs)/bin/connectord")

    // One that is wrong is not packed at all.
    try put("logger:\n  level: loud\n", "\(folder)/defaults.yaml")
    let build = ["release", "build", "--from", programs, "--configuration", "\(folder)/defaults.yaml"]
    #expect(try await run(lab, build, code: 78).contains("defaults.yaml:2:10: logger.level: 'loud' is not known"))

    // Altered by hand on both; one of them is pinned.
    for name in ["c1", "c2"] { try put("logger: {level: warning}\n", "\(folder)/\(name)/evergreen/configuration") }
    #expect(try await lab.ctl("c2", ["update", "pin", "--reason", "month-end"]).code == 0)
    try put("logger: {level: debug}\n", "\(folder)/defaults.yaml")
    for arguments in [build, ["release", "sign"], ["release", "publish", "--ring", "all"]] { _ = try await run(lab, arguments) }
    #expect(try await run(lab, ["update", "now", "c1", "--timeout", "3m"]).contains("updated to 0.1.0.2"))
    #expect(try await level(lab, "c1") == "debug release, \(folder)/c1/evergreen/configuration:1")
    #expect(try file("c1") == "logger: {level: debug}\n")
    #expect(violations(lab, "c1") == [])
    let checked = try await Programs.run("connectord", ["check-config", "--values", "\(folder)/c1/connectord.yaml"])
    #expect(checked.output.contains("debug") && checked.output.contains("release, \(folder)/c1/evergreen/configuration:1"), "\(checked)")

    // Where no update can run, nothing is reset; the checker says that no release brought this.
    kill(try await lab.pid(of: "c2"), SIGKILL)
    _ = try await LabProcessTests.eventually {
      try await lab.ctl("c2", ["config", "show"])
    } until: {
      $0.code == 0 && $0.output.contains("warning")
    }
    #expect(try file("c2") == "logger: {level: warning}\n")
    let found = violations(lab, "c2")
    #expect(found.map(\.invariant) == [.f16], "\(found)")

    // Good by itself, and wrong beside what the administrator of this machine says: found by the trial, which goes back with all that it brought.
    let own = "\(folder)/c1/connectord.yaml"
    var settings = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: own))) as? [String: Any])
    var supervision = try #require(settings["supervision"] as? [String: Any])
    supervision["backoffMax"] = "10s"
    settings["supervision"] = supervision
    try JSONSerialization.data(withJSONObject: settings).write(to: URL(filePath: own))
    try put("supervision: {backoffInitial: 20s}\n", "\(folder)/defaults.yaml")
    for arguments in [build, ["release", "sign"], ["release", "publish", "--ring", "all"]] { _ = try await run(lab, arguments) }
    #expect(try await run(lab, ["update", "now", "c1", "--timeout", "3m"], code: 1).contains("exit code 78: the configuration is wrong"))
    let log = try String(contentsOfFile: "\(folder)/c1/connectord.log", encoding: .utf8)
    #expect(log.contains("supervision.backoffMax: 10s must be at least as long as supervision.backoffInitial, which is 20s"))
    #expect(try await level(lab, "c1") == "debug release, \(folder)/c1/evergreen/configuration:1")
    #expect(try file("c1") == "logger: {level: debug}\n")
    #expect(violations(lab, "c1") == [])
    #expect(try await lab.stop() == 0)
  }
}
