import AgentSystem
import CloudAPI
import EventCatalog
import ReleaseSlots
import ServiceKit
import SimulatedWorld
import Testing
import World

/// An administrator's pin, and restarts whose turn the cloud decides.
@Suite(.timeLimit(.minutes(10))) struct PinTests {
  @Test func aPinnedConnectorTakesNoUpdatesUntilItIsUnpinned() async throws {
    try await withMachine { machine in
      let two = try UpdateRelease("4.2.0.0")
      try machine.publish(two)
      #expect(try await machine.standing.updatesBarred == nil)
      let answer = try await #require(machine.process).wire("update-pin", #"{"reason":"month-end"}"#)
      #expect(answer.contains(#""pinned":true"#) && answer.contains(#""reason":"month-end""#))
      while try await machine.standing.updatesBarred == nil { await Task.yield() }
      #expect(try await machine.standing.updatesBarred?.contains("month-end; connectorctl update unpin ends it") == true)
      #expect(try await #require(machine.process).wire("update-status").contains(#""pin":{"reason":"month-end","since":"#))
      // It outlives the process.
      try await machine.powerOn()
      #expect(try await machine.standing.updatesBarred?.contains("month-end") == true)
      try await machine.update(to: two)
      let event = try await machine.sink.first("evergreen.given-up")
      #expect(event.message.contains("month-end"))
      try await machine.order(.leaveMaintenance)
      #expect(try await #require(machine.process).wire("update-unpin") == #"{"pinned":false}"#)
      while try await machine.standing.updatesBarred != nil { await Task.yield() }
      #expect(try machine.sink.names.contains("evergreen.unpinned"))
      try await machine.update(to: two)
      try await machine.restart()
      #expect(machine.running?.slot == two.slot)
    }
  }

  @Test func whoMayAskWhat() async throws {
    try await withMachine { machine in
      for (operation, caller) in [("update-pin", WireCaller.cloud), ("update-unpin", .cloud), ("update-order", .control(uid: 0))] {
        do {
          _ = try await #require(machine.process).wire(operation, "", from: caller)
          Issue.record("\(operation) was permitted")
        } catch let error as WireError {
          #expect(error.code == .denied)
        }
      }
    }
  }

  /// The cloud lets one machine of a location restart at a time; such a connector only says that it waits.
  @Test func aCoordinatedConnectorReportsThatItsMachineWaits() async throws {
    try await withMachine { machine in
      let process = try #require(machine.process)
      _ = try await process.wire("registry-set", #"{"path":"\#(PendingRestartTests.flag)","value":true}"#)
      await machine.pass(.seconds(300))
      let event = await process.sink.first("evergreen.restart-reported")
      #expect(event.values["flag"] == .text(KnownRegistryKeys.updateRebootRequired.text))
      let waiting = try await machine.standing
      #expect(waiting.isRestartPending == true && waiting.restart == nil)
      #expect(!process.sink.names.contains("watchdog.restart-pending"))
      #expect(try await machine.order(.restartMachine, token: 9).stage == .restarting)
      try await machine.restart()
      let standing = try await machine.standing
      #expect(standing.update?.stage == .restarted && standing.update?.token == 9 && standing.inMaintenance)
      let flag = try await #require(machine.process).wire("registry-get", #"{"path":"\#(PendingRestartTests.flag)"}"#)
      #expect(flag.contains("false"))
      try await machine.order(.leaveMaintenance, token: 9)
      let after = try await machine.standing
      #expect(!after.inMaintenance && after.isRestartPending == false)
    }
  }
}
