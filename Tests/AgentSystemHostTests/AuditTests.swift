import AgentSystem
import AgentSystemHost
import SimulatedWorld
import Testing
import World

@Suite struct AuditTests {
  @Test func everyRequestIsAuditedBeforeAndAfter() async throws {
    let bench = try Bench()
    let host = await bench.started()
    _ = bench.events()
    let requests: [(AgentRequest, ServiceName, String, String)] = [
      (bench.request(.registryRead(KnownRegistryKeys.configured), asker: .adProvider), .watchDog, "allow", "done"),
      (bench.request(.setMaintenance(true, reason: "patching")), .watchDog, "allow", "done"),
      (bench.request(.rollBackRelease(reason: "r", by: UpdaterGeneration(1))), .watchDog, "allow", "refused noReleaseLayout"),
      (bench.request(.setMaintenance(true, reason: ""), asker: .adProvider), .watchDog, "deny", "refused notPermitted"),
      (bench.request(.cancelRestart), .logger, "deny", "refused notTheWatchDog"),
      (bench.request(.cancelRestart, within: .seconds(-1)), .watchDog, "deny", "refused deadlinePassed"),
    ]
    for (index, (request, caller, before, outcome)) in requests.enumerated() {
      let answer = await host.perform(request, from: caller)
      #expect(answer.outcome == outcome)
      let lines = try bench.audit()
      #expect(lines.count == 2 * index + 2)
      let pair = lines.suffix(2)
      #expect(pair.map(\.phase) == [before, "result"])
      #expect(pair.allSatisfy { $0.request == request.id.description && $0.asker == request.asker.rawValue && $0.caller == caller.rawValue })
      #expect(pair.last?.outcome == outcome)
      #expect(pair.last?.milliseconds == 0)
      let names = bench.events().filter { !$0.contains("maintenance") && !$0.contains("deadline") }
      #expect(names.first == "agent-system.operation-\(before == "allow" ? "allowed" : "denied")")
      #expect(names.last == "agent-system.operation-\(outcome == "done" ? "finished" : "failed")")
      #expect(names.count == 2)
    }
  }

  /// The line is on the disk for good before anything is done.
  @Test func theLineBeforeIsDurableBeforeTheEffect() async throws {
    let bench = try Bench()
    let host = await bench.started()
    bench.whenRestarting { _ in bench.files.crash() }
    _ = await host.ask(bench.request(.restartService(.adProvider)))
    #expect(try bench.audit().first?.phase == "allow")
  }

  @Test func withoutTheAuditBeforeThereIsNoAction() async throws {
    let bench = try Bench()
    let host = await bench.started()
    bench.files.fail(.append, at: Bench.auditFile)
    for operation in [
      PrivilegedOperation.setMaintenance(true, reason: "x"), .restartService(.adProvider), .registryRead(KnownRegistryKeys.configured),
    ] {
      #expect(await host.ask(bench.request(operation)).refusal == .auditUnavailable)
    }
    #expect(bench.restarted.isEmpty)
    #expect(try bench.files.info(Bench.record) == nil)
    #expect(bench.events().contains("agent-system.audit-failed"))
    bench.files.healFailures()
    #expect(await host.ask(bench.request(.setMaintenance(true, reason: "x"))) == .done)
  }

  @Test func valuesAreNeverAudited() async throws {
    let bench = try Bench()
    let host = await bench.started()
    let path = try RegistryPath(#"HKLM\Software\Citrix\Password"#)
    #expect(await host.ask(bench.request(.registryWrite(path, .string("hunter2")))) == .done)
    #expect(await host.ask(bench.request(.registryRead(path))).registry == .string("hunter2"))
    #expect(try !String(decoding: bench.files.read(Bench.auditFile), as: UTF8.self).contains("hunter2"))
    #expect(try bench.audit().first?.detail == #"HKLM\Software\Citrix\Password (string)"#)
  }

  @Test func aTornLineDoesNotSpoilTheNext() async throws {
    let bench = try Bench()
    try bench.files.append(Bench.auditFile, Array(#"{"phase":"al"#.utf8), mode: 0o600, sync: true)
    let host = await bench.started()
    _ = await host.ask(bench.request(.cancelRestart))
    let lines = try bench.files.read(Bench.auditFile).split(separator: 10)
    #expect(lines.count == 3)
    #expect(lines[1].first == UInt8(ascii: "{") && lines[1].last == UInt8(ascii: "}"))
  }

  @Test func theRecordIsRotated() async throws {
    let bench = try Bench()
    try bench.files.append(Bench.auditFile, Array(repeating: 10, count: 1_048_577), mode: 0o600, sync: true)
    let host = await bench.started()
    _ = await host.ask(bench.request(.cancelRestart))
    #expect(try bench.files.info("\(Bench.auditFile).1")?.size == 1_048_577)
    #expect(try bench.audit().count == 2)
  }

  @Test func aMissedDeadlineIsNoticed() async throws {
    let bench = try Bench()
    let host = await bench.started()
    bench.whenRestarting { _ in try await bench.clock.sleep(for: .seconds(1_000)) }
    let asked = Task { await host.ask(bench.request(.restartService(.adProvider), within: .seconds(10))) }
    await bench.clock.waitForSleeper(until: Moment(nanoseconds: 10_000_000_000))
    bench.clock.advance(by: .seconds(10))
    #expect(await asked.value.failure == .timedOut)
    let events = bench.events()
    #expect(events.contains("agent-system.deadline-missed"))
    #expect(events.contains("agent-system.operation-failed"))
    #expect(try bench.audit().last?.milliseconds == 10_000)
  }
}
