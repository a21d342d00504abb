import AgentSystem
import AgentSystemHost
import SimulatedWorld
import Testing
import World

/// The same request id is done once: at once, after a restart, and around a crash.
@Suite struct OnceTests {
  static let changing: [PrivilegedOperation] = [
    .scheduleRestart(.machine, delay: 600, reason: "r"), .cancelRestart, .restartService(.adProvider),
    .registryWrite(KnownRegistryKeys.immediateUpgrade, .integer(1)), .registryDelete(KnownRegistryKeys.immediateUpgrade),
    .setMaintenance(true, reason: "r"),
  ]

  @Test(arguments: changing)
  func repeatedAtOnce(_ operation: PrivilegedOperation) async throws {
    let bench = try Bench()
    let host = await bench.started()
    let request = bench.request(operation)
    let first = await host.ask(request)
    #expect(first.refusal == nil)
    let record = try bench.files.read(Bench.record)
    bench.clock.advance(by: .seconds(5))
    _ = bench.events()
    #expect(await host.ask(request) == first)
    #expect(try bench.files.read(Bench.record) == record)
    #expect(bench.restarted.count <= 1)
    #expect(bench.events().contains("agent-system.request-repeated"))
  }

  @Test(arguments: changing)
  func repeatedAfterARestart(_ operation: PrivilegedOperation) async throws {
    let bench = try Bench()
    let before = await bench.started()
    let request = bench.request(operation)
    let first = await before.ask(request)
    await before.stop()
    bench.files.crash()
    let after = await bench.started()
    #expect(await after.ask(request) == first)
    #expect(bench.restarted.count <= 1)
  }

  /// A new id is a new request: what is not idempotent happens again.
  @Test func anotherIdIsAnotherRequest() async throws {
    let bench = try Bench()
    let host = await bench.started()
    for _ in 0..<2 { #expect(await host.ask(bench.request(.restartService(.adProvider))) == .done) }
    #expect(bench.restarted == ["ad-provider", "ad-provider"])
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: 600, reason: ""))).refusal == nil)
    #expect(await host.ask(bench.request(.scheduleRestart(.machine, delay: 600, reason: ""))).refusal == .alreadyScheduled)
  }

  @Test func anIdCannotBeGivenToAnotherOperation() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let request = bench.request(.setMaintenance(true, reason: "r"))
    #expect(await host.ask(request) == .done)
    #expect(await host.ask(bench.request(.setMaintenance(false, reason: "r"), id: request.id)).refusal == .requestReused)
    #expect(await host.ask(bench.request(.registryRead(KnownRegistryKeys.inMaintenance))).registry == .integer(1))
  }

  @Test func whileItRunsItIsNotBegunAgain() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let (entered, enter) = AsyncStream.makeStream(of: Void.self)
    bench.whenRestarting { _ in
      enter.finish()
      for await _ in gate {}
    }
    let request = bench.request(.restartService(.adProvider))
    let first = Task { await host.ask(request) }
    for await _ in entered {}
    #expect(await host.ask(request).refusal == .stillRunning)
    // Other requests are not held up by it.
    #expect(await host.ask(bench.request(.setMaintenance(true, reason: ""))) == .done)
    open.finish()
    #expect(await first.value == .done)
    #expect(await host.ask(request) == .done)
    #expect(bench.restarted == ["ad-provider"])
  }

  /// Nobody can know whether the effect took place: it says so, and does not do it twice.
  @Test func interruptedByACrash() async throws {
    let bench = try Bench()
    let before = await bench.started()
    let request = bench.request(.restartService(.adProvider))
    bench.whenRestarting { _ in
      bench.files.fail(.replace)
      throw NotSimulated("the power went")
    }
    #expect(await before.ask(request).failure == .effect)
    bench.files.healFailures()
    bench.files.crash()
    let after = await bench.started()
    #expect(await after.ask(request).refusal == .interrupted)
    #expect(bench.restarted.isEmpty)
  }

  @Test func oldRequestsAreForgottenInOrder() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let first = bench.request(.setMaintenance(true, reason: "first"))
    #expect(await host.ask(first) == .done)
    for _ in 0..<(AgentSystemState.maxRequests - 1) { #expect(await host.ask(bench.request(.cancelRestart)).refusal == nil) }
    _ = bench.events()
    #expect(await host.ask(first) == .done)
    #expect(bench.events().contains("agent-system.request-repeated"))
    #expect(await host.ask(bench.request(.cancelRestart)).refusal == nil)
    #expect(await host.ask(first) == .done)
    #expect(!bench.events().dropFirst(2).contains("agent-system.request-repeated"))
  }
}
