import Foundation
import Glibc
import Testing

/// Outages of a resource location of real processes: what was acknowledged is kept, whatever goes wrong beside the cut cloud.
@Suite(.serialized) struct OutageProcessTests {
  static func fault(_ lab: LabUnderTest, _ on: String, _ kind: String, for length: String) async throws {
    let ran = try await Programs.run("connector-lab", ["fault", "add", "--on", on, "--kind", kind, "--for", length, "--state", lab.folder])
    #expect(ran.code == 0, "\(on) \(kind): \(ran.errors)")
  }

  private static func standing(_ lab: LabUnderTest, _ connector: String) async throws -> [String: Any] {
    SiteUnderTest.object(try await lab.ctl(connector, ["ha", "status", "--json"]).output)
  }

  private static func awaitBrokering(_ lab: LabUnderTest, _ connector: String, _ brokers: Bool) async throws {
    let last = try await LabProcessTests.eventually {
      try await standing(lab, connector)
    } until: {
      $0["brokersHere"] as? Bool == brokers
    }
    #expect(last["brokersHere"] as? Bool == brokers, "\(connector): \(last)")
  }

  /// A drill, and meanwhile: connectors split from each other, the elected one killed, and back again.
  @Test(.timeLimit(.minutes(10))) func nothingAcknowledgedIsLostWhenTheElectedOneIsSplitOffAndKilled() async throws {
    let lab = try LabUnderTest(connectors: 3, extra: ["--profile", "cloud-20s", "--machines", "100"], outages: true)
    try await lab.awaitAll(["c1", "c2", "c3"], "healthy")
    let site = try await SiteUnderTest(lab, machines: 100, rate: 4)
    let (page, junit) = ("\(lab.folder)/drill.html", "\(lab.folder)/drill.xml")
    async let drill = Programs.run(
      "connector-lab",
      ["drill", "outage", "--duration", "115s", "--json", "--report", page, "--junit", junit, "--state", lab.folder])

    // The cloud is cut: the first by name brokers, and nobody else.
    try await Self.awaitBrokering(lab, "c1", true)
    #expect(try await Self.standing(lab, "c3")["brokersHere"] as? Bool == false)

    // Alone each side has somebody who brokers; together again only the first.
    try await Self.fault(lab, "peers:c1", "partition", for: "10s")
    try await Self.awaitBrokering(lab, "c2", true)
    #expect(try await Self.standing(lab, "c1")["brokersHere"] as? Bool == true)
    try await Self.awaitBrokering(lab, "c2", false)

    // Away, the next by name takes over; back, the first takes it again.
    try await Self.fault(lab, "connector:c1", "hang", for: "12s")
    try await Self.awaitBrokering(lab, "c2", true)
    try await Self.awaitBrokering(lab, "c2", false)
    // What it gave out before it heard of the others again, they have by then.
    _ = try await LabProcessTests.eventually {
      try await Self.standing(lab, "c1")
    } until: { standing in
      let peers = standing["peers"] as? [[String: Any]] ?? []
      return peers.count == 2 && peers.allSatisfy { $0["answers"] as? Bool == true } && standing["brokersHere"] as? Bool == true
    }

    // Killed, it is started anew, and brokers again once it has seen for itself that the cloud is gone.
    let before = try await lab.pid(of: "c1")
    kill(before, SIGKILL)
    _ = try await LabProcessTests.eventually {
      SiteUnderTest.object(try await lab.ctl("c1", ["--json", "status"]).output)["processID"] as? Int
    } until: {
      $0 != nil && $0 != Int(before)
    }
    try await Self.awaitBrokering(lab, "c1", true)

    let told = try await drill
    let outcome = SiteUnderTest.object(told.output)
    let problems = (outcome["checks"] as? [[String: Any]] ?? []).compactMap { $0["problem"] }
    #expect(told.code == 0 && problems.isEmpty, "\(problems) \(told.errors)")
    #expect((outcome["connectors"] as? [[String: Any]])?.allSatisfy { $0["enteredMilliseconds"] is Int } == true, "\(told.output.suffix(2_000))")
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<svg"))
    #expect(try String(contentsOfFile: junit, encoding: .utf8).contains("<testsuite"))

    let end = await site.end()
    #expect(end.storeFront == 0 && end.machines == 0, "\(end.last)")
    for what in ["launches", "tickets"] {
      #expect(SiteUnderTest.count(what, "lost", end.last) == 0 && SiteUnderTest.count(what, "kept", end.last) > 50, "\(what): \(end.last)")
    }
    try await Self.verify(lab)
    #expect(try await lab.stop() == 0)
  }

  /// Ten seconds away in every thirty: too short for an outage by this profile, each time anew.
  @Test(.timeLimit(.minutes(10))) func aWayThatFlapsMakesNoOutageAndLosesNothing() async throws {
    let lab = try LabUnderTest(connectors: 2, extra: ["--profile", "cloud-20s", "--machines", "20"], outages: true)
    try await lab.awaitAll(["c1", "c2"], "healthy")
    let site = try await SiteUnderTest(lab, machines: 20, rate: 5)
    for _ in 0..<3 {
      for name in ["c1", "c2"] { try await Self.fault(lab, "link:\(name)", "partition", for: "10s") }
      _ = try await LabProcessTests.eventually {
        try await Programs.run("connector-lab", ["fault", "list", "--state", lab.folder]).output
      } until: {
        $0 == "no faults\n"
      }
      for name in ["c1", "c2"] {
        let standing = try await LabProcessTests.eventually {
          try await Self.standing(lab, name)
        } until: {
          $0["mode"] as? String == "workingNormally"
        }
        #expect(standing["mode"] as? String == "workingNormally", "\(name): \(standing)")
      }
    }
    let end = await site.end()
    #expect(end.storeFront == 0 && end.machines == 0, "\(end.last)")
    for name in ["c1", "c2"] {
      let log = try String(contentsOfFile: "\(lab.folder)/\(name)/connectord.log", encoding: .utf8)
      #expect(log.contains("availability.mode-changed"), "it was noticed")
      #expect(!log.contains("availability.outage-began"), "\(name) took a short break for an outage")
    }
    try await Self.verify(lab)
    #expect(try await lab.stop() == 0)
  }

  /// What the connectors and their cloud have told keeps to every invariant that can be told from it.
  private static func verify(_ lab: LabUnderTest) async throws {
    let verdict = try await Programs.run("connector-lab", ["verify", "--state", lab.folder])
    #expect(verdict.code == 0, "\(verdict.output)\(verdict.errors)")
  }
}
