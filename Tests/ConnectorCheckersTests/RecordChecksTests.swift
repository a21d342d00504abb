import ConnectorCheckers
import EventCatalog
import Testing
import World

@Suite struct RecordChecksTests {
  private func found(_ whats: [ConnectorFact.What]) -> [ConnectorInvariant] {
    var checks = ConnectorChecks()
    for (second, what) in whats.enumerated() { checks.see(ConnectorFact("a.example", what, at: WallTime(seconds: Int64(second)))) }
    return checks.violations.map(\.invariant)
  }

  /// C1.
  @Test func aFailedImportChangesNothing() {
    #expect(
      found([.configurationImported(7), .importFailed(8, kept: 7), .configurationRead(7), .configurationOpened(7), .configurationImported(9)]) == [])
    #expect(found([.configurationImported(7), .importFailed(8, kept: 8)]) == [.c1])
    #expect(found([.configurationImported(7), .importFailed(8, kept: nil)]) == [.c1])
    #expect(found([.configurationImported(7), .importFailed(8, kept: 7), .configurationRead(8)]) == [.c1])
    #expect(found([.configurationImported(7), .importFailed(8, kept: 7), .configurationOpened(8)]) == [.c1])
    // Damage that was told brings an older one back.
    #expect(found([.configurationImported(6), .configurationImported(7), .configurationDamaged, .configurationOpened(6)]) == [])
    // Where there is none to come back, nothing is in use.
    #expect(found([.configurationImported(7), .configurationDamaged, .importFailed(8, kept: nil), .configurationRead(nil)]) == [])
    #expect(found([.configurationImported(7), .configurationDamaged, .importFailed(8, kept: nil), .configurationOpened(8)]) == [])
    // An import that a crash took before it was told is found by the next start, or not; one that has failed is not.
    #expect(found([.configurationImported(7), .importPending(8), .configurationOpened(8), .configurationRead(8)]) == [])
    #expect(found([.configurationImported(7), .importPending(8), .configurationOpened(7), .configurationOpened(8)]) == [.c1])
    #expect(found([.configurationImported(7), .importPending(8), .importFailed(8, kept: 7), .configurationOpened(8)]) == [.c1])
    #expect(found([.importPending(8), .importFailed(8, kept: 7), .configurationRead(7)]) == [])
    // A trace that begins in the middle.
    #expect(found([.importFailed(8, kept: 7), .importFailed(8, kept: 7), .configurationRead(7)]) == [])
  }

  /// S1.
  @Test func noSecretIsLost() {
    let stored: [ConnectorFact.What] = [.secretBegun("wem/key", digest: "1"), .secretAcknowledged("wem/key")]
    #expect(found(stored + [.secretRead("wem/key", isThere: true, digest: "1")]) == [])
    #expect(found(stored + [.secretRead("wem/key", isThere: false, digest: nil)]) == [.s1])
    #expect(found(stored + [.secretRead("wem/key", isThere: true, digest: "2")]) == [.s1])
    // One that was begun and not acknowledged may be there or not.
    let begun = stored + [.secretBegun("wem/key", digest: "2")]
    #expect(found(begun + [.secretRead("wem/key", isThere: true, digest: "1")]) == [])
    #expect(found(begun + [.secretRead("wem/key", isThere: true, digest: "2")]) == [])
    #expect(found(begun + [.secretAcknowledged("wem/key"), .secretRead("wem/key", isThere: true, digest: "1")]) == [.s1])
    #expect(found(stored + [.secretRemoved("wem/key"), .secretRead("wem/key", isThere: false, digest: nil)]) == [])
    #expect(found(stored + [.secretDamaged("wem/key"), .secretRead("wem/key", isThere: false, digest: nil)]) == [])
  }

  /// P1.
  @Test func nothingIsDoneWithoutLeave() {
    #expect(found([.operationAllowed(request: "1", operation: "restart"), .operationDone(request: "1", operation: "restart")]) == [])
    #expect(found([.operationDone(request: "1", operation: "restart")]) == [.p1])
    #expect(found([.operationDenied(request: "1", operation: "restart"), .operationDone(request: "1", operation: "restart")]) == [.p1])
    #expect(found([.operationAllowed(request: "1", operation: "read"), .operationDone(request: "1", operation: "restart")]) == [.p1])
    // One leave is for one performance.
    let (may, does) = (
      ConnectorFact.What.operationAllowed(request: "1", operation: "read"), ConnectorFact.What.operationDone(request: "1", operation: "read")
    )
    #expect(found([may, does, may, does]) == [])
    #expect(found([may, does, does]) == [.p1])
    // Asked again while it is being done.
    #expect(found([may, .operationDenied(request: "1", operation: "read"), does]) == [])
  }

  /// What is never done is not remembered for ever, and what is being done is remembered long enough.
  @Test func whatIsNeverDoneIsForgotten() {
    let first = ConnectorFact.What.operationAllowed(request: "0", operation: "read")
    func others(_ count: Int) -> [ConnectorFact.What] { (1...count).map { .operationAllowed(request: "\($0)", operation: "read") } }
    let done = ConnectorFact.What.operationDone(request: "0", operation: "read")
    #expect(found([first] + others(63) + [done]) == [])
    #expect(found([first] + others(64) + [done]) == [.p1])
  }

  /// A live connector's events say the same.
  @Test func eventsBecomeFacts() {
    var checks = ConnectorChecks()
    var (sequence, second): (UInt64, Int64) = (0, 0)
    func see(_ event: Event, after pause: Int64 = 1) {
      sequence += 1
      second += pause
      let record = EventRecord(event: event, sequence: sequence, boot: "b", time: WallTime(seconds: second), connector: "id", service: nil)
      for fact in ConnectorFact.facts(of: record, fqdn: "a.example", location: "l1") { checks.see(fact) }
    }
    see(DaemonEvents.started.event(["version": "1", "fqdn": "a.example", "directory": "/d"]))
    see(.configurationOpened(revision: 3, machines: 4))
    see(.connectorElected("a.example", before: nil, isSelf: true, reason: "alone", candidates: ["a.example"]))
    see(.configurationImportFailed(revision: 4, step: "check", reason: "orphan", kept: 3))
    see(.agentSystemOperationAllowed(operation: "registry-write", detail: "", asker: "WatchDog", request: "r1"))
    see(.agentSystemOperationFinished(operation: "registry-write", detail: "", asker: "WatchDog", request: "r1", result: "done", elapsed: 1))
    see(.peerJoined("b.example"))
    #expect(checks.violations == [])
    see(.agentSystemOperationFinished(operation: "restart", detail: "", asker: "WatchDog", request: "r2", result: "done", elapsed: 1))
    see(.configurationImportFailed(revision: 4, step: "check", reason: "orphan", kept: nil))
    #expect(checks.violations.map(\.invariant) == [.p1, .c1])
  }
}
