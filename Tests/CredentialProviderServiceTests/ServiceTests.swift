import CredentialProviderService
import EventCatalog
import Foundation
import SecretVault
import ServiceKit
import SimulatedWorld
import Testing
import World

@Suite struct ServiceTests {
  /// "top secret" in base64.
  private let secret = "dG9wIHNlY3JldA=="

  @Test func secretsOutliveTheServiceAndTheMachine() async throws {
    let fixture = try Fixture()
    try await fixture.running { wire async throws in
      #expect(try await wire.json("put", #"{"name":"vcenter","secret":"\#(secret)"}"#) == "{}")
      let store = try fixture.registry.find(.credentials)
      try await store.put("hypervisor", [1, 2, 3], for: .remoteHCL)
      #expect(try await store.get("hypervisor", for: .remoteHCL) == [1, 2, 3])
    }
    fixture.disk.crash()
    try await fixture.running(incarnation: 2) { wire async throws in
      #expect(try await wire.json("get", #"{"name":"vcenter"}"#) == #"{"name":"vcenter","secret":"\#(secret)"}"#)
      #expect(try await wire.json("list") == #"{"names":["vcenter"]}"#)
      #expect(try await wire.json("status").contains(#""open":true,"rootKey":"ownFile","secrets":2"#))
      #expect(try await fixture.registry.find(.credentials).get("hypervisor", for: .remoteHCL) == [1, 2, 3])
      #expect(try await wire.json("remove", #"{"name":"vcenter"}"#) == "{}")
      #expect(try await wire.json("list") == #"{"names":[]}"#)
    }
    #expect(throws: ServiceUnavailable.self) { try fixture.registry.find(.credentials) }
  }

