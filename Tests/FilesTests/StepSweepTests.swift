import Foundation
import Glibc
import Testing
import World

@testable import LiveWorld

#if DEBUG
  /// The hidden switch that makes a process die at a durable step.
  @Suite struct StepSweepTests {
    @Test func aPointIsReadFromItsText() throws {
      let whole = try #require(StepSweep.DeathPoint("vault.record:afterRename:3"))
      #expect(whole.step == "vault.record" && whole.phase == .afterRename && whole.nth == 3)
      let short = try #require(StepSweep.DeathPoint("vault.record"))
      #expect(short.phase == .beforeWrite && short.nth == 1)
      #expect(StepSweep.DeathPoint("vault.record:2")?.nth == 2)
      #expect(StepSweep.DeathPoint("vault.record:durable")?.phase == .durable)
    }

    @Test(arguments: ["", ":durable", "a:nowhere", "a:durable:0", "a:durable:-1", "a:durable:1:1", "a:", "a:1:durable"])
    func whatIsNoPointIsRefused(text: String) { #expect(StepSweep.DeathPoint(text) == nil) }

    @Test func nothingIsHookedUnlessAskedFor() { #expect(StepSweep.hook("CONNECTORD_TEST_UNSET") == nil) }

    /// It dies at the second of its kind and not at the first, and has written down both.
    @Test func itDiesAtThePointAndWroteDownWhatItPassed() async throws {
      let folder = NSTemporaryDirectory() + "sweep-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
        setenv("SWEEP_DIE_AT", "a.b:afterRename:2", 1)
        setenv("SWEEP_STEPS", folder + "/steps", 1)
        let files = DiskFiles(onStep: StepSweep.hook("SWEEP"))
        for byte in 1...3 { try files.replace(folder + "/record", with: [UInt8(byte)], mode: 0o600, step: "a.b") }
      }
      #expect(try DiskFiles().read(folder + "/record") == [2])
      let lines = try String(contentsOfFile: folder + "/steps", encoding: .utf8).split(separator: "\n")
      #expect(
        lines == [
          "a.b beforeWrite 1", "a.b afterWrite 1", "a.b afterRename 1", "a.b durable 1", "a.b beforeWrite 2", "a.b afterWrite 2", "a.b afterRename 2",
        ])
    }

    /// Told by a file while it runs, it counts down there, and dies once: its successor passes the same steps and lives.
    @Test func aPointInAFileOutlivesTheProcessAndKillsOnce() async throws {
      let folder = NSTemporaryDirectory() + "sweep-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try "a.b:durable:3\n".write(toFile: folder + "/die-c1", atomically: true, encoding: .utf8)
      await #expect(processExitsWith: .success) { [folder = folder as String] in
        setenv("SWEEP_DIE_AT", "@\(folder)/die-{name}", 1)
        let files = DiskFiles(onStep: StepSweep.hook("SWEEP", name: "c1"))
        for byte in 1...2 { try files.replace(folder + "/record", with: [UInt8(byte)], mode: 0o600, step: "a.b") }
      }
      #expect(try DiskFiles().read(folder + "/die-c1") == Array("a.b:durable:1".utf8))
      for signal in [SIGKILL, 0] {
        await #expect(processExitsWith: signal == 0 ? .success : .signal(signal)) { [folder = folder as String] in
          setenv("SWEEP_DIE_AT", "@\(folder)/die-{name}", 1)
          try DiskFiles(onStep: StepSweep.hook("SWEEP", name: "c1")).replace(folder + "/record", with: [9], mode: 0o600, step: "a.b")
        }
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/die-c1"))
    }

    @Test func aPointThatCannotBeReadEndsTheProcess() async {
      await #expect(processExitsWith: .exitCode(64)) {
        setenv("SWEEP_DIE_AT", "a.b:nowhere", 1)
        _ = StepSweep.hook("SWEEP")
      }
    }
  }
#endif
