import AgentSystem
import FoundationEssentials
import ServiceKit
import SimulatedWorld
import Testing
import WatchDogService
import World

@Suite struct WireTests {
  static let flag = #"HKLM\\Software\\Citrix\\CloudServices\\AgentFoundation\\ImmediateUpgrade"#

  @Test func settings() async throws {
    try await withRig { rig async throws in
      #expect(try await rig.wire("registry-get", #"{"path":"\#(Self.flag)"}"#) == #"{"path":"\#(Self.flag)","value":{"type":"integer","value":0}}"#)
      // Typed, typed by name, and as a text that takes the known key's type.
      for body in [#""type":"integer","value":1"#, #""value":1"#, #""value":"1""#] {
        #expect(
          try await rig.wire("registry-set", #"{"path":"\#(Self.flag)",\#(body)}"#)
            == #"{"path":"\#(Self.flag)","value":{"type":"integer","value":1}}"#)
      }
      #expect(try await rig.wire("registry-list", #"{"prefix":"\#(Self.flag)"}"#).contains(#""value":{"type":"integer","value":1}"#))
      #expect(try await rig.wire("registry-delete", #"{"path":"\#(Self.flag)"}"#) == #"{"deleted":true}"#)
      #expect(try await rig.wire("registry-delete", #"{"path":"\#(Self.flag)"}"#) == #"{"deleted":false}"#)
    }
  }

  @Test func listShowsTheDocumentedKeys() async throws {
    try await withRig { rig async throws in
      struct Entries: Decodable { var entries: [RegistryEntry] }
      for body in ["", "{}", #"{"prefix":""}"#, #"{"prefix":"HKLM"}"#] {
        let list = try JSONDecoder().decode(Entries.self, from: Data(try await rig.wire("registry-list", body).utf8))
        let paths = Set(list.entries.map(\.path))
        for key in [
          KnownRegistryKeys.productVersionBase, KnownRegistryKeys.configured, KnownRegistryKeys.inMaintenance, KnownRegistryKeys.lhcEnabled,
        ] {
          #expect(paths.contains(key), "\(key) with body '\(body)'")
        }
      }
    }
  }

  /// A registry larger than a frame is listed whole.
  @Test func longListsAreWhole() async throws {
    try await withRig { rig async throws in
      let text = String(repeating: "x", count: 4000)
      for number in 0..<40 { _ = try await rig.wire("registry-set", #"{"path":"HKLM\\Software\\Citrix\\L\\\#(number)","value":"\#(text)"}"#) }
      let list = try await rig.wire("registry-list", #"{"prefix":"HKLM\\Software\\Citrix\\L"}"#)
      #expect(list.components(separatedBy: #""path""#).count == 41)
    }
  }

  @Test func maintenanceAndRestart() async throws {
    try await withRig { rig async throws in
      let on = try await status(rig, "maintenance", #"{"on":true,"reason":"patching"}"#)
      #expect(on.inMaintenance && on.maintenanceReason == "patching")
      #expect(try await status(rig, "maintenance", #"{"on":false}"#).inMaintenance == false)
      let restart = try JSONDecoder().decode(
        WatchDogStatus.Restart.self, from: Data(try await rig.wire("schedule-restart", #"{"delay":"90s","reason":"kernel"}"#).utf8))
      #expect(restart.target == .machine && restart.reason == "kernel" && restart.dueAt == rig.clock.now().wall + .seconds(90))
      #expect(try await status(rig, "status").restart == restart)
      await expect(.badRequest, rig, "schedule-restart", #"{"delay":"1s"}"#)
      #expect(try await rig.wire("cancel-restart") == #"{"cancelled":true}"#)
      #expect(try await rig.wire("cancel-restart") == #"{"cancelled":false}"#)
      #expect(try await status(rig, "status").restart == nil)
      #expect(rig.sink.names.contains("watchdog.administered"))
    }
  }

  @Test func aServiceIsRestarted() async throws {
    try await withRig { rig async throws in
      #expect(try await rig.wire("restart-service", #"{"name":"ad-provider"}"#) == #"{"name":"ad-provider"}"#)
      #expect(await rig.nextRestart() == "ad-provider")
      await expect(.failed, rig, "restart-service", #"{"name":"web-relay"}"#)
      await expect(.notFound, rig, "restart-service", #"{"name":"sshd"}"#)
    }
  }

  @Test(
    arguments: [
      ("reboot", "", .unknownOperation),
      ("maintenance", "", .badRequest),
      ("maintenance", #"{"on":"yes"}"#, .badRequest),
      ("schedule-restart", #"{"delay":"8d"}"#, .badRequest),
      ("schedule-restart", #"{"delay":5}"#, .badRequest),
      ("registry-get", #"{"path":"etc/passwd"}"#, .badRequest),
      ("registry-get", #"{"path":"HKLM\\Software\\Citrix\\None"}"#, .notFound),
      ("registry-set", #"{"path":"HKLM\\Software\\Microsoft\\Run","value":"x"}"#, .denied),
      ("registry-set", #"{"path":"\#(flag)","type":"string","value":"x"}"#, .badRequest),
      ("registry-set", #"{"path":"\#(flag)","value":2}"#, .badRequest),
      ("registry-set", #"{"path":"\#(flag)","value":"two"}"#, .badRequest),
      ("registry-set", #"{"path":"\#(flag)","value":1.5}"#, .badRequest),
      ("registry-set", #"{"path":"HKLM\\Software\\Citrix\\CloudServices\\AgentFoundation\\InMaintenance","value":1}"#, .denied),
      ("registry-delete", #"{"path":"HKLM\\Software\\Connectord\\Restart\\DueAt"}"#, .denied),
    ] as [(String, String, WireError.Code)])
  func badRequestsSayWhy(_ operation: String, _ body: String, _ code: WireError.Code) async throws {
    try await withRig { rig async throws in await expect(code, rig, operation, body) }
  }

  /// What the cloud may ask, and what only an administrator on the machine may.
  @Test func theCloudMayAskForLess() async throws {
    try await withRig { rig async throws in
      #expect(try await rig.wire("status", from: .cloud).contains("inMaintenance"))
      _ = try await rig.wire("maintenance", #"{"on":true}"#, from: .cloud)
      _ = try await rig.wire("schedule-restart", #"{"delay":"1h"}"#, from: .cloud)
      #expect(try await rig.wire("cancel-restart", from: .cloud) == #"{"cancelled":true}"#)
      for operation in ["restart-service", "registry-get", "registry-set", "registry-list", "registry-delete"] {
        await expect(.denied, rig, operation, #"{"name":"ad-provider","path":"\#(Self.flag)","value":1}"#, from: .cloud)
      }
      #expect(rig.sink.names.filter { $0 == "watchdog.administered" }.count == 3)
    }
  }

  private func status(_ rig: Rig, _ operation: String, _ body: String = "") async throws -> WatchDogStatus {
    try JSONDecoder().decode(WatchDogStatus.self, from: Data(try await rig.wire(operation, body).utf8))
  }

  private func expect(
    _ code: WireError.Code, _ rig: Rig, _ operation: String, _ body: String, from caller: WireCaller = .control(uid: 1000)
  ) async {
    do {
      let answer = try await rig.wire(operation, body, from: caller)
      Issue.record("\(operation) \(body) was answered \(answer)")
    } catch let error as WireError {
      #expect(error.code == code, "\(operation) \(body): \(error)")
      #expect(!error.detail.isEmpty)
    } catch {
      Issue.record("\(operation) threw \(error)")
    }
  }
}
