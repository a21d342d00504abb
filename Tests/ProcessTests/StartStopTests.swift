import Foundation
import Glibc
import Testing

extension HardshipTests {
  /// Kills, reloads and stops, at moments that the processes themselves mark.
  @Suite struct StartStopTests {
    @Test(.timeLimit(.minutes(4))) func killedWhileItStartsTenTimesInARow() async throws {
      let lab = try LabUnderTest(connectors: 1)
      try await lab.await("c1", "healthy")
      let connector = try ConnectorUnderTest(of: lab)
      try connector.start()
      try await connector.event(16002)
      let put = try await connector.ctl(["credential", "put", "db"], input: "correct horse")
      #expect(put.code == 0, "\(put.errors)")
      await connector.kill()

      for count in 1...10 {
        try connector.start()
        for _ in 0..<count { #expect(await connector.line() != nil) }
        #expect(await connector.kill() == SIGKILL)
      }

      try connector.start()
      #expect(try await connector.event(10061).contains("warning"))
      try await connector.event(10000)
      _ = try await connector.health(0)
      let got = try await connector.ctl(["credential", "get", "db", "--reveal"])
      #expect(got.output.trimmingCharacters(in: .newlines) == "correct horse", "\(got.errors)")
      let events = try await connector.ctl(["events"]).output
      for code in [10004, 12008, 15006, 16007] { #expect(!events.contains(" \(code) "), "a kill damaged a record: \(events)") }
      let leftovers = FileManager.default.enumerator(atPath: connector.state)?.compactMap { $0 as? String }.filter { $0.contains(".tmp") } ?? []
      #expect(leftovers.isEmpty)
      #expect(await connector.stop() == 0)
      #expect(try await lab.stop() == 0)
    }

    @Test(.timeLimit(.minutes(2))) func aReloadTellsWhatChangedAndABadOneChangesNothing() async throws {
      let connector = try ConnectorUnderTest()
      try connector.start()
      try await connector.event(10051)
      let good = try String(contentsOfFile: connector.configuration, encoding: .utf8)

      try good.replacing("\"customer\" :", with: "\"colour\" : \"red\",\n    \"customer\" :")
        .write(toFile: connector.configuration, atomically: true, encoding: .utf8)
      connector.program?.signal(SIGHUP)
      let refused = try await connector.event(10056)
      #expect(refused.contains("connector.colour") && refused.contains(#/connectord\.yaml:\d+/#), "\(refused)")
      #expect(try await connector.ctl(["status"]).code == 0)

      try good.write(toFile: connector.configuration, atomically: true, encoding: .utf8)
      try connector.change("logger") { $0["level"] = "debug" }
      try connector.change("cloud") { $0["url"] = "https://127.0.0.1:2" }
      connector.program?.signal(SIGHUP)
      let reloaded = try await connector.event(10055)
      #expect(reloaded.contains("1 settings in force (logger.level)") && reloaded.contains("1 wait for a restart (cloud.url)"), "\(reloaded)")
      let status = try await LabProcessTests.eventually {
        try await connector.ctl(["logs", "status"])
      } until: {
        $0.code == 0 && $0.output.contains("debug")
      }
      #expect(!status.output.contains("info"), "\(status.output)")

      try FileManager.default.removeItem(atPath: connector.configuration)
      connector.program?.signal(SIGHUP)
      #expect(try await connector.event(10056).contains("connectord.yaml"))
      #expect(await connector.stop() == 0)
    }

    @Test(.timeLimit(.minutes(3))) func aKilledLabLeavesNobodyAndComesUpAgain() async throws {
      let lab = try LabUnderTest(connectors: 2)
      try await lab.awaitAll(["c1", "c2"], "healthy")
      let put = try await lab.ctl("c1", ["credential", "put", "db"], input: "correct horse")
      #expect(put.code == 0, "\(put.errors)")
      lab.program.signal(SIGKILL)
      #expect(await lab.program.end() == SIGKILL)
      try await LabUnderTest.awaitNone(naming: lab.folder)
      for command in ["status", "down", "down"] {
        let answer = try await Programs.run("connector-lab", [command, "--state", lab.folder])
        #expect(answer.code == 69)
        #expect(answer.errors.contains("no lab runs on \(lab.folder)"), "\(answer.errors)")
      }
      let again = try LabUnderTest(connectors: 2, folder: lab.folder)
      try await again.awaitAll(["c1", "c2"], "healthy")
      let got = try await again.ctl("c1", ["credential", "get", "db", "--reveal"])
      #expect(got.output.trimmingCharacters(in: .newlines) == "correct horse", "\(got.errors)")

      #expect(try await Programs.run("connector-lab", ["down", "--state", lab.folder]).code == 0)
      #expect(try await Programs.run("connector-lab", ["down", "--state", lab.folder]).code == 69)
      #expect(await again.program.end() == 0)
      #expect(LabUnderTest.processes(naming: lab.folder).isEmpty)
      try FileManager.default.removeItem(atPath: lab.folder)
    }
  }
}
