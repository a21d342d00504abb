import Foundation
import Testing

extension HardshipTests {
  /// Records that nothing else can make good: each is named, nothing of it is lost silently, and everything else goes on.
  @Suite struct RecordDamageTests {
    static let word = #"HKLM\Software\Citrix\Damage\Word"#
    static let hows = ["truncated", "garbage", "empty"]

    /// A connector that ran, kept two secrets and a setting, and stopped in order.
    private func filled(_ cloud: CloudUnderTest) async throws -> ConnectorUnderTest {
      let connector = try ConnectorUnderTest(of: cloud, fqdn: "c9.forest1.local")
      try connector.start()
      try await connector.event(10000)
      #expect(try await connector.ctl(["credential", "put", "db"], input: "correct horse").code == 0)
      #expect(try await connector.ctl(["registry", "set", Self.word, "kept"]).code == 0)
      try await halt(connector)
      return connector
    }

    private func halt(_ connector: ConnectorUnderTest) async throws {
      connector.program?.signal(15)
      #expect(await connector.program?.end() == 0)
    }

    private func start() async throws -> (CloudUnderTest, ConnectorUnderTest) {
      let cloud = try CloudUnderTest()
      #expect(try await cloud.start())
      return (cloud, try await filled(cloud))
    }

    private func end(_ cloud: CloudUnderTest, _ connector: ConnectorUnderTest) async {
      #expect(await connector.stop() == 0)
      #expect(await cloud.stop() == 0)
      cloud.remove()
    }

    @Test(.timeLimit(.minutes(2)), arguments: hows) func bothCopiesOfTheVaultsManifest(how: String) async throws {
      let (cloud, connector) = try await start()
      let vault = "\(connector.state)/credential-provider"
      let damaged = try ["a", "b"].map { try DamageTests.damage("\(vault)/manifest.\($0)", how) }
      let records = try FileManager.default.contentsOfDirectory(atPath: "\(vault)/records")
      try connector.start()
      let told = try await connector.event(15006)
      #expect(told.contains("both manifest copies"), "\(told)")
      #expect(try await connector.ctl(["--json", "events"]).output.contains("\(vault)/damaged"), "no event says where it lies now")
      _ = try await connector.health(0)
      #expect(try await connector.ctl(["credential", "get", "db", "--reveal"]).code != 0)
      let kept = try FileManager.default.contentsOfDirectory(atPath: "\(vault)/damaged")
      for record in records { #expect(kept.contains { $0.hasPrefix(record) }, "\(record) is not among \(kept)") }
      for bytes in damaged {
        #expect(try kept.contains { try Data(contentsOf: URL(filePath: "\(vault)/damaged/\($0)")) == bytes }, "a copy is not kept: \(kept)")
      }
      // The vault begins anew.
      #expect(try await connector.ctl(["credential", "put", "db"], input: "battery staple").code == 0)
      #expect(try await connector.ctl(["credential", "get", "db", "--reveal"]).output == "battery staple")
      await end(cloud, connector)
    }

    /// The documented exception: a vault whose key is wrong is left as it is, because the right key may come back.
    @Test(.timeLimit(.minutes(2)), arguments: hows) func theRootKey(how: String) async throws {
      let (cloud, connector) = try await start()
      let vault = "\(connector.state)/credential-provider"
      let key = try Data(contentsOf: URL(filePath: "\(vault)/root.key"))
      let before = try Self.contents(vault)
      _ = try DamageTests.damage("\(vault)/root.key", how)
      try connector.start()
      let told = try await connector.event(15001)
      #expect(told.contains("\(vault)/root.key"), "\(told)")
      try await connector.event(10000)
      let refused = try await connector.ctl(["credential", "get", "db", "--reveal"])
      #expect(refused.code != 0 && refused.errors.contains("connectorctl events shows why"), "\(refused.errors)")
      #expect(try await connector.ctl(["registry", "get", Self.word]).output.contains("kept"))
      let after = try Self.contents(vault)
      #expect(after.filter { $0.key != "root.key" } == before.filter { $0.key != "root.key" }, "the vault was changed")
      // The right key is put back: nothing was lost.
      try key.write(to: URL(filePath: "\(vault)/root.key"))
      let restarted = try await connector.ctl(["restart", "credential-provider"])
      #expect(restarted.code == 0, "\(restarted.errors)")
      try await connector.event(15000)
      _ = try await LabProcessTests.eventually {
        try await connector.ctl(["credential", "get", "db", "--reveal"])
      } until: {
        $0.output == "correct horse"
      }
      _ = try await connector.health(0)
      await end(cloud, connector)
    }

    @Test(.timeLimit(.minutes(2)), arguments: hows) func aSecretsRecord(how: String) async throws {
      let (cloud, connector) = try await start()
      let vault = "\(connector.state)/credential-provider"
      let record = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(vault)/records").first)
      let damaged = try DamageTests.damage("\(vault)/records/\(record)", how)
      try connector.start()
      let told = try await connector.event(15006)
      #expect(told.contains("admin/db"), "\(told)")
      #expect(try await connector.ctl(["--json", "events"]).output.contains("\(vault)/damaged/\(record)"), "no event says where it lies now")
      _ = try await connector.health(0)
      let got = try await connector.ctl(["credential", "get", "db", "--reveal"])
      #expect(got.code != 0 && got.output.isEmpty && got.errors.contains("store the secret anew"), "\(got)")
      #expect(try Data(contentsOf: URL(filePath: "\(vault)/damaged/\(record)")) == damaged)
      #expect(try await connector.ctl(["credential", "put", "db"], input: "battery staple").code == 0)
      #expect(try await connector.ctl(["credential", "get", "db", "--reveal"]).output == "battery staple")
      await end(cloud, connector)
    }

    @Test(.timeLimit(.minutes(2)), arguments: hows) func theAgentSystemsRecord(how: String) async throws {
      let (cloud, connector) = try await start()
      let folder = "\(connector.state)/agent-system"
      let audit = try String(contentsOfFile: "\(folder)/audit.log", encoding: .utf8)
      let damaged = try DamageTests.damage("\(folder)/registry.state", how)
      try connector.start()
      let told = try await connector.event(12008)
      let aside = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.contains("damaged") })
      #expect(told.contains("\(folder)/\(aside)"), "\(told)")
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/\(aside)")) == damaged)
      _ = try await connector.health(0)
      // It begins anew, and says so; what was done before still stands in the audit.
      #expect(try await connector.ctl(["registry", "get", Self.word]).code != 0)
      #expect(try String(contentsOfFile: "\(folder)/audit.log", encoding: .utf8).hasPrefix(audit))
      #expect(try await connector.ctl(["registry", "set", Self.word, "again"]).code == 0)
      #expect(try await connector.ctl(["credential", "get", "db", "--reveal"]).output == "correct horse")
      await end(cloud, connector)
    }

