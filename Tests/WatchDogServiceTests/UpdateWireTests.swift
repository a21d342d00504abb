import AgentSystem
import Evergreen
import FoundationEssentials
import Releases
import ServiceKit
import SimulatedWorld
import Testing
import WatchDogService
import World

/// What an administrator sees of updates and orders.
@Suite struct UpdateWireTests {
  static let (one, two) = (SlotName("4.1.0.0-0123456789ab")!, SlotName("4.2.0.0-ba9876543210")!)

  /// A machine that runs 4.2.0.0, came from 4.1.0.0, and on which 4.3.0.0 failed.
  private func layout(_ rig: Rig) throws {
    var record = EvergreenRecord(active: Self.one, at: WallTime(seconds: 1_794_000_000))
    record.generation = 7
    record.committed.append(EvergreenRecord.Committed(slot: Self.two, at: WallTime(seconds: 1_794_500_000)))
    record.failures["4.3.0.0"] = EvergreenRecord.Failure(attempts: 1, isRefused: true, reason: "it flaps", at: WallTime(seconds: 1_794_600_000))
    for slot in [Self.one, Self.two] { try rig.files.makeDirectory("\(Rig.releases)/releases/\(slot)", mode: 0o755) }
    for (name, slot) in [("active", Self.two), ("last-good", Self.one)] {
      try rig.files.replaceLink("\(Rig.releases)/\(name)", to: "releases/\(slot)", step: "test")
    }
    try rig.files.replace("\(Rig.releases)/record.json", with: [UInt8](JSONEncoder().encode(record)), mode: 0o644, step: "test")
  }

  @Test func statusIsStable() async throws {
    try await withRig { rig async throws in
      try layout(rig)
      let text = try await rig.wire("update-status")
      #expect(
        text
          == #"{"active":"4.2.0.0-ba9876543210","barred":"no release would be believed: updates.root is not set","committed":[{"at":"2026-11-06T21:20:00.000000Z","release":"4.1.0.0-0123456789ab"},{"at":"2026-11-12T16:13:20.000000Z","release":"4.2.0.0-ba9876543210"}],"failed":[{"at":"2026-11-13T20:00:00.000000Z","attempts":1,"reason":"it flaps","refused":true,"version":"4.3.0.0"}],"generation":7,"installed":["4.1.0.0-0123456789ab","4.2.0.0-ba9876543210"],"lastGood":"4.1.0.0-0123456789ab","phase":"idle"}"#
      )
    }
  }

  @Test func clearAndRollback() async throws {
    try await withRig { rig async throws in
      try layout(rig)
      #expect(try await rig.wire("update-clear", #"{"version":"4.3.0.0"}"#).contains(#""failed":[]"#))
      let ordered = try JSONDecoder().decode(UpdateReport.self, from: Data(try await rig.wire("update-rollback", #"{"reason":"slow"}"#).utf8))
      #expect(
        ordered.phase == "rollingBack" && ordered.rollback?.to == "\(Self.one)" && ordered.rollback?.reason == "slow" && ordered.generation == 8)
      await rig.clock.waitForSleeper(until: rig.clock.now().moment + .seconds(1))
      rig.clock.advance(by: .seconds(1))
      #expect(await rig.nextRestart() == "process: to go back: slow")
      #expect(rig.sink.names.contains("evergreen.cleared") && rig.sink.names.contains("evergreen.rollback-ordered"))
      #expect(try rig.audit().contains(#""operation":"rollBackRelease""#))
    }
  }

  @Test func whatStandsAgainstItIsSaid() async throws {
    try await withRig { rig async throws in
      await expect(.notFound, rig, "update-status")
      try layout(rig)
      await expect(.badRequest, rig, "update-clear", #"{"version":"4.3"}"#)
      await expect(.badRequest, rig, "update-clear")
      for operation in ["update-status", "update-clear", "update-rollback"] { await expect(.denied, rig, operation, from: .cloud) }
    }
  }

  private func expect(_ code: WireError.Code, _ rig: Rig, _ operation: String, _ body: String = "", from caller: WireCaller = .control(uid: 1000))
    async
  {
    do {
      Issue.record("\(operation) was answered \(try await rig.wire(operation, body, from: caller))")
    } catch let error as WireError {
      #expect(error.code == code, "\(error)")
    } catch {
      Issue.record("\(operation) threw \(error)")
    }
  }
}