  @Test func namespacesDoNotMeet() async throws {
    let fixture = try Fixture()
    try await fixture.running { wire async throws in
      _ = try await wire.json("put", #"{"name":"x","secret":"\#(secret)"}"#, from: .cloud)
      for caller in [WireCaller.control(uid: 0)] {
        let error = await #expect(throws: WireError.self) { try await wire.json("get", #"{"name":"x"}"#, from: caller) }
        #expect(error?.code == .notFound)
      }
      #expect(try await wire.json("list", from: .control(uid: 0)) == #"{"names":[]}"#)
      #expect(try await wire.json("list", from: .cloud) == #"{"names":["x"]}"#)
      let store = try fixture.registry.find(.credentials)
      await #expect(throws: VaultError.notFound(SecretName(owner: "service:remote-hcl", name: "x"))) { try await store.get("x", for: .remoteHCL) }
      await #expect(throws: CredentialError.denied("service logger keeps no secrets")) { try await store.get("x", for: .logger) }
    }
  }

  @Test func everyRequestAndAnswerIsInTheAuditAndAnEvent() async throws {
    let fixture = try Fixture()
    try await fixture.running { wire async throws in
      _ = try await wire.json("put", #"{"name":"x","secret":"\#(secret)"}"#)
      await #expect(throws: WireError.self) { try await wire.json("get", #"{"name":"nothing"}"#) }
      await #expect(throws: WireError.self) { try await wire.json("rotate", #"{"key":"root"}"#, from: .cloud) }
    }
    let lines = fixture.audit.split(separator: "\n").map(String.init)
    #expect(lines.count == 6)
    #expect(lines[0].contains(#""operation":"put""#) && lines[0].contains(#""outcome":"allowed","phase":"request""#) && lines[0].contains("admin/x"))
    #expect(lines[1].contains(#""outcome":"done","phase":"answer""#))
    #expect(lines[3].contains("there is no secret admin/nothing"))
    #expect(lines[4].contains("denied: only an administrator"))
    #expect(
      fixture.sink.names.sorted() == [
        "credentials.answered", "credentials.answered", "credentials.answered", "credentials.denied", "credentials.opened", "credentials.requested",
        "credentials.requested",
      ])
    let decoded = try JSONDecoder().decode(AuditEntry.self, from: Data(lines[0].utf8))
    #expect(decoded.caller == "control user 1000")
  }

  @Test func noAuditNoAnswer() async throws {
    let fixture = try Fixture()
    try await fixture.running { wire async throws in
      _ = try await wire.json("put", #"{"name":"x","secret":"\#(secret)"}"#)
      fixture.disk.fail(.append, with: .noSpace)
      let error = await #expect(throws: WireError.self) { try await wire.json("get", #"{"name":"x"}"#) }
      #expect(error?.code == .unavailable)
      #expect(await fixture.sink.next(CredentialProviderEvents.auditFailed) != nil)
      fixture.disk.healFailures()
      #expect(try await wire.json("get", #"{"name":"x"}"#).contains(secret))
      // The request line reaches the disk, the answer's does not: still no answer.
      fixture.disk.setCapacity(0)
      await #expect(throws: WireError.self) { try await wire.json("get", #"{"name":"x"}"#) }
    }
  }

  /// Everything that anyone can see of a secret but its own answer.
  @Test func noSecretLeaksIntoEventsAuditOrErrors() async throws {
    let fixture = try Fixture()
    var errors = ""
    try await fixture.running { wire async throws in
      _ = try await wire.json("put", #"{"name":"x","secret":"\#(secret)"}"#)
      _ = try await wire.json("get", #"{"name":"x"}"#)
      for (operation, body) in [
        ("put", #"{"name":"bad name","secret":"\#(secret)"}"#), ("put", #"{"name":7,"secret":"\#(secret)"}"#), ("put", #"{"secret":"\#(secret)"}"#),
        ("put", #"["top secret"#), ("put", #"{"name":"top secret","secret":"!"}"#), (secret, "{}"), ("get", "top secret"),
        ("rotate", #"{"key":"top secret"}"#),
        ("get", #"{"name":"top secret"}"#),
      ] {
        let error = await #expect(throws: WireError.self) { try await wire.json(operation, body) }
        errors += "\(String(describing: error)) "
      }
    }
    let seen = fixture.audit + fixture.sink.all.map { "\($0.message) \($0.values)" }.joined() + errors
    #expect(!seen.contains("top secret") && !seen.contains(secret))
    #expect(errors.contains(#"expected the body {"name":text,"secret":base64}"#))
    #expect(fixture.sink.all.allSatisfy { Set($0.values.keys) == Set($0.definition.fields.map(\.name)) })
  }

  @Test func damageIsReportedAndTheOthersGoOn() async throws {
    let fixture = try Fixture()
    try await fixture.running { wire async throws in
      _ = try await wire.json("put", #"{"name":"x","secret":"\#(secret)"}"#)
      let file = try #require(try fixture.disk.list(Fixture.directory + "/records").first)
      _ = try await wire.json("put", #"{"name":"y","secret":"\#(secret)"}"#)
      fixture.disk.corrupt("\(Fixture.directory)/records/\(file)", byte: 80)
      let error = await #expect(throws: WireError.self) { try await wire.json("get", #"{"name":"x"}"#) }
      #expect(error?.code == .failed)
      let event = await fixture.sink.next(CredentialProviderEvents.damaged)
      #expect(event?.message == "Damage in the secret store: secret admin/x is altered.")
      #expect(try await wire.json("get", #"{"name":"y"}"#).contains(secret))
      #expect(try await wire.json("status").contains(#""damaged":["admin/x"]"#))
    }
  }

  @Test func keysAreRotatedWhileItRuns() async throws {
    let fixture = try Fixture()
    try await fixture.running { wire async throws in
      _ = try await wire.json("put", #"{"name":"x","secret":"\#(secret)"}"#)
      #expect(try await wire.json("rotate", #"{"key":"data"}"#) == #"{"secrets":1}"#)
      #expect(try await wire.json("rotate", #"{"key":"root"}"#) == #"{"secrets":1}"#)
      #expect(await fixture.sink.next(CredentialProviderEvents.rotated)?.values["what"] == "data")
    }
    try await fixture.running(incarnation: 2) { wire async throws in #expect(try await wire.json("get", #"{"name":"x"}"#).contains(secret)) }
  }

  @Test func aWrongKeyFileKeepsItShutUntilItIsMended() async throws {
    let fixture = try Fixture(rootKeyFile: "/etc/root.key")
    try fixture.disk.makeDirectory("/etc", mode: 0o755)
    try fixture.disk.replace("/etc/root.key", with: [UInt8](repeating: 1, count: 32), mode: 0o644, step: "test")
    try await fixture.running { wire async throws in
      let event = await fixture.sink.next(CredentialProviderEvents.unavailable)
      #expect(event?.message.contains("mode 0644, so others can read it; expected 0600") == true)
      let error = await #expect(throws: WireError.self) { try await wire.json("get", #"{"name":"x"}"#) }
      #expect(error?.code == .unavailable)
      #expect(try await wire.json("status").contains(#""open":false"#))
      try fixture.disk.replace("/etc/root.key", with: [UInt8](repeating: 1, count: 32), mode: 0o600, step: "test")
      await fixture.clock.waitForSleepers(1)
      fixture.clock.advanceToNextSleeper()
      #expect(await fixture.sink.next(CredentialProviderEvents.opened) != nil)
      #expect(try await wire.json("status").contains(#""open":true,"rootKey":"configuredFile""#))
    }
  }

  @Test func theAuditLogIsBoundedAndAHalfLineIsMended() async throws {
    let fixture = try Fixture()
    let path = Fixture.directory + "/audit.log"
    try fixture.disk.append(path, Array("{\"half".utf8), mode: 0o600, sync: true)
    try await fixture.running { wire async throws in
      _ = try await wire.json("list")
      #expect(fixture.audit.split(separator: "\n").count == 3)
      for round in 1...6 {
        try fixture.disk.append(path, [UInt8](repeating: UInt8(48 + round), count: 1_048_576) + [10], mode: 0o600, sync: true)
        _ = try await wire.json("list")
      }
    }
    let files = try fixture.disk.list(Fixture.directory).filter { $0.hasPrefix("audit") }
    #expect(files == ["audit.1.log", "audit.2.log", "audit.3.log", "audit.4.log", "audit.log"])
    #expect(fixture.audit.split(separator: "\n").count == 2)
  }
}
