import Foundation
import Glibc
import Testing

/// A lab in which a connector is killed: what is recorded of it runs and comes out as it was seen, and what its connectors told holds.
@Suite(.serialized) struct RecordedScenarioTests {
  @Test(.timeLimit(.minutes(5))) func aKilledConnectorIsRecordedReplayedAndVerified() async throws {
    let lab = try LabUnderTest(connectors: 2)
    try await lab.awaitAll(["c1", "c2"], "healthy")
    let fault = [
      "fault", "add", "--state", lab.folder, "--on", "link:c2", "--kind", "latency", "--value", "300ms", "--jitter", "50ms", "--for", "1s",
    ]
    #expect(try await Programs.run("connector-lab", fault).code == 0)
    kill(try await lab.pid(of: "c1"), SIGKILL)
    let starts = try await LabProcessTests.eventually {
      try String(contentsOfFile: "\(lab.folder)/c1/events.jsonl", encoding: .utf8).split(separator: "\n").count { $0.contains("\"daemon.ready\"") }
    } until: {
      $0 == 2
    }
    #expect(starts == 2)

    // While it runs.
    let verified = try await Programs.run("connector-lab", ["verify", "--state", lab.folder])
    #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
    for id in ["N", "E1", "E2", "C1", "P1", "L1"] {
      #expect(verified.output.split(separator: "\n").contains { $0.hasPrefix(id) && $0.contains("held, ") }, "\(id) in \(verified.output)")
    }
    #expect(verified.output.contains("S1   not checked"), "\(verified.output)")

    // What is written without a name lies in the folder that one is in, and is what is printed.
    let scenario = "\(lab.folder)/killed.yaml"
    let recorded = try await Programs.run("connector-lab", ["scenario", "record", "--state", lab.folder, "--out", scenario])
    #expect(recorded.code == 0 && recorded.output.contains("run it: connector-lab scenario run \(scenario)"), "\(recorded.output)\(recorded.errors)")
    let text = try String(contentsOfFile: scenario, encoding: .utf8)
    #expect(text.contains("fault: crash") && text.contains("machine c1"), "\(text)")
    #expect(text.contains("fault: latency") && text.contains("link c2"), "\(text)")
    let run = try await Programs.run("connector-lab", ["scenario", "run", scenario])
    #expect(run.code == 0 && run.output.hasPrefix("as expected: recorded-"), "\(run.output)\(run.errors)")
    #expect(run.output.contains("holds : eventually: node c1, what ready from 5m"), "\(run.output)")

    // And when it has stopped; then with an event that is taken away, and with a line that is none.
    lab.program.signal(SIGTERM)
    #expect(await lab.program.end() == 0)
    #expect(try await Programs.run("connector-lab", ["verify", "--state", lab.folder]).code == 0)
    try await broken("\(lab.folder)/c2/events.jsonl")
    try? FileManager.default.removeItem(atPath: lab.folder)
  }

  private func broken(_ path: String) async throws {
    var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    let taken = lines.remove(at: 4)
    let holed = try await Programs.run("connector-lab", ["verify", "--file", "-"], input: lines.joined(separator: "\n"))
    #expect(holed.code == 1 && holed.output.contains("event 5 is missing in boot"), "\(holed.output)\(holed.errors)")
    lines.insert(String(taken.dropFirst(9)), at: 4)
    let bad = try await Programs.run("connector-lab", ["verify", "--file", "-"], input: lines.joined(separator: "\n"))
    #expect(bad.code == 65 && bad.errors.contains("standard input:5: this is no JSON"), "\(bad.errors)")
  }

  @Test func whatCannotBeReadSaysSo() async throws {
    let folder = try LabUnderTest.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for command in [["verify"], ["scenario", "record"]] {
      let none = try await Programs.run("connector-lab", command + ["--state", folder])
      #expect(none.code == 66 && none.errors.contains("there are no events of connectord in the lab on \(folder)"), "\(none.errors)")
      #expect(try await Programs.run("connector-lab", command + ["--file", "\(folder)/none"]).code == 66)
      #expect(try await Programs.run("connector-lab", command + ["--journal", "--file", "\(folder)/none"]).code == 64)
    }
  }
}