    /// The documented exception: the cloud's authority is never made anew by itself, because that would lock out every connector.
    @Test(.timeLimit(.minutes(2)), arguments: hows + ["another key", "missing"]) func theCloudsKeys(how: String) async throws {
      let (cloud, connector) = try await start()
      #expect(await cloud.stop() == 0)
      let whole = try String(contentsOfFile: cloud.keys, encoding: .utf8)
      if how == "another key" {
        try ConnectorUnderTest.put(whole.replacing("BEGIN PRIVATE KEY-----\\nM", with: "BEGIN PRIVATE KEY-----\\nX"), at: cloud.keys, mode: 0o600)
      } else if how == "missing" {
        try FileManager.default.removeItem(atPath: cloud.keys)
      } else {
        _ = try DamageTests.damage(cloud.keys, how)
      }
      let damaged = try? Data(contentsOf: URL(filePath: cloud.keys))
      #expect(damaged != Data(whole.utf8))
      let refused = try await Programs.run("connector-lab", ["cloud", "--state", cloud.folder, "--config", "\(cloud.folder)/lab.yaml"])
      #expect(refused.code == 78, "\(refused)")
      #expect(
        refused.errors.contains("\(cloud.keys) is \(how == "missing" ? "missing" : "damaged")") && refused.errors.contains("Restore it"),
        "\(refused.errors)")
      #expect(!refused.errors.contains("PRIVATE KEY"), "a message repeats the key")
      #expect((try? Data(contentsOf: URL(filePath: cloud.keys))) == damaged)
      // Put back, it is the same cloud.
      try ConnectorUnderTest.put(whole, at: cloud.keys, mode: 0o600)
      #expect(try await cloud.start())
      try connector.start()
      try await connector.event(10000)
      _ = try await connector.health(0)
      await end(cloud, connector)
    }

    private static func contents(_ folder: String) throws -> [String: Data] {
      var found: [String: Data] = [:]
      for name in try SweptConnector.files(below: folder) where !name.contains("audit") {
        found[name] = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      }
      return found
    }
  }
}
