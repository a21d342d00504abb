import Foundation
import Glibc
import Testing

extension HardshipTests {
  /// Files, ports and paths that do not do: one clear message, the documented exit code, nothing left behind.
  @Suite struct BadInputTests {
    static let sources = """
      resourceLocation: {configuration: "\(Programs.checkout)/config/broker.yaml", directory: "\(Programs.checkout)/config/directory.yaml"}

      """

    @Test(
      .timeLimit(.minutes(2)),
      arguments: [
        ("cloud:\n  apiPort: ninety\n", "cloud.apiPort"), ("cloud:\n  colour: red\n", "colour"), ("connectors:\n  count: 0\n", "connectors.count"),
        ("connectors:\n  syncEvery: 5 parsecs\n", "connectors.syncEvery"), ("connectors: [1, 2\n", ":"),
      ])
    func aBadLabFileNamesLineAndColumn(text: String, field: String) async throws {
      let folder = try LabUnderTest.temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try text.write(toFile: "\(folder)/lab.yaml", atomically: true, encoding: .utf8)
      let up = try await Programs.run("connector-lab", ["up", "--config", "\(folder)/lab.yaml", "--state", "\(folder)/lab"])
      #expect(up.code == 78)
      #expect(up.errors.contains(field), "\(up.errors)")
      #expect(up.errors.contains(#/lab\.yaml:\d+:\d+: /#), "\(up.errors)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/lab"))
    }

    @Test(.timeLimit(.minutes(2))) func aMissingLabFileIsExit66() async throws {
      let up = try await Programs.run("connector-lab", ["up", "--config", "/nonexistent/lab.yaml", "--state", "/nonexistent/lab"])
      #expect(up.code == 66)
      #expect(up.errors.contains("/nonexistent/lab.yaml"))
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["apiPort", "linkPort"], [[], ["--in-process"], ["--detach"]])
    func aPortInUseIsNamedAndNothingIsLeft(key: String, extra: [String]) async throws {
      let folder = try LabUnderTest.temporaryFolder()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let taken = try TakenPort()
      defer { taken.close() }
      try (Self.sources + "cloud: {\(key): \(taken.number)}\n").write(toFile: "\(folder)/lab.yaml", atomically: true, encoding: .utf8)
      let up = try await Programs.run("connector-lab", ["up", "--config", "\(folder)/lab.yaml", "--state", "\(folder)/lab"] + extra)
      #expect(up.code == 1)
      #expect(up.errors.contains("\(taken.number)") && up.errors.contains("\(folder)/lab.yaml"), "\(up.errors)")
      #expect(LabUnderTest.processes(naming: folder).isEmpty)
    }

    @Test(.timeLimit(.minutes(2))) func aSecondConnectorOnAStateDirectoryIsRefused() async throws {
      let first = try ConnectorUnderTest()
      try first.start()
      try await first.event(10150)
      let second = try await first.refused()
      #expect(second.code == 69)
      #expect(second.errors.contains(first.state) && second.errors.contains(" 10060 "), "\(second.errors)")
      #expect(try await first.ctl(["status"]).code == 0)
      #expect(await first.stop() == 0)
    }

    @Test(.timeLimit(.minutes(2))) func aControlSocketPathThatIsTooLongIsRefused() async throws {
      let connector = try ConnectorUnderTest()
      defer { connector.remove() }
      let long = "\(connector.folder)/\(String(repeating: "s", count: 110))"
      try connector.change("state") { $0["controlSocket"] = long }
      let refused = try await connector.refused()
      #expect(refused.code == 73)
      #expect(refused.errors.contains("107") && refused.errors.contains("controlSocket"), "\(refused.errors)")
    }

    @Test(.timeLimit(.minutes(2))) func aStateDirectoryThatIsTooLongForItsSocketIsRefused() async throws {
      let connector = try ConnectorUnderTest()
      defer { connector.remove() }
      try connector.change("state") { $0["directory"] = "\(connector.folder)/\(String(repeating: "d", count: 110))" }
      let refused = try await connector.refused()
      #expect(refused.code == 73)
      #expect(refused.errors.contains("107"), "\(refused.errors)")
    }

    @Test(.timeLimit(.minutes(2))) func aStateDirectoryThatCannotBeMadeIsExit73() async throws {
      let connector = try ConnectorUnderTest()
      defer { connector.remove() }
      try connector.change("state") { $0["directory"] = "\(connector.configuration)/state" }
      let refused = try await connector.refused()
      #expect(refused.code == 73)
      #expect(refused.errors.contains("state directory") && refused.errors.contains(" 10060 "), "\(refused.errors)")
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["secret", "mode", "location"])
    func whatTheCloudRefusesIsToldByEventAndHealth(wrong: String) async throws {
      let lab = try LabUnderTest(connectors: 1)
      try await lab.await("c1", "healthy")
      let connector = try ConnectorUnderTest(of: lab)
      let secret = "\(connector.folder)/secret"
      let good = try String(contentsOfFile: "\(lab.folder)/cloud/client-secret", encoding: .utf8)
      try ConnectorUnderTest.put(wrong == "secret" ? "not this" : good, at: secret, mode: wrong == "mode" ? 0o644 : 0o600)
      try connector.change("connector") {
        $0["clientSecretFile"] = secret
        if wrong == "location" { $0["resourceLocation"] = "00000000-0000-4000-8000-000000000000" }
      }
      try connector.start()
      let told = try await connector.event(wrong == "location" ? 10019 : 10018)
      #expect(!told.contains(good) && !told.contains("not this"), "an event shows a secret")
      if wrong == "mode" { #expect(told.contains("0644") && told.contains("chmod 600"), "\(told)") }
      let health = try await connector.ctl(["health"])
      #expect([1, 2].contains(health.code))
      #expect(health.output.contains(wrong == "location" ? "unknownResourceLocation" : "wrongSecret"), "\(health)")
      // The others never notice.
      #expect(try await lab.ctl("c1", ["health"]).code == 0)
      #expect(await connector.stop() == 0)
      #expect(try await lab.stop() == 0)
    }
  }
}

/// A loopback port that is listened on.
final class TakenPort: Sendable {
  let number: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (held, length) = (descriptor, size)
    let done = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(held, $0, length) == 0 && listen(held, 1) == 0 && getsockname(held, $0, &size) == 0
      }
    }
    guard done else { throw LabUnderTest.Failed(description: "no port to take: \(String(cString: strerror(errno)))") }
    number = Int(UInt16(bigEndian: address.sin_port))
  }

  func close() { Glibc.close(descriptor) }
}
