import Foundation
import Glibc
import Testing

extension HardshipTests {
  /// Records that were damaged between two runs, and a disk that fills up.
  @Suite struct DamageTests {
    @Test(.timeLimit(.minutes(4)), arguments: ["truncated", "garbage", "empty"])
    func everythingStartsAgainWithDamagedRecords(how: String) async throws {
      let lab = try LabUnderTest(connectors: 1)
      try await lab.await("c1", "healthy")
      let put = try await lab.ctl("c1", ["credential", "put", "db"], input: "correct horse")
      #expect(put.code == 0, "\(put.errors)")
      let set = try await lab.ctl("c1", ["registry", "set", #"Test\Word"#, "kept"])
      let state = "\(lab.folder)/c1/state"
      _ = try await LabProcessTests.eventually {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(state)/config-synchronizer")) ?? []
      } until: {
        $0.contains { $0.hasSuffix(".sqlite") }
      }
      lab.program.signal(SIGTERM)
      #expect(await lab.program.end() == 0)

      let synchronized = try FileManager.default.contentsOfDirectory(atPath: "\(state)/config-synchronizer").filter { $0.hasSuffix(".sqlite") }
      var records = synchronized.map { "\(state)/config-synchronizer/\($0)" } + ["\(lab.folder)/cloud/cloud.sqlite"]
      records += ["\(state)/link/identity.json", "\(state)/credential-provider/manifest.a"]
      let settings = try FileManager.default.contentsOfDirectory(atPath: "\(state)/agent-system").filter { $0 != "audit.log" }
      if set.code == 0 { #expect(!settings.isEmpty) }
      records += settings.map { "\(state)/agent-system/\($0)" }
      for record in records { try Self.damage(record, how) }

      let again = try LabUnderTest(connectors: 1, folder: lab.folder)
      try await again.await("c1", "healthy")
      let got = try await again.ctl("c1", ["credential", "get", "db", "--reveal"])
      #expect(got.output.trimmingCharacters(in: .newlines) == "correct horse", "\(got.errors)")
      let events = try await again.ctl("c1", ["events"]).output
      for code in [10004, 15006, 16007] + (settings.isEmpty ? [] : [12008]) {
        #expect(events.contains(" \(code) "), "no event \(code) of a damaged record in\n\(events)")
      }
      let cloud = try String(contentsOfFile: "\(lab.folder)/cloud/cloud.log", encoding: .utf8)
      #expect(cloud.contains(" 20012 "), "the cloud does not tell of its damaged database")
      // What was damaged is kept for a look.
      #expect(try Self.names(below: "\(state)/link").contains { $0.contains("corrupt") })
      #expect(try Self.names(below: "\(state)/config-synchronizer").contains { $0.contains("damaged") })
      #expect(try await again.stop() == 0)
    }

    @Test(.timeLimit(.minutes(3)), .enabled(if: Self.canMount, "needs the right to mount a tmpfs"))
    func aFullDiskIsToldAndOverOnceThereIsSpace() async throws {
      let lab = try LabUnderTest(connectors: 1)
      try await lab.await("c1", "healthy")
      let connector = try ConnectorUnderTest(of: lab)
      try FileManager.default.createDirectory(atPath: connector.state, withIntermediateDirectories: true)
      #expect(Self.mount(connector.state))
      defer {
        umount2(connector.state, Int32(MNT_DETACH))
        connector.remove()
      }
      chmod(connector.state, 0o700)
      try connector.start()
      try await connector.event(16002)
      _ = try await connector.health(0)

      let filler = "\(connector.state)/filler"
      Self.fill(filler)
      try await connector.event(10064)
      let full = try await connector.health(1)
      #expect((full.output + full.errors).contains("No space is left"), "\(full)")
      let refused = try await connector.ctl(["credential", "put", "db"], input: String(repeating: "x", count: 8000))
      #expect(refused.code != 0)
      #expect(refused.errors.contains("the event credentials.audit-failed says why"), "\(refused.errors)")
      #expect(try await connector.event(15005).localizedCaseInsensitiveContains("space"))

      try FileManager.default.removeItem(atPath: filler)
      try await connector.event(10065)
      _ = try await connector.health(0)
      let put = try await connector.ctl(["credential", "put", "db"], input: "correct horse")
      #expect(put.code == 0, "\(put.errors)")
      #expect(await connector.stop() == 0)
      #expect(try await lab.stop() == 0)
    }

    /// Returns what stands there now.
    @discardableResult
    static func damage(_ path: String, _ how: String) throws -> Data {
      let whole = try Data(contentsOf: URL(filePath: path))
      let left: Data =
        switch how {
        case "truncated": whole.prefix(whole.count / 2)
        case "garbage": Data((0..<whole.count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) })
        default: Data()
        }
      try left.write(to: URL(filePath: path))
      chmod(path, 0o600)
      return left
    }

    private static func names(below folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder) }

    private static func mount(_ folder: String) -> Bool { Glibc.mount("tmpfs", folder, "tmpfs", 0, "size=2m") == 0 }

    /// Whether this user may mount, tried for real: a container's root often may not.
    static let canMount: Bool = {
      guard geteuid() == 0, let folder = try? LabUnderTest.temporaryFolder() else { return false }
      defer { rmdir(folder) }
      guard mount(folder) else { return false }
      return umount2(folder, 0) == 0
    }()

    private static func fill(_ path: String) {
      let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
      defer { close(descriptor) }
      let piece = [UInt8](repeating: 1, count: 4096)
      while write(descriptor, piece, piece.count) > 0 {}
    }
  }
}
