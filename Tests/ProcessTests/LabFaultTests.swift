import Foundation
import Glibc
import Testing

/// Faults on a lab of real processes: seen while they hold, and gone with their lease, with a clear, and with the lab.
@Suite(.serialized) struct LabFaultTests {
  @Test(.timeLimit(.minutes(5))) func faultsAreSeenAndHeal() async throws {
    let lab = try LabUnderTest(connectors: 1)
    try await lab.await("c1", "healthy")

    let added = try await Self.fault(
      lab, ["add", "--on", "link:c1", "--kind", "latency", "--value", "300ms", "--jitter", "50ms", "--seed", "7", "--for", "10m"])
    #expect(added.code == 0, "\(added.errors)")
    #expect(added.output.contains("fault 1 on link:c1 for 10m: latency 300ms ±50ms (seed 7)"), "\(added.output)")
    try await Self.awaitFault(lab, 1, "active")
    let status = try await Programs.run("connector-lab", ["status", "--state", lab.folder])
    #expect(status.output.contains("FAULTS") && status.output.contains("latency 300ms ±50ms for "), "\(status.output)")
    let list = try await Self.fault(lab, ["list"])
    #expect(list.output.contains("link:c1  latency  300ms  50ms"), "\(list.output)")
    let cleared = try await Self.fault(lab, ["clear", "1"])
    #expect(cleared.code == 0 && cleared.output.contains("fault 1 on link:c1 is over"), "\(cleared.output)\(cleared.errors)")
    try await Self.awaitFault(lab, 1, "ended")
    #expect(try await Self.fault(lab, ["list"]).output == "no faults\n")

    // The lease ends by itself.
    #expect(try await Self.fault(lab, ["add", "--on", "link:c1", "--kind", "slow-link", "--value", "2MiB/s", "--for", "1s"]).code == 0)
    try await Self.awaitFault(lab, 2, "ended")

    // An operation of a service, and the disk, until they are cleared.
    #expect(try await lab.ctl("c1", ["logs", "status"]).code == 0)
    #expect(try await Self.fault(lab, ["add", "--on", "service:c1/logger/status", "--kind", "error", "--value", "denied"]).code == 0)
    let refused = try await lab.ctl("c1", ["logs", "status"])
    #expect(refused.code != 0 && refused.errors.contains("a fault of the laboratory"), "\(refused.output)\(refused.errors)")
    #expect(try await Self.fault(lab, ["add", "--on", "connector:c1", "--kind", "disk-full"]).code == 0)
    #expect(try await lab.ctl("c1", ["credential", "put", "db"], input: "x").code != 0)
    #expect(try await Self.fault(lab, ["clear"]).code == 0)
    let healed = try await LabProcessTests.eventually {
      (try await lab.ctl("c1", ["logs", "status"]).code, try await lab.ctl("c1", ["credential", "put", "db"], input: "x").code)
    } until: {
      $0 == (0, 0)
    }
    #expect(healed.0 == 0 && healed.1 == 0)

    // What cannot be done says so.
    #expect(try await Self.fault(lab, ["add", "--on", "link:c1", "--kind", "latency"]).code == 64)
    let unknown = try await Self.fault(lab, ["add", "--on", "link:c9", "--kind", "reset"])
    #expect(unknown.code == 1 && unknown.errors.contains("there is no connector 'c9'"), "\(unknown.errors)")
    #expect(try await Self.fault(lab, ["clear", "99"]).code == 1)
    #expect(try await lab.stop() == 0)
    #expect(try await Self.fault(lab, ["list"]).code == 69)
  }

  @Test(.timeLimit(.minutes(5))) func aProcessThatHangsGoesOn() async throws {
    let lab = try LabUnderTest(connectors: 1)
    try await lab.await("c1", "healthy")
    let pid = try await lab.pid(of: "c1")
    let hang = ["add", "--on", "connector:c1", "--kind", "hang", "--for", "10m"]
    #expect(try await Self.fault(lab, hang).code == 0)
    #expect(Self.state(pid) == "T")
    #expect(try await Self.fault(lab, ["clear"]).code == 0)
    _ = try await LabProcessTests.eventually {
      Self.state(pid)
    } until: {
      $0 != "T"
    }

    // A lab that stops lets it go on first, so that it can stop in order.
    #expect(try await Self.fault(lab, hang).code == 0)
    #expect(Self.state(pid) == "T")
    lab.program.signal(SIGTERM)
    #expect(await lab.program.end() == 0)
    #expect(!LabUnderTest.isAlive(pid))
    let log = try String(contentsOfFile: "\(lab.folder)/c1/connectord.log", encoding: .utf8)
    #expect(log.contains("daemon.stopped"), "it ended in order, and was not killed")
    try? FileManager.default.removeItem(atPath: lab.folder)
  }

  @Test(.timeLimit(.minutes(5))) func aLabThatIsKilledLeavesNobodyStandingStill() async throws {
    let lab = try LabUnderTest(connectors: 1)
    try await lab.await("c1", "healthy")
    let pid = try await lab.pid(of: "c1")
    #expect(try await Self.fault(lab, ["add", "--on", "connector:c1", "--kind", "hang", "--for", "10m"]).code == 0)
    #expect(Self.state(pid) == "T")
    lab.program.signal(SIGKILL)
    _ = await lab.program.end()
    let isGone = try await LabProcessTests.eventually {
      !LabUnderTest.isAlive(pid)
    } until: {
      $0
    }
    #expect(isGone, "it went on, found that its lab is gone, and stopped")
    try? FileManager.default.removeItem(atPath: lab.folder)
  }

  private static func fault(_ lab: LabUnderTest, _ arguments: [String]) async throws -> Programs.Finished {
    try await Programs.run("connector-lab", ["fault", arguments[0], "--state", lab.folder] + arguments.dropFirst())
  }

  /// Waits for the lab's line about a fault.
  private static func awaitFault(_ lab: LabUnderTest, _ id: Int, _ standing: String) async throws {
    try await lab.await("fault \(id) is \(standing)") { line in
      guard let fault = line["fault"] as? [String: Any] else { return false }
      return fault["id"] as? Int == id && fault["standing"] as? String == standing
    }
  }

  /// The state of a process as proc(5) has it: `T` for one that is stopped.
  private static func state(_ pid: Int32) -> String {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let close = text.lastIndex(of: ")") else { return "" }
    return text[text.index(close, offsetBy: 2)...].prefix(1).description
  }
}
