import ControlAPI
import Testing
import World

@testable import Daemon

@Suite struct FaultsTests {
  @Test func aCrashIsThrownWhereTheServiceRuns() async throws {
    let faults = Faults()
    let fault = faults.begin(.logger)
    let waiting = Task { try await fault.waitForCrash() }
    #expect(faults.inject(.crash, into: .logger))
    await #expect(throws: Faults.Injected.self) { try await waiting.value }
  }

  @Test func theEndOfAnIncarnationEndsTheWait() async {
    let fault = Faults().begin(.logger)
    let waiting = Task { try await fault.waitForCrash() }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }

  @Test func aNewIncarnationIsHealthy() {
    let faults = Faults()
    let first = faults.begin(.logger)
    #expect(faults.inject(.hang, into: .logger))
    #expect(first.isHung)
    #expect(!faults.begin(.logger).isHung)
    #expect(!faults.inject(.crash, into: .wemMessaging))
  }
}
