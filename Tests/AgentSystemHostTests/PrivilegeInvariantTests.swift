import AgentSystem
import AgentSystemHost
import ConnectorCheckers
import EventCatalog
import Testing
import World

/// P1 of the real Agent System, read out of the events that it emits.
@Suite struct PrivilegeInvariantTests {
  private func found(_ events: [Event]) -> [ConnectorInvariant] {
    var checks = ConnectorChecks()
    for (number, event) in events.enumerated() {
      let time = WallTime(seconds: Int64(number))
      let record = EventRecord(event: event, sequence: UInt64(number + 1), boot: "b", time: time, connector: "1", service: nil)
      for fact in ConnectorFact.facts(of: record, fqdn: "c1.example", location: "l1") { checks.see(fact) }
    }
    return checks.violations.map(\.invariant)
  }

  @Test func nothingIsDoneThatNoEventAllows() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let again = bench.request(.setMaintenance(false, reason: "done"))
    let requests: [(AgentRequest, ServiceName)] = [
      (bench.request(.registryRead(KnownRegistryKeys.configured), asker: .adProvider), .watchDog),
      (bench.request(.setMaintenance(true, reason: "patching")), .watchDog), (bench.request(.cancelRestart), .logger),
      (bench.request(.setMaintenance(true, reason: ""), asker: .adProvider), .watchDog), (again, .watchDog), (again, .watchDog),
      (bench.request(.rollBackRelease(reason: "r", by: UpdaterGeneration(1))), .watchDog), (bench.request(.restartService(.adProvider)), .watchDog),
    ]
    for (request, caller) in requests { _ = await host.perform(request, from: caller) }
    let events = bench.taken()
    #expect(found(events) == [])
    // Without the events that allow, everything that was done stands out.
    let silent = events.filter { $0.definition != AgentSystemEvents.operationAllowed }
    let done = events.filter { $0.definition == AgentSystemEvents.operationFinished }
    #expect(!done.isEmpty && found(silent).count == done.count)
  }
}
