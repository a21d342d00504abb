import Foundation
import Glibc
import Testing

/// The whole product as a newcomer sees it: real processes, real sockets, real TLS. One lab at a time, because the machine is small.
@Suite(.serialized) struct LabProcessTests {
  @Test(.timeLimit(.minutes(5))) func aLabComesUpSurvivesKillsAndStops() async throws {
    let lab = try LabUnderTest()
    let first = try await lab.await("the endpoints") { $0["endpoints"] != nil }
    let endpoints = try #require(first["endpoints"] as? [String: Any])
    for key in ["cloud", "link", "stateDirectory", "connectors", "caFile", "customer"] {
      #expect(endpoints[key] != nil, "no \(key) in the endpoints")
    }
    try await lab.awaitAll(["c1", "c2"], "healthy")

    // A second lab on the same folder says so and changes nothing.
    let second = try await Programs.run("connector-lab", ["up", "--state", lab.folder, "--config", "\(Programs.checkout)/config/lab.yaml"])
    #expect(second.code == 69)
    #expect(second.errors.contains("runs already"))

    // Health is ready, seventeen services stand in the list, the documented keys are there.
    let health = try await Self.eventually {
      try await lab.ctl("c1", ["health"])
    } until: {
      $0.code == 0
    }
    #expect(health.code == 0)
    let services = try await lab.ctl("c1", ["--json", "services"])
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(services.output.utf8)) as? [[String: Any]])
    #expect(rows.count == 17)
    #expect(rows.count(where: { $0["up"] as? Bool == true }) == 8)
    let registry = try await lab.ctl("c1", ["registry", "list"])
    #expect(registry.code == 0)
    for key in ["ProductVersionBase", "InMaintenance", "ImmediateUpgrade", "IsElected", "OutageModeEntered"] {
      #expect(registry.output.contains(key), "registry list does not show \(key)")
    }

    // A service that is not modelled says so.
    let absent = try await lab.ctl("c1", ["restart", "web-relay"])
    #expect(absent.code != 0)
    #expect(absent.errors.contains("NotSimulated"))

    // A secret survives kill -9 of its connector, which comes back by itself.
    let put = try await lab.ctl("c1", ["credential", "put", "db"], input: "correct horse")
    #expect(put.code == 0, "\(put.errors)")
    let victim = try await lab.pid(of: "c1")
    kill(victim, SIGKILL)
    try await lab.await("c1", "not in contact")
    try await lab.await("c1", "healthy")
    let got = try await lab.ctl("c1", ["credential", "get", "db", "--reveal"])
    #expect(got.output.trimmingCharacters(in: .newlines) == "correct horse", "\(got.errors)")

    // The cloud is killed: health says so; it comes back, and health too.
    kill(try lab.cloudPid(), SIGKILL)
    let without = try await Self.eventually {
      try await lab.ctl("c1", ["health"])
    } until: {
      $0.code != 0
    }
    #expect(without.code == 1)
    let again = try await Self.eventually {
      try await lab.ctl("c1", ["health"])
    } until: {
      $0.code == 0
    }
    #expect(again.code == 0)

    let pids = [try await lab.pid(of: "c1"), try await lab.pid(of: "c2"), try lab.cloudPid()]
    #expect(try await lab.stop() == 0)
    for pid in pids { #expect(!LabUnderTest.isAlive(pid), "process \(pid) is left over") }
  }

  @Test(.timeLimit(.minutes(5))) func everyServiceComesBackAfterACrashAndAHang() async throws {
    let lab = try LabUnderTest(connectors: 1)
    try await lab.await("c1", "healthy")
    for service in ["agent-system", "logger", "watchdog", "credential-provider", "ad-provider", "config-synchronizer", "high-availability"] {
      for fault in ["crash", "hang"] {
        let before = try await Self.restarts(lab, service)
        let injected = try await Self.eventually {
          try await lab.ctl("c1", ["fault", service, fault])
        } until: {
          $0.code == 0
        }
        #expect(injected.code == 0, "\(service) \(fault): \(injected.errors)")
        let after = try await Self.eventually {
          try await Self.restarts(lab, service)
        } until: {
          $0.restarts > before.restarts && $0.up
        }
        #expect(after.restarts > before.restarts && after.up, "\(service) after a \(fault)")
      }
    }
    #expect(try await lab.stop() == 0)
  }

  @Test(.timeLimit(.minutes(5))) func detachedStatusAndDown() async throws {
    let folder = try LabUnderTest.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let config = "\(Programs.checkout)/config/lab.yaml"
    let up = try await Programs.run(
      "connector-lab", ["up", "--detach", "--wait", "ready", "--timeout", "240s", "--state", folder, "--config", config, "--connectors", "1"])
    #expect(up.code == 0, "\(up.errors)")
    let status = try await Programs.run("connector-lab", ["status", "--json", "--state", folder])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(status.output.utf8)) as? [String: Any])
    let connectors = try #require(object["connectors"] as? [[String: Any]])
    #expect(connectors.map { $0["state"] as? String } == ["healthy"])
    let down = try await Programs.run("connector-lab", ["down", "--state", folder])
    #expect(down.code == 0, "\(down.errors)")
    #expect(try await Programs.run("connector-lab", ["status", "--state", folder]).code == 69)
  }

  @Test(.timeLimit(.minutes(5))) func manyConnectorsInOneProcess() async throws {
    let lab = try LabUnderTest(connectors: 5, extra: ["--in-process"])
    try await lab.awaitAll((1...5).map { "c\($0)" }, "healthy")
    #expect(try await lab.stop() == 0)
  }

  struct ServiceRow {
    var restarts: Int
    var up: Bool
  }

  static func restarts(_ lab: LabUnderTest, _ service: String) async throws -> ServiceRow {
    let answer = try await lab.ctl("c1", ["--json", "services"])
    let rows = (try? JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [[String: Any]]) ?? []
    let row = rows.first { $0["name"] as? String == service }
    return ServiceRow(restarts: row?["restarts"] as? Int ?? -1, up: row?["up"] as? Bool ?? false)
  }

  /// Asks another process again and again until it says what is expected; the test's time limit ends a wait for ever.
  static func eventually<Value>(_ ask: () async throws -> Value, until: (Value) -> Bool) async throws -> Value {
    while true {
      let value = try await ask()
      if until(value) { return value }
      try Task.checkCancellation()
    }
  }
}
