import EvergreenCheckers
import Foundation
import LiveWorld
import ReleaseSlots
import Releases
import Testing

/// From a build to connectors that run it: real commands, a real cloud, connectors as processes. What the README's section on updates says.
@Suite(.serialized) struct WholeUpdateTests {
  /// What `connector-lab up --json` said of each connector, and when fewer than all but one were healthy.
  private struct Watch {
    var states: [String: String] = [:]
    var versions: [String: Set<String>] = [:]
    var fewest = Int.max

    mutating func take(_ line: [String: Any]) {
      guard let name = line["connector"] as? String else { return }
      if let version = line["version"] as? String { versions[name, default: []].insert(version) }
      guard let state = line["state"] as? String else { return }
      states[name] = state
      if states.count == 2 { fewest = min(fewest, states.values.count { $0 == "healthy" }) }
    }
  }

  @Test(.timeLimit(.minutes(10))) func oneAfterTheOtherAndABrokenOneGoesBack() async throws {
    let lab = try LabUnderTest(connectors: 2)
    let folder = lab.folder
    var watch = Watch()
    // Only from here on: both were starting before.
    try await lab.awaitAll(["c1", "c2"], "healthy")
    watch.states = ["c1": "healthy", "c2": "healthy"]

    func run(_ arguments: String..., code: Int32 = 0) async throws -> String {
      let done = try await Programs.run("connector-lab", arguments + ["--state", folder])
      #expect(done.code == code, "\(arguments): \(done.output) \(done.errors)")
      return done.output + done.errors
    }

    // The programs that run already, as the next release.
    let programs = "\(folder)/programs/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    let packed = try await Programs.run("connectord", ["--version"])
    #expect(packed.output == "0.1.0.1\n")
    let active = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/c1/evergreen/active")
    for name in ["connectord", "connectorctl"] {
      try FileManager.default.copyItem(atPath: "\(folder)/c1/evergreen/\(active)/bin/\(name)", toPath: "\(programs)/\(name)")
    }
    _ = try await run("release", "build", "--from", "\(folder)/programs")
    _ = try await run("release", "sign")
    let published = try await run("release", "publish", "--ring", "all")
    #expect(published.contains("published 0.1.0.2") && published.contains("release 0.1.0.2 is out"), "\(published)")

    let updated = try await run("update", "now", "--timeout", "8m")
    #expect(updated.contains("updated to 0.1.0.2"), "\(updated)")
    try await lab.await("both are healthy on the new release") {
      watch.take($0)
      return watch.versions["c1"]?.contains("0.1.0.2") == true && watch.versions["c2"]?.contains("0.1.0.2") == true
        && watch.states.values.allSatisfy { $0 == "healthy" }
    }
    #expect(watch.fewest == 1, "fewer than one was healthy at some time")
    for name in ["c1", "c2"] {
      let says = try await lab.ctl(name, ["--json", "status"])
      #expect(says.output.contains("0.1.0.2"), "\(says.output)")
    }

    // One that ends at once: tried by each, taken back by each, and not tried again.
    let broken = "\(folder)/broken/bin"
    try FileManager.default.createDirectory(atPath: broken, withIntermediateDirectories: true)
    try "#!/bin/sh\nexit 7\n".write(toFile: "\(broken)/connectord", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(broken)/connectord")
    _ = try await run("release", "build", "--from", "\(folder)/broken")
    _ = try await run("release", "sign")
    _ = try await run("release", "publish", "--ring", "all")
    let failed = try await run("update", "now", "--timeout", "8m", code: 1)
    #expect(failed.contains("exit code 7"), "\(failed)")
    let status = try await run("update", "status")
    #expect(status.contains("halted") && status.contains("rolled back"), "\(status)")
    for name in ["c1", "c2"] {
      let says = try await lab.ctl(name, ["update", "status"])
      #expect(says.output.contains("exit code 7") && says.output.contains("active         0.1.0.2-"), "\(says.output)")
      var bounds = EvergreenBounds()
      // As the lab's trials are set.
      (bounds.healthyFor, bounds.probes) = (.seconds(8), 4)
      let facts = FactTrail(files: DiskFiles(), root: "\(folder)/\(name)/evergreen").facts
      #expect(facts.contains { $0.kind == .committed } && facts.contains { $0.kind == .rolledBack })
      #expect(EvergreenCheckers.check(facts, bounds) == [])
    }
    let verified = try await run("verify")
    for id in ["F2", "F3", "F8", "L3", "L4", "L5", "T7"] {
      #expect(verified.split(separator: "\n").contains { $0.hasPrefix(id) && $0.contains("held, ") }, "\(id) in \(verified)")
    }
    // Both releases, the good and the bad one, come out in virtual time as they did here.
    _ = try await run("scenario", "record", "--out", "\(folder)/recorded.yaml")
    let replayed = try await Programs.run("connector-lab", ["scenario", "run", "\(folder)/recorded.yaml", "--verbose"])
    #expect(replayed.code == 0, "\(replayed.output)")

    // An administrator goes back: the connector restarts by itself, and the trial that failed in between took nothing away that this needs.
    watch.versions = [:]
    let ordered = try await lab.ctl("c1", ["update", "rollback", "--reason", "sessions are slow"])
    #expect(ordered.code == 0 && ordered.output.contains("rollingBack"), "\(ordered.output) \(ordered.errors)")
    try await lab.await("c1 is healthy on its first release") {
      watch.take($0)
      return watch.versions["c1"]?.contains("0.1.0.1") == true && watch.states["c1"] == "healthy"
    }
    let back = try await lab.ctl("c1", ["update", "status"])
    #expect(back.output.contains("active         0.1.0.1-") && back.output.contains("phase          idle"), "\(back.output)")
    let checked = try await run("verify")
    for id in ["L1", "L5", "L10", "T7"] {
      #expect(checked.split(separator: "\n").contains { $0.hasPrefix(id) && $0.contains("held, ") }, "\(id) in \(checked)")
    }
    #expect(try await lab.stop() == 0)
  }

  /// A pinned connector takes no part, and is nobody's failure.
  @Test(.timeLimit(.minutes(6))) func aPinnedConnectorStaysAndTheOtherGoesOn() async throws {
    let lab = try LabUnderTest(connectors: 2)
    let folder = lab.folder
    try await lab.awaitAll(["c1", "c2"], "healthy")
    let pinned = try await lab.ctl("c1", ["update", "pin", "--reason", "month-end"])
    #expect(pinned.code == 0, "\(pinned.errors)")
    let programs = "\(folder)/programs/bin"
    try FileManager.default.createDirectory(atPath: programs, withIntermediateDirectories: true)
    let active = try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/c1/evergreen/active")
    try FileManager.default.copyItem(atPath: "\(folder)/c1/evergreen/\(active)/bin/connectord", toPath: "\(programs)/connectord")
    for arguments in [["build", "--from", "\(folder)/programs"], ["sign"], ["publish"]] {
      let done = try await Programs.run("connector-lab", ["release"] + arguments + ["--state", folder])
      #expect(done.code == 0, "\(done.errors)")
    }
    let refused = try await Programs.run("connector-lab", ["update", "now", "c1", "--state", folder])
    #expect(refused.code == 1 && (refused.output + refused.errors).contains("month-end"), "\(refused.output) \(refused.errors)")
    let updated = try await Programs.run("connector-lab", ["update", "now", "c2", "--timeout", "5m", "--state", folder])
    #expect(updated.code == 0 && updated.output.contains("updated to 0.1.0.2"), "\(updated.output) \(updated.errors)")
    let unpinned = try await lab.ctl("c1", ["update", "unpin"])
    #expect(unpinned.code == 0, "\(unpinned.errors)")
    #expect(try await lab.stop() == 0)
  }
}
