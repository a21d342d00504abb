import AgentSystem
import FoundationEssentials
import HighAvailabilityService
import Outage
import ServiceKit
import Synchronization
import Testing
import World

/// A WatchDog that keeps what is written, or refuses.
final class KeptRegistry: Elevating {
  let values = Mutex<[RegistryPath: RegistryValue]>([:])
  let refuses = Mutex(false)

  func elevate(_ operation: PrivilegedOperation, asker: CallingService) async throws -> PrivilegedAnswer {
    if refuses.withLock({ $0 }) { return .refused(Refusal(.readOnlyKey, "not today")) }
    switch operation {
    case .registryWrite(let path, let value):
      values.withLock { $0[path] = value }
      return .done
    case .registryRead(let path): return .value(.registry(values.withLock { $0[path] }))
    default: return .refused(Refusal(.readOnlyKey, "not expected"))
    }
  }
  func standing() async throws -> ConnectorStanding { ConnectorStanding() }
}

@Suite struct ForceTests {
  func decode(_ body: [UInt8]) throws -> HighAvailabilityStatus { try JSONDecoder().decode(HighAvailabilityStatus.self, from: Data(body)) }

  @Test func forcingGoesThroughTheRegistryAndHoldsUntilItIsCleared() async throws {
    let administrator = WireCaller.control(uid: 0)
    try await HighAvailabilityServiceTests().running(ScriptedPeers(), servers: HighAvailabilityServiceTests.servers) { registry, _, _ in
      let kept = KeptRegistry()
      registry.publish(.elevation, kept as any Elevating, incarnation: 1)
      let wire = try registry.wire(of: .highAvailability)
      let forced = try decode(await wire.call("force", Array(#"{"reason":"a drill"}"#.utf8), from: administrator))
      #expect(forced.mode == .initialHA && forced.rule == .forced && forced.forced == true && forced.forcedReason == "a drill")
      #expect(kept.values.withLock { $0[KnownRegistryKeys.outageModeForced] } == .integer(1))
      #expect(try await registry.find(.outage).outage().mode == "initialHA")
      let denied = await #expect(throws: WireError.self) { try await wire.call("clear", [], from: .cloud) }
      #expect(denied?.code == .denied)
      let cleared = try decode(await wire.call("clear", [], from: administrator))
      #expect(cleared.forced == false && cleared.mode == .initialHA, "Initial HA goes on to its end")
      #expect(kept.values.withLock { $0[KnownRegistryKeys.outageModeForced] } == .integer(0))
      kept.refuses.withLock { $0 = true }
      let refused = await #expect(throws: WireError.self) { try await wire.call("force", [], from: administrator) }
      #expect(refused?.detail.contains("not today") == true)
      #expect(try decode(await wire.call("status", [], from: administrator)).forced == false, "what the registry does not hold is not in force")
      let bad = await #expect(throws: WireError.self) { try await wire.call("force", Array("[1]".utf8), from: administrator) }
      #expect(bad?.code == .badRequest)
    }
  }

  @Test func thoseThatBrokerTellWhatTheyMeet() async throws {
    try await HighAvailabilityServiceTests().running(ScriptedPeers(), servers: HighAvailabilityServiceTests.servers) { registry, _, _ in
      let sensing = try registry.find(.outage)
      await sensing.brokered(.launch, ok: false)
      #expect(try await sensing.outage() == OutageView(mode: "workingNormally", brokersHere: false), "StoreFront has not asked here")
      await sensing.storeFrontAsked()
      #expect(try await sensing.outage().mode == "pendingHA")
    }
  }
}
