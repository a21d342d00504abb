import BrokerConfiguration
import Foundation
import Glibc
import Testing

/// A broker configuration that cannot be imported leaves the one before in use, in a connector of a lab.
@Suite(.serialized) struct ImportProcessTests {
  private static func site(_ machines: Int) throws -> [UInt8] { try BrokerConfiguration.generate(machines: machines).canonicalBytes() }

  private static func publish(_ lab: LabUnderTest, _ bytes: [UInt8]) async throws -> Int {
    let cloud = SiteUnderTest.object(try String(contentsOfFile: "\(lab.folder)/cloud/cloud.json", encoding: .utf8))
    let (api, location) = (cloud["api"] as? String ?? "", cloud["resourceLocation"] as? String ?? "")
    try Data(bytes).write(to: URL(filePath: "\(lab.folder)/published.json"))
    let answer = try await Programs.run(
      path: "/usr/bin/env",
      [
        "curl", "-s", "-S", "--cacert", cloud["caFile"] as? String ?? "", "-X", "PUT", "-H", "Lab-Token: \(cloud["labToken"] as? String ?? "")",
        "--data-binary", "@\(lab.folder)/published.json", "\(api)/lab/v1/resourcelocations/\(location)/configuration",
      ])
    return try #require(SiteUnderTest.object(answer.output)["revision"] as? Int, "\(answer.output)\(answer.errors)")
  }

  private static func status(_ lab: LabUnderTest) async throws -> [String: Any] {
    SiteUnderTest.object(try await lab.ctl("c1", ["sync", "status", "--json"]).output)
  }

  private static func revision(_ lab: LabUnderTest, _ isIt: @escaping (Int) -> Bool) async throws -> Int {
    let found = try await LabProcessTests.eventually {
      try await status(lab)["revision"] as? Int ?? 0
    } until: {
      isIt($0)
    }
    return found
  }

  private static func machines(_ lab: LabUnderTest) async throws -> Int? {
    (try await status(lab)["counts"] as? [String: Any])?["machines"] as? Int
  }

  @Test(.timeLimit(.minutes(5))) func oneThatIsCorruptIsNotTaken() async throws {
    let lab = try LabUnderTest(connectors: 1)
    try await lab.await("c1", "healthy")
    _ = try await Self.revision(lab) { $0 > 0 }
    let good = try await Self.publish(lab, Self.site(3))
    _ = try await Self.revision(lab) { $0 == good }

    var corrupt = try Self.site(4)
    let text = String(decoding: corrupt, as: UTF8.self).replacing("\"catalog\":\"", with: "\"catalog\":\"nowhere ", maxReplacements: 1)
    corrupt = Array(text.utf8)
    let bad = try await Self.publish(lab, corrupt)
    let asked = try await lab.ctl("c1", ["sync", "now"])
    #expect(asked.code != 0 && asked.errors.contains("revision \(bad) could not be imported") && asked.errors.contains("nowhere"), "\(asked)")
    let after = try await Self.status(lab)
    #expect(after["revision"] as? Int == good && after["failedImports"] as? Int == 1)
    #expect(try await Self.machines(lab) == 3)
    let log = try String(contentsOfFile: "\(lab.folder)/c1/connectord.log", encoding: .utf8)
    #expect(log.contains("config-sync.import-failed") && log.contains("revision \(good) stays in use"))

    let mended = try await Self.publish(lab, Self.site(5))
    _ = try await Self.revision(lab) { $0 == mended }
    #expect(try await Self.machines(lab) == 5)
    #expect(try await lab.stop() == 0)
  }

  /// A real disk of one mebibyte.
  @Test(.timeLimit(.minutes(5)), .enabled(if: SmallDisk.isPossible, "a disk of a test's own needs root and mount"))
  func oneThatFillsTheDiskIsNotTakenAndIsOnceThereIsRoom() async throws {
    let root = try LabUnderTest.temporaryFolder()
    let folder = "\(root)/c1/state/config-synchronizer"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try await SmallDisk.with(folder, "1m") { disk in try await fill(disk, folder, root) }
  }

  private func fill(_ disk: SmallDisk, _ folder: String, _ root: String) async throws {
    let lab = try LabUnderTest(connectors: 1, folder: root)
    try await lab.await("c1", "healthy")
    _ = try await Self.revision(lab) { $0 > 0 }
    let small = try await Self.publish(lab, Self.site(3))
    _ = try await Self.revision(lab) { $0 == small }

    let large = try await Self.publish(lab, Self.site(20_000))
    let asked = try await lab.ctl("c1", ["sync", "now"])
    #expect(asked.code != 0 && asked.errors.contains("revision \(large) could not be imported"), "\(asked)")
    #expect(try await Self.status(lab)["revision"] as? Int == small)
    #expect(try await Self.machines(lab) == 3)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".sqlite") }
    #expect(left == [], "what could not be finished is cleared away")

    // Killed and started anew on the full disk it opens what it had.
    let before = try await lab.pid(of: "c1")
    kill(before, SIGKILL)
    try await lab.await("c1", "not in contact")
    try await lab.await("c1", "healthy")
    #expect(try await Self.revision(lab) { $0 > 0 } == small)

    try await disk.grow("64m")
    _ = try await Self.revision(lab) { $0 == large }
    #expect(try await Self.machines(lab) == 20_000)
    #expect(try await lab.stop() == 0)
  }
}

/// A file system of its own, of a size that is soon full.
struct SmallDisk {
  private let folder: String

  static let isPossible = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/mount")

  /// It is gone afterwards, also while somebody still has files open there.
  static func with(_ folder: String, _ size: String, _ body: (SmallDisk) async throws -> Void) async throws {
    try await mount(["-t", "tmpfs", "-o", "size=\(size),mode=0700", "small", folder])
    let ended: Result<Void, any Error>
    do { ended = .success(try await body(SmallDisk(folder: folder))) } catch { ended = .failure(error) }
    _ = try? await Programs.run(path: "/usr/bin/umount", ["-l", folder])
    try ended.get()
  }

  func grow(_ size: String) async throws { try await Self.mount(["-o", "remount,size=\(size)", folder]) }

  private static func mount(_ arguments: [String]) async throws {
    let done = try await Programs.run(path: "/usr/bin/mount", arguments)
    try #require(done.code == 0, "mount \(arguments): \(done.errors)")
  }
}
