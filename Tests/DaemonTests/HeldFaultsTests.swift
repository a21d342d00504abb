import CloudAPI
import ControlAPI
import Foundation
import LiveFaults
import PeerChannelLive
import ServiceKit
import SimulatedWorld
import Testing
import World

@testable import Daemon

private func rule(_ on: String, _ kind: String, _ value: String? = nil) throws -> FaultRule {
  try FaultRule(FaultOrder(on: on, kind: kind, value: value, seed: 1, lasts: "1m"))
}

/// A service that answers everything with one object.
private struct Answers: ServiceWire {
  func call(_ operation: String, _ body: [UInt8], from caller: WireCaller) async throws -> [UInt8] { Array(#"{"ok":true}"#.utf8) }
}

private struct Stand {
  let clock = SimulatedClock(wall: WallTime(seconds: 1_800_000_000))
  let switches = Faults()
  let held: HeldFaults
  let calls: ServiceCalls

  init() {
    held = HeldFaults(clock: clock, switches: switches)
    let registry = ServiceRegistry()
    registry.publish(wire: Answers(), of: .logger, incarnation: 1)
    calls = ServiceCalls(registry: registry, faults: held)
  }

  func call(_ operation: String = "status") async throws -> String {
    String(decoding: try await calls.call(.logger, operation, [], from: .cloud), as: UTF8.self)
  }
}

@Suite struct HeldFaultsTests {
  @Test func anErrorIsOfItsOperationUntilTheLeaseIsOver() async throws {
    let stand = Stand()
    try stand.held.hold(1, try rule("service:c1/logger/collect", "error", "denied"), left: .seconds(5))
    #expect(try await stand.call("status") == #"{"ok":true}"#)
    let refused = await #expect(throws: WireError.self) { try await stand.call("collect") }
    #expect(refused?.code == .denied)
    stand.clock.advance(by: .seconds(5))
    #expect(try await stand.call("collect") == #"{"ok":true}"#)
  }

  @Test func aWrongAnswerIsJSONOfAnotherShape() async throws {
    let stand = Stand()
    try stand.held.hold(1, try rule("service:c1/logger", "wrong-answer"), left: .seconds(5))
    var seen: Set<String> = []
    for _ in 0..<50 { seen.insert(try await stand.call()) }
    #expect(seen == ["{}", #"[{"ok":true}]"#, #"{"items":[],"status":"unknown"}"#])
    #expect(stand.held.heal(nil) == 1)
    #expect(try await stand.call() == #"{"ok":true}"#)
  }

  @Test func whatGoesToPeersAndComesFromThemPassesOrNot() throws {
    let stand = Stand()
    #expect(stand.held.peersPass(.out) && stand.held.peersPass(.into))
    try stand.held.hold(1, try rule("peers:c1", "partition", "up"), left: .seconds(5))
    #expect(!stand.held.peersPass(.out) && stand.held.peersPass(.into))
    try stand.held.hold(2, try rule("peers:c1", "partition"), left: .seconds(10))
    #expect(!stand.held.peersPass(.into) && !stand.held.diskIsFull())
    stand.clock.advance(by: .seconds(10))
    #expect(stand.held.peersPass(.out) && stand.held.peersPass(.into))
  }

  @Test func aHangAndALatencyEndWhenTheyAreHealed() async throws {
    for (kind, value) in [("hang", nil), ("latency", "50s")] as [(String, String?)] {
      let stand = Stand()
      try stand.held.hold(1, try rule("service:c1/logger/status", kind, value), left: .seconds(60))
      let asked = Task { try await stand.call() }
      // It waits on the clock until then.
      await stand.clock.waitForSleepers(1)
      #expect(stand.held.heal(1) == 1)
      #expect(try await asked.value == #"{"ok":true}"#)
    }
  }

  @Test func theListHasWhatIsHeldAndHowLongYet() async throws {
    let stand = Stand()
    #expect(stand.held.list().isEmpty)
    try stand.held.hold(4, try rule("service:c1/logger/collect", "error", "denied"), left: .seconds(5))
    try stand.held.hold(7, try rule("connector:c1", "disk-full"), left: .seconds(60))
    stand.clock.advance(by: .seconds(2))
    #expect(stand.held.list().map(\.id) == [4, 7])
    #expect(stand.held.list().map(\.left) == [3_000, 58_000])
    #expect(stand.held.list().first?.fault.on == "service:c1/logger/collect")
    stand.clock.advance(by: .seconds(3))
    #expect(stand.held.list().map(\.id) == [7])
    #expect(stand.held.heal(7) == 1)
    #expect(stand.held.list().isEmpty)
  }

  @Test func aHangEndsWithItsLease() async throws {
    let stand = Stand()
    try stand.held.hold(1, try rule("service:c1/logger/status", "hang"), left: .seconds(60))
    let asked = Task { try await stand.call() }
    await stand.clock.waitForSleepers(1)
    stand.clock.advance(by: .seconds(60))
    #expect(try await asked.value == #"{"ok":true}"#)
  }

  @Test func aWholeServiceIsStruckOnceHoweverOftenItIsOrdered() async throws {
    let stand = Stand()
    #expect(throws: ControlFailure.self) { try stand.held.hold(1, try rule("service:c1/logger", "hang"), left: .seconds(5)) }
    let first = stand.switches.begin(.logger)
    try stand.held.hold(2, try rule("service:c1/logger", "hang"), left: .seconds(5))
    #expect(first.isHung)
    let second = stand.switches.begin(.logger)
    try stand.held.hold(2, try rule("service:c1/logger", "hang"), left: .seconds(5))
    #expect(!second.isHung)
    #expect(try await stand.call() == #"{"ok":true}"#)
  }

  @Test func aFullDiskTakesNothingAndGivesEverything() throws {
    let clock = SimulatedClock(wall: WallTime(seconds: 1_800_000_000))
    let held = HeldFaults(clock: clock, switches: Faults())
    let files = FaultyFiles(disk: MemoryFiles()) { held.diskIsFull() }
    try files.makeDirectory("/d", mode: 0o700)
    try files.replace("/d/a", with: [1], mode: 0o600, step: "test")
    let writer = try files.writer(to: "/d/w", mode: 0o600)
    try held.hold(1, try rule("connector:c1", "disk-full"), left: .seconds(5))
    for write: () throws -> Void in [
      { try files.replace("/d/a", with: [2], mode: 0o600, step: "test") }, { try files.append("/d/a", [2], mode: 0o600, sync: true) },
      { try files.makeDirectory("/d/e", mode: 0o700) }, { _ = try files.writer(to: "/d/b", mode: 0o600) }, { try writer.write([2]) },
      { try files.replaceLink("/d/l", to: "a", step: "test") },
    ] {
      let failure = #expect(throws: FileError.self) { try write() }
      #expect(failure?.kind == .noSpace)
    }
    writer.discard()
    #expect(try files.read("/d/a") == [1])
    #expect(try files.list("/d") == ["a"])
    #expect(try files.space("/d").bytes == 0)
    try files.makeDirectory("/d", mode: 0o700)
    clock.advance(by: .seconds(5))
    try files.replace("/d/a", with: [2], mode: 0o600, step: "test")
    #expect(try files.space("/d").bytes > 0)
  }
}
